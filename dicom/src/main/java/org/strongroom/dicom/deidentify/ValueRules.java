package org.strongroom.dicom.deidentify;

import static org.strongroom.dicom.deidentify.Dummies.ascii;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.strongroom.dicom.Dictionary;
import org.strongroom.dicom.Edit;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.VR;
import org.strongroom.dicom.deidentify.Tally.Treatment;

/** What takes the place of single values, for one instance: the same in every instance under one key. */
final class ValueRules {
    /** Above this age people are few: the others' rule in the field (HIPAA, 45 CFR 164.514) has them in one class. */
    private static final int OLDEST = 89;

    private static final Pattern AGE = Pattern.compile("(\\d{3})([DWMY])");
    private static final Pattern TERM = Pattern.compile("[A-Z][A-Z_ ]{0,15}");

    private final DeidentificationKey key;
    private final Subject subject;
    private final boolean keepUids;
    private final DateShift shift;
    private final CleanText clean;

    ValueRules(DeidentificationKey key, Subject subject, DeidentificationProfile profile) {
        this.key = key;
        this.subject = subject;
        this.keepUids = profile.has(ProfileOption.RETAIN_UIDS);
        this.shift = new DateShift(key.number("dates", subject.patient(), profile.longestShiftDays()));
        this.clean = new CleanText(subject.values(Subject.PATIENT_NAME), subject.value(Subject.PATIENT_ID));
    }

    /** The name and identifier that the patient goes by. */
    String pseudonym() {
        return key.pseudonym("patient", subject.patient());
    }

    Uid uid(Uid original) {
        return Uid.parse(replaced(original.value(), keepUids)).orElseThrow();
    }

    /** @param keep whether those stay that are UIDs */
    Edit uids(boolean keep, Tally tally) {
        return each(VR.UI, keep ? Treatment.KEPT : Treatment.UID_REPLACED, tally, value -> replaced(value, keep));
    }

    private String replaced(String value, boolean keep) {
        Optional<Uid> uid = Uid.parse(value);
        boolean registered =
                uid.isPresent() && Dictionary.standard().uidName(uid.get()).isPresent();
        return value.isEmpty() || registered || (keep && uid.isPresent())
                ? value
                : key.uid(value).value();
    }

    Edit shifted(VR vr, Tally tally) {
        return each(vr, Treatment.DATE_SHIFTED, tally, value -> switch (vr) {
            case DA -> value.isEmpty() ? value : shift.date(value).orElse(Dummies.DATE);
            case DT -> value.isEmpty() ? value : shift.dateTime(value).orElse(Dummies.DATE + Dummies.TIME);
            default -> value.isEmpty() || DateShift.isTime(value) ? value : Dummies.TIME;
        });
    }

    /** Dates and times as they are; what is none becomes one that says nothing. */
    Edit dates(VR vr, Treatment treatment, Tally tally) {
        String dummy = switch (vr) {
            case DA -> Dummies.DATE;
            case DT -> Dummies.DATE + Dummies.TIME;
            default -> Dummies.TIME;
        };
        return each(vr, treatment, tally, value -> value.isEmpty() || ValueForm.isOf(vr, value) ? value : dummy);
    }

    /** Numbers, ages and terms as they are; when one is none, all go. */
    Edit formed(VR vr, Treatment treatment, Treatment otherwise, Tally tally) {
        return new Edit.Examine(bytes -> ValueForm.all(Subject.trimmed(bytes), value -> ValueForm.isOf(vr, value))
                ? counted(treatment, Edit.KEEP, tally)
                : counted(otherwise, Edit.DROP, tally));
    }

    /** A short text or term as it is, unless this patient is in it. */
    Edit unnamed(VR vr, Treatment treatment, Tally tally) {
        return new Edit.Examine(bytes -> {
            String text = Subject.trimmed(bytes);
            if (vr == VR.CS && !ValueForm.all(text, value -> ValueForm.isOf(vr, value))) {
                return counted(Treatment.REMOVED, Edit.DROP, tally);
            }
            return clean.names(text, vr == VR.CS)
                    ? counted(Treatment.CLEANED, new Edit.Replace(vr, Dummies.bytes(vr)), tally)
                    : counted(treatment, Edit.KEEP, tally);
        });
    }

    /** The terms of (0008,0005) that can be some; others are emptied, which is the default repertoire. */
    Edit characterSets(Tally tally) {
        return each(VR.CS, Treatment.KEPT, tally, value -> ValueForm.isCharacterSet(value) ? value : "");
    }

    Edit zone(Tally tally) {
        return new Edit.Examine(bytes -> DateShift.isZone(Subject.trimmed(bytes))
                ? counted(Treatment.KEPT, Edit.KEEP, tally)
                : counted(Treatment.REMOVED, Edit.DROP, tally));
    }

    Edit aeTitles(Tally tally) {
        return each(VR.AE, Treatment.CLEANED, tally, value -> value.isEmpty() ? value : key.pseudonym("ae", value));
    }

    /** An identifier of another patient, or the same, somewhere in a sequence. */
    Edit otherPatient(Tally tally) {
        return each(
                VR.LO,
                Treatment.REPLACED,
                tally,
                value -> value.isEmpty() ? value : key.pseudonym("patient", subject.patient(value)));
    }

