package org.strongroom.guard;

import java.util.Optional;

/** Who a peer turned out to be, or why it is refused. */
public sealed interface Identification {
    record Known(Identity.Device device) implements Identification {}

    /**
     * Turned away.
     *
     * @param device name of the enrolled device whose certificate it was, where there is one
     */
    record Refused(Refusal cause, Optional<String> device) implements Identification {}
}
