package org.strongroom.dicom.deidentify;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Edit;
import org.strongroom.dicom.ElementEditor;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.VR;

/**
 * What of a data set decides how it is treated, gathered in a first pass that ends at the pixel data: whose it is, what it
 * is, and what it says of its pixels. As an editor it lets nothing through.
 */
final class Subject implements ElementEditor {
    static final Tag SOP_CLASS = new Tag(0x00080016);
    static final Tag SOP_INSTANCE = new Tag(0x00080018);
    static final Tag IMAGE_TYPE = new Tag(0x00080008);
    static final Tag MODALITY = new Tag(0x00080060);
    static final Tag PATIENT_NAME = new Tag(0x00100010);
    static final Tag PATIENT_ID = new Tag(0x00100020);
    static final Tag ISSUER = new Tag(0x00100021);
    static final Tag BIRTH_DATE = new Tag(0x00100030);
    static final Tag STUDY = new Tag(0x0020000D);
    static final Tag BURNED_IN = new Tag(0x00280301);
    static final Tag RECOGNIZABLE = new Tag(0x00280302);
    static final Tag MIME_TYPE = new Tag(0x00420012);

    /** What the first pass keeps, of the data set itself and not of its items. */
    static final Set<Tag> WANTED = Set.of(
            SOP_CLASS,
            SOP_INSTANCE,
            IMAGE_TYPE,
            MODALITY,
            PATIENT_NAME,
            PATIENT_ID,
            ISSUER,
            BIRTH_DATE,
            STUDY,
            BURNED_IN,
            RECOGNIZABLE,
            MIME_TYPE);

    /** Bytes of one of them; what is longer says something else. */
    private static final int LONGEST = 1 << 16;

    private static final int PIXELS = 0x7FE0;

    private final Map<Tag, String> values = new HashMap<>();
    private final Map<Tag, Integer> seen = new HashMap<>();
    private final Set<Integer> overlaysDescribed = new TreeSet<>();
    private final Set<Integer> overlaysWithData = new TreeSet<>();
    private boolean pixels;
    private boolean provider;
    private boolean directory;
    private boolean contradictory;
    private boolean overlayBits;

    @Override
    public Edit edit(int depth, Tag tag, VR vr, long length) {
        if (depth > 0) {
            return Edit.DROP;
        }
        pixels |= tag.group() == PIXELS && tag.element() >= 8 && tag.element() <= 0x10;
        directory |= tag.code() == 0x00041220;
        provider |= tag.code() == 0x00287FE0 && length != 0;
        if ((tag.code() & 0xFF010000) == 0x60000000) {
            return overlay(tag, length);
        }
        if (!WANTED.contains(tag)) {
            return Edit.DROP;
        }
        if (length > LONGEST) {
            throw new DicomFormatException("a value of " + tag + " that is longer than " + LONGEST + " bytes");
        }
        seen.merge(tag, 1, Integer::sum);
        return length == UNDEFINED
                ? Edit.DROP
                : new Edit.Examine(bytes -> {
                    String text = trimmed(bytes);
                    String other = values.putIfAbsent(tag, text);
                    contradictory |= other != null && !other.equals(text);
                    return Edit.DROP;
                });
    }

    /** PS3.3 section C.9.2: an overlay of its own has one bit allocated, at position 0; else it lies in the pixels. */
    private Edit overlay(Tag tag, long length) {
        int expected = tag.element() == 0x0100 ? 1 : 0;
        switch (tag.element()) {
            case 0x0010 -> overlaysDescribed.add(tag.group());
            case 0x3000 -> {
                if (length != 0) {
                    overlaysWithData.add(tag.group());
                }
            }
            case 0x0100, 0x0102 -> {
                overlayBits |= length == UNDEFINED || length > LONGEST;
                return length == UNDEFINED || length > LONGEST
                        ? Edit.DROP
                        : new Edit.Examine(bytes -> {
                            int sum = 0;
                            for (byte b : bytes) {
                                sum += b & 0xFF;
                            }
                            overlayBits |= bytes.length > 0 && sum != expected;
                            return Edit.DROP;
                        });
            }
            default -> {}
        }
        return Edit.DROP;
    }

    /** Whether what follows need not be looked at. */
    boolean isComplete() {
        return pixels;
    }

    /** How often the first pass met the attribute. */
    int count(Tag tag) {
        return seen.getOrDefault(tag, 0);
    }

    boolean hasPixels() {
        return pixels;
    }

    /** Whether the pixels are elsewhere, named by a URL: JPIP. */
    boolean hasPixelsElsewhere() {
        return provider;
    }

    /** Whether it lists files of a medium: a DICOMDIR, whose SOP class stands in the meta information alone. */
    boolean isDirectory() {
        return directory;
    }

    /** Whether an attribute that decides came twice, with different values. */
    boolean isContradictory() {
        return contradictory;
    }

    /** Whether overlays lie in unused bits of the pixel data (retired), where removing an element doesn't remove them. */
    boolean hasOverlayInPixels() {
        return pixels && (overlayBits || !overlaysWithData.containsAll(overlaysDescribed));
    }

    /** The value as its bytes are, a character each; empty where there is none. */
    String value(Tag tag) {
        return values.getOrDefault(tag, "");
    }

    List<String> values(Tag tag) {
        return List.of(value(tag).split("\\\\", -1));
    }

    Optional<Uid> uid(Tag tag) {
        return Uid.parse(value(tag));
    }

    String mimeType() {
        return value(MIME_TYPE);
    }

    /** What stands for the patient: the identifier within its issuer, else the name and birth date, else the study. */
    String patient() {
        if (!value(PATIENT_ID).isEmpty()) {
            return patient(value(PATIENT_ID));
        }
        if (!value(PATIENT_NAME).isEmpty()) {
            return "name\0" + value(PATIENT_NAME) + "\0" + value(BIRTH_DATE);
        }
        return "study\0" + (value(STUDY).isEmpty() ? value(SOP_INSTANCE) : value(STUDY));
    }

    /** Another identifier, taken to be of the same issuer. */
    String patient(String identifier) {
        return "id\0" + identifier + "\0" + value(ISSUER);
    }

    static String trimmed(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int end = text.length();
        while (end > 0 && (text.charAt(end - 1) == ' ' || text.charAt(end - 1) == 0)) {
            end--;
        }
        return text.substring(0, end).stripLeading();
    }
}
