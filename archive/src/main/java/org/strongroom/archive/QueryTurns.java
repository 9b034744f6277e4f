package org.strongroom.archive;

import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;

/** Places for queries that compute at the same time; the others wait in order of arrival. Shared by all queries of an index. */
public final class QueryTurns {
    /** So many for each processor: while one waits for the disk another computes. */
    private static final int OF_A_PROCESSOR = 2;

    private final Semaphore places;

    /** So many places. */
    public QueryTurns(int atOnce) {
        this.places = new Semaphore(atOnce, true);
    }

    /** Twice as many places as there are processors. */
    public static QueryTurns ofProcessors() {
        return new QueryTurns(OF_A_PROCESSOR * Runtime.getRuntime().availableProcessors());
    }

    /**
     * For one more query.
     *
     * @param cancelled whether nobody waits for its answers any more; asked by the thread that computes
     */
    public Pace pace(BooleanSupplier cancelled) {
        return new Pace(places, cancelled);
    }
}
