package org.strongroom.dicom.deidentify;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Edit;
import org.strongroom.dicom.ElementEditor;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.VR;
import org.strongroom.dicom.deidentify.Tally.Treatment;
import org.strongroom.dicom.validate.AttributeTypes;

/**
 * Decides about each element of one instance as it passes, PS3.15 table E.1-1.
 *
 * <p>Where the table leaves a choice that depends on the attribute's type in its IOD (Z/D, X/Z, X/D, X/Z/D), what is valid
 * for every type is chosen: a value that says nothing, or a zero length where that is among the choices and D isn't. No
 * value of a sequence is valid for every type: it is emptied where the IOD has it as type 2 or isn't known, else removed.
 * None of the choices leaves anything, so a wrong SOP class gains nothing. Sequences of references (X/Z/U*) stay with their
 * UIDs replaced. Everything holds at any depth.
 */
final class ElementRules implements ElementEditor {
    private static final Tag CHARACTER_SET = new Tag(0x00080005);
    private static final Tag TIME_ZONE = new Tag(0x00080201);
    private static final int PATIENT = 0x0010;
    private static final int PIXELS = 0x7FE0;

    /** Sequences whose content is cleaned as text and codes, when an option says C. */
    private static final Set<Integer> CLEANED_SEQUENCES =
            Set.of(0x00081084, 0x0040100A, 0x00321067, 0x00400275, 0x0040A730, 0x00400555, 0x00400610, 0x00700001);

    /** What is known of the data set or item whose elements come. */
    private static final class Level {
        /** Private creators by group and block. */
        final Map<Integer, String> creators = new HashMap<>();

        final boolean cleaned;
        String code = "";

        Level(boolean cleaned) {
            this.cleaned = cleaned;
        }
    }

    private final DeidentificationProfile profile;
    private final Subject subject;
    private final ValueRules values;
    private final DataSet added;
    private final Tally tally;
    private final Optional<AttributeTypes> types;
    private final Deque<Level> levels = new ArrayDeque<>();
    private final Map<Tag, Integer> seen = new HashMap<>();
    private boolean pixelsPassed;

    ElementRules(DeidentificationProfile profile, Subject subject, ValueRules values, DataSet added, Tally tally) {
        this.profile = profile;
        this.subject = subject;
        this.values = values;
        this.added = added;
        this.tally = tally;
        this.types = subject.uid(Subject.SOP_CLASS).flatMap(AttributeTypes::of);
        levels.push(new Level(false));
    }

    @Override
    public DataSet added() {
        return added;
    }

    @Override
    public void beginItem(Tag sequence) {
        boolean cleaned = levels.element().cleaned
                || (CLEANED_SEQUENCES.contains(sequence.code())
                        && action(ConfidentialityTable.STANDARD.row(sequence)).equals("C"));
        levels.push(new Level(cleaned));
    }

    @Override
    public void endItem() {
        levels.pop();
    }

    @Override
    public Edit edit(int depth, Tag tag, VR vr, long length) {
        if (depth == 0 && Subject.WANTED.contains(tag) && seen.merge(tag, 1, Integer::sum) > subject.count(tag)) {
            throw new DicomFormatException(tag + " after the pixel data, where it belongs before");
        }
        if (tag.isPrivate()) {
            return ofPrivate(tag, vr, length);
        }
        if (depth == 0 && isOverlayInPixels(tag) && pixelsPassed) {
            throw new DicomFormatException(tag + " after the pixel data, where it belongs before");
        }
        if (tag.group() < 8 || isRetiredOrOverlay(tag)) {
            return removed(Treatment.REMOVED);
        }
        Optional<KnownAttribute> known = KnownAttribute.of(tag);
        if (known.isEmpty()) {
            return removed(Treatment.UNKNOWN_REMOVED);
        }
        if (tag.group() == PIXELS) {
            return pixels(depth, tag, vr, length);
        }
        KnownAttribute attribute = known.get();
        if (attribute.removed()) {
            boolean wanted = tag.group() == PATIENT && depth == 0 && mayBeRequiredEmpty(tag);
            return wanted ? emptied(attribute) : removed(Treatment.REMOVED);
        }
        ConfidentialityTable.Row row = attribute.row();
        return row == null ? unlisted(attribute, vr, length) : listed(attribute, action(row), row.basic(), vr, length);
    }

