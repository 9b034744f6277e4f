package org.strongroom.gateway;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.strongroom.archive.Match;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Element;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.VR;

/** Turns one key of an identifier into a {@link Match}, PS3.4 section C.2.2.2. */
final class KeyMatching {
    /** VRs whose values may hold wild cards, PS3.4 section C.2.2.2.4. */
    private static final Set<VR> WILDCARDS =
            EnumSet.of(VR.AE, VR.CS, VR.LO, VR.LT, VR.PN, VR.SH, VR.ST, VR.UC, VR.UR, VR.UT);

    /** VRs whose value isn't one that can be compared with a key's. */
    private static final Set<VR> BULK = EnumSet.of(VR.OB, VR.OD, VR.OF, VR.OL, VR.OV, VR.OW, VR.UN);

    /** A backslash does not separate values in these, PS3.5 section 6.4. */
    private static final Set<VR> ONE_VALUE = EnumSet.of(VR.LT, VR.ST, VR.UT, VR.UR);

    private static final String DATE = "[0-9]{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])";
    /** More than six digits of a fraction are none by PS3.5, but devices have such times and ask for them; so is 24. */
    private static final String TIME = "(?:[01][0-9]|2[0-4])(?:[0-5][0-9](?:(?:[0-5][0-9]|60)(?:\\.[0-9]{1,12})?)?)?";

    private static final String DATE_TIME = "[0-9]{4}(?:[0-9]{2}){0,5}(?:\\.[0-9]{1,6})?(?:[+-][0-9]{4})?";

    private KeyMatching() {}

    /** One key in terms of the archive. */
    sealed interface Key {
        /** A key that holds a value. */
        record Matched(Match match) implements Key {}

        /** Universal matching, C.2.2.2.3. */
        record Universal() implements Key {}

        /** A key nobody can match: a bulk value, or one of unknown VR. */
        record Unsupported() implements Key {}

        /** A key whose value says nothing that can be matched. */
        record Bad(BadIdentifier why) implements Key {}
    }

    static Key of(DataSet identifier, Tag tag) {
        Optional<Element> element = identifier.element(tag);
        if (element.isEmpty()) {
            return new Key.Universal();
        }
        VR vr = element.get().vr();
        if (vr == VR.SQ) {
            return sequence(identifier, tag);
        }
        List<String> values = identifier.text(tag).stream()
                .map(String::strip)
                .filter(value -> !value.isEmpty())
                .toList();
        if (BULK.contains(vr)) {
            return isEmpty(element.get()) ? new Key.Universal() : new Key.Unsupported();
        }
        if (values.stream().allMatch(KeyMatching::isOnlyStars)) {
            return new Key.Universal();
        }
        if (vr == VR.UI) {
            return uids(tag, values);
        }
        if (values.size() > 1 && vr == VR.CS) {
            return codes(tag, values);
        }
        if (values.size() > 1 && !ONE_VALUE.contains(vr)) {
            return new Key.Bad(BadIdentifier.value(tag, "several values; only keys of UIDs or codes may have a list"));
        }
        return single(tag, vr, String.join("\\", values));
    }

    /** "*" alone matches everything, whatever the VR: devices send it in any key (C.2.2.2.4, third note). */
    private static boolean isOnlyStars(String value) {
        return value.chars().allMatch(c -> c == '*');
    }

    private static boolean isEmpty(Element element) {
        return element instanceof Element.Encoded encoded && encoded.bytes().byteSize() == 0;
    }

    private static Key single(Tag tag, VR vr, String value) {
        return switch (vr) {
            case DA -> range(tag, value.replace(".", ""), DATE, "date");
            case TM -> range(tag, value.replace(":", ""), TIME, "time");
            case DT -> range(tag, value, DATE_TIME, "date and time");
            default -> {
                boolean wild = value.indexOf('*') >= 0 || value.indexOf('?') >= 0;
                if (wild && !WILDCARDS.contains(vr)) {
                    yield new Key.Bad(BadIdentifier.value(tag, "no wild cards in a key of VR " + vr));
                }
                int longest = wild ? QueryLimits.pattern(vr) : QueryLimits.VALUE;
                if (value.length() > longest) {
                    yield tooLong(tag, longest);
                }
                yield new Key.Matched(wild ? new Match.Wildcard(tag, value) : new Match.Single(tag, value));
            }
        };
    }

