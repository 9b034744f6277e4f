package org.strongroom.dicom;

/** What a data set holds that PS3.5 does not allow and that was read all the same; the bytes are kept as they are. */
public enum Irregularity {
    /** Elements not in ascending order of tag, PS3.5 section 7.1; they are indexed sorted and stay where they are. */
    OUT_OF_ORDER,
    /** The same tag more than once in one data set; the first counts. */
    DUPLICATE_ELEMENT,
    /** A value of odd length, PS3.5 section 7.1.1. */
    ODD_LENGTH,
    /** A VR that is none of PS3.5 section 6.2; its value is taken as UN. */
    UNKNOWN_VR,
    /** An element without VR among explicit ones. */
    IMPLICIT_ELEMENT,
    /** A sequence, item or list of fragments of undefined length that ends without its delimiter. */
    MISSING_DELIMITER,
    /** A delimiter where none belongs. */
    STRAY_DELIMITER,
    /** Zeros after the last element. */
    TRAILING_ZEROS,
    /** Bytes after the pixel data that are no element; they are no part of the data set and are kept. */
    TRAILING_BYTES,
    /** A file without File Meta Information, PS3.10 section 7.1: how it is encoded was seen from its first element. */
    NO_META,
    /** File Meta Information whose group length is missing or wrong; it ends where group 0002 does. */
    META_LENGTH,
    /** A data set in explicit VR although the file says implicit. */
    OTHER_SYNTAX;

    @SuppressWarnings("EnumOrdinal") // a set of them is kept as bits of an int
    int bit() {
        return 1 << ordinal();
    }
}