    /** Curves, overlays, and what only retired ways of compressing had; of the whole group, whatever is in it. */
    private static boolean isRetiredOrOverlay(Tag tag) {
        int family = tag.code() & 0xFF000000;
        return family == 0x50000000
                || family == 0x60000000
                || (family == 0x7F000000 && tag.group() != PIXELS)
                || tag.group() == 0x1000
                || tag.group() == 0x1010
                || (tag.code() & 0xFFFFFF00) == 0x00203100;
    }

    private static boolean isOverlayInPixels(Tag tag) {
        return (tag.code() & 0xFF000000) == 0x60000000
                && (tag.element() == 0x0010 || tag.element() == 0x0100 || tag.element() == 0x0102);
    }

    /** The instance's own: pixels in an item are a copy, as an icon is. Each in a VR that it can have, PS3.5 annex A. */
    private Edit pixels(int depth, Tag tag, VR vr, long length) {
        if (depth > 0) {
            return removed(Treatment.REMOVED);
        }
        boolean data = tag.element() >= 0x0008 && tag.element() <= 0x0010;
        pixelsPassed |= data;
        boolean defined = length != UNDEFINED;
        boolean fits = switch (tag.element()) {
            case 0x0001, 0x0002 -> (vr == VR.OV || vr == VR.UN) && defined && length % 8 == 0;
            case 0x0003 -> (vr == VR.UV || vr == VR.UN) && length == 8;
            case 0x0008 -> (vr == VR.OF || vr == VR.UN) && defined && length % 4 == 0;
            case 0x0009 -> (vr == VR.OD || vr == VR.UN) && defined && length % 8 == 0;
            case 0x0010 -> vr == VR.OB || vr == VR.OW || vr == VR.UN;
            default -> false;
        };
        if (data && !fits) {
            throw new DicomFormatException(tag + " with a VR or length that pixel data can't have");
        }
        return fits ? counted(Treatment.KEPT, Edit.KEEP) : removed(Treatment.REMOVED);
    }

    private String action(ConfidentialityTable.@Nullable Row row) {
        return row == null ? "" : row.action(profile);
    }

    private Edit listed(KnownAttribute attribute, String action, String basic, VR vr, long length) {
        boolean sequence = attribute.vr() == VR.SQ;
        return switch (action) {
            case "K" -> kept(attribute, vr, length, true);
            case "C" -> cleaned(attribute, basic, vr, length);
            case "X" -> removed(Treatment.REMOVED);
            case "X/D" -> sequence ? removed(Treatment.REMOVED) : dummy(attribute, vr, length);
            case "Z" -> emptied(attribute);
            case "X/Z" -> sequence ? emptiedOrRemoved(attribute) : emptied(attribute);
            case "X/Z/D" -> sequence ? emptiedOrRemoved(attribute) : dummy(attribute, vr, length);
            case "D", "Z/D" -> dummy(attribute, vr, length);
            case "U" -> uids(attribute, vr, length);
            case "X/Z/U*" -> kept(attribute, vr, length, false);
            default -> throw new IllegalStateException("an action that table E.1-1 does not have");
        };
    }

    /** An attribute that the table does not name: kept as it is, unless its VR is one of those that identify. */
    private Edit unlisted(KnownAttribute attribute, VR vr, long length) {
        if (attribute.vr() == VR.SQ) {
            return kept(attribute, vr, length, false);
        }
        if (!attribute.accepts(vr) || length == UNDEFINED) {
            return removed(Treatment.REMOVED);
        }
        return switch (attribute.vr()) {
            case PN, AE -> dummy(attribute, vr, length);
            case UR -> removed(Treatment.REMOVED);
            case UI -> values.uids(attribute.classUid() || profile.has(ProfileOption.RETAIN_UIDS), tally);
            case DA, DT, TM -> date(attribute, vr, length);
            default ->
                levels.element().cleaned
                        ? cleanedCodesAndTexts(attribute, vr)
                        : attribute.isLongText()
                                ? values.words(attribute, "D", tally)
                                : kept(attribute, vr, length, false);
        };
    }

