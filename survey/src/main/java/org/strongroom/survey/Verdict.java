package org.strongroom.survey;

/** How one connection ended, from the weakest answer to the strongest. */
enum Verdict {
    /** Refused by the machine, or no route: no service listens. */
    REFUSED("refused", State.SILENT, "Nothing listens there."),
    /** No answer to the connection within the time allowed. */
    UNREACHABLE("no-answer", State.SILENT, "Nothing answered the connection."),
    /** The connection was taken, then nothing was said within the time allowed. */
    MUTE("mute", State.CLOSED, "It takes the connection and says nothing."),
    /** The connection was taken and closed, before or in place of an answer. */
    HUNG_UP("hung-up", State.CLOSED, "It hangs up on a stranger."),
    /** An answer that is no PDU of PS3.8. */
    NOT_DICOM("not-dicom", State.CLOSED, "Another kind of service answers; DICOM it does not speak."),
    /** A-ASSOCIATE-RJ. */
    REJECTED("rejected", State.CLOSED, "It rejects a stranger's association."),
    /** A-ABORT in place of an answer. */
    ABORTED("aborted", State.CLOSED, "It aborts a stranger's association."),
    /** It speaks TLS, and ended it before DICOM: no certificate, no entry. Stronger than what it says in clear. */
    TLS_REFUSED("tls-refused", State.CLOSED, "It speaks TLS and turns a stranger away."),
    /** An association, but no operation was answered. */
    UNANSWERED("unanswered", State.CLOSED, "It accepts an association and answers nothing."),
    /** An association, and every operation was answered with a failure. */
    DENIED("denied", State.CLOSED, "It accepts an association and refuses what is asked."),
    /** An association, and at least one operation was answered. */
    ANSWERED("answered", State.OPEN, "A stranger gets an association and an answer.");

    private final String word;
    private final State state;
    private final String sentence;

    Verdict(String word, State state, String sentence) {
        this.word = word;
        this.state = state;
        this.sentence = sentence;
    }

    /** In result.json and packets.log. */
    String word() {
        return word;
    }

    State state() {
        return state;
    }

    /** For people. */
    String sentence() {
        return sentence;
    }

    boolean listens() {
        return state.answers();
    }
}
