package org.strongroom.archive;

import java.util.List;
import java.util.Optional;

/**
 * The state of the object store.
 *
 * @param reason why nothing is stored and what to do; empty when storing works
 * @param damagedRecords found at start-up: they are kept, not indexed, and logged with their places
 * @param recordsWithoutKey found at start-up: of erased studies, or of a key store that lost keys
 * @param lostKeys of studies that have objects, found at start-up: they can't be opened, and nothing more of them is stored
 * @param missing packs that were there before and were not, or were shorter, at start-up
 */
public record Health(
        Optional<String> reason, int damagedRecords, int recordsWithoutKey, int lostKeys, List<MissingPack> missing) {
    public boolean writable() {
        return reason.isEmpty();
    }
}
