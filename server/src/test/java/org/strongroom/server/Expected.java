package org.strongroom.server;

import static org.strongroom.dicom.Attributes.*;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.strongroom.archive.Level;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Dictionary;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.VR;
import org.strongroom.server.Instances.Stored;
import org.strongroom.server.Questions.Question;

/**
 * Which answers a question has, worked out from the instances in the plainest way: no index, nothing shared with the archive. A patient, study or
 * series has the attributes of the first of its instances that was stored.
 */
final class Expected {
    private final List<Stored> inOrder;

    Expected(List<Stored> inOrder) {
        this.inOrder = inOrder;
    }

    Set<String> of(Question question) {
        Map<String, List<Stored>> studies = new LinkedHashMap<>();
        Map<String, List<Stored>> series = new LinkedHashMap<>();
        for (Stored one : inOrder) {
            studies.computeIfAbsent(one.study().value(), _ -> new ArrayList<>()).add(one);
            series.computeIfAbsent(one.study() + " " + one.series(), _ -> new ArrayList<>())
                    .add(one);
        }
        Set<String> unique = new LinkedHashSet<>();
        for (Stored one : inOrder) {
            List<Stored> study = studies.getOrDefault(one.study().value(), List.of());
            List<Stored> ofSeries = series.getOrDefault(one.study() + " " + one.series(), List.of());
            if (isBelow(question, study.getFirst(), one) && matches(question, study, ofSeries, one)) {
                DataSet has = question.level().compareTo(Level.STUDY) <= 0
                        ? study.getFirst().elements()
                        : one.elements();
                unique.add(Questions.unique(has, question.level()));
            }
        }
        return unique;
    }

