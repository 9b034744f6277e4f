package org.strongroom.dicom;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** One element's value as it lies in the bytes, with what is needed to decode it. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Value(byte[] bytes, int offset, int length, VR vr, boolean bigEndian, SpecificCharacterSet characterSet) {
    private static final VarHandle SHORT = view(short[].class);
    private static final VarHandle INT = view(int[].class);
    private static final VarHandle LONG = view(long[].class);

    private static VarHandle view(Class<?> array) {
        return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.LITTLE_ENDIAN);
    }

    static int unsignedShort(byte[] bytes, int offset, boolean bigEndian) {
        short value = (short) SHORT.get(bytes, offset);
        return (bigEndian ? Short.reverseBytes(value) : value) & 0xFFFF;
    }

    static int intAt(byte[] bytes, int offset, boolean bigEndian) {
        int value = (int) INT.get(bytes, offset);
        return bigEndian ? Integer.reverseBytes(value) : value;
    }

    static long longAt(byte[] bytes, int offset, boolean bigEndian) {
        long value = (long) LONG.get(bytes, offset);
        return bigEndian ? Long.reverseBytes(value) : value;
    }

    MemorySegment segment() {
        return MemorySegment.ofArray(bytes).asSlice(offset, length).asReadOnly();
    }

    /** How many numbers stand in a binary value; a rest that is no whole number is none. */
    int numberCount() {
        return vr == VR.AT ? length / 4 : length / vr.unit();
    }

    /** A whole number of a binary VR: signed as the VR is, 64-bit unsigned as its bits. */
    long integerAt(int index) {
        int at = offset + index * vr.unit();
        return switch (vr) {
            case US, OW -> unsignedShort(bytes, at, bigEndian);
            case SS -> (short) unsignedShort(bytes, at, bigEndian);
            case UL, OL -> intAt(bytes, at, bigEndian) & 0xFFFFFFFFL;
            case SL -> intAt(bytes, at, bigEndian);
            case SV, UV, OV -> longAt(bytes, at, bigEndian);
            default -> throw new IllegalStateException("not an integer VR: " + vr);
        };
    }

    double realAt(int index) {
        int at = offset + index * vr.unit();
        return switch (vr) {
            case FL, OF -> Float.intBitsToFloat(intAt(bytes, at, bigEndian));
            case FD, OD -> Double.longBitsToDouble(longAt(bytes, at, bigEndian));
            default -> throw new IllegalStateException("not a floating point VR: " + vr);
        };
    }

    Tag tagAt(int index) {
        int at = offset + index * 4;
        return Tag.of(unsignedShort(bytes, at, bigEndian), unsignedShort(bytes, at + 2, bigEndian));
    }

    /**
     * The values of a text VR, without the padding that PS3.5 section 6.2 calls insignificant. Empty ones between
     * backslashes are kept, as the position of a value matters; a value of spaces only is none at all.
     */
    List<String> texts() {
        int end = trimmedEnd();
        if (end == offset) {
            return List.of();
        }
        String text = characterSet.decode(bytes, offset, end - offset, vr);
        if (!vr.isMultiple() || text.indexOf('\\') < 0) {
            String only = trimmed(text);
            return only.isEmpty() ? List.of() : List.of(only);
        }
        List<String> values = new ArrayList<>();
        int start = 0;
        for (int stop = text.indexOf('\\'); stop >= 0; stop = text.indexOf('\\', start)) {
            values.add(trimmed(text.substring(start, stop)));
            start = stop + 1;
        }
        values.add(trimmed(text.substring(start)));
        return List.copyOf(values);
    }

    /** What is wrong with a text; nothing with what is none. */
    Set<TextFault.Kind> faults() {
        return vr.isText() ? characterSet.faults(bytes, offset, trimmedEnd() - offset, vr) : Set.of();
    }

    private int trimmedEnd() {
        int end = offset + length;
        while (end > offset && (bytes[end - 1] == ' ' || bytes[end - 1] == 0)) {
            end--;
        }
        return end;
    }

    private String trimmed(String text) {
        int end = text.length();
        while (end > 0 && (text.charAt(end - 1) == ' ' || text.charAt(end - 1) == 0)) {
            end--;
        }
        int start = 0;
        while (leadingSpaceMeansNothing() && start < end && text.charAt(start) == ' ') {
            start++;
        }
        return text.substring(start, end);
    }

    private boolean leadingSpaceMeansNothing() {
        return switch (vr) {
            case LT, ST, UT, UC, UR, PN, DT, TM -> false;
            default -> true;
        };
    }
}
