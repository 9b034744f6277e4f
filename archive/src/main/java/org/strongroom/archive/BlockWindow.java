package org.strongroom.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.strongroom.archive.Disk.DiskFile;

/**
 * Reads a file that was opened for blocks, from front to back, through one aligned window outside the heap. For images this
 * takes a tenth of the CPU of a first reading through the page cache, and leaves the cache to what is read again
 * (docs/decisions/0003).
 */
final class BlockWindow {
    private static final int CAPACITY = 1 << 20;

    private final ByteBuffer window = ByteBuffer.allocateDirect(CAPACITY + Blocks.SIZE)
            .alignedSlice(Blocks.SIZE)
            .slice(0, CAPACITY);
    private long start;
    private long end;

    /** Forgets what is in the window; {@code end} is where the next file is read to. */
    void begin(long end) {
        this.end = end;
        window.limit(0);
        start = 0;
    }

    /** As {@link DiskFile#read}. */
    int read(DiskFile file, ByteBuffer to, long position) throws IOException {
        int had = to.position();
        while (to.hasRemaining()) {
            long at = position + to.position() - had;
            if ((at < start || at >= start + window.limit()) && !load(file, at)) {
                break;
            }
            int from = (int) (at - start);
            int n = Math.min(to.remaining(), window.limit() - from);
            to.put(to.position(), window, from, n);
            to.position(to.position() + n);
        }
        return to.position() - had;
    }

    /** Reads on from the block of {@code at}; false when the file ends before it. */
    private boolean load(DiskFile file, long at) throws IOException {
        start = at / Blocks.SIZE * Blocks.SIZE;
        long wanted = Blocks.roundUp(Math.max(end, at + 1)) - start;
        window.clear().limit((int) Math.min(CAPACITY, wanted));
        int n = file.read(window, start);
        window.clear().limit(n);
        return at < start + n;
    }
}
