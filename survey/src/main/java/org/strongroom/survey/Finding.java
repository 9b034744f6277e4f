package org.strongroom.survey;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A target and all that was seen of it.
 *
 * @param looks in the order they were made; empty when the host was given up before
 */
record Finding(Target target, Instant at, List<Look> looks) {
    Finding {
        looks = List.copyOf(looks);
    }

    /** The strongest answer; empty when the target was not contacted. */
    Optional<Look> best() {
        return looks.stream().max((a, b) -> a.verdict().compareTo(b.verdict()));
    }

    State state() {
        return best().map(look -> look.verdict().state()).orElse(State.NOT_CONTACTED);
    }

    /** Studies a stranger is shown; 0 where none is. */
    int studies() {
        return best().flatMap(Look::count).map(Look.Count::studies).orElse(0);
    }

    /** Whether there may be more studies than were counted. */
    boolean atLeast() {
        return best().flatMap(Look::count).map(Look.Count::atLeast).orElse(false);
    }

    /** In which a stranger was answered, or TLS was agreed at least. */
    Optional<Look.Tls> tls() {
        return looks.stream().flatMap(look -> look.tls().stream()).findFirst();
    }
}
