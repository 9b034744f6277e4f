package org.strongroom.dicom.media;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DataSetBuilder;
import org.strongroom.dicom.Dictionary;
import org.strongroom.dicom.Element;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.VR;

/** Makes a record's elements from an instance, PS3.3 annex F; the three offsets come when all records are there. */
final class RecordMaker {
    private static final Tag CONTENT_SEQUENCE = new Tag(0x0040A730);
    private static final Tag VERIFICATION = new Tag(0x0040A030);
    private static final Tag VERIFYING_OBSERVERS = new Tag(0x0040A073);
    private static final Tag RELATIONSHIP = new Tag(0x0040A010);

    private static final Tag BLENDING = new Tag(0x00700402);
    /** What a record has of an item of Blending Sequence, PS3.3 table F.5-23: the item also holds lookup tables. */
    private static final List<Tag> BLENDED = List.of(new Tag(0x00081115), Attributes.StudyInstanceUID.tag());

    private static final int LONGEST = 0xFFFE;
    private static final Pattern DATE_OR_TIME = Pattern.compile("[0-9.:]{1,16}");
    private static final byte ESCAPE = 0x1B;

    private final boolean invent;
    private int invented;

    RecordMaker(boolean invent) {
        this.invent = invent;
    }

    /** What an instance's own record says besides its keys. */
    record File(List<String> id, Uid sopClass, Uid sopInstance, Uid transferSyntax) {}

    /**
     * The elements, encoded as they stand in the DICOMDIR.
     *
     * @throws FileSetException when the instance lacks a value that the record must have
     */
    byte[] make(RecordType type, DataSet instance, Optional<File> file) throws FileSetException {
        requireFits(instance, Attributes.SpecificCharacterSet.tag());
        DataSet start = DataSet.empty().withElementOf(instance, Attributes.SpecificCharacterSet.tag());
        DataSetBuilder record = new DataSetBuilder(start);
        record.text(Attributes.DirectoryRecordType.tag(), VR.CS, List.of(type.text()));
        if (file.isPresent()) {
            record.text(Attributes.ReferencedFileID.tag(), VR.CS, file.get().id());
            uid(record, Attributes.ReferencedSOPClassUIDInFile.tag(), file.get().sopClass());
            uid(
                    record,
                    Attributes.ReferencedSOPInstanceUIDInFile.tag(),
                    file.get().sopInstance());
            uid(
                    record,
                    Attributes.ReferencedTransferSyntaxUIDInFile.tag(),
                    file.get().transferSyntax());
        }
        for (RecordKey key : type.keys()) {
            put(record, key, instance, type);
        }
        DataSet made = record.build();
        byte[] bytes = made.toBytes(TransferSyntax.ExplicitVRLittleEndian);
        return needsCharacterSet(made, bytes)
                ? bytes
                : made.without(Attributes.SpecificCharacterSet).toBytes(TransferSyntax.ExplicitVRLittleEndian);
    }

    /** Type 1C: a record of ASCII alone has none, so that a term misspelt in the instance is not spread. */
    private static boolean needsCharacterSet(DataSet record, byte[] bytes) {
        for (String term : record.text(Attributes.SpecificCharacterSet.tag())) {
            if (term.endsWith("13") || term.endsWith("14")) {
                return true; // not ASCII below 0x80
            }
        }
        for (byte b : bytes) {
            if (b < 0 || b == ESCAPE) {
                return hasValue(record, Attributes.SpecificCharacterSet.tag());
            }
        }
        return false;
    }

    private static void uid(DataSetBuilder record, Tag tag, Uid uid) {
        record.text(tag, VR.UI, List.of(uid.value()));
    }

