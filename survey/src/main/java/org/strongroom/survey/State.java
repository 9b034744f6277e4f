package org.strongroom.survey;

import java.util.Locale;

/** What a stranger finds at a target. */
enum State {
    /** An association and an answer. */
    OPEN,
    /** Something answers and refuses. */
    CLOSED,
    /** Nothing there. */
    SILENT;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
