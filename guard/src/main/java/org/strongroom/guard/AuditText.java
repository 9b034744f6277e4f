package org.strongroom.guard;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.strongroom.dicom.Uid;

/** Bounds what others say before it enters an audit record: no field can make a record too large to be written. */
final class AuditText {
    static final int MAX_TEXT = 1000;
    private static final int MAX_KEYS = 500;
    private static final int MAX_COUNTS = 100;

    private AuditText() {}

    static Action bounded(Action action) {
        return switch (action) {
            case Action.Store(String source) -> new Action.Store(bounded(source));
            case Action.Query(String level, List<String> keys, Optional<String> reason) ->
                new Action.Query(
                        bounded(level),
                        keys.stream().limit(MAX_KEYS).map(k -> bounded(k, 64)).toList(),
                        reason.map(AuditText::bounded));
            case Action.Retrieve r ->
                new Action.Retrieve(
                        r.patientId().map(AuditText::bounded),
                        bounded(r.studies()),
                        bounded(r.series()),
                        bounded(r.instances()),
                        bounded(r.destination()),
                        r.reason().map(AuditText::bounded));
            case Action.Administer(String command) -> new Action.Administer(bounded(command));
        };
    }

    static Outcome bounded(Outcome outcome) {
        if (outcome.counts().size() <= MAX_COUNTS
                && outcome.counts().keySet().stream().allMatch(k -> k.length() <= 64)) {
            return outcome;
        }
        Map<String, Long> counts = new HashMap<>();
        outcome.counts().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .limit(MAX_COUNTS)
                .forEach(e -> counts.merge(bounded(e.getKey(), 64), e.getValue(), Long::sum));
        return new Outcome(outcome.success(), counts);
    }

    static String bounded(String text) {
        return bounded(text, MAX_TEXT);
    }

    /** At most {@code length} characters; a surrogate pair is not cut in two. */
    static String bounded(String text, int length) {
        if (text.length() <= length) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length;
        return text.substring(0, end);
    }

    private static List<Uid> bounded(List<Uid> uids) {
        return uids.size() <= Policy.MAX_UIDS ? uids : uids.subList(0, Policy.MAX_UIDS);
    }
}
