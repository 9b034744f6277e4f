package org.strongroom.dimse;

/**
 * Bytes of a peer that are not what PS3.8 section 9.3 or PS3.7 annexes D and E ask for, or that exceed a limit. Caught
 * once, by the association, which sends A-ABORT with {@link #reason()}. The message never repeats a value.
 */
public final class PduException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Reasons of a service provider's A-ABORT, PS3.8 table 9-26. */
    static final int NOT_SPECIFIED = 0;

    static final int UNRECOGNIZED_PDU = 1;
    static final int UNEXPECTED_PDU = 2;
    static final int UNRECOGNIZED_PARAMETER = 4;
    static final int UNEXPECTED_PARAMETER = 5;
    static final int INVALID_PARAMETER = 6;

    private final long offset;
    private final int reason;

    PduException(long offset, String what, int reason) {
        super(what + " (at byte " + offset + " of the PDU)");
        this.offset = offset;
        this.reason = reason;
    }

    static PduException invalid(long offset, String what) {
        return new PduException(offset, what, INVALID_PARAMETER);
    }

    /** In bytes from the first byte of the PDU (of the command set, where that is what is wrong). */
    public long offset() {
        return offset;
    }

    /** The reason of the A-ABORT that answers it, PS3.8 table 9-26. */
    public int reason() {
        return reason;
    }
}
