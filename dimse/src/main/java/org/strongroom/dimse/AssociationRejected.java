package org.strongroom.dimse;

import java.io.IOException;

/** An A-ASSOCIATE-RJ, PS3.8 section 9.3.4. The message is a sentence for people. */
public final class AssociationRejected extends IOException implements Refusal {
    private static final long serialVersionUID = 1;

    private final int result;
    private final int source;
    private final int reason;

    AssociationRejected(Pdu.AssociateRj rejection) {
        super("refused by the called side: " + words(rejection.source(), rejection.reason())
                + (rejection.result() == 2 ? " (transient)" : " (permanent)"));
        this.result = rejection.result();
        this.source = rejection.source();
        this.reason = rejection.reason();
    }

    /** PS3.8 table 9-21, each source with its own reasons. */
    private static String words(int source, int reason) {
        return switch (source) {
            case 1 ->
                switch (reason) {
                    case 1 -> "no reason given";
                    case 2 -> "application context name not supported";
                    case 3 -> "calling AE title not recognised";
                    case 7 -> "called AE title not recognised";
                    default -> "its application gives reason " + reason + ", which the standard does not define";
                };
            case 2 ->
                switch (reason) {
                    case 1 -> "no reason given by its protocol machine";
                    case 2 -> "protocol version not supported";
                    default -> "its protocol machine gives reason " + reason + ", which the standard does not define";
                };
            case 3 ->
                switch (reason) {
                    case 1 -> "temporary congestion";
                    case 2 -> "local limit exceeded";
                    default -> "its transport gives reason " + reason + ", which the standard does not define";
                };
            default -> "reason " + reason + " of source " + source + ", which the standard does not define";
        };
    }

    @Override
    public String advice() {
        if (source == 1 && reason == 3) {
            return "enter our calling AE title there, or call with one it knows";
        }
        if (source == 1 && reason == 7) {
            return "call it by the AE title it is configured with; upper and lower case differ";
        }
        if ((source == 1 || source == 2) && reason == 2) {
            return "it speaks another protocol than DICOM's; see whether the port is the right one";
        }
        if (source == 3 || result == 2) {
            return "try again later, or with fewer associations at a time";
        }
        if (source == 2) {
            return "look into its log; where it wants TLS, or a user it can verify, it may answer just so";
        }
        return "look into its log: it has not said why";
    }

    /** Whether the same request may be accepted at another time. */
    public boolean isTransient() {
        return result == 2;
    }

    /** 1 permanent, 2 transient. */
    public int result() {
        return result;
    }

    /** 1 service user, 2 ACSE provider, 3 presentation provider. */
    public int source() {
        return source;
    }

    /** What it means depends on the source, PS3.8 table 9-21. */
    public int reason() {
        return reason;
    }
}
