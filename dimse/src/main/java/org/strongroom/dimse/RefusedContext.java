package org.strongroom.dimse;

import org.strongroom.dicom.Uid;

/**
 * A presentation context the acceptor did not accept.
 *
 * @param result PS3.8 table 9-18, or {@link #UNANSWERED}; 0 where it accepted a transfer syntax that was not proposed
 */
public record RefusedContext(int id, Uid sopClass, int result) {
    static final int UNANSWERED = -1;

    /** Why, in words. */
    public String why() {
        return switch (result) {
            case 0 -> "accepted in a transfer syntax that was not proposed";
            case 1 -> "refused by its application";
            case 2 -> "refused without a reason";
            case 3 -> "it does not have this service";
            case 4 -> "none of the transfer syntaxes is supported";
            case UNANSWERED -> "not answered";
            default -> "result " + result + ", which the standard does not define";
        };
    }
}
