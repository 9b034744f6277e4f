package org.strongroom.dicom.deidentify;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** An option of the Basic Application Level Confidentiality Profile, PS3.15 section E.3, with its code of CID 7050. */
public enum ProfileOption {
    CLEAN_PIXEL_DATA("113101", "Clean Pixel Data Option"),
    CLEAN_RECOGNIZABLE_VISUAL_FEATURES("113102", "Clean Recognizable Visual Features Option"),
    CLEAN_GRAPHICS("113103", "Clean Graphics Option", 8),
    CLEAN_STRUCTURED_CONTENT("113104", "Clean Structured Content Option", 1),
    CLEAN_DESCRIPTORS("113105", "Clean Descriptors Option", 0),
    RETAIN_FULL_DATES("113106", "Retain Longitudinal Temporal Information Full Dates Option", 2),
    RETAIN_MODIFIED_DATES("113107", "Retain Longitudinal Temporal Information Modified Dates Option", 3),
    RETAIN_PATIENT_CHARACTERISTICS("113108", "Retain Patient Characteristics Option", 5),
    RETAIN_DEVICE_IDENTITY("113109", "Retain Device Identity Option", 6),
    RETAIN_UIDS("113110", "Retain UIDs Option", 4),
    RETAIN_SAFE_PRIVATE("113111", "Retain Safe Private Option"),
    RETAIN_INSTITUTION_IDENTITY("113112", "Retain Institution Identity Option", 7);

    /** An option without a column in table E.1-1: what it does is not about single attributes. */
    static final int NO_COLUMN = -1;

    private final String code;
    private final String meaning;
    private final int column;

    ProfileOption(String code, String meaning) {
        this(code, meaning, NO_COLUMN);
    }

    ProfileOption(String code, String meaning, int column) {
        this.code = code;
        this.meaning = meaning;
        this.column = column;
    }

    /** The code value, coding scheme DCM. */
    public String code() {
        return code;
    }

    /** The code meaning. */
    public String meaning() {
        return meaning;
    }

    /** Where the option's letter stands in a row of the resource. */
    int column() {
        return column;
    }

    /** As a person writes it: clean-descriptors. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The option with this label. */
    public static Optional<ProfileOption> of(String label) {
        return Arrays.stream(values())
                .filter(option -> option.label().equals(label))
                .findFirst();
    }
}
