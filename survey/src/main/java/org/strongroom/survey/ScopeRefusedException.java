package org.strongroom.survey;

/** A scope that gives no authority for what is asked; the message says what is wrong, where, and what to do. Nothing was sent. */
final class ScopeRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ScopeRefusedException(String sentence) {
        super(sentence);
    }

    ScopeRefusedException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
