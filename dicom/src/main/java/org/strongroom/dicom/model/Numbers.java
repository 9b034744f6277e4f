package org.strongroom.dicom.model;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.strongroom.dicom.ElementCursor;
import org.strongroom.dicom.VR;

/** The numbers of a value of a binary VR, one after the other, through a small buffer. */
final class Numbers {
    private static final VarHandle SHORT = view(short[].class);
    private static final VarHandle INT = view(int[].class);
    private static final VarHandle LONG = view(long[].class);

    private final byte[] buffer = new byte[512];
    private VR vr = VR.US;
    private int width = 2;
    private boolean big;
    private int at;
    private int filled;
    private int taken;

    private static VarHandle view(Class<?> array) {
        return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.LITTLE_ENDIAN);
    }

    static boolean isNumber(VR vr) {
        return switch (vr) {
            case AT, FD, FL, SL, SS, SV, UL, US, UV -> true;
            default -> false;
        };
    }

    /** Bytes of one number. */
    static int width(VR vr) {
        return vr == VR.AT ? 4 : vr.unit();
    }

    void load(ElementCursor cursor) {
        vr = cursor.vr();
        width = width(vr);
        big = cursor.bigEndian();
        at = -width;
        filled = 0;
        taken = 0;
    }

    /** Moves to the next number; false after the last. */
    boolean advance(ElementCursor cursor) {
        at += width;
        if (at == filled) {
            filled = Math.min(buffer.length, cursor.length() - taken);
            cursor.read(taken, buffer, 0, filled);
            taken += filled;
            at = 0;
        }
        return filled > 0;
    }

    /** A whole number: signed as the VR is, of UV the bits. */
    long integer() {
        return switch (vr) {
            case US -> shortAt(at) & 0xFFFF;
            case SS -> shortAt(at);
            case UL -> intAt() & 0xFFFFFFFFL;
            case SL -> intAt();
            case SV, UV -> longAt();
            default -> throw new IllegalStateException("no whole numbers in VR " + vr);
        };
    }

    int tag() {
        return (shortAt(at) << 16) | (shortAt(at + 2) & 0xFFFF);
    }

    float real() {
        return Float.intBitsToFloat(intAt());
    }

    double longReal() {
        return Double.longBitsToDouble(longAt());
    }

    private short shortAt(int position) {
        short value = (short) SHORT.get(buffer, position);
        return big ? Short.reverseBytes(value) : value;
    }

    private int intAt() {
        int value = (int) INT.get(buffer, at);
        return big ? Integer.reverseBytes(value) : value;
    }

    private long longAt() {
        long value = (long) LONG.get(buffer, at);
        return big ? Long.reverseBytes(value) : value;
    }
}
