package org.strongroom.dimse;

import java.io.IOException;

/**
 * The association ended before its release: aborted by either side, lost, or given up after a timeout. The message is a
 * sentence for people.
 */
public final class AssociationAborted extends IOException {
    private static final long serialVersionUID = 1;

    /** Who ended it. */
    public enum By {
        PEER,
        US,
        /** The connection closed or broke without an A-ABORT. */
        CONNECTION,
        TIMEOUT
    }

    private final By by;

    AssociationAborted(By by, String sentence) {
        super(sentence);
        this.by = by;
    }

    AssociationAborted(By by, String sentence, Throwable cause) {
        super(sentence, cause);
        this.by = by;
    }

    /** From an A-ABORT, PS3.8 table 9-26. */
    static AssociationAborted received(Pdu.Abort abort) {
        if (abort.source() != 2) {
            return new AssociationAborted(By.PEER, "aborted by the peer's application");
        }
        String reason = switch (abort.reason()) {
            case 1 -> "it did not recognise a PDU";
            case 2 -> "it did not expect a PDU";
            case 4 -> "it did not recognise a PDU parameter";
            case 5 -> "it did not expect a PDU parameter";
            case 6 -> "a PDU parameter had a value it does not take";
            default -> "it gave no reason";
        };
        return new AssociationAborted(By.PEER, "aborted by the peer's protocol machine: " + reason);
    }

    public By by() {
        return by;
    }
}
