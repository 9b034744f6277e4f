package org.strongroom.survey;

/** What to do about a finding, in a sentence or two for who runs the machine. */
final class Advice {
    private Advice() {}

    static String of(Finding finding) {
        return finding.best()
                .map(Advice::of)
                .orElse("Look at this port alone (survey run --target): this run says nothing of it.");
    }

    private static String of(Look look) {
        return switch (look.verdict()) {
            case ANSWERED, DENIED, UNANSWERED ->
                look.tls().isPresent()
                        ? "Ask every caller for a client certificate: the connection is encrypted, but anyone may open it."
                                + " Until then, let only the devices that need it reach this port."
                        : "Today: let only the devices that need it reach this port (firewall, or bind to an inner address)."
                                + " Then: TLS with client certificates; an AE title is a label, not a password."
                                + " Look through its log for callers nobody knows.";
            case REJECTED ->
                look.rejection()
                                .map(r -> r.source() == 1 && (r.reason() == 3 || r.reason() == 7))
                                .orElse(false)
                        ? "It refuses by AE title only, which can be guessed or overheard, and speaks without encryption:"
                                + " ask for TLS with client certificates."
                        : "Refused. It answers DICOM without encryption all the same: ask for TLS with client certificates.";
            case ABORTED ->
                "Refused, without a reason. Find out whether known callers are told apart by more than their"
                        + " AE title.";
            case TLS_REFUSED -> "Nothing: a stranger is turned away before DICOM begins.";
            case HUNG_UP -> "Nothing to hide was seen. Check that the service there is the one you expect.";
            case NOT_DICOM -> "Check that the service there is the one you expect.";
            case MUTE -> "Look at the machine itself: the port is taken, by something that doesn't answer.";
            case REFUSED, UNREACHABLE -> "Nothing.";
        };
    }
}
