package org.strongroom.dicom.validate;

import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Dictionary;
import org.strongroom.dicom.Element;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TextFault;
import org.strongroom.dicom.VR;

/**
 * The elements of a data set and of all items in it, each by itself: where it stands, its VR and multiplicity against
 * the dictionary (PS3.6), private blocks (PS3.5 section 7.8), its value.
 */
final class ElementCheck {
    private static final Tag SPECIFIC_CHARACTER_SET = new Tag(0x00080005);
    private static final Tag PIXEL_REPRESENTATION = new Tag(0x00280103);
    /** Attributes of US or SS whose values are pixel values: SS when Pixel Representation says signed. */
    private static final Set<Integer> PIXEL_VALUES =
            Set.of(0x00280106, 0x00280107, 0x00280108, 0x00280109, 0x00280120, 0x00280121);

    private final Findings findings;
    private final ValueCheck values;
    private final TermCheck terms;

    ElementCheck(Findings findings) {
        this.findings = findings;
        this.values = new ValueCheck(findings);
        this.terms = new TermCheck(findings);
    }

    void check(Level level) {
        checkPlaces(level);
        List<Tag> tags = level.elements().tags();
        boolean meta =
                level.parent() == null && !tags.isEmpty() && tags.getLast().group() == 2;
        for (Tag tag : tags) {
            checkTag(level, tag, meta);
            Optional<Element> element = level.elements().element(tag);
            if (element.isPresent()) {
                checkElement(level, tag, element.get());
            }
        }
        checkCharacterSetTerms(level);
    }

    /** Order, duplicates, lengths, VR letters: what only shows in the bytes. */
    private void checkPlaces(Level level) {
        List<DataSet.Place> places = level.elements().places();
        Set<Tag> seen = new HashSet<>();
        Tag highest = null;
        // Items may be in implicit VR inside an explicit data set (UN, PS3.5 section 6.2.2), but all of an item is.
        boolean explicit = places.stream().anyMatch(place -> !place.letters().isEmpty());
        for (int i = 0; i < places.size(); i++) {
            DataSet.Place place = places.get(i);
            Tag tag = place.tag();
            boolean first = seen.add(tag);
            if (!first) {
                findings.add(Rule.DUPLICATE_ELEMENT, level, tag, "more than once in one data set");
            } else if (highest != null && tag.compareTo(highest) < 0) {
                findings.add(Rule.ELEMENT_ORDER, level, tag, "after an element of a higher tag");
            }
            highest = highest == null || tag.compareTo(highest) > 0 ? tag : highest;
            checkEncoding(level, place);
            if (explicit && place.letters().isEmpty()) {
                findings.add(Rule.VR_ABSENT, level, tag, "without VR among elements that have one");
            }
            if (tag.element() == 0 && first) {
                checkGroupLength(level, places, i);
            }
        }
    }

    private void checkEncoding(Level level, DataSet.Place place) {
        if (place.valueLength() % 2 != 0) {
            findings.add(Rule.ODD_LENGTH, level, place.tag(), "a value of " + place.valueLength() + " bytes");
        }
        if (!place.letters().isEmpty() && vr(place.letters()).isEmpty()) {
            findings.add(Rule.UNKNOWN_VR, level, place.tag(), "VR " + place.letters() + " is none of PS3.5");
        }
    }

    private void checkGroupLength(Level level, List<DataSet.Place> places, int at) {
        DataSet.Place place = places.get(at);
        int group = place.tag().group();
        if (group > 2) {
            findings.add(Rule.RETIRED_ELEMENT, level, place.tag(), "group lengths are retired");
        }
        long end = place.end();
        for (int i = at + 1; i < places.size() && places.get(i).tag().group() == group; i++) {
            end = places.get(i).end();
        }
        boolean cut = level.bulk() != null && level.bulk().tag().group() == group;
        Optional<Long> said = level.number(place.tag());
        if (!cut && said.isPresent() && said.get() != end - place.end()) {
            findings.add(
                    group == 2 ? Rule.META_GROUP_LENGTH : Rule.GROUP_LENGTH,
                    level,
                    place.tag(),
                    "says " + said.get() + " bytes, the group has " + (end - place.end()));
        }
    }

    /** @param meta whether the level is File Meta Information */
    private void checkTag(Level level, Tag tag, boolean meta) {
        int group = tag.group();
        if (group == 0 || group == 0xFFFF || (tag.isPrivate() && group < 8)) {
            findings.add(Rule.FORBIDDEN_ELEMENT, level, tag, "group " + hex(group) + " is not for data sets");
        } else if (group == 2 && !meta) {
            findings.add(Rule.FORBIDDEN_ELEMENT, level, tag, "File Meta Information inside the data set");
        } else if (tag.isPrivate()) {
            checkPrivate(level, tag);
        }
    }

