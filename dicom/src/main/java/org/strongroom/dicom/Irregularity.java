package org.strongroom.dicom;

/** What a data set holds that PS3.5 does not allow and that was read all the same; the bytes are kept as they are. */
public enum Irregularity {
    /** Elements not in ascending order of tag, PS3.5 section 7.1; they are indexed sorted and stay where they are. */
    OUT_OF_ORDER("elements out of order"),
    /** The same tag more than once in one data set; the first counts. */
    DUPLICATE_ELEMENT("the same tag more than once: the first counts"),
    /** A value of odd length, PS3.5 section 7.1.1. */
    ODD_LENGTH("values of odd length"),
    /** A VR that is none of PS3.5 section 6.2; its value is taken as UN. */
    UNKNOWN_VR("VRs that are none: taken for the dictionary's, or for UN"),
    /** An element without VR among explicit ones. */
    IMPLICIT_ELEMENT("elements without VR"),
    /** A sequence, item or list of fragments of undefined length that ends without its delimiter. */
    MISSING_DELIMITER("a delimiter is missing"),
    /** A delimiter where none belongs. */
    STRAY_DELIMITER("a delimiter where none belongs"),
    /** Zeros after the last element. */
    TRAILING_ZEROS("zeros after the last element"),
    /** Bytes after the pixel data that are no element, or after a deflated stream; they are no part of the data set and are kept. */
    TRAILING_BYTES("bytes that are no element after the last one"),
    /** A file without File Meta Information, PS3.10 section 7.1: how it is encoded was seen from its first element. */
    NO_META("no File Meta Information"),
    /** File Meta Information whose group length is missing or wrong; it ends where group 0002 does. */
    META_LENGTH("the group length of File Meta Information is missing or wrong"),
    /** A data set in explicit VR although the file says implicit. */
    OTHER_SYNTAX("explicit VR, although the file says implicit");

    private final String words;

    Irregularity(String words) {
        this.words = words;
    }

    /** What it is, for a person. */
    public String words() {
        return words;
    }

    @SuppressWarnings("EnumOrdinal") // a set of them is kept as bits of an int
    int bit() {
        return 1 << ordinal();
    }
}
