package org.strongroom.dimse;

import java.io.IOException;

/** A connection on which TLS did not come about: no common protocol, or one side does not trust the other. */
final class TlsFailure extends IOException {
    private static final long serialVersionUID = 1;

    TlsFailure(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
