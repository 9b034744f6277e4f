package org.strongroom.dicom.validate;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.Uid;

/**
 * Gathers findings. The same one in many items is one with a count, and there are at most {@link #MOST} different ones:
 * a hostile data set has a million elements, each of them wrong.
 */
final class Findings {
    static final int MOST = 1000;

    private record Key(Rule rule, String pathWithoutItems, String module, String message) {}

    private final Map<Key, Finding> byKey = new LinkedHashMap<>();
    private long more;

    void add(Rule rule, Level level, @Nullable Tag tag, String message) {
        add(rule, level, tag, "", message);
    }

    void add(Rule rule, Level level, @Nullable Tag tag, String module, String message) {
        Key key = new Key(rule, level.path(tag, false), module, message);
        Finding known = byKey.get(key);
        if (known == null && byKey.size() == MOST) {
            more++;
            return;
        }
        byKey.put(
                key,
                known == null
                        ? new Finding(rule, level.path(tag, true), Optional.ofNullable(tag), module, message, 1)
                        : new Finding(rule, known.path(), known.tag(), module, message, known.places() + 1));
    }

    Report report(Optional<Uid> sopClass, String iod) {
        List<Finding> sorted = byKey.values().stream()
                .sorted(Comparator.comparing(Finding::severity))
                .toList();
        return new Report(sopClass, iod, sorted, more);
    }
}
