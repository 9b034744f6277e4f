package org.strongroom.dicom.deidentify;

import java.util.EnumMap;
import java.util.Map;

/** How many elements were treated in which way; never which values. */
public final class Tally {
    /** What became of an element. */
    public enum Treatment {
        KEPT,
        REMOVED,
        EMPTIED,
        REPLACED,
        UID_REPLACED,
        DATE_SHIFTED,
        CLEANED,
        PRIVATE_REMOVED,
        PRIVATE_KEPT,
        UNKNOWN_REMOVED
    }

    private final Map<Treatment, Long> counts = new EnumMap<>(Treatment.class);

    Tally() {}

    void add(Treatment treatment) {
        counts.merge(treatment, 1L, Long::sum);
    }

    /** The treatments that occurred. */
    public Map<Treatment, Long> counts() {
        return Map.copyOf(counts);
    }
}
