package org.strongroom.archive;

import java.util.List;
import org.strongroom.dicom.Tag;

/** Ends the ingest of one object; becomes the outcome. Carries no stack trace, since peers cause it at will. */
final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient StoreOutcome.Refused refused;

    RefusedException(StoreOutcome.Cause cause, String message, List<Tag> elements) {
        super(message, null, false, false);
        this.refused = new StoreOutcome.Refused(cause, message, elements);
    }

    StoreOutcome.Refused refused() {
        return refused;
    }
}