    /** Whether it lies below the unique keys that the question holds. */
    private static boolean isBelow(Question question, Stored first, Stored one) {
        for (Level level : Level.values()) {
            String wanted = Questions.unique(question.identifier(), level);
            boolean isKey = question.key().equals(Questions.uniqueKey(level).tag());
            if (level.compareTo(question.level()) < 0 && !wanted.isEmpty() && !isKey) {
                DataSet has = level == Level.PATIENT ? first.elements() : one.elements();
                if (!wanted.equals(Questions.unique(has, level))) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean matches(Question question, List<Stored> study, List<Stored> series, Stored one) {
        Tag key = question.key();
        if (key.equals(ModalitiesInStudy.tag())) {
            Set<Uid> seen = new HashSet<>();
            return study.stream()
                    .filter(other -> seen.add(other.series()))
                    .anyMatch(other -> matches(question, Modality.tag(), VR.CS, other.elements()));
        }
        boolean ofStudy = Questions.KEYS.getOrDefault(Level.PATIENT, List.of()).stream()
                        .anyMatch(attribute -> attribute.tag().equals(key))
                || Questions.KEYS.getOrDefault(Level.STUDY, List.of()).stream()
                        .anyMatch(attribute -> attribute.tag().equals(key));
        boolean ofSeries = Questions.KEYS.getOrDefault(Level.SERIES, List.of()).stream()
                .anyMatch(attribute -> attribute.tag().equals(key));
        Stored source = ofStudy ? study.getFirst() : ofSeries ? series.getFirst() : one;
        return matches(question, key, vr(key), source.elements());
    }

    private static boolean matches(Question question, Tag key, VR vr, DataSet elements) {
        String wanted = question.value();
        return switch (question.kind()) {
            case UNIVERSAL, STAR_ALONE -> true;
            case SEQUENCE -> {
                Tag inner = Keys.tag(wanted.substring(0, wanted.indexOf('=')));
                String value = wanted.substring(wanted.indexOf('=') + 1);
                yield elements.items(key).stream()
                        .anyMatch(item ->
                                item.text(inner).stream().map(String::strip).anyMatch(value::equals));
            }
            default ->
                elements.text(key).stream()
                        .map(String::strip)
                        .filter(text -> !text.isEmpty())
                        .anyMatch(text -> matches(question, vr, text));
        };
    }

    private static boolean matches(Question question, VR vr, String text) {
        String wanted = question.value();
        return switch (question.kind()) {
            case UID_LIST, CODE_LIST -> List.of(wanted.split("\\\\", -1)).contains(text);
            case STAR_AT_END, STAR_AT_BEGINNING, STARS_AROUND, QUESTION_MARK -> glob(vr, wanted, text);
            case RANGE_FROM, RANGE_TO, RANGE_CLOSED, RANGE_EMPTY -> inRange(vr, wanted, text);
            case SINGLE, OTHER_CASE, ABSENT_VALUE, SHORTER_TIME ->
                switch (vr) {
                    case PN -> groups(wanted).isEmpty() || sharesGroup(wanted, text);
                    case TM -> digits(text, '0').startsWith(digits(wanted, ' ').strip());
                    case IS, US -> Long.parseLong(wanted.strip()) == Long.parseLong(text.strip());
                    default -> wanted.equals(text);
                };
            case UNIVERSAL, STAR_ALONE, SEQUENCE -> throw new IllegalStateException("answered above");
        };
    }

    private static boolean glob(VR vr, String pattern, String text) {
        // SMITH^* finds SMITH too: components left out at the end are empty ones.
        String shorter = vr == VR.PN ? pattern.replaceAll("\\^[*^]*$", "") : pattern;
        return globExactly(vr, pattern, text) || (!shorter.equals(pattern) && globExactly(vr, shorter, text));
    }

    private static boolean globExactly(VR vr, String pattern, String text) {
        StringBuilder regex = new StringBuilder();
        pattern.codePoints().forEach(c -> {
            switch (c) {
                case '*' -> regex.append(".*");
                case '?' -> regex.append('.');
                default ->
                    regex.append(Character.isLetterOrDigit(c) ? "" : "\\").appendCodePoint(c);
            }
        });
        if (vr != VR.PN) {
            return Pattern.compile(regex.toString(), Pattern.DOTALL)
                    .matcher(text)
                    .matches();
        }
        // A pattern may mean the whole name or one of its groups, with or without what is empty at the end.
        Pattern name = Pattern.compile(folded(regex.toString()), Pattern.DOTALL);
        String whole = folded(text);
        List<String> forms = new ArrayList<>(List.of(whole.split("=", -1)));
        forms.add(whole);
        forms.addAll(
                forms.stream().map(form -> form.replaceAll("[\\^= ]+$", "")).toList());
        return forms.stream().anyMatch(form -> name.matcher(form).matches());
    }

    /** Latin letters that Unicode gives no decomposition, and what a clerk without them types. */
    private static final Map<String, String> NO_DECOMPOSITION = Map.of(
            "ø", "o", "ł", "l", "đ", "d", "ð", "d", "ħ", "h", "ŧ", "t", "ı", "i", "æ", "ae", "œ", "oe", "þ", "th");

    /** Names in small letters, without accents, in one of the two kana. */
    private static String folded(String name) {
        String apart =
                Normalizer.normalize(name.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT), Normalizer.Form.NFKD);
        String together = Normalizer.normalize(apart.replaceAll("[\\u0300-\\u036f]", ""), Normalizer.Form.NFC);
        for (var letter : NO_DECOMPOSITION.entrySet()) {
            together = together.replace(letter.getKey(), letter.getValue());
        }
        StringBuilder kana = new StringBuilder();
        together.codePoints().forEach(c -> kana.appendCodePoint(c >= 0x30A1 && c <= 0x30F6 ? c - 0x60 : c));
        return kana.toString();
    }

    private static boolean inRange(VR vr, String range, String text) {
        String points = vr == VR.DA ? "." : ":"; // forms before DICOM 3.0
        int hyphen = range.indexOf('-');
        String from = range.substring(0, hyphen).replace(points, "");
        String to = range.substring(hyphen + 1).replace(points, "");
        if (vr == VR.DA) {
            String day = text.replace(".", "");
            return (from.isEmpty() || from.compareTo(day) <= 0) && (to.isEmpty() || day.compareTo(to) <= 0);
        }
        String value = digits(text, '0');
        return (from.isEmpty() || digits(from, '0').compareTo(value) <= 0)
                && (to.isEmpty() || value.compareTo(digits(to, '9')) <= 0);
    }

    /** A time as twelve digits, what is not said filled with one character. */
    private static String digits(String time, char fill) {
        String digits = time.replaceAll("[:.]", "");
        return digits.length() >= 12
                ? digits.substring(0, 12)
                : digits + String.valueOf(fill).repeat(12 - digits.length());
    }

    private static boolean sharesGroup(String wanted, String text) {
        List<String> groups = groups(text);
        return wanted.indexOf('=') < 0 ? groups.contains(groups(wanted).getFirst()) : groups.equals(groups(wanted));
    }

    /** The groups of a name in small letters without what is empty at the end. */
    private static List<String> groups(String name) {
        List<String> groups = new ArrayList<>();
        for (String group : folded(name).split("=", -1)) {
            groups.add(group.strip().replaceAll(" *\\^[ ^]*$", ""));
        }
        while (!groups.isEmpty() && groups.getLast().isEmpty()) {
            groups.removeLast();
        }
        return groups;
    }

    private static VR vr(Tag tag) {
        return Dictionary.standard().attribute(tag).orElseThrow().vrs().getFirst();
    }
}
