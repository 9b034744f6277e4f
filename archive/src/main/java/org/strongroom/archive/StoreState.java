package org.strongroom.archive;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** Whether the store may be written; the first failure stays the reason until the archive is opened again. */
final class StoreState {
    private static final System.Logger LOG = System.getLogger(StoreState.class.getName());

    /** Passes by itself once there is space. */
    static final String FULL = "the volume of packs and keys is full: free space and send again";

    private static final long FULL_AGAIN_NANOS = 60_000_000_000L;

    private final AtomicLong fullSaid = new AtomicLong();
    private final AtomicReference<Optional<String>> failure = new AtomicReference<>(Optional.empty());

    /** Stops all storing. A failed sync may have dropped what was written before it, so nothing is tried again. */
    void fail(String what, Throwable cause) {
        String reason = what + " (" + describe(cause) + "); nothing more is stored, reading goes on."
                + " Check the disk, then start again: what was acknowledged is kept";
        if (failure.compareAndSet(Optional.empty(), Optional.of(reason))) {
            LOG.log(System.Logger.Level.ERROR, "store.readonly reason=\"" + reason + "\"");
        }
    }

    /** The outcome for an object the disk would not take: a full disk is no fault, anything else stops the store. */
    RefusedException refuse(String what, IOException cause) {
        if (cause instanceof Disk.DiskFullException) {
            long now = System.nanoTime();
            long last = fullSaid.get();
            if ((last == 0 || now - last > FULL_AGAIN_NANOS) && fullSaid.compareAndSet(last, now)) {
                LOG.log(System.Logger.Level.ERROR, "store.full reason=\"" + FULL + "\"");
            }
            return new RefusedException(StoreOutcome.Cause.OUT_OF_RESOURCES, FULL, List.of());
        }
        fail(what, cause);
        return new RefusedException(
                StoreOutcome.Cause.OUT_OF_RESOURCES, failure.get().orElse(what), List.of());
    }

    Optional<String> failure() {
        return failure.get();
    }

    private static String describe(Throwable cause) {
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
