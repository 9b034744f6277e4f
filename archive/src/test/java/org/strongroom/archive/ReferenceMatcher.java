package org.strongroom.archive;

import static org.strongroom.dicom.Attributes.*;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Tag;

/**
 * What a query should answer, by looking at everything: written from PS3.4 C.2.2.2 and without a look at the index's own
 * matching, as its oracle. Slow, and only as clever as the samples need.
 */
final class ReferenceMatcher {
    private static final Set<Tag> NAMES =
            Set.of(PatientName.tag(), ReferringPhysicianName.tag(), NameOfPhysiciansReadingStudy.tag());
    private static final Set<Tag> DATES = Set.of(StudyDate.tag(), PatientBirthDate.tag());
    private static final Set<Tag> TIMES = Set.of(StudyTime.tag());
    private static final Set<Tag> NUMBERS = Set.of(
            SeriesNumber.tag(),
            InstanceNumber.tag(),
            Rows.tag(),
            NumberOfStudyRelatedInstances.tag(),
            NumberOfPatientRelatedStudies.tag());

    private record Study(List<Entry> entries) {
        DataSet head() {
            return entries.getFirst().head();
        }

        String uid() {
            return entries.getFirst().study().value();
        }
    }

    private final Map<String, Study> studies = new LinkedHashMap<>();

    void add(Entry entry) {
        studies.computeIfAbsent(entry.study().value(), _ -> new Study(new ArrayList<>()))
                .entries
                .add(entry);
    }

    /** The unique keys of the answers, from the patient down, joined by slashes; newest study first. */
    List<String> answers(Query query) {
        List<Study> newestFirst = new ArrayList<>(studies.values());
        java.util.Collections.reverse(newestFirst);
        newestFirst.sort(Comparator.comparing((Study study) -> IndexSamples.text(study.head(), StudyDate.tag()))
                .reversed());
        List<String> answers = new ArrayList<>();
        Set<String> patients = new LinkedHashSet<>();
        for (Study study : newestFirst) {
            Map<Tag, String> values = new LinkedHashMap<>();
            values.put(
                    ModalitiesInStudy.tag(),
                    study.entries.stream()
                            .map(entry -> IndexSamples.text(entry.head(), Modality.tag()))
                            .distinct()
                            .collect(Collectors.joining("\\")));
            values.put(NumberOfStudyRelatedInstances.tag(), Integer.toString(study.entries.size()));
            values.put(
                    NumberOfPatientRelatedStudies.tag(),
                    Long.toString(studies.values().stream()
                            .filter(other -> patient(other).equals(patient(study)))
                            .count()));
            if (!matches(query, Level.STUDY, study.head(), values)) {
                continue;
            }
            switch (query.level()) {
                case PATIENT -> {
                    if (patients.add(patient(study))) {
                        answers.add(id(study));
                    }
                }
                case STUDY -> answers.add(id(study) + "/" + study.uid());
                case SERIES, IMAGE -> answers.addAll(below(query, study));
            }
        }
        return answers;
    }

    private static String id(Study study) {
        return IndexSamples.text(study.head(), PatientID.tag());
    }

    private static String patient(Study study) {
        String id = id(study);
        return id.isEmpty()
                ? "study " + study.uid()
                : id + "/" + IndexSamples.text(study.head(), IssuerOfPatientID.tag());
    }

    private Set<String> below(Query query, Study study) {
        Map<String, DataSet> series = new LinkedHashMap<>();
        study.entries.forEach(entry -> series.putIfAbsent(entry.series().value(), entry.head()));
        Set<String> answers = new LinkedHashSet<>();
        for (Entry entry : study.entries) {
            String uid = entry.series().value();
            String key = id(study) + "/" + study.uid() + "/" + uid;
            if (!matches(query, Level.SERIES, series.getOrDefault(uid, entry.head()), Map.of())) {
                continue;
            }
            if (query.level() == Level.SERIES) {
                answers.add(key);
            } else if (matches(query, Level.IMAGE, entry.head(), Map.of())) {
                answers.add(key + "/" + entry.sopInstance().value());
            }
        }
        return answers;
    }

    /** Compares the keys of one level: those of patient and study with the head of the study's first instance, and so on. */
    private static boolean matches(Query query, Level at, DataSet head, Map<Tag, String> values) {
        return query.matches().stream()
                .filter(match -> {
                    Level level = levelOf(match.tag());
                    return (level == Level.PATIENT ? Level.STUDY : level) == at && level.compareTo(query.level()) <= 0;
                })
                .allMatch(match -> {
                    if (match instanceof Match.Sequence sequence) {
                        return head.items(match.tag()).stream()
                                .anyMatch(item -> sequence.item().stream()
                                        .allMatch(one -> matches(one, IndexSamples.text(item, one.tag()))));
                    }
                    return matches(match, values.getOrDefault(match.tag(), IndexSamples.text(head, match.tag())));
                });
    }

