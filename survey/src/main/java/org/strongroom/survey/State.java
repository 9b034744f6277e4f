package org.strongroom.survey;

import java.util.Locale;

/** What a stranger finds at a target, if it was contacted. */
enum State {
    /** An association and an answer. */
    OPEN,
    /** Something answers and refuses. */
    CLOSED,
    /** Contacted, and nothing there. */
    SILENT,
    /** Its host had been given up: nothing is known of it. */
    NOT_CONTACTED;

    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Something was there. */
    boolean answers() {
        return this == OPEN || this == CLOSED;
    }
}
