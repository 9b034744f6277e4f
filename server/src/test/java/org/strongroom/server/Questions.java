package org.strongroom.server;

import static org.strongroom.dicom.Attributes.*;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.strongroom.archive.Level;
import org.strongroom.dicom.Attribute;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.VR;
import org.strongroom.server.Instances.Stored;

/**
 * Queries about instances that are known: every matching type of PS3.4 C.2.2.2 with values that stand in the data, at every level
 * of both information models.
 */
final class Questions {
    static final Uid PATIENT_ROOT = new Uid("1.2.840.10008.5.1.4.1.2.1.1");
    static final Uid STUDY_ROOT = new Uid("1.2.840.10008.5.1.4.1.2.2.1");

    /** The required keys of PS3.4 C.6.1.1 and C.6.2.1, then optional keys that viewers ask for. */
    static final Map<Level, List<Attribute<?>>> KEYS = Map.of(
            Level.PATIENT,
            List.of(PatientName, PatientID, PatientBirthDate, PatientSex, PatientBirthTime, OtherPatientNames),
            Level.STUDY,
            List.of(
                    StudyInstanceUID,
                    StudyDate,
                    StudyTime,
                    AccessionNumber,
                    StudyID,
                    ReferringPhysicianName,
                    StudyDescription,
                    NameOfPhysiciansReadingStudy,
                    PatientAge,
                    ModalitiesInStudy,
                    ProcedureCodeSequence,
                    ReferencedStudySequence),
            Level.SERIES,
            List.of(
                    SeriesInstanceUID,
                    Modality,
                    SeriesNumber,
                    SeriesDescription,
                    SeriesDate,
                    SeriesTime,
                    BodyPartExamined,
                    ReferencedPerformedProcedureStepSequence,
                    RequestAttributesSequence),
            Level.IMAGE,
            List.of(SOPInstanceUID, InstanceNumber, SOPClassUID, ContentDate, ContentTime, Rows));

    private static final Set<VR> WILD = Set.of(VR.PN, VR.LO, VR.SH, VR.CS, VR.AE, VR.ST, VR.LT, VR.UT);

    private final List<Stored> data;
    private final Random random;
    private final int mostValues;

    /** @param mostValues how many values of an attribute are asked for, chosen by chance */
    Questions(List<Stored> data, long seed, int mostValues) {
        this.data = data;
        this.random = new Random(seed);
        this.mostValues = mostValues;
    }

    /** How a key is compared, PS3.4 C.2.2.2. */
    enum Kind {
        SINGLE,
        OTHER_CASE,
        ABSENT_VALUE,
        UID_LIST,
        CODE_LIST,
        UNIVERSAL,
        STAR_ALONE,
        STAR_AT_END,
        STAR_AT_BEGINNING,
        STARS_AROUND,
        QUESTION_MARK,
        RANGE_FROM,
        RANGE_TO,
        RANGE_CLOSED,
        RANGE_EMPTY,
        SHORTER_TIME,
        SEQUENCE
    }

    /** One C-FIND. */
    record Question(Kind kind, Uid model, Level level, Tag key, String value, DataSet identifier) {
        @Override
        public String toString() {
            return (model.equals(PATIENT_ROOT) ? "patient root " : "study root ") + level + " " + kind + " "
                    + Keys.name(key) + "=" + value;
        }
    }

    List<Question> all() {
        List<Question> all = new ArrayList<>();
        for (Level level : Level.values()) {
            ask(all, PATIENT_ROOT, level, KEYS.getOrDefault(level, List.of()));
            if (level != Level.PATIENT) {
                ask(all, STUDY_ROOT, level, KEYS.getOrDefault(level, List.of()));
            }
        }
        // Attributes of the patient stand at the STUDY level of the study root.
        ask(all, STUDY_ROOT, Level.STUDY, KEYS.getOrDefault(Level.PATIENT, List.of()));
        return all;
    }

    private void ask(List<Question> all, Uid model, Level level, List<Attribute<?>> keys) {
        for (Attribute<?> key : keys) {
            Map<String, Stored> values = values(key.tag(), key.vr(), level, model);
            if (values.isEmpty()) {
                continue;
            }
            List<String> chosen = new ArrayList<>(values.keySet());
            Collections.shuffle(chosen, random);
            chosen = chosen.subList(0, Math.min(mostValues, chosen.size()));
            for (String value : chosen) {
                Stored of = Optional.ofNullable(values.get(value)).orElseThrow();
                forms(key, value, List.copyOf(values.keySet()))
                        .forEach((kind, text) ->
                                question(model, level, key, kind, text, of).ifPresent(all::add));
            }
        }
    }

    /** Values that instances have, each with one instance that has it; for a sequence, those of the first attribute of an item. */
    private Map<String, Stored> values(Tag tag, VR vr, Level level, Uid model) {
        Map<String, Stored> values = new LinkedHashMap<>();
        for (Stored one : data) {
            boolean reachable = model.equals(STUDY_ROOT)
                    || level == Level.PATIENT
                    || !text(one.elements(), PatientID.tag()).isEmpty();
            Tag where = tag.equals(ModalitiesInStudy.tag()) ? Modality.tag() : tag;
            String value = vr == VR.SQ ? inItem(one.elements(), tag) : text(one.elements(), where);
            // Empty components at the end of a name say nothing, PS3.5 section 6.2.1.1; wild cards would meet them.
            value = vr == VR.PN ? value.replaceAll("[\\^= ]+$", "") : value;
            if (reachable && !value.isBlank() && value.indexOf('*') < 0 && value.indexOf('?') < 0) {
                values.putIfAbsent(value, one);
            }
        }
        return values;
    }

