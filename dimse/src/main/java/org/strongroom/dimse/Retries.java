package org.strongroom.dimse;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How often, and after how long, an association that did not come about is asked for again. Only what has had no effect
 * and may go away by itself is tried again: no connection, and a rejection that calls itself transient (PS3.8 table 9-21).
 *
 * @param attempts in all, at least 1
 * @param first pause before the second attempt; it doubles each time, give or take a quarter
 * @param longest pause
 */
public record Retries(int attempts, Duration first, Duration longest) {
    public static final Retries NONE = new Retries(1, Duration.ZERO, Duration.ZERO);
    public static final Retries DEFAULT = new Retries(4, Duration.ofMillis(500), Duration.ofSeconds(8));

    public Retries {
        if (attempts < 1) {
            throw new IllegalArgumentException("at least one attempt");
        }
    }

    /** Told before each pause. */
    public interface Told {
        Told NOBODY = (failure, pause) -> {};

        void again(IOException failure, Duration pause);
    }

    /**
     * Asks for an association as often as it may.
     *
     * @throws IOException of the last attempt, or of one that must not be repeated
     */
    public Association request(PeerAddress peer, Proposal proposal, Timeouts timeouts, Told told) throws IOException {
        Duration pause = first;
        for (int attempt = 1; ; attempt++) {
            try {
                return Association.request(peer.resolvedAgain(), proposal, timeouts);
            } catch (IOException e) {
                if (attempt >= attempts || !mayBeRepeated(e)) {
                    throw e;
                }
                told.again(e, pause);
                sleep(pause, e);
                pause = pause.multipliedBy(2).compareTo(longest) > 0 ? longest : pause.multipliedBy(2);
            }
        }
    }

    static boolean mayBeRepeated(IOException failure) {
        return switch (failure) {
            case Unconnected unconnected -> unconnected.why() != Unconnected.Cause.NAME_UNKNOWN;
            case AssociationRejected rejected -> rejected.isTransient();
            default -> false;
        };
    }

    private static void sleep(Duration pause, IOException cause) throws IOException {
        try {
            Thread.sleep((long) (pause.toMillis() * ThreadLocalRandom.current().nextDouble(0.75, 1.25)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssociationAborted(AssociationAborted.By.US, "interrupted", cause);
        }
    }
}
