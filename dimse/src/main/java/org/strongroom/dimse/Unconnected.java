package org.strongroom.dimse;

import java.io.IOException;

/** No TCP connection came about. */
final class Unconnected extends IOException {
    private static final long serialVersionUID = 1;

    private final boolean refused;

    Unconnected(String sentence, boolean refused, Throwable cause) {
        super(sentence, cause);
        this.refused = refused;
    }

    /** Whether the other side said no, rather than nothing. */
    boolean refused() {
        return refused;
    }
}
