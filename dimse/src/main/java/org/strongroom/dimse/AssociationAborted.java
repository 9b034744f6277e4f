package org.strongroom.dimse;

import java.io.IOException;

/**
 * The association ended before its release: aborted by either side, lost, or given up after a timeout. The message is a
 * sentence for people.
 */
public final class AssociationAborted extends IOException implements Refusal {
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
        return switch (abort.source()) {
            case 0 -> new AssociationAborted(By.PEER, "aborted by the peer's application");
            case 2 -> new AssociationAborted(By.PEER, "aborted by the peer's protocol machine: " + why(abort.reason()));
            default ->
                new AssociationAborted(
                        By.PEER,
                        "aborted by the peer: source " + abort.source() + " reason " + abort.reason()
                                + ", which the standard does not define");
        };
    }

    private static String why(int reason) {
        return switch (reason) {
            case 0 -> "it gave no reason";
            case 1 -> "it did not recognise a PDU";
            case 2 -> "it did not expect a PDU";
            case 4 -> "it did not recognise a PDU parameter";
            case 5 -> "it did not expect a PDU parameter";
            case 6 -> "a PDU parameter had a value it does not take";
            default -> "reason " + reason + ", which the standard does not define";
        };
    }

    @Override
    public String advice() {
        return switch (by) {
            case PEER -> "look into the peer's log: it ended the association and knows why";
            case US -> "the peer broke the protocol; report it to its maker with this message";
            case CONNECTION ->
                "see whether it wants TLS or clear text, whether it is the DICOM port, and what the peer's log says";
            case TIMEOUT ->
                "see whether the peer hangs, and whether it is the DICOM port; a firewall may swallow packets";
        };
    }

    public By by() {
        return by;
    }
}
