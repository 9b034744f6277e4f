package org.strongroom.guard;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What the audit log asks of a disk to write records, so that a test can fail the nth write or sync. */
interface AuditDisk {
    /** Creates a file that was not there; its name is durable when this returns. */
    SegmentFile create(Path file) throws IOException;

    /** A file written at its end only. */
    interface SegmentFile extends Closeable {
        /** Writes all of {@code bytes}. */
        void write(ByteBuffer bytes) throws IOException;

        /** Everything written is on stable storage when this returns. */
        void sync() throws IOException;

        /** Cuts the file to {@code length} bytes; on stable storage when this returns. */
        void truncate(long length) throws IOException;
    }

    /** The real one. */
    AuditDisk FILES = file -> {
        FileChannel channel = PrivateFiles.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        PrivateFiles.syncDirectory(file);
        return new SegmentFile() {
            @Override
            public void write(ByteBuffer bytes) throws IOException {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }

            @Override
            public void sync() throws IOException {
                channel.force(false);
            }

            @Override
            public void truncate(long length) throws IOException {
                channel.truncate(length);
                channel.force(true);
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    };
}
