package org.strongroom.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.strongroom.archive.Disk.DiskFile;

/**
 * Appends bytes to a file in whole blocks, through one aligned buffer outside the heap. {@link #finish} fills the last
 * block up with zeros, so that no block that was synced is ever written again.
 */
final class Blocks {
    /** Bytes; a multiple of what disks write as one. */
    static final int SIZE = 4096;

    private final ByteBuffer buffer;

    /** With a buffer of {@code capacity} bytes, a multiple of {@link #SIZE}. */
    Blocks(int capacity) {
        buffer = ByteBuffer.allocateDirect(capacity + SIZE).alignedSlice(SIZE).slice(0, capacity);
    }

    static long roundUp(long position) {
        return Math.ceilDiv(position, SIZE) * SIZE;
    }

    /** Takes up to {@code length} bytes and writes whenever the buffer is full; returns where the next write goes. */
    long append(DiskFile file, long position, byte[] bytes, int offset, int length) throws IOException {
        long at = position;
        int from = offset;
        int left = length;
        while (left > 0) {
            int n = Math.min(left, buffer.remaining());
            buffer.put(bytes, from, n);
            from += n;
            left -= n;
            if (!buffer.hasRemaining()) {
                at = write(file, at);
            }
        }
        return at;
    }

    /** Fills up the last block and writes what is left; returns the position after it. */
    long finish(DiskFile file, long position) throws IOException {
        while (buffer.position() % SIZE != 0) {
            buffer.put((byte) 0);
        }
        return buffer.position() == 0 ? position : write(file, position);
    }

    /** Forgets what was not written. */
    void reset() {
        buffer.clear();
    }

    private long write(DiskFile file, long position) throws IOException {
        int length = buffer.flip().remaining();
        file.write(buffer, position);
        buffer.clear();
        return position + length;
    }
}
