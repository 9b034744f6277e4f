package org.strongroom.archive;

import java.util.concurrent.CancellationException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * How one query goes about its work, so that no question, however dear, keeps others from being answered. It computes in
 * one of the places of {@link QueryTurns}, which it gives up after a while where others wait; it lets other threads run
 * every few milliseconds, since virtual threads are not preempted; and it ends where nobody waits for its answers.
 *
 * <p>Work is told in steps ({@link #step}): about a character compared each. Used by one thread at a time.
 */
public final class Pace {
    /** What looking at one row costs, in steps: unsealing and indexing it takes some 20 microseconds. */
    public static final int ROW = 5_000;

    /** So many steps between two looks at the clock: about 50 microseconds. */
    private static final int STEPS_OF_A_LOOK = 16_384;
    /** Longest it runs before other threads get their turn; as long as a thread that reads from a socket. */
    private static final long YIELD_NANOS = 2_000_000;
    /** Longest it keeps its place where it can give it up. */
    private static final long TURN_NANOS = 20_000_000;
    /** How often one that waits for a place asks whether it was cancelled. */
    private static final long WAIT_MILLIS = 100;

    private final Semaphore places;
    private final BooleanSupplier cancelled;
    private boolean placed;
    private long work;
    private long lookAt = STEPS_OF_A_LOOK;
    private long ranSince = System.nanoTime();
    private long turnBegan = ranSince;

    Pace(Semaphore places, BooleanSupplier cancelled) {
        this.places = places;
        this.cancelled = cancelled;
    }

    /**
     * Waits for a place; to be followed by {@link #end}.
     *
     * @throws CancellationException when the query was cancelled
     */
    public void begin() {
        try {
            do {
                endIfCancelled();
            } while (!places.tryAcquire(WAIT_MILLIS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("the query was interrupted");
        }
        placed = true;
        turnBegan = System.nanoTime();
    }

    /** Gives up the place, if there is one. */
    public void end() {
        if (placed) {
            placed = false;
            places.release();
        }
    }

    /** Whether it is time to come to where nothing is held, and to call {@link #pause}. */
    public boolean isTurnOver() {
        return System.nanoTime() - turnBegan > TURN_NANOS;
    }

    /**
     * Lets those go first that wait for a place, once the turn is over; called while no other resource is held.
     *
     * @throws CancellationException when the query was cancelled
     */
    public void pause() {
        if (isTurnOver()) {
            end();
            begin();
        }
    }

    /**
     * Says that so much was done.
     *
     * @throws CancellationException when the query was cancelled
     */
    public void step(int steps) {
        work += steps;
        if (work >= lookAt) {
            look();
        }
    }

    /** Says that a row was looked at. */
    public void row() {
        step(ROW);
    }

    /** Steps so far. */
    long work() {
        return work;
    }

    @SuppressWarnings("ThreadPriorityCheck")
    private void look() {
        lookAt = work + STEPS_OF_A_LOOK;
        if (System.nanoTime() - ranSince > YIELD_NANOS) {
            endIfCancelled();
            Thread.yield();
            ranSince = System.nanoTime();
        }
    }

    private void endIfCancelled() {
        if (cancelled.getAsBoolean()) {
            throw new CancellationException("the query was cancelled");
        }
    }
}
