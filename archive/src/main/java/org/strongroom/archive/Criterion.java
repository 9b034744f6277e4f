package org.strongroom.archive;

import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Dictionary;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.VR;

/**
 * One matching key made ready to be compared with values, PS3.4 C.2.2.2.
 *
 * <p>Person names are compared folded ({@link NameFolding}); a pattern without {@code =} matches any of the groups of a
 * name, one with it each of the groups it names or the whole. All other text is compared with case, as the standard
 * wants it and as DCMTK does; spaces at both ends are not significant. Numbers are compared as numbers, dates and times by what they
 * stand for ({@link Moment}). Of several values one must match. Nothing matches an empty value but universal matching.
 * Backslashes in a single value of CS give a list of which one must match, as many requestors send ModalitiesInStudy.
 */
final class Criterion {
    /** No numeral of PS3.5 is longer; keeps a hostile one from being computed with. */
    private static final int LONGEST_NUMERAL = 20;
    /** Five times what PS3.5 section 6.2 allows; folding takes time that grows with the square of a hostile one. */
    private static final int LONGEST_NAME = 1024;
    /** What getting at a value costs beside its length, see {@link Pace}. */
    private static final int STEPS_OF_A_VALUE = 50;

    private final Match match;
    private final Predicate<Values> test;

    private Criterion(Match match, Predicate<Values> test) {
        this.match = match;
        this.test = test;
    }

    /** Ready to be compared at this pace. */
    static Criterion of(Match match, Pace pace) {
        return new Criterion(match, compile(match, pace));
    }

    Match match() {
        return match;
    }

    boolean matches(Values values) {
        return test.test(values);
    }

    /** Whether it says nothing: universal matching. */
    static boolean isUniversal(Match match) {
        return switch (match) {
            case Match.Single single -> isEmpty(single.tag(), single.value());
            case Match.UidList list -> list.uids().isEmpty();
            case Match.Wildcard wildcard -> Glob.isUniversal(wildcard.pattern().strip());
            case Match.Range range -> range.from().isEmpty() && range.to().isEmpty();
            case Match.Sequence sequence -> sequence.item().stream().allMatch(Criterion::isUniversal);
        };
    }

    private static boolean isEmpty(Tag tag, String value) {
        return value.isBlank() || (vr(tag) == VR.PN && NameFolding.groups(value).isEmpty());
    }

    private static Predicate<Values> compile(Match match, Pace pace) {
        if (isUniversal(match)) {
            return values -> true;
        }
        Tag tag = match.tag();
        return switch (match) {
            case Match.Single single -> any(tag, single(vr(tag), single.value()), pace);
            case Match.UidList list -> any(tag, among(list.uids()), pace);
            case Match.Wildcard wildcard -> any(tag, wildcard(vr(tag), wildcard.pattern(), pace), pace);
            case Match.Range range -> any(tag, range(vr(tag), range), pace);
            case Match.Sequence sequence -> {
                List<Criterion> item = sequence.item().stream()
                        .map(one -> Criterion.of(one, pace))
                        .toList();
                yield values -> {
                    pace.row();
                    return values.items(tag).stream().anyMatch(one -> allMatch(item, one));
                };
            }
        };
    }

    private static boolean allMatch(List<Criterion> criteria, DataSet item) {
        Values values = Values.of(item);
        return criteria.stream().allMatch(criterion -> criterion.matches(values));
    }

    private static Predicate<Values> any(Tag tag, Predicate<String> one, Pace pace) {
        return values -> {
            pace.step(STEPS_OF_A_VALUE);
            for (String value : values.text(tag)) {
                pace.step(STEPS_OF_A_VALUE + value.length());
                if (one.test(value)) {
                    return true;
                }
            }
            return false;
        };
    }

    /** VR of the standard's dictionary; LO where it knows none. */
    static VR vr(Tag tag) {
        return Dictionary.standard()
                .attribute(tag)
                .map(entry -> entry.vrs().getFirst())
                .orElse(VR.LO);
    }