    /** {@code KEYWORD=VALUE} of the first attribute with a text in an item. */
    private static String inItem(DataSet elements, Tag sequence) {
        for (DataSet item : elements.items(sequence)) {
            for (Tag tag : item.tags()) {
                boolean isText = item.element(tag)
                        .filter(element -> element.vr() == VR.SH || element.vr() == VR.UI || element.vr() == VR.LO)
                        .isPresent();
                if (isText && item.text(tag).size() == 1 && !text(item, tag).isEmpty()) {
                    return Keys.name(tag) + "=" + text(item, tag);
                }
            }
        }
        return "";
    }

    static String text(DataSet elements, Tag tag) {
        return String.join("\\", elements.text(tag)).strip();
    }

    private Map<Kind, String> forms(Attribute<?> key, String value, List<String> all) {
        Map<Kind, String> forms = new LinkedHashMap<>();
        forms.put(Kind.UNIVERSAL, "");
        VR vr = key.vr();
        if (vr == VR.SQ) {
            forms.put(Kind.SEQUENCE, value);
            return forms;
        }
        forms.put(Kind.SINGLE, value);
        if (vr == VR.UI) {
            forms.put(Kind.UID_LIST, "1.2.3.4.5\\" + value + "\\" + all.get(random.nextInt(all.size())));
            forms.put(Kind.ABSENT_VALUE, "1.2.3.4.5");
        } else if (vr == VR.DA || vr == VR.TM) {
            String other = all.get(random.nextInt(all.size()));
            boolean ordered = other.replace(":", "").compareTo(value.replace(":", "")) <= 0;
            forms.put(Kind.RANGE_FROM, value + "-");
            forms.put(Kind.RANGE_TO, "-" + value);
            forms.put(Kind.RANGE_CLOSED, ordered ? other + "-" + value : value + "-" + other);
            forms.put(Kind.RANGE_EMPTY, vr == VR.DA ? "18000101-18001231" : "235958-235959");
            if (vr == VR.TM && value.matches("[0-9]{5,}.*")) {
                forms.put(Kind.SHORTER_TIME, value.substring(0, 4));
            }
        } else if (WILD.contains(vr)) {
            wild(forms, value);
            if (vr == VR.CS && value.indexOf('\\') < 0) {
                forms.put(Kind.CODE_LIST, "ZZQX\\" + value);
            }
        }
        return forms;
    }

    private void wild(Map<Kind, String> forms, String value) {
        forms.put(Kind.STAR_ALONE, "*");
        int codePoints = value.codePointCount(0, value.length());
        if (value.indexOf('\\') >= 0 || codePoints < 3) {
            return;
        }
        int first = value.offsetByCodePoints(0, 1);
        int half = value.offsetByCodePoints(0, codePoints / 2);
        int next = value.offsetByCodePoints(half, 1);
        forms.put(Kind.STAR_AT_END, value.substring(0, half) + "*");
        forms.put(Kind.STAR_AT_BEGINNING, "*" + value.substring(half));
        forms.put(Kind.STARS_AROUND, "*" + value.substring(first, next) + "*");
        forms.put(Kind.QUESTION_MARK, value.substring(0, half) + "?" + value.substring(next));
        forms.put(Kind.ABSENT_VALUE, "ZZQX");
        String lower = value.toLowerCase(Locale.ROOT);
        String other = lower.equals(value) ? value.toUpperCase(Locale.ROOT) : lower;
        if (!other.equals(value)) {
            forms.put(Kind.OTHER_CASE, other);
        }
    }

    /** Empty where the value's own character set can't hold what was made of it. */
    private static Optional<Question> question(
            Uid model, Level level, Attribute<?> key, Kind kind, String value, Stored of) {
        DataSet elements = of.elements();
        DataSet identifier = DataSet.empty();
        if (elements.contains(SpecificCharacterSet)) {
            identifier = identifier.withElementOf(elements, SpecificCharacterSet.tag());
        }
        identifier = identifier.with(QueryRetrieveLevel, level.name());
        for (Level each : Level.values()) {
            boolean asked = model.equals(PATIENT_ROOT) || each != Level.PATIENT;
            Attribute<?> unique = uniqueKey(each);
            if (each == level) {
                identifier = identifier.withEmpty(unique.tag(), unique.vr());
            } else if (asked && each.compareTo(level) < 0) {
                identifier = identifier.withElementOf(elements, unique.tag());
            }
        }
        try {
            return Optional.of(new Question(kind, model, level, key.tag(), value, with(identifier, key, value)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static DataSet with(DataSet identifier, Attribute<?> key, String value) {
        if (value.isEmpty()) {
            return identifier.withEmpty(key.tag(), key.vr());
        }
        if (key.vr() != VR.SQ) {
            return identifier.withText(key.tag(), key.vr(), List.of(value.split("\\\\", -1)));
        }
        Tag inner = Keys.tag(value.substring(0, value.indexOf('=')));
        VR vr = org.strongroom.dicom.Dictionary.standard()
                .attribute(inner)
                .orElseThrow()
                .vrs()
                .getFirst();
        DataSet item = DataSet.emptyItem(identifier.characterSet())
                .withText(inner, vr, List.of(value.substring(value.indexOf('=') + 1)));
        return identifier.withItems(key.tag(), List.of(item));
    }

    static Attribute<?> uniqueKey(Level level) {
        return switch (level) {
            case PATIENT -> PatientID;
            case STUDY -> StudyInstanceUID;
            case SERIES -> SeriesInstanceUID;
            case IMAGE -> SOPInstanceUID;
        };
    }

    /** What stands for an answer. */
    static String unique(DataSet answer, Level level) {
        return text(answer, uniqueKey(level).tag());
    }
}