    static Level levelOf(Tag tag) {
        if (Set.of(
                        NumberOfPatientRelatedStudies.tag(),
                        PatientName.tag(),
                        PatientID.tag(),
                        PatientBirthDate.tag(),
                        PatientSex.tag(),
                        IssuerOfPatientID.tag())
                .contains(tag)) {
            return Level.PATIENT;
        }
        if (Set.of(
                        StudyInstanceUID.tag(),
                        StudyDate.tag(),
                        StudyTime.tag(),
                        AccessionNumber.tag(),
                        StudyID.tag(),
                        StudyDescription.tag(),
                        ReferringPhysicianName.tag(),
                        ModalitiesInStudy.tag(),
                        NumberOfStudyRelatedInstances.tag())
                .contains(tag)) {
            return Level.STUDY;
        }
        return Set.of(
                                SeriesInstanceUID.tag(),
                                Modality.tag(),
                                SeriesNumber.tag(),
                                SeriesDescription.tag(),
                                BodyPartExamined.tag(),
                                StationName.tag(),
                                RequestAttributesSequence.tag())
                        .contains(tag)
                ? Level.SERIES
                : Level.IMAGE;
    }

    private static boolean matches(Match match, String joined) {
        List<String> values = joined.isEmpty() ? List.of() : List.of(joined.split("\\\\", -1));
        Tag tag = match.tag();
        return switch (match) {
            case Match.Single single -> values.stream().anyMatch(value -> single(tag, single.value(), value));
            case Match.UidList list ->
                values.stream()
                        .anyMatch(value ->
                                list.uids().stream().anyMatch(uid -> uid.value().equals(value)));
            case Match.Wildcard wildcard ->
                wildcard.pattern().matches("\\*+")
                        || values.stream().anyMatch(value -> wild(tag, wildcard.pattern(), value));
            case Match.Range range -> values.stream().anyMatch(value -> range(tag, range, value));
            case Match.Sequence _ -> throw new IllegalArgumentException("nested sequences are not in the samples");
        };
    }

    private static boolean single(Tag tag, String wanted, String value) {
        if (NAMES.contains(tag)) {
            return wild(tag, wanted, value);
        } else if (NUMBERS.contains(tag)) {
            return Integer.parseInt(wanted) == Integer.parseInt(value);
        } else if (TIMES.contains(tag)) {
            return lower(value).compareTo(lower(wanted)) >= 0 && lower(value).compareTo(upper(wanted)) <= 0;
        }
        return Arrays.asList(wanted.split("\\\\", -1)).contains(value);
    }

    private static boolean wild(Tag tag, String pattern, String value) {
        if (!NAMES.contains(tag)) {
            return regex(pattern).matcher(value).matches();
        }
        List<String> wanted = groups(pattern);
        List<String> groups = groups(value);
        if (wanted.size() == 1) {
            return groups.stream().anyMatch(group -> group(wanted.getFirst(), group));
        }
        boolean each = true;
        for (int i = 0; i < wanted.size(); i++) {
            String group = i < groups.size() ? groups.get(i) : "";
            each &= wanted.get(i).isEmpty() || group(wanted.get(i), group);
        }
        return each
                || regex(String.join("=", wanted))
                        .matcher(String.join("=", groups))
                        .matches();
    }

    /** A missing component is an empty one: delimiters of the pattern match those that are left out, wild cards don't. */
    private static boolean group(String pattern, String group) {
        StringBuilder regex = new StringBuilder();
        pattern.codePoints()
                .forEach(c -> regex.append(
                        switch (c) {
                            case '*' -> ".*";
                            case '?' -> "[^\u0001]";
                            case '^' -> "[\\^\u0001]";
                            default -> Pattern.quote(new String(Character.toChars(c)));
                        }));
        for (int missing = 0; missing < 8; missing++) {
            if (Pattern.matches(regex.toString(), group + "\u0001".repeat(missing))) {
                return true;
            }
        }
        return false;
    }

    private static List<String> groups(String name) {
        return Arrays.stream(name.split("="))
                .map(group -> Arrays.stream(group.split("\\^"))
                        .map(component -> simple(component.strip()))
                        .collect(Collectors.joining("^")))
                .toList();
    }

    /** Enough folding for the letters that the samples use. */
    private static String simple(String text) {
        String decomposed = Normalizer.normalize(text, Normalizer.Form.NFD).replaceAll("[\\u0300-\\u036F]", "");
        return Normalizer.normalize(decomposed, Normalizer.Form.NFC)
                .toLowerCase(Locale.ROOT)
                .replace("ø", "o")
                .replace("ł", "l")
                .replace("ß", "ss");
    }

    private static Pattern regex(String pattern) {
        StringBuilder regex = new StringBuilder();
        pattern.codePoints()
                .forEach(c -> regex.append(
                        c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(new String(Character.toChars(c)))));
        return Pattern.compile(regex.toString(), Pattern.DOTALL);
    }

    private static boolean range(Tag tag, Match.Range range, String value) {
        boolean date = DATES.contains(tag);
        String low = range.from().map(from -> date ? from : lower(from)).orElse("");
        String high = range.to().map(to -> date ? to : upper(to)).orElse("~");
        String point = date ? value : lower(value);
        return point.compareTo(low) >= 0 && point.compareTo(high) <= 0;
    }

    private static String lower(String time) {
        return pad(time, "000000.000000");
    }

    private static String upper(String time) {
        return pad(time, "235959.999999");
    }

    private static String pad(String time, String with) {
        return time + with.substring(time.length());
    }
}
