package org.strongroom.server;

import java.util.concurrent.locks.ReentrantLock;

/** A line that is drawn over and over on a terminal, and nothing where standard error is none. */
final class Progress implements AutoCloseable {
    private static final long EVERY_NANOS = 100_000_000;
    private static final int BAR = 30;

    private final Invocation invocation;
    private final String what;
    private final long total;
    private final ReentrantLock drawing = new ReentrantLock();
    private long last;
    private boolean drawn;

    /** @param total 0 when it is not known */
    Progress(Invocation invocation, String what, long total) {
        this.invocation = invocation;
        this.what = what;
        this.total = total;
    }

    /** Draws at most ten times a second. */
    void at(long done) {
        drawing.lock();
        try {
            draw(done);
        } finally {
            drawing.unlock();
        }
    }

    private void draw(long done) {
        long now = System.nanoTime();
        if (!invocation.progress() || (drawn && now - last < EVERY_NANOS && done != total)) {
            return;
        }
        last = now;
        drawn = true;
        StringBuilder line = new StringBuilder("\r").append(what).append(' ');
        if (total > 0) {
            int filled = (int) (BAR * Math.min(done, total) / total);
            line.append('[')
                    .append("#".repeat(filled))
                    .append(".".repeat(BAR - filled))
                    .append("] ");
        }
        line.append(done);
        if (total > 0) {
            line.append(" of ").append(total);
        }
        invocation.err().print(line.append(' '));
        invocation.err().flush();
    }

    @Override
    public void close() {
        if (drawn) {
            invocation.err().println();
        }
    }
}
