package org.strongroom.archive;

import java.io.IOException;
import java.util.function.BooleanSupplier;
import org.strongroom.guard.Action;
import org.strongroom.guard.Permit;

/** What the doors see of the archive: every method takes a permit. */
public interface Archive extends AutoCloseable {
    /** Stores one instance; returns when it is on stable storage and findable, or refused. */
    StoreOutcome store(Permit<Action.Store> permit, StoreRequest request) throws IOException;

    /**
     * Finds what matches.
     *
     * @param permit for {@link Query#action} of this query: its level and keys, not their values
     * @param cancelled whether nobody waits for answers any more; asked often, by the thread that calls
     *     {@link Matches#next}
     */
    Matches find(Permit<Action.Query> permit, Query query, BooleanSupplier cancelled) throws IOException;

    Retrieval retrieve(Permit<Action.Retrieve> permit) throws IOException;

    @Override
    void close() throws IOException;
}
