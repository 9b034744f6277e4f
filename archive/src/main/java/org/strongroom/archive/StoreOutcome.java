package org.strongroom.archive;

import java.util.List;
import org.strongroom.dicom.Tag;

/** What became of one instance. */
public sealed interface StoreOutcome {
    /** On stable storage and findable. */
    record Stored(long bytes) implements StoreOutcome {}

    /** The same bytes are already there; nothing was stored. */
    record Duplicate(long bytes) implements StoreOutcome {}

    /** The same UID with other bytes is there: both are kept, the first stays visible. */
    record Conflict(long bytes) implements StoreOutcome {}

    /** Not stored. The message names what and where, never a value. */
    record Refused(Cause cause, String message, List<Tag> elements) implements StoreOutcome {}

    enum Cause {
        /** Not a data set in the transfer syntax named, or beyond a limit: C000. */
        CANNOT_UNDERSTAND,
        /** UIDs missing or not those of the request: A900. */
        DOES_NOT_MATCH,
        /** Disk full, failed sync, or a missing key: A700. Reading goes on. */
        OUT_OF_RESOURCES
    }
}
