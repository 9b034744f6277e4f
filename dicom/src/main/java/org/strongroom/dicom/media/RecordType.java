package org.strongroom.dicom.media;

import static org.strongroom.dicom.media.RecordKey.optional;
import static org.strongroom.dicom.media.RecordKey.present;
import static org.strongroom.dicom.media.RecordKey.value;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Directory Record Types and the keys that a record of each has, PS3.3 annex F. Above those that stand for an instance are
 * PATIENT, STUDY and SERIES; some instances belong to nobody and have their record at the root.
 */
public enum RecordType {
    PATIENT(false, List.of(value(0x00100010, 2), value(0x00100020, 1))),
    STUDY(
            false,
            List.of(
                    value(0x00080020, 1),
                    value(0x00080030, 1),
                    present(0x00080050),
                    present(0x00081030),
                    value(0x0020000D, 1),
                    value(0x00200010, 1))),
    SERIES(false, List.of(value(0x00080060, 1), value(0x0020000E, 1), value(0x00200011, 1))),
    IMAGE(true, List.of(value(0x00200013, 1))),
    RT_DOSE(true, List.of(value(0x00200013, 1), value(0x3004000A, 1))),
    RT_STRUCTURE_SET(
            true, List.of(value(0x00200013, 1), value(0x30060002, 1), present(0x30060008), present(0x30060009))),
    RT_PLAN(true, List.of(value(0x00200013, 1), value(0x300A0002, 1), present(0x300A0006), present(0x300A0007))),
    RT_TREAT_RECORD(true, List.of(value(0x00200013, 1), present(0x30080250), present(0x30080251))),
    PRESENTATION(
            true,
            List.of(
                    value(0x00700082, 1),
                    value(0x00700083, 1),
                    value(0x00200013, 1),
                    value(0x00700080, 1),
                    present(0x00700081),
                    present(0x00700084),
                    optional(0x00081115),
                    optional(0x00700402))),
    WAVEFORM(true, Keys.CONTENT),
    SR_DOCUMENT(
            true,
            List.of(
                    value(0x00200013, 1),
                    value(0x0040A491, 1),
                    value(0x0040A493, 1),
                    value(0x00080023, 1),
                    value(0x00080033, 1),
                    optional(0x0040A030),
                    value(0x0040A043, 1),
                    RecordKey.modifiers())),
    KEY_OBJECT_DOC(
            true,
            List.of(
                    value(0x00200013, 1),
                    value(0x00080023, 1),
                    value(0x00080033, 1),
                    value(0x0040A043, 1),
                    RecordKey.modifiers())),
    SPECTROSCOPY(
            true,
            List.of(
                    value(0x00080008, 1),
                    value(0x00080023, 1),
                    value(0x00080033, 1),
                    value(0x00200013, 1),
                    optional(0x00089092),
                    value(0x00280008, 1),
                    value(0x00280010, 1),
                    value(0x00280011, 1),
                    value(0x00289001, 1),
                    value(0x00289002, 1))),
    RAW_DATA(true, List.of(present(0x00200013), value(0x00080023, 1), value(0x00080033, 1))),
    REGISTRATION(true, Keys.IDENTIFIED_CONTENT),
    FIDUCIAL(true, Keys.IDENTIFIED_CONTENT),
    HANGING_PROTOCOL(
            true,
            List.of(
                    value(0x00720002, 1),
                    value(0x00720004, 1),
                    value(0x00720006, 1),
                    value(0x00720008, 1),
                    value(0x0072000A, 1),
                    value(0x0072000C, 1),
                    value(0x00720014, 1),
                    present(0x0072000E))),
    ENCAP_DOC(
            true,
            List.of(
                    present(0x00080023),
                    present(0x00080033),
                    value(0x00200013, 1),
                    present(0x00420010),
                    optional(0x0040E001),
                    present(0x0040A043),
                    value(0x00420012, 1))),
    HL7_STRUC_DOC(true, List.of(value(0x0040E001, 1), value(0x0040E004, 1))),
    VALUE_MAP(true, Keys.IDENTIFIED_CONTENT),
    STEREOMETRIC(true, List.of()),
    PALETTE(true, List.of(value(0x00700080, 1), present(0x00700081))),
    IMPLANT(true, List.of(value(0x00080070, 1), value(0x00221095, 1), optional(0x00686210), value(0x00221097, 1))),
    IMPLANT_GROUP(true, List.of(value(0x00780001, 1), value(0x00780020, 1))),
    IMPLANT_ASSY(true, List.of(value(0x00760001, 1), value(0x00080070, 1), value(0x00760020, 1))),
    MEASUREMENT(true, Keys.IDENTIFIED_CONTENT),
    SURFACE(true, Keys.IDENTIFIED_CONTENT),
    SURFACE_SCAN(true, List.of(value(0x00080023, 1), value(0x00080033, 1))),
    TRACT(true, Keys.IDENTIFIED_CONTENT),
    ASSESSMENT(true, List.of(value(0x00200013, 1), value(0x00080012, 1), present(0x00080013))),
    RADIOTHERAPY(
            true,
            List.of(
                    value(0x00200013, 1),
                    optional(0x30100033),
                    optional(0x30100034),
                    present(0x00700081),
                    present(0x00700084))),
    PLAN(true, List.of()),
    ANNOTATION(true, Keys.IDENTIFIED_CONTENT),
    INVENTORY(
            true,
            List.of(
                    value(0x00080023, 1),
                    value(0x00080033, 1),
                    present(0x00080400),
                    present(0x00080401),
                    value(0x00080403, 1),
                    value(0x00080426, 1),
                    value(0x00080428, 1))),
    /** Of an instance of a private SOP Class; (0004,1432) says whose. */
    PRIVATE(true, List.of(value(0x00041432, 1)));

    private static final Map<String, RecordType> BY_NAME =
            Stream.of(values()).collect(Collectors.toUnmodifiableMap(RecordType::text, Function.identity()));

    private final boolean instance;

    @SuppressWarnings("ImmutableEnumChecker") // all are made by List.of
    private final List<RecordKey> keys;

    RecordType(boolean instance, List<RecordKey> keys) {
        this.instance = instance;
        this.keys = keys;
    }

    /** Lists that several types share. */
    private static final class Keys {
        static final List<RecordKey> CONTENT =
                List.of(value(0x00200013, 1), value(0x00080023, 1), value(0x00080033, 1));
        static final List<RecordKey> IDENTIFIED_CONTENT = List.of(
                value(0x00200013, 1),
                value(0x00080023, 1),
                value(0x00080033, 1),
                value(0x00700080, 1),
                present(0x00700081),
                present(0x00700084));
    }

    /** The value of (0004,1430); empty for those of other editions, and retired ones such as MRDR. */
    public static Optional<RecordType> of(String text) {
        return Optional.ofNullable(BY_NAME.get(text.strip()));
    }

    /** As it stands in (0004,1430). */
    public String text() {
        return name().replace('_', ' ').toUpperCase(Locale.ROOT);
    }

    /** Whether a record of this type stands for an instance, and so for a file. */
    public boolean isInstance() {
        return instance;
    }

    /** Whether its records stand at the root and not below a series. */
    public boolean isAtRoot() {
        return switch (this) {
            case PATIENT, HANGING_PROTOCOL, PALETTE, IMPLANT, IMPLANT_GROUP, IMPLANT_ASSY, INVENTORY -> true;
            default -> false;
        };
    }

    /** What a record of this type has besides the elements of group 0004, in no order. */
    public List<RecordKey> keys() {
        return keys;
    }
}
