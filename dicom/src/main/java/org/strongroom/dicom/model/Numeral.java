package org.strongroom.dicom.model;

import java.util.function.Function;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.VR;

/** Puts numbers given as text into values of binary VRs. */
final class Numeral {
    private static final double MOST_EXACT = 1L << 53;

    private final ElementEncoder into;
    private final Function<String, DicomFormatException> fail;

    Numeral(ElementEncoder into, Function<String, DicomFormatException> fail) {
        this.into = into;
        this.fail = fail;
    }

    /**
     * @param text of bounded length
     * @throws DicomFormatException when the text is no number that fits the VR
     */
    void put(VR vr, String text) {
        int width = Numbers.width(vr);
        switch (vr) {
            case AT -> tag(text);
            case FL -> into.number(Float.floatToRawIntBits(single(text)), width);
            case FD -> into.number(Double.doubleToRawLongBits(real(text, vr)), width);
            case US -> into.number(integer(text, vr, 0, 0xFFFF), width);
            case SS -> into.number(integer(text, vr, Short.MIN_VALUE, Short.MAX_VALUE), width);
            case UL -> into.number(integer(text, vr, 0, 0xFFFFFFFFL), width);
            case SL -> into.number(integer(text, vr, Integer.MIN_VALUE, Integer.MAX_VALUE), width);
            case SV -> into.number(integer(text, vr, Long.MIN_VALUE, Long.MAX_VALUE), width);
            case UV -> into.number(unsigned(text), width);
            default -> throw new IllegalStateException("VR " + vr + " takes no numbers");
        }
    }

    private void tag(String text) {
        if (text.length() != 8) {
            throw misfit(VR.AT);
        }
        long code = 0;
        for (int i = 0; i < 8; i++) {
            int digit = Character.digit(text.charAt(i), 16);
            if (digit < 0 || text.charAt(i) > 'f') {
                throw misfit(VR.AT);
            }
            code = (code << 4) | digit;
        }
        into.number(code >>> 16, 2);
        into.number(code & 0xFFFF, 2);
    }

    private long integer(String text, VR vr, long least, long most) {
        long value;
        try {
            value = Long.parseLong(text);
        } catch (NumberFormatException e) {
            double number = real(text, vr);
            if (number != Math.rint(number) || Math.abs(number) > MOST_EXACT) {
                throw misfit(vr);
            }
            value = (long) number;
        }
        if (value < least || value > most) {
            throw misfit(vr);
        }
        return value;
    }

    private long unsigned(String text) {
        try {
            return Long.parseUnsignedLong(text);
        } catch (NumberFormatException e) {
            return integer(text, VR.UV, 0, Long.MAX_VALUE);
        }
    }

    private float single(String text) {
        double number = real(text, VR.FL);
        // Not by way of a double: rounding twice may end one step off.
        float single = isFinite(number) ? Float.parseFloat(text) : (float) number;
        if (Float.isInfinite(single) && isFinite(number)) {
            throw misfit(VR.FL);
        }
        return single;
    }

    private double real(String text, VR vr) {
        return switch (text) {
            case "NaN", "nan" -> Double.NaN;
            case "Infinity", "inf", "INF" -> Double.POSITIVE_INFINITY;
            case "-Infinity", "-inf", "-INF" -> Double.NEGATIVE_INFINITY;
            default -> finite(text, vr);
        };
    }

    private double finite(String text, VR vr) {
        double number = isDecimal(text) ? Double.parseDouble(text) : Double.NaN;
        if (!isFinite(number)) {
            throw misfit(vr);
        }
        return number;
    }

    /** Keeps out what Java takes for a number too: 0x1p3, 1d, spaces. */
    private static boolean isDecimal(String text) {
        boolean digits = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            digits |= c >= '0' && c <= '9';
            if ((c < '0' || c > '9') && "+-.eE".indexOf(c) < 0) {
                return false;
            }
        }
        char last = text.isEmpty() ? 'e' : text.charAt(text.length() - 1);
        return digits && (last == '.' || (last >= '0' && last <= '9')) && isOneNumber(text);
    }

    private static boolean isOneNumber(String text) {
        try {
            Double.parseDouble(text);
            return true;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static boolean isFinite(double number) {
        return !Double.isNaN(number) && !Double.isInfinite(number);
    }

    private DicomFormatException misfit(VR vr) {
        return fail.apply("a value that is no " + (vr == VR.AT ? "tag" : "number of VR " + vr));
    }
}
