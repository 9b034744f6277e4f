package org.strongroom.dimse;

import java.time.Duration;

/**
 * How long an association waits before it is given up.
 *
 * @param connect for the TCP connection, as requestor
 * @param association ARTIM timer, PS3.8 section 9.1.5: from the connection (TLS handshake included) to the complete
 *     A-ASSOCIATE-RQ, or to its answer; and for the transport to close after release or abort
 * @param idle between messages as acceptor, and for the other side to take what is written
 * @param response for the next response of a performer, as requestor
 * @param rateWindow while a message is under way, each span of this length spent waiting must bring...
 * @param minimumBytesPerSecond ...at least this many bytes for each of its seconds
 */
public record Timeouts(
        Duration connect,
        Duration association,
        Duration idle,
        Duration response,
        Duration rateWindow,
        int minimumBytesPerSecond) {
    public static final Timeouts DEFAULT = new Timeouts(
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            Duration.ofMinutes(5),
            Duration.ofSeconds(10),
            1024);

    /** The same patience everywhere, for tests and probes. */
    public static Timeouts of(Duration each) {
        return new Timeouts(each, each, each, each, each, 1024);
    }

    /** How often deadlines are looked at: at an eighth of the shortest, within 2 and 250 ms. */
    Duration step() {
        long shortest = Math.min(
                Math.min(association.toMillis(), idle.toMillis()),
                Math.min(response.toMillis(), rateWindow.toMillis()));
        return Duration.ofMillis(Math.clamp(shortest / 8, 2, 250));
    }
}
