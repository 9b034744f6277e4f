package org.strongroom.archive;

import java.util.Optional;

/**
 * The state of the object store.
 *
 * @param reason why nothing is stored and what to do; empty when storing works
 * @param damagedRecords found at start-up: they are kept, not indexed, and logged with their places
 * @param recordsWithoutKey found at start-up: of erased studies, or of a key store that lost keys
 */
public record Health(Optional<String> reason, int damagedRecords, int recordsWithoutKey) {
    public boolean writable() {
        return reason.isEmpty();
    }
}
