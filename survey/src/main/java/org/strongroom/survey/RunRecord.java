package org.strongroom.survey;

import java.time.Instant;
import java.util.List;

/**
 * A finished run: on what authority, when, and what was found.
 *
 * @param stopped whether it was stopped before every target was seen
 * @param logHead last chain value of packets.log
 */
record RunRecord(
        ScopeFile authority, Instant begun, Instant ended, boolean stopped, String logHead, List<Finding> findings) {
    RunRecord {
        findings = List.copyOf(findings);
    }

    long count(State state) {
        return findings.stream().filter(f -> f.state() == state).count();
    }

    /** Study records that open targets list, added up; the same study in two archives counts twice. */
    long studies() {
        return findings.stream().mapToLong(Finding::studies).sum();
    }

    /** Whether somewhere there may be more than were counted. */
    boolean atLeast() {
        return findings.stream().anyMatch(Finding::atLeast);
    }
}