    /** Ages above 89 years become 90, what is no age goes. */
    Edit age(Tally tally) {
        return new Edit.Examine(bytes -> {
            String age = Subject.trimmed(bytes);
            var matcher = AGE.matcher(age);
            if (!matcher.matches()) {
                return counted(Treatment.REMOVED, Edit.DROP, tally);
            }
            int days = Integer.parseInt(matcher.group(1))
                    * switch (matcher.group(2)) {
                        case "D" -> 1;
                        case "W" -> 7;
                        case "M" -> 30;
                        default -> 366;
                    };
            return days > OLDEST * 366
                    ? counted(Treatment.CLEANED, new Edit.Replace(VR.AS, ascii("090Y")), tally)
                    : counted(Treatment.KEPT, Edit.KEEP, tally);
        });
    }

    /** The words that may stay; where none does, what the basic profile does. */
    Edit words(KnownAttribute attribute, String basic, Tally tally) {
        return new Edit.Examine(bytes -> {
            String words = clean.words(bytes);
            if (!words.isEmpty()) {
                int most = attribute.vr() == VR.SH || attribute.vr() == VR.CS ? 16 : 64;
                String fitting = words.length() <= most ? words : words.substring(0, words.lastIndexOf(' ', most));
                return counted(Treatment.CLEANED, new Edit.Replace(attribute.vr(), ascii(fitting)), tally);
            }
            if (basic.equals("X")) {
                return counted(Treatment.REMOVED, Edit.DROP, tally);
            }
            byte[] instead = bytes.length == 0 || basic.equals("Z") || basic.equals("X/Z")
                    ? new byte[0]
                    : Dummies.bytes(attribute.vr());
            return counted(Treatment.REPLACED, new Edit.Replace(attribute.vr(), instead), tally);
        });
    }

    /** A code value; {@code then} is told what goes out. */
    Edit code(VR vr, Consumer<String> then, Tally tally) {
        return new Edit.Examine(bytes -> {
            String value = Subject.trimmed(bytes);
            String code = CleanText.isCode(value) ? value : CleanText.NOTHING_LEFT;
            then.accept(code);
            return counted(Treatment.CLEANED, new Edit.Replace(vr, ascii(code)), tally);
        });
    }

    Edit scheme(Tally tally) {
        return each(
                VR.SH,
                Treatment.CLEANED,
                tally,
                value -> CleanText.isScheme(value) ? value : "99" + CleanText.NOTHING_LEFT);
    }

    /** A code's meaning is a text like others: its words may stay if all may; else the code stands for itself. */
    Edit meaning(Supplier<String> code, Tally tally) {
        return new Edit.Examine(bytes -> {
            String words = clean.words(bytes);
            String meaning = words.equals(Subject.trimmed(bytes)) && !words.isEmpty() ? words : code.get();
            return counted(
                    Treatment.CLEANED,
                    new Edit.Replace(VR.LO, ascii(meaning.isEmpty() ? CleanText.NOTHING_LEFT : meaning)),
                    tally);
        });
    }

    /** Any other attribute in content that is cleaned: numbers and terms stay, of texts their words. */
    Edit cleanedOther(KnownAttribute attribute, VR vr, Tally tally) {
        return switch (attribute.vr()) {
            case DS, IS ->
                each(
                        attribute.vr(),
                        Treatment.CLEANED,
                        tally,
                        value -> value.isEmpty() || ValueForm.isOf(attribute.vr(), value) ? value : "0");
            case CS ->
                each(
                        VR.CS,
                        Treatment.CLEANED,
                        tally,
                        value -> value.isEmpty() || TERM.matcher(value).matches() ? value : CleanText.NOTHING_LEFT);
            case LO, LT, SH, ST, UC, UT -> words(attribute, "D", tally);
            case AS -> counted(Treatment.REMOVED, Edit.DROP, tally);
            case OB, OD, OF, OL, OV, OW, UN -> counted(Treatment.REMOVED, Edit.DROP, tally);
            default ->
                vr == VR.UN ? counted(Treatment.REMOVED, Edit.DROP, tally) : counted(Treatment.KEPT, Edit.KEEP, tally);
        };
    }

    Edit creator(Predicate<String> known, Consumer<String> then, Tally tally) {
        return new Edit.Examine(bytes -> {
            String creator = Subject.trimmed(bytes);
            if (!known.test(creator)) {
                return counted(Treatment.PRIVATE_REMOVED, Edit.DROP, tally);
            }
            then.accept(creator);
            return counted(Treatment.PRIVATE_KEPT, Edit.KEEP, tally);
        });
    }

    private static Edit each(VR vr, Treatment treatment, Tally tally, Function<String, String> change) {
        return new Edit.Examine(bytes -> {
            StringBuilder text = new StringBuilder();
            String[] all = Subject.trimmed(bytes).split("\\\\", -1);
            for (int i = 0; i < all.length; i++) {
                text.append(i == 0 ? "" : "\\").append(change.apply(all[i].strip()));
            }
            return counted(treatment, new Edit.Replace(vr, ascii(text.toString())), tally);
        });
    }

    private static Edit counted(Treatment treatment, Edit edit, Tally tally) {
        tally.add(treatment);
        return edit;
    }
}
