package org.strongroom.dimse;

import java.io.IOException;

/**
 * Performs the operations asked for over one association. Called by one thread at a time, in the order of arrival, unless
 * {@link #storesOverlap}.
 */
public interface DimseHandler extends AutoCloseable {
    /**
     * Performs one operation and returns its final status; pending responses go through {@code responses}.
     *
     * @throws IOException when the disk or the socket fails; the association answers with a failure, or aborts
     */
    Status handle(DimseRequest request, Responses responses) throws IOException;

    /**
     * Whether C-STOREs may be handled at once, each by a thread of its own, where the requestor negotiated a window for it
     * (PS3.7 D.3.3.3): a body is read when those before it were, and waits for none of them to be done. Other operations
     * still come alone.
     */
    default boolean storesOverlap() {
        return false;
    }

    /** The association ended, in whatever way; called once. */
    @Override
    void close();
}
