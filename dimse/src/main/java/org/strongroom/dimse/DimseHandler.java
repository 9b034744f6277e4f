package org.strongroom.dimse;

import java.io.IOException;

/** Performs the operations asked for over one association. Called by one thread at a time, in the order of arrival. */
public interface DimseHandler extends AutoCloseable {
    /**
     * Performs one operation and returns its final status; pending responses go through {@code responses}.
     *
     * @throws IOException when the disk or the socket fails; the association answers with a failure, or aborts
     */
    Status handle(DimseRequest request, Responses responses) throws IOException;

    /** The association ended, in whatever way; called once. */
    @Override
    void close();
}
