package org.strongroom.dimse;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/** Looks at the deadlines of lines: one thread for all of a listener, one virtual thread for a requestor's. */
final class Watch implements AutoCloseable {
    private final Set<Line> lines = ConcurrentHashMap.newKeySet();
    private final long stepNanos;
    private final Runnable eachStep;
    private final Thread thread;
    private volatile boolean closed;

    Watch(Duration step, Thread.Builder builder) {
        this(step, builder, () -> {});
    }

    /** @param eachStep what else is to be looked at as often */
    Watch(Duration step, Thread.Builder builder, Runnable eachStep) {
        this.stepNanos = step.toNanos();
        this.eachStep = eachStep;
        this.thread = builder.start(this::run);
    }

    void add(Line line) {
        lines.add(line);
    }

    void remove(Line line) {
        lines.remove(line);
    }

    private void run() {
        while (!closed) {
            LockSupport.parkNanos(this, stepNanos);
            long now = System.nanoTime();
            for (Line line : lines) {
                line.check(now);
            }
            eachStep.run();
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