    private static Predicate<String> single(VR vr, String value) {
        return switch (vr) {
            case PN -> name(value, String::equals);
            case DA, TM, DT ->
                Moment.of(vr, value)
                        .<Predicate<String>>map(wanted -> text ->
                                Moment.of(vr, text).filter(wanted::contains).isPresent())
                        .orElse(text -> false);
            case IS, DS, US, SS, UL, SL, UV, SV, FL, FD -> number(value);
            case CS -> {
                Set<String> wanted = new HashSet<>();
                for (String code : value.split("\\\\", -1)) {
                    wanted.add(code.strip());
                }
                yield text -> wanted.contains(text.strip());
            }
            default -> {
                String wanted = value.strip();
                yield text -> text.strip().equals(wanted);
            }
        };
    }

    private static Predicate<String> number(String value) {
        String wanted = value.strip();
        return decimal(wanted)
                .<Predicate<String>>map(number -> text -> decimal(text.strip())
                        .filter(other -> other.compareTo(number) == 0)
                        .isPresent())
                .orElse(text -> text.strip().equals(wanted));
    }

    private static Optional<BigDecimal> decimal(String text) {
        if (text.isEmpty() || text.length() > LONGEST_NUMERAL) {
            return Optional.empty();
        }
        try {
            return Optional.of(new BigDecimal(text));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static Predicate<String> among(List<Uid> uids) {
        Set<String> wanted = new HashSet<>();
        uids.forEach(uid -> wanted.add(uid.value()));
        return text -> wanted.contains(text.strip());
    }

    private static Predicate<String> wildcard(VR vr, String pattern, Pace pace) {
        if (vr == VR.PN) {
            return name(pattern, (wanted, group) -> matchesGroup(wanted, group, pace));
        }
        String wanted = pattern.strip();
        return text -> Glob.matches(wanted, text.strip(), pace);
    }

    /** Components that a group leaves out at its end are empty ones, so {@code SMITH^*} finds SMITH too. */
    private static boolean matchesGroup(String pattern, String group, Pace pace) {
        int end = pattern.length();
        for (int i = end - 1; i >= 0 && (pattern.charAt(i) == '*' || pattern.charAt(i) == '^'); i--) {
            end = pattern.charAt(i) == '^' ? i : end;
        }
        return Glob.matches(pattern, group, pace)
                || (end < pattern.length() && Glob.matches(pattern.substring(0, end), group, pace));
    }

    private interface Comparison {
        boolean test(String wanted, String text);
    }

    private static Predicate<String> name(String value, Comparison comparison) {
        List<String> wanted = NameFolding.groups(value);
        if (wanted.size() == 1) {
            String group = wanted.getFirst();
            return text ->
                    isName(text) && NameFolding.groups(text).stream().anyMatch(one -> comparison.test(group, one));
        }
        String whole = String.join("=", wanted);
        return text -> {
            if (!isName(text)) {
                return false;
            }
            List<String> groups = NameFolding.groups(text);
            return groupsMatch(wanted, groups, comparison) || comparison.test(whole, String.join("=", groups));
        };
    }

    private static boolean isName(String text) {
        return text.length() <= LONGEST_NAME;
    }

    private static boolean groupsMatch(List<String> wanted, List<String> groups, Comparison comparison) {
        for (int i = 0; i < wanted.size(); i++) {
            String group = wanted.get(i);
            if (!group.isEmpty() && !comparison.test(group, i < groups.size() ? groups.get(i) : "")) {
                return false;
            }
        }
        return true;
    }

    private static Predicate<String> range(VR vr, Match.Range range) {
        Optional<Moment> from = range.from().flatMap(text -> Moment.of(vr, text));
        Optional<Moment> to = range.to().flatMap(text -> Moment.of(vr, text));
        if (from.isPresent() != range.from().isPresent()
                || to.isPresent() != range.to().isPresent()) {
            return text -> false;
        }
        long first = from.map(Moment::first).orElse(Long.MIN_VALUE);
        long last = to.map(Moment::last).orElse(Long.MAX_VALUE);
        return text -> Moment.of(vr, text)
                .filter(moment -> first <= moment.first() && moment.first() <= last)
                .isPresent();
    }
}
