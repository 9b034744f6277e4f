package org.strongroom.survey;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/** Spaces events at least an interval apart, however many threads wait; nothing is saved up while none does. */
final class Pace {
    /** Waiting, so that a test need not. */
    interface Sleeper {
        void sleep(long nanos) throws InterruptedException;

        Sleeper REAL = TimeUnit.NANOSECONDS::sleep;
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final long intervalNanos;
    private final LongSupplier clock;
    private final Sleeper sleeper;
    private long next;

    Pace(int perSecond, LongSupplier clock, Sleeper sleeper) {
        this.intervalNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
        this.clock = clock;
        this.sleeper = sleeper;
        this.next = clock.getAsLong();
    }

    /** Waits for the next turn. */
    void await() throws InterruptedException {
        long turn;
        long now;
        lock.lock();
        try {
            now = clock.getAsLong();
            turn = next - now > 0 ? next : now;
            next = turn + intervalNanos;
        } finally {
            lock.unlock();
        }
        if (turn > now) {
            sleeper.sleep(turn - now);
        }
    }
}
