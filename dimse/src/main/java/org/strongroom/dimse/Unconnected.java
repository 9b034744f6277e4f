package org.strongroom.dimse;

import java.io.IOException;

/** No TCP connection came about. */
public final class Unconnected extends IOException implements Refusal {
    private static final long serialVersionUID = 1;

    /** What stood in the way. */
    public enum Cause {
        /** The name is in no name service this machine asks. */
        NAME_UNKNOWN,
        /** The other machine answered that nothing listens there. */
        REFUSED,
        /** Nobody answered. */
        SILENT,
        /** This machine, or one on the way, knows no way to it. */
        UNREACHABLE
    }

    private final Cause cause;

    Unconnected(String sentence, Cause cause, Throwable thrown) {
        super(sentence, thrown);
        this.cause = cause;
    }

    /** Of what a socket throws as it connects, which has few types and many texts. */
    static Unconnected of(String place, IOException thrown) {
        String text = String.valueOf(thrown.getMessage());
        Cause cause = thrown instanceof java.net.UnknownHostException
                ? Cause.NAME_UNKNOWN
                : thrown instanceof java.net.SocketTimeoutException || text.contains("timed out")
                        ? Cause.SILENT
                        : thrown instanceof java.net.ConnectException && !text.contains("unreachable")
                                ? Cause.REFUSED
                                : Cause.UNREACHABLE;
        String why = switch (cause) {
            case NAME_UNKNOWN -> "its name is not known here";
            case REFUSED -> "refused: nothing listens on that port";
            case SILENT -> "no answer in time";
            case UNREACHABLE -> text;
        };
        return new Unconnected("no connection to " + place + ": " + why, cause, thrown);
    }

    public Cause why() {
        return cause;
    }

    @Override
    public String advice() {
        return switch (cause) {
            case NAME_UNKNOWN -> "check the spelling of the host, or ask by its address";
            case REFUSED -> "start the DICOM service there, or correct the port";
            case SILENT -> "see whether the machine is on and whether a firewall lets the port through";
            case UNREACHABLE -> "see whether this machine's network reaches it";
        };
    }

    /** Whether the other side said no, rather than nothing. */
    boolean refused() {
        return cause == Cause.REFUSED;
    }
}
