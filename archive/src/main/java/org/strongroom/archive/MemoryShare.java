package org.strongroom.archive;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A part of the heap, counted in bytes, that all associations share for one purpose. One source (a device) has at most a
 * part of it, so that a greedy one leaves room for the others.
 */
final class MemoryShare {
    private final long most;
    private final long mostOfOne;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition given = lock.newCondition();
    private final Map<String, Long> held = new HashMap<>();
    private long used;

    MemoryShare(long most, long mostOfOne) {
        this.most = most;
        this.mostOfOne = Math.min(most, mostOfOne);
    }

    /**
     * Takes bytes for a source; waits for them until the deadline.
     *
     * @return false when they were not to be had in time, or are more than it may ever have
     */
    boolean take(String source, long bytes, long waitNanos) throws InterruptedException {
        lock.lock();
        try {
            long left = waitNanos;
            while (used + bytes > most || held.getOrDefault(source, 0L) + bytes > mostOfOne) {
                if (left <= 0 || bytes > mostOfOne) {
                    return false;
                }
                left = given.awaitNanos(left);
            }
            used += bytes;
            held.merge(source, bytes, Long::sum);
            return true;
        } finally {
            lock.unlock();
        }
    }

    void give(String source, long bytes) {
        lock.lock();
        try {
            used -= bytes;
            held.computeIfPresent(source, (_, had) -> had == bytes ? null : had - bytes);
            given.signalAll();
        } finally {
            lock.unlock();
        }
    }

    long most() {
        return most;
    }

    long used() {
        lock.lock();
        try {
            return used;
        } finally {
            lock.unlock();
        }
    }

    static long seconds(long count) {
        return TimeUnit.SECONDS.toNanos(count);
    }
}
