package org.strongroom.gateway.dimse;

import org.strongroom.archive.StoreOutcome;
import org.strongroom.dimse.Status;
import org.strongroom.gateway.BadIdentifier;
import org.strongroom.guard.Decision;

/** What the archive's and guard's answers are called in DIMSE, PS3.4 tables B.2-1, C.4-1, C.4-2 and C.4-3. */
final class Statuses {
    private Statuses() {}

    /** A conflict is success to the sender: its bytes are kept, and the case is for a person here, not for a device. */
    static Status of(StoreOutcome outcome) {
        return switch (outcome) {
            case StoreOutcome.Stored _, StoreOutcome.Duplicate _, StoreOutcome.Conflict _ -> Status.SUCCESS;
            case StoreOutcome.Refused refused ->
                of(refused.cause()).because(refused.message()).at(refused.elements());
        };
    }

    private static Status of(StoreOutcome.Cause cause) {
        return switch (cause) {
            case CANNOT_UNDERSTAND -> Status.CANNOT_UNDERSTAND;
            case DOES_NOT_MATCH -> Status.DATA_SET_DOES_NOT_MATCH;
            case OUT_OF_RESOURCES -> Status.OUT_OF_RESOURCES;
        };
    }

    static Status of(BadIdentifier bad) {
        Status status = switch (bad.fault()) {
            case DOES_NOT_MATCH_MODEL -> Status.DATA_SET_DOES_NOT_MATCH;
            case CANNOT_UNDERSTAND -> Status.CANNOT_UNDERSTAND;
        };
        return status.because(bad.comment()).at(bad.elements());
    }

    /** Unable to process, PS3.4 table C.4-1: what was answered is not all there is. */
    static Status unread(long objects) {
        return Status.CANNOT_UNDERSTAND.because(objects + " objects could not be read");
    }

    /** Not authorized, PS3.7 section C.5.21, unless it has nothing to do with who asks. */
    static Status of(Decision.Reason reason) {
        Status status = switch (reason) {
            case AUDIT_UNAVAILABLE -> Status.OUT_OF_RESOURCES;
            case REQUEST_TOO_LARGE -> Status.CANNOT_UNDERSTAND;
            case NOT_ENROLLED, REVOKED, EXPIRED, SERVICE_NOT_ALLOWED, DESTINATION_NOT_ALLOWED, PURPOSE_MISSING ->
                Status.NOT_AUTHORIZED;
        };
        return status.because(reason.text());
    }
}