    private Edit date(KnownAttribute attribute, VR vr, long length) {
        if (profile.has(ProfileOption.RETAIN_FULL_DATES)) {
            return kept(attribute, vr, length, false);
        }
        return profile.has(ProfileOption.RETAIN_MODIFIED_DATES)
                ? values.shifted(attribute.vr(), tally)
                : dummy(attribute, vr, length);
    }

    /**
     * Kept as it is where it has the form of what the dictionary says it is.
     *
     * @param exactly whether an option keeps just this attribute, whatever a text of it says
     */
    private Edit kept(KnownAttribute attribute, VR vr, long length, boolean exactly) {
        if (attribute.vr() == VR.SQ) {
            // Of undefined length another VR would be fragments, whose bytes nobody asks about.
            return vr == VR.SQ || (vr == VR.UN && length == UNDEFINED)
                    ? counted(Treatment.KEPT, Edit.KEEP)
                    : vr == VR.UN ? counted(Treatment.KEPT, Edit.AS_ITEMS) : removed(Treatment.REMOVED);
        }
        if (length == UNDEFINED || !attribute.accepts(vr) || !attribute.fits(vr, length)) {
            return removed(Treatment.REMOVED);
        }
        if (attribute.tag().equals(CHARACTER_SET)) {
            return values.characterSets(tally);
        }
        return attribute.tag().equals(TIME_ZONE)
                ? values.zone(tally)
                : inForm(attribute.vr(), Treatment.KEPT, Treatment.REMOVED, exactly);
    }

    /** @param exactly whether texts are not looked into */
    private Edit inForm(VR vr, Treatment treatment, Treatment otherwise, boolean exactly) {
        return switch (vr) {
            case AS -> values.age(tally);
            case DA, DT, TM -> values.dates(vr, treatment, tally);
            case UI -> values.uids(true, tally);
            case DS, IS -> values.formed(vr, treatment, otherwise, tally);
            case CS -> exactly ? values.formed(vr, treatment, otherwise, tally) : values.unnamed(vr, treatment, tally);
            case LO, SH -> exactly ? counted(treatment, Edit.KEEP) : values.unnamed(vr, treatment, tally);
            default -> counted(treatment, Edit.KEEP);
        };
    }

    private Edit cleaned(KnownAttribute attribute, String basic, VR vr, long length) {
        if (CLEANED_SEQUENCES.contains(attribute.tag().code())) {
            return kept(attribute, vr, length, false);
        }
        if (length == UNDEFINED || vr == VR.SQ) {
            return removed(Treatment.REMOVED);
        }
        return switch (attribute.vr()) {
            case DA, DT, TM -> values.shifted(attribute.vr(), tally);
            case AE -> values.aeTitles(tally);
            case CS, LO, LT, SH, ST, UC, UT ->
                attribute.tag().code() == 0x00080201 ? values.zone(tally) : values.words(attribute, basic, tally);
            // Bytes can't be cleaned without knowing what they are.
            default -> listed(attribute, basic, basic, vr, length);
        };
    }

    private Edit cleanedCodesAndTexts(KnownAttribute attribute, VR vr) {
        Level level = levels.element();
        return switch (attribute.tag().code()) {
            case 0x00080100, 0x00080119 -> values.code(attribute.vr(), code -> level.code = code, tally);
            case 0x00080102 -> values.scheme(tally);
            case 0x00080103 -> removed(Treatment.REMOVED);
            case 0x00080104 -> values.meaning(() -> level.code, tally);
            default -> values.cleanedOther(attribute, vr, tally);
        };
    }

    private boolean mayBeRequiredEmpty(Tag tag) {
        return types.isPresent() && types.get().mayBeRequiredEmpty(tag);
    }