    private void put(DataSetBuilder record, RecordKey key, DataSet instance, RecordType type) throws FileSetException {
        Tag tag = key.tag();
        if (tag.equals(PRIVATE_RECORD)) {
            uid(record, tag, instance.get(Attributes.SOPClassUID).orElseThrow());
        } else if (key.modifiersOnly()) {
            List<DataSet> modifiers = instance.items(CONTENT_SEQUENCE).stream()
                    .filter(item -> item.text(RELATIONSHIP).equals(List.of("HAS CONCEPT MOD")))
                    .toList();
            if (!modifiers.isEmpty()) {
                DataSet only = instance.only(List.of(Attributes.SpecificCharacterSet.tag()))
                        .withItems(tag, modifiers);
                record.copy(only, tag);
            }
        } else if (tag.equals(BLENDING)) {
            List<DataSet> items =
                    instance.items(tag).stream().map(item -> item.only(BLENDED)).toList();
            if (!items.isEmpty()) {
                record.copy(DataSet.empty().withItems(tag, items), tag);
            }
        } else if (hasValue(instance, tag)) {
            requireFits(instance, tag);
            record.copy(instance, tag);
        } else if (tag.equals(VERIFICATION)) {
            Optional<DataSet> latest = instance.items(VERIFYING_OBSERVERS).stream()
                    .filter(observer -> hasValue(observer, tag))
                    .max(Comparator.comparing(observer -> observer.text(tag).getFirst()));
            if (latest.isPresent()) {
                requireFits(latest.get(), tag);
                record.copy(latest.get(), tag);
            }
        } else if (key.type() == 2) {
            record.empty(tag, vr(tag));
        } else if (key.type() == 1) {
            Optional<Tag> other = alternative(instance, tag);
            String value = other.isPresent() ? instance.text(other.get()).getFirst() : invention(tag, type);
            record.text(tag, vr(tag), List.of(value));
        }
    }

    private static final Tag PRIVATE_RECORD = new Tag(0x00041432);

    /** In implicit VR a value of a VR with a length of 16 bits can be longer than a record, in explicit VR, holds. */
    private static void requireFits(DataSet instance, Tag tag) throws FileSetException {
        if (instance.element(tag).orElse(null) instanceof Element.Encoded value
                && !value.vr().longLength()
                && value.bytes().byteSize() > LONGEST) {
            throw new FileSetException(
                    Dictionary.standard().attribute(tag).orElseThrow().keyword() + " " + tag + " has "
                            + value.bytes().byteSize() + " bytes, more than a record can hold (" + LONGEST + ")");
        }
    }

    static boolean hasValue(DataSet instance, Tag tag) {
        return switch (instance.element(tag).orElse(null)) {
            case Element.Encoded _ -> instance.text(tag).stream().anyMatch(text -> !text.isBlank());
            case Element.Sequence(Tag _, List<DataSet> items) -> !items.isEmpty();
            case null, default -> false;
        };
    }

    /** A study without date or time has that of its series, acquisition or content where it may be made up anyway. */
    private Optional<Tag> alternative(DataSet instance, Tag tag) {
        int study = tag.code();
        boolean date = study == Attributes.StudyDate.tag().code();
        if (!invent || (!date && study != Attributes.StudyTime.tag().code())) {
            return Optional.empty();
        }
        return Stream.of(study + 1, study + 2, study + 3)
                .map(Tag::new)
                .filter(other -> hasValue(instance, other)
                        && DATE_OR_TIME.matcher(instance.text(other).getFirst()).matches())
                .findFirst();
    }

    private static VR vr(Tag tag) {
        return Dictionary.standard().attribute(tag).orElseThrow().vrs().getFirst();
    }

    private String invention(Tag tag, RecordType type) throws FileSetException {
        VR vr = vr(tag);
        String name = Dictionary.standard().attribute(tag).orElseThrow().keyword();
        boolean possible = switch (vr) {
            case DA, TM, IS, US, SH, LO, CS -> true;
            default -> false;
        };
        if (!invent || !possible) {
            throw new FileSetException(name + " " + tag + " has no value, and a " + type.text()
                    + " record must have one" + (possible ? " (it can be invented)" : ""));
        }
        invented++;
        return switch (vr) {
            case DA -> "19000101";
            case TM -> "000000";
            case CS -> "UNKNOWN";
            case SH, LO -> "NONE_" + invented;
            default -> String.valueOf(invented);
        };
    }
}
