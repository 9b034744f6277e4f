package org.strongroom.archive;

import static org.strongroom.dicom.Attributes.*;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.strongroom.dicom.Attribute;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.Uid;

/** Queries made of values that are stored, changed at random so that some match much, some little and some nothing. */
final class RandomQueries {
    private static final List<Attribute<?>> TEXTS = List.of(
            PatientName,
            PatientID,
            AccessionNumber,
            StudyID,
            StudyDescription,
            ReferringPhysicianName,
            SeriesDescription,
            StationName,
            PatientName,
            PatientName,
            IssuerOfPatientID,
            BodyPartExamined);
    private static final List<Attribute<?>> CODES = List.of(
            PatientSex,
            Modality,
            ModalitiesInStudy,
            SeriesNumber,
            InstanceNumber,
            Rows,
            NumberOfStudyRelatedInstances,
            PatientBirthDate,
            StudyDate,
            StudyTime,
            NumberOfPatientRelatedStudies);
    private static final List<Attribute<?>> RANGES = List.of(StudyDate, StudyTime, PatientBirthDate, StudyDate);
    private static final List<Attribute<?>> UIDS =
            List.of(StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID, SOPClassUID);

    private final IndexSamples samples;
    private final List<Entry> entries;
    private final Random random;

    RandomQueries(IndexSamples samples, List<Entry> entries) {
        this.samples = samples;
        this.entries = entries;
        this.random = samples.random();
    }

    Query next() {
        Level level = samples.one(List.of(Level.PATIENT, Level.STUDY, Level.STUDY, Level.SERIES, Level.IMAGE));
        List<Match> matches = new ArrayList<>();
        int keys = random.nextInt(4);
        DataSet head = samples.one(entries).head();
        for (int i = 0; i < keys; i++) {
            match(random.nextInt(3) == 0 ? samples.one(entries).head() : head).ifPresent(matches::add);
        }
        return new Query(level, matches, Set.of());
    }

    private Optional<Match> match(DataSet head) {
        return switch (random.nextInt(10)) {
            case 0 -> Optional.of(sequence());
            case 1 -> Optional.of(uids());
            case 2, 3 -> range(head);
            case 4, 5 -> code(head);
            default -> text(head);
        };
    }

    private Match sequence() {
        return new Match.Sequence(
                RequestAttributesSequence.tag(),
                List.of(
                        new Match.Single(RequestedProcedureID.tag(), "RP" + random.nextInt(30)),
                        new Match.Wildcard(ScheduledProcedureStepID.tag(), "SPS" + random.nextInt(3) + "*")));
    }

    private Match uids() {
        Attribute<?> attribute = samples.one(UIDS);
        List<Uid> uids = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(4); i++) {
            uids.add(new Uid(IndexSamples.text(samples.one(entries).head(), attribute.tag())));
        }
        return new Match.UidList(attribute.tag(), uids);
    }

    private Optional<Match> range(DataSet head) {
        Attribute<?> attribute = samples.one(RANGES);
        String one = IndexSamples.text(head, attribute.tag());
        String other = IndexSamples.text(samples.one(entries).head(), attribute.tag());
        if (one.isEmpty() || other.isEmpty()) {
            return Optional.empty();
        }
        String low = one.compareTo(other) < 0 ? one : other;
        String high = one.compareTo(other) < 0 ? other : one;
        return Optional.of(
                switch (random.nextInt(3)) {
                    case 0 -> new Match.Range(attribute.tag(), Optional.of(low), Optional.empty());
                    case 1 -> new Match.Range(attribute.tag(), Optional.empty(), Optional.of(high));
                    default -> new Match.Range(attribute.tag(), Optional.of(low), Optional.of(high));
                });
    }

    private Optional<Match> code(DataSet head) {
        Attribute<?> attribute = samples.one(CODES);
        String value = attribute.equals(ModalitiesInStudy)
                ? IndexSamples.text(head, Modality.tag()) + (random.nextBoolean() ? "\\US" : "")
                : attribute.equals(NumberOfStudyRelatedInstances) || attribute.equals(NumberOfPatientRelatedStudies)
                        ? Integer.toString(random.nextInt(1, 5))
                        : IndexSamples.text(head, attribute.tag());
        return value.isEmpty() ? Optional.empty() : Optional.of(new Match.Single(attribute.tag(), value));
    }

    private Optional<Match> text(DataSet head) {
        Attribute<?> attribute = samples.one(TEXTS);
        String value = IndexSamples.text(head, attribute.tag());
        if (value.isEmpty()) {
            return Optional.empty();
        }
        if (random.nextInt(4) == 0) {
            value = value.toUpperCase(Locale.ROOT);
        }
        if (random.nextInt(3) == 0) {
            return Optional.of(new Match.Single(attribute.tag(), value));
        }
        return Optional.of(new Match.Wildcard(attribute.tag(), pattern(value)));
    }

    /** A piece of the value between wild cards, or the value with some letters made wild. */
    private String pattern(String value) {
        int[] letters = value.codePoints().toArray();
        if (random.nextInt(3) > 0) {
            int from = random.nextInt(letters.length);
            int to = from + 1 + random.nextInt(letters.length - from);
            return (from == 0 ? "" : "*") + new String(letters, from, to - from) + "*";
        }
        StringBuilder pattern = new StringBuilder();
        for (int letter : letters) {
            int dice = random.nextInt(12);
            pattern.appendCodePoint(dice == 0 ? '*' : dice == 1 && letter != 'ß' ? '?' : letter);
        }
        return pattern.append(random.nextBoolean() ? "*" : "?*").toString();
    }

    /** Tests hold nobody's values, so these may be printed. */
    static String describe(Query query) {
        StringBuilder text = new StringBuilder(query.level().toString());
        query.matches().forEach(match -> text.append(' ').append(describe(match)));
        return text.toString();
    }

    private static String describe(Match match) {
        Tag tag = match.tag();
        return switch (match) {
            case Match.Single single -> tag + "=" + single.value();
            case Match.Wildcard wildcard -> tag + "~" + wildcard.pattern();
            case Match.UidList list -> tag + " in " + list.uids();
            case Match.Range range -> tag + " " + range.from() + ".." + range.to();
            case Match.Sequence sequence ->
                tag + " "
                        + sequence.item().stream().map(RandomQueries::describe).toList();
        };
    }
}
