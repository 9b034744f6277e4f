package org.strongroom.guard;

/** What was to be enrolled or revoked can't be; the message says why and what to do, in one line for the operator. */
public final class EnrolmentException extends Exception {
    private static final long serialVersionUID = 1;

    EnrolmentException(String message) {
        super(message);
    }
}
