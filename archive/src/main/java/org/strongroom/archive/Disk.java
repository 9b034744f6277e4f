package org.strongroom.archive;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** What packs and the key store need of a disk: few calls, so that a test can fail the nth of them or cut the power. */
interface Disk {
    /** How a file is opened. */
    enum Mode {
        /** Existing, to be read. */
        READ,
        /** The same in whole blocks, past the page cache where the file system can. */
        READ_BLOCKS,
        /** Existing or new, read and written anywhere. */
        WRITE,
        /**
         * Existing or new, written in whole blocks of {@link Blocks#SIZE} at multiples of it, from buffers aligned to it;
         * past the page cache where the file system can.
         */
        WRITE_BLOCKS
    }

    /** Names of the files in a directory, in no order; creates it when it is not there. */
    List<String> list(Path directory) throws IOException;

    DiskFile open(Path file, Mode mode) throws IOException;

    /** Bytes of a file. */
    long size(Path file) throws IOException;

    /** Replaces {@code to}; durable after {@link #syncDirectory}. */
    void rename(Path from, Path to) throws IOException;

    void delete(Path file) throws IOException;

    void syncDirectory(Path directory) throws IOException;

    /** Bytes that may still be written on the volume of a directory. */
    long usableBytes(Path directory) throws IOException;

    /** An open file. Reads may run beside each other and beside writes elsewhere in it. */
    interface DiskFile extends Closeable {
        /**
         * Writes all of {@code from}.
         *
         * @throws DiskFullException when the volume is full
         */
        void write(ByteBuffer from, long position) throws IOException;

        /** Reads until {@code to} is full or the file ends; returns the bytes read. */
        int read(ByteBuffer to, long position) throws IOException;

        long size() throws IOException;

        void truncate(long size) throws IOException;

        /** Content and length are on stable storage afterwards. A failure is final: it must not be tried again. */
        void sync() throws IOException;

        @Override
        void close() throws IOException;
    }

    /** The volume is full: nothing is wrong with it, and writing may be tried again later. */
    final class DiskFullException extends IOException {
        private static final long serialVersionUID = 1;

        DiskFullException(String message) {
            super(message);
        }
    }
}