    private static Key tooLong(Tag tag, int longest) {
        return new Key.Bad(BadIdentifier.value(tag, "longer than " + longest + " characters"));
    }

    private static Key tooMany(Tag tag, int most) {
        return new Key.Bad(BadIdentifier.value(tag, "a list of more than " + most + " values"));
    }

    /** Range matching, C.2.2.2.5; a value that reads as a single one is one, since DT may hold a hyphen. */
    private static Key range(Tag tag, String value, String form, String name) {
        if (value.length() > QueryLimits.RANGE) {
            return tooLong(tag, QueryLimits.RANGE);
        }
        if (value.matches(form) && hasPlausibleOffset(value)) {
            return new Key.Matched(new Match.Single(tag, value));
        }
        Matcher range = Pattern.compile("(" + form + ")? ?- ?(" + form + ")?").matcher(value);
        if (!range.matches() || (range.group(1) == null && range.group(2) == null)) {
            return new Key.Bad(BadIdentifier.value(tag, "neither a " + name + " nor a range of them"));
        }
        return new Key.Matched(
                new Match.Range(tag, Optional.ofNullable(range.group(1)), Optional.ofNullable(range.group(2))));
    }

    /** Whether what stands behind a hyphen can be an offset from UTC (-1200 to -0000) and not the year a range ends with. */
    private static boolean hasPlausibleOffset(String value) {
        int hyphen = value.indexOf('-');
        return hyphen < 0 || value.substring(hyphen + 1).compareTo("1200") <= 0;
    }

    /** A list of codes, of which one must match: viewers ask so for ModalitiesInStudy, without negotiating C.2.2.2.8. */
    private static Key codes(Tag tag, List<String> values) {
        if (values.size() > QueryLimits.CODES) {
            return tooMany(tag, QueryLimits.CODES);
        }
        if (values.stream().mapToInt(String::length).sum() > QueryLimits.VALUE) {
            return tooLong(tag, QueryLimits.VALUE);
        }
        return values.stream().anyMatch(value -> value.indexOf('*') >= 0 || value.indexOf('?') >= 0)
                ? new Key.Bad(BadIdentifier.value(tag, "several values and wild cards among them"))
                : new Key.Matched(new Match.Single(tag, String.join("\\", values)));
    }

    private static Key uids(Tag tag, List<String> values) {
        if (values.size() > QueryLimits.UIDS) {
            return tooMany(tag, QueryLimits.UIDS);
        }
        List<Uid> uids = new ArrayList<>(values.size());
        for (String value : values) {
            Optional<Uid> uid = Uid.parse(value);
            if (uid.isEmpty()) {
                return new Key.Bad(BadIdentifier.value(tag, "not a UID or a list of UIDs"));
            }
            uids.add(uid.get());
        }
        return new Key.Matched(new Match.UidList(tag, List.copyOf(uids)));
    }

    /** Sequence matching, C.2.2.2.6: one item, each of its attributes a key. */
    private static Key sequence(DataSet identifier, Tag tag) {
        List<DataSet> items = identifier.items(tag);
        if (items.size() > 1) {
            return new Key.Bad(BadIdentifier.value(tag, "a sequence key has one item"));
        }
        List<Match> matches = new ArrayList<>();
        for (DataSet item : items) {
            for (Tag nested : item.tags()) {
                switch (of(item, nested)) {
                    case Key.Matched matched -> matches.add(matched.match());
                    case Key.Universal _ -> {}
                    case Key.Unsupported unsupported -> {
                        return unsupported;
                    }
                    case Key.Bad bad -> {
                        return bad;
                    }
                }
            }
        }
        return matches.isEmpty() ? new Key.Universal() : new Key.Matched(new Match.Sequence(tag, List.copyOf(matches)));
    }
}
