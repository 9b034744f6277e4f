package org.strongroom.dimse;

import java.io.IOException;

/** An A-ASSOCIATE-RJ, PS3.8 section 9.3.4. The message is a sentence for people. */
public final class AssociationRejected extends IOException {
    private static final long serialVersionUID = 1;

    private final int result;
    private final int source;
    private final int reason;

    AssociationRejected(Pdu.AssociateRj rejection) {
        super(sentence(rejection));
        this.result = rejection.result();
        this.source = rejection.source();
        this.reason = rejection.reason();
    }

    private static String sentence(Pdu.AssociateRj rejection) {
        String why = switch (rejection.source() * 16 + rejection.reason()) {
            case 0x12 -> "application context name not supported";
            case 0x13 -> "calling AE title not recognised";
            case 0x17 -> "called AE title not recognised";
            case 0x22 -> "protocol version not supported";
            case 0x31 -> "temporary congestion";
            case 0x32 -> "local limit exceeded";
            case 0x11, 0x21 -> "no reason given";
            default -> "reason " + rejection.reason() + " of source " + rejection.source();
        };
        return "refused by the called side: " + why + (rejection.result() == 2 ? " (transient)" : " (permanent)");
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
