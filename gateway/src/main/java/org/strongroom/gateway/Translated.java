package org.strongroom.gateway;

/** An identifier or request in the archive's own terms, or why it has none. */
public sealed interface Translated<T> {
    /** It was understood. */
    record Ready<T>(T value) implements Translated<T> {}

    /** It was not. */
    record Bad<T>(BadIdentifier why) implements Translated<T> {}
}
