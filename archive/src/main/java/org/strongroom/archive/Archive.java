package org.strongroom.archive;

import java.io.IOException;
import org.strongroom.guard.Action;
import org.strongroom.guard.Permit;

/** What the doors see of the archive: every method takes a permit. */
public interface Archive extends AutoCloseable {
    /** Stores one instance; returns when it is on stable storage and findable, or refused. */
    StoreOutcome store(Permit<Action.Store> permit, StoreRequest request) throws IOException;

    /**
     * Finds what matches.
     *
     * @param permit for {@link Query#action} of this query, and for no other
     */
    Matches find(Permit<Action.Query> permit, Query query) throws IOException;

    Retrieval retrieve(Permit<Action.Retrieve> permit) throws IOException;

    @Override
    void close() throws IOException;
}
