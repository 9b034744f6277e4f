package org.strongroom.guard;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The record is not in the audit log, or not known to be. Whoever wanted to do something must not do it. */
public final class AuditUnavailableException extends IOException {
    private static final long serialVersionUID = 1;

    AuditUnavailableException(String message) {
        super(message);
    }

    AuditUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