    private void checkPrivate(Level level, Tag tag) {
        int element = tag.element();
        if (element == 0) {
            return;
        }
        if (element < 0x10 || (element > 0xFF && element < 0x1000)) {
            findings.add(
                    Rule.PRIVATE_CREATOR, level, tag, "private elements have numbers 0010 to 00FF and 1000 to FFFF");
        } else if (element <= 0xFF) {
            List<String> creator = level.text(tag);
            if (creator.size() != 1 || creator.getFirst().isBlank()) {
                findings.add(Rule.PRIVATE_CREATOR, level, tag, "a private creator that is not one value");
            }
        } else if (!level.elements().contains(Tag.of(tag.group(), element >>> 8))) {
            findings.add(Rule.PRIVATE_WITHOUT_CREATOR, level, tag, "no private creator reserves its block");
        }
    }

    private void checkElement(Level level, Tag tag, Element element) {
        Optional<Dictionary.Entry> entry = tag.isPrivate() || tag.element() == 0
                ? Optional.empty()
                : Dictionary.standard().attribute(tag);
        boolean creator = tag.isPrivate() && tag.element() >= 0x10 && tag.element() <= 0xFF;
        boolean known = entry.isPresent();
        if (!known && !tag.isPrivate() && tag.element() != 0) {
            findings.add(Rule.UNKNOWN_ELEMENT, level, tag, "not in the data dictionary");
        } else if (known && entry.get().retired()) {
            findings.add(Rule.RETIRED_ELEMENT, level, tag, "retired");
        }
        VR written = element.vr();
        if (creator && written != VR.LO && written != VR.UN) {
            findings.add(Rule.PRIVATE_CREATOR, level, tag, "VR " + written + " instead of LO");
        }
        boolean vrFits = known ? checkVr(level, element, entry.get()) : true;
        switch (element) {
            case Element.Encoded encoded -> {
                int count = values.check(level, encoded);
                if (vrFits && known && count > 0 && isCounted(encoded)) {
                    checkCount(level, tag, entry.get(), count);
                }
                terms.check(level, tag, "*");
                if (encoded.vr() == VR.UN && known) {
                    level.items(tag).forEach(this::check);
                }
            }
            case Element.Sequence _ -> {
                terms.checkSingle(level, tag);
                level.items(tag).forEach(this::check);
            }
            case Element.Fragments _, Element.Bulk _ -> {}
        }
    }

    private static boolean isCounted(Element.Encoded encoded) {
        return encoded.vr() != VR.UN;
    }

    private void checkCount(Level level, Tag tag, Dictionary.Entry entry, int count) {
        if (!Multiplicity.of(entry.multiplicity()).allows(count)) {
            findings.add(Rule.VM_WRONG, level, tag, counted(count) + ", the dictionary allows " + entry.multiplicity());
        }
    }

    private static String counted(int count) {
        return count == 1 ? "1 value" : count + " values";
    }

    /** Whether the VR is one that the dictionary has. */
    private boolean checkVr(Level level, Element element, Dictionary.Entry entry) {
        Tag tag = element.tag();
        VR vr = element.vr();
        if (vr == VR.UN) {
            findings.add(Rule.VR_UN, level, tag, "VR UN, the dictionary has " + named(entry));
            return false;
        }
        // A palette's data may be OW where the dictionary says US or SS, and the reverse for LUT Data: PS3.5 annex A.
        if (!entry.vrs().contains(vr)) {
            findings.add(Rule.VR_WRONG, level, tag, "VR " + vr + ", the dictionary has " + named(entry));
            return false;
        }
        if (PIXEL_VALUES.contains(tag.code())) {
            List<String> representation = level.inherited(PIXEL_REPRESENTATION);
            VR fitting = representation.equals(List.of("1")) ? VR.SS : VR.US;
            if (!representation.isEmpty() && vr != fitting) {
                findings.add(Rule.VR_CONTEXT, level, tag, "VR " + vr + ", Pixel Representation asks for " + fitting);
            }
        }
        return true;
    }

    private static String named(Dictionary.Entry entry) {
        return String.join(" or ", entry.vrs().stream().map(VR::name).toList());
    }

    private void checkCharacterSetTerms(Level level) {
        Set<TextFault.Kind> faults = level.elements().textFaultsAt(SPECIFIC_CHARACTER_SET);
        if (faults.contains(TextFault.Kind.UNKNOWN_TERM)) {
            findings.add(Rule.CHARACTER_SET, level, SPECIFIC_CHARACTER_SET, "a term that names no character set");
        } else if (faults.contains(TextFault.Kind.IRREGULAR_TERM)) {
            findings.add(
                    Rule.CHARACTER_SET,
                    level,
                    SPECIFIC_CHARACTER_SET,
                    TextFault.Kind.IRREGULAR_TERM + "; it is understood");
        }
    }

    /** Whether the first bytes of the value are these. */
    static boolean startsWith(@Nullable Element element, int first, int second) {
        return element instanceof Element.Encoded encoded
                && encoded.bytes().byteSize() >= 2
                && encoded.bytes().get(ValueLayout.JAVA_BYTE, 0) == first
                && encoded.bytes().get(ValueLayout.JAVA_BYTE, 1) == second;
    }

    static Optional<VR> vr(String letters) {
        for (VR vr : VR.values()) {
            if (vr.name().equals(letters)) {
                return Optional.of(vr);
            }
        }
        return Optional.empty();
    }

    private static String hex(int group) {
        return String.format("%04X", group);
    }
}