    private Edit emptiedOrRemoved(KnownAttribute attribute) {
        boolean outermost = levels.size() == 1;
        return types.isEmpty() || !outermost || mayBeRequiredEmpty(attribute.tag())
                ? emptied(attribute)
                : removed(Treatment.REMOVED);
    }

    private Edit emptied(KnownAttribute attribute) {
        Edit edit = attribute.vr() == VR.SQ
                ? new Edit.ReplaceItems(List.of())
                : new Edit.Replace(attribute.vr(), new byte[0]);
        return counted(Treatment.EMPTIED, edit);
    }

    private Edit dummy(KnownAttribute attribute, VR vr, long length) {
        if (attribute.vr() == VR.UI) {
            return uids(attribute, vr, length);
        }
        if (attribute.tag().equals(Subject.PATIENT_ID) && length != UNDEFINED && vr != VR.SQ) {
            return values.otherPatient(tally);
        }
        return length == 0
                ? emptied(attribute)
                : counted(Treatment.REPLACED, Dummies.of(attribute.tag(), attribute.vr(), subject));
    }

    private Edit uids(KnownAttribute attribute, VR vr, long length) {
        if (length == UNDEFINED || vr == VR.SQ || attribute.vr() != VR.UI) {
            return removed(Treatment.REMOVED);
        }
        return values.uids(false, tally);
    }

    /** PS3.15 section E.3.10: what is not on the list of safe ones goes, and the creator of what goes. */
    private Edit ofPrivate(Tag tag, VR vr, long length) {
        if (!profile.has(ProfileOption.RETAIN_SAFE_PRIVATE) || tag.group() < 9) {
            return removed(Treatment.PRIVATE_REMOVED);
        }
        Level level = levels.element();
        int element = tag.element();
        if (element >= 0x10 && element <= 0xFF) {
            return length == UNDEFINED || length > 64 || vr == VR.SQ
                    ? removed(Treatment.PRIVATE_REMOVED)
                    : values.creator(
                            creator -> profile.safePrivate().hasCreator(creator, tag.group()),
                            creator -> level.creators.put(tag.group() << 8 | element, creator),
                            tally);
        }
        String creator = level.creators.get(tag.group() << 8 | element >>> 8);
        Set<VR> safe = creator == null ? Set.of() : profile.safePrivate().vrs(creator, tag.group(), element & 0xFF);
        if (safe.isEmpty() || !(safe.contains(vr) || (vr == VR.UN && SafePrivateList.mayBeUnknown(safe)))) {
            return removed(Treatment.PRIVATE_REMOVED);
        }
        return safe.contains(VR.SQ)
                ? counted(Treatment.PRIVATE_KEPT, vr == VR.UN && length != UNDEFINED ? Edit.AS_ITEMS : Edit.KEEP)
                : safeValue(vr == VR.UN ? safe.iterator().next() : vr, length);
    }

    private Edit safeValue(VR vr, long length) {
        if (length == UNDEFINED || (ValueForm.isNumber(vr) && length % ValueForm.size(vr) != 0)) {
            return removed(Treatment.PRIVATE_REMOVED);
        }
        boolean fullDates = profile.has(ProfileOption.RETAIN_FULL_DATES);
        return switch (vr) {
            case PN, AE, UR -> removed(Treatment.PRIVATE_REMOVED);
            case UI -> values.uids(profile.has(ProfileOption.RETAIN_UIDS), tally);
            case DA, DT, TM ->
                fullDates
                        ? values.dates(vr, Treatment.PRIVATE_KEPT, tally)
                        : profile.has(ProfileOption.RETAIN_MODIFIED_DATES)
                                ? values.shifted(vr, tally)
                                : removed(Treatment.PRIVATE_REMOVED);
            case LT, ST, UC, UT -> values.unnamed(vr, Treatment.PRIVATE_KEPT, tally);
            default -> inForm(vr, Treatment.PRIVATE_KEPT, Treatment.PRIVATE_REMOVED, false);
        };
    }

    private Edit removed(Treatment treatment) {
        return counted(treatment, Edit.DROP);
    }

    private Edit counted(Treatment treatment, Edit edit) {
        tally.add(treatment);
        return edit;
    }
}
