package org.strongroom.guard;

import java.util.Map;

/**
 * What came of a permit: counts by name ("instances", "bytes", "matches", "failed", "conflicts"), and whether it ended well.
 */
public record Outcome(boolean success, Map<String, Long> counts) {
    public Outcome {
        counts = Map.copyOf(counts);
    }
}
