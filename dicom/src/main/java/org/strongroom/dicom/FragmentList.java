package org.strongroom.dicom;

import java.util.Arrays;

/** Where the fragments of encapsulated pixel data lie (PS3.5 A.4), the Basic Offset Table apart: numbers, no objects. */
final class FragmentList {
    /** Bytes of a fragment's beginning that {@link #startsCodestream} wants. */
    static final int PEEK = 12;

    private static final byte STARTS = 1;
    private static final byte ENDS = 2;

    int count;
    private long[] offsets = new long[16];
    private long[] lengths = new long[16];
    private byte[] marks = new byte[16];

    /** Little endian 32-bit offsets, as they came. */
    byte[] basicTable = new byte[0];

    /** (7FE0,0001) and (7FE0,0002), little endian 64-bit numbers, as they came. */
    byte[] extendedOffsets = new byte[0];

    byte[] extendedLengths = new byte[0];

    boolean delimited = true;

    void add(long offset, long length, boolean starts, boolean ends) {
        if (count == offsets.length) {
            offsets = Arrays.copyOf(offsets, count * 2);
            lengths = Arrays.copyOf(lengths, count * 2);
            marks = Arrays.copyOf(marks, count * 2);
        }
        offsets[count] = offset;
        lengths[count] = length;
        marks[count] = (byte) ((starts ? STARTS : 0) | (ends ? ENDS : 0));
        count++;
    }

    /** One whose bytes are at hand. */
    void add(byte[] bytes, int offset, int length) {
        int last = 0;
        for (int i = Math.max(0, length - 3); i < length; i++) {
            last = last << 8 | (bytes[offset + i] & 0xFF);
        }
        add(offset, length, startsCodestream(bytes, offset, Math.min(length, PEEK)), endsCodestream(last));
    }

    /** Of the first byte of the fragment, after its item header. */
    long offset(int at) {
        return offsets[at];
    }

    long length(int at) {
        return lengths[at];
    }

    boolean starts(int at) {
        return (marks[at] & STARTS) != 0;
    }

    boolean ends(int at) {
        return (marks[at] & ENDS) != 0;
    }

    ByteRange range(int at) {
        return new ByteRange(offsets[at], lengths[at]);
    }

    /** The fragment whose item header begins so many bytes after the first one's, or -1. */
    int atItem(long offset) {
        int found = count == 0 || offset < 0 ? -1 : Arrays.binarySearch(offsets, 0, count, offsets[0] + offset);
        return Math.max(-1, found);
    }

    /** Whether these are the first bytes of a JPEG, JPEG-LS, JPEG 2000 or JPEG XL image, bare or in its box. */
    static boolean startsCodestream(byte[] bytes, int from, int length) {
        if (length < 4) {
            return false;
        }
        int first = Value.intAt(bytes, from, true);
        boolean box = first == 12 && length >= PEEK;
        int boxType = box ? Value.intAt(bytes, from + 4, true) : 0;
        return first >>> 8 == 0xFFD8FF // SOI and another marker
                || first == 0xFF4FFF51 // SOC, SIZ
                || first >>> 16 == 0xFF0A // JPEG XL
                || boxType == 0x6A502020 // "jP  "
                || boxType == 0x4A584C20; // "JXL "
    }

    /** Whether an image ends here: EOI or EOC (the same two bytes), perhaps with a byte of padding. */
    static boolean endsCodestream(int lastThree) {
        return (lastThree & 0xFFFF) == 0xFFD9
                || (lastThree & 0xFFFFFF) == 0xFFD900
                || (lastThree & 0xFFFFFF) == 0xFFD9FF;
    }
}
