package org.strongroom.guard;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes batches into segments and keeps the tree. Used by the committer thread only, but for what is volatile. */
final class AuditWriter implements Closeable {
    private static final byte[] NOTHING = new byte[0];

    private final Path directory;
    private final KeyRing keys;
    private final AuditDisk disk;
    private final long segmentBytes;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(Segment.MAX_BATCH);

    private MerkleTree tree;
    private long segmentFirst;
    private long length;
    private @Nullable Open open;
    private boolean stopped;
    private volatile End durable;

    /** The segment being written; its header goes into the first leaf. */
    private static final class Open {
        final AuditDisk.SegmentFile file;
        final RecordCipher cipher;
        final byte[] header;
        final long first;

        Open(AuditDisk.SegmentFile file, RecordCipher cipher, byte[] header, long first) {
            this.file = file;
            this.cipher = cipher;
            this.header = header;
            this.first = first;
        }
    }

    /**
     * The end of what is synced: the tree, and where the next record would start. The tree is not changed any more.
     *
     * @param written bytes of records since the log was opened
     */
    record End(MerkleTree tree, long segmentFirst, long offset, long written) {}

    /** A sync failed, or a failed write could not be undone: nothing may be written before a restart. */
    static final class StoppedException extends IOException {
        private static final long serialVersionUID = 1;

        StoppedException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    AuditWriter(Path directory, KeyRing keys, AuditDisk disk, long segmentBytes, AuditRecovery.End end) {
        this.directory = directory;
        this.keys = keys;
        this.disk = disk;
        this.segmentBytes = segmentBytes;
        this.tree = end.tree();
        this.segmentFirst = end.segmentFirst();
        this.length = end.offset();
        this.durable = new End(tree, segmentFirst, length, 0);
    }

    static int frameLength(int jsonLength) {
        return Segment.FRAME_HEADER_LENGTH + jsonLength + RecordCipher.OVERHEAD;
    }

    End durable() {
        return durable;
    }

    long bytesWritten() {
        return durable.written;
    }

    /**
     * Writes and syncs a batch, of at most {@link Segment#MAX_BATCH} bytes of frames.
     *
     * @return the sequence of its first record
     * @throws StoppedException when nothing can be written any more
     * @throws IOException when this batch is not written, and another may be tried
     */
    long write(List<byte[]> batch) throws IOException {
        if (stopped) {
            throw new StoppedException("the audit log stopped after a disk error; restart the server", null);
        }
        Open segment = open == null || length >= segmentBytes ? roll() : open;
        MerkleTree after = tree.copy();
        fill(segment, after, batch);
        long bytes = buffer.remaining();
        try {
            segment.file.write(buffer);
        } catch (IOException e) {
            undo(segment, e);
            throw e;
        }
        sync(segment.file);
        long first = tree.size();
        tree = after;
        segmentFirst = segment.first;
        length += bytes;
        durable = new End(after, segmentFirst, length, durable.written + bytes);
        return first;
    }

    private void fill(Open segment, MerkleTree after, List<byte[]> batch) {
        buffer.clear();
        for (int i = 0; i < batch.size(); i++) {
            long sequence = after.size();
            byte[] frame = Segment.frame(sequence, i, segment.cipher.seal(sequence, batch.get(i)));
            after.append(sequence == segment.first ? segment.header : NOTHING, frame);
            buffer.put(frame);
        }
        buffer.flip();
    }

    /** Cuts off what a failed write left. The segment is not used again: its nonces may have been. */
    private void undo(Open segment, IOException cause) throws StoppedException {
        try {
            if (segment.first == tree.size()) {
                discard(segment);
            } else {
                segment.file.truncate(length);
                segment.file.close();
            }
            open = null;
        } catch (IOException e) {
            cause.addSuppressed(e);
            stopped = true;
            throw new StoppedException(
                    "a failed write to the audit log could not be undone; restart the server", cause);
        }
    }

    private void sync(AuditDisk.SegmentFile file) throws StoppedException {
        try {
            file.sync();
        } catch (IOException e) {
            stopped = true;
            throw new StoppedException("the disk of the audit log failed to sync; check it and restart the server", e);
        }
    }

    private Open roll() throws IOException {
        if (open != null) {
            open.file.close();
            open = null;
        }
        Segment segment = Segment.at(directory, tree.size());
        byte[] salt = new byte[Segment.SALT_LENGTH];
        new SecureRandom().nextBytes(salt);
        byte[] header = segment.header(salt);
        Open fresh = new Open(disk.create(segment.file()), new RecordCipher(keys, salt), header, segment.first());
        try {
            fresh.file.write(ByteBuffer.wrap(header));
        } catch (IOException e) {
            discard(fresh);
            throw e;
        }
        sync(fresh.file);
        length = header.length;
        open = fresh;
        return fresh;
    }

    /** Removes a segment without records. */
    private void discard(Open segment) throws IOException {
        segment.file.close();
        Path file = Segment.at(directory, segment.first).file();
        Files.delete(file);
        PrivateFiles.syncDirectory(file);
    }

    @Override
    public void close() throws IOException {
        if (open != null) {
            open.file.close();
            open = null;
        }
    }
}
