package org.strongroom.dicom;

import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Numbers as values: binary and decimal text, PS3.5 section 6.2, to each other. */
final class Numerals {
    private static final int LONGEST_DECIMAL_STRING = 16;
    /** No number of 16 characters needs more; keeps a hostile "1e999999999" from being expanded. */
    private static final int LONGEST_NUMERAL = 64;

    private Numerals() {}

    /** Whole numbers of any VR that has such; decimals with nothing after the point count. */
    static List<Long> integers(Value value) {
        VR vr = value.vr();
        List<Long> numbers = new ArrayList<>(1);
        if (vr.isText()) {
            value.texts().forEach(text -> addInteger(text, numbers));
        } else if (isInteger(vr)) {
            for (int i = 0; i < value.numberCount(); i++) {
                numbers.add(value.integerAt(i));
            }
        }
        return numbers;
    }

    static List<Double> reals(Value value) {
        VR vr = value.vr();
        List<Double> numbers = new ArrayList<>(1);
        if (vr.isText()) {
            value.texts().forEach(text -> addReal(text, numbers));
        } else if (isReal(vr)) {
            for (int i = 0; i < value.numberCount(); i++) {
                numbers.add(value.realAt(i));
            }
        } else {
            integers(value).forEach(number -> numbers.add((double) number));
        }
        return numbers;
    }

    /** The values of any VR as text; bytes and items have none. */
    static List<String> texts(Value value) {
        VR vr = value.vr();
        if (vr.isText()) {
            return value.texts();
        }
        List<String> texts = new ArrayList<>();
        if (vr.kind() == VR.Kind.NUMBER) {
            for (int i = 0; i < value.numberCount(); i++) {
                texts.add(numeral(value, i));
            }
        }
        return texts;
    }

    private static String numeral(Value value, int index) {
        return switch (value.vr()) {
            case AT -> String.format("%08X", value.tagAt(index).code());
            case FL -> Float.toString((float) value.realAt(index));
            case FD -> Double.toString(value.realAt(index));
            case UV -> Long.toUnsignedString(value.integerAt(index));
            default -> Long.toString(value.integerAt(index));
        };
    }

    /**
     * The bytes of numbers given in decimal (AT: 8 hexadecimal digits).
     *
     * @throws IllegalArgumentException when a text is no such number or does not fit the VR
     */
    static byte[] encode(List<String> values, VR vr, boolean bigEndian) {
        int width = vr == VR.AT ? 4 : vr.unit();
        ByteBuffer out = ByteBuffer.allocate(values.size() * width);
        out.order(bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        try {
            values.forEach(text -> put(out, text.strip(), vr));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("a value of VR " + vr + " is no number that fits it");
        }
        return out.array();
    }

    private static void put(ByteBuffer out, String text, VR vr) {
        switch (vr) {
            case AT -> {
                int tag = Integer.parseUnsignedInt(text, 16);
                out.putShort((short) (tag >>> 16)).putShort((short) tag);
            }
            case FL, OF -> out.putFloat(Float.parseFloat(text));
            case FD, OD -> out.putDouble(Double.parseDouble(text));
            case US, OW -> out.putShort((short) inRange(text, 0, 0xFFFF));
            case SS -> out.putShort((short) inRange(text, Short.MIN_VALUE, Short.MAX_VALUE));
            case UL, OL -> out.putInt((int) inRange(text, 0, 0xFFFFFFFFL));
            case SL -> out.putInt((int) inRange(text, Integer.MIN_VALUE, Integer.MAX_VALUE));
            case SV -> out.putLong(Long.parseLong(text));
            case UV, OV -> out.putLong(Long.parseUnsignedLong(text));
            default -> throw new IllegalArgumentException("VR " + vr + " takes no numbers");
        }
    }

    private static long inRange(String text, long least, long most) {
        long value = Long.parseLong(text);
        if (value < least || value > most) {
            throw new NumberFormatException();
        }
        return value;
    }

    /** A decimal string of at most 16 characters, PS3.5 section 6.2, as near to the number as they allow. */
    static String decimalString(double number) {
        if (!Double.isFinite(number)) {
            throw new IllegalArgumentException("a DS is a finite number");
        }
        String text = plain(new BigDecimal(Double.toString(number)));
        for (int digits = 16; text.length() > LONGEST_DECIMAL_STRING && digits > 0; digits--) {
            BigDecimal rounded = new BigDecimal(number).round(new MathContext(digits));
            text = shorter(plain(rounded), rounded.stripTrailingZeros().toString());
        }
        return text;
    }

    private static String plain(BigDecimal number) {
        BigDecimal stripped = number.stripTrailingZeros();
        return Math.abs(stripped.scale()) > 32 ? stripped.toString() : stripped.toPlainString();
    }

    private static String shorter(String a, String b) {
        return a.length() <= b.length() ? a : b;
    }

    private static boolean isInteger(VR vr) {
        return switch (vr) {
            case US, SS, UL, SL, SV, UV, OW, OL, OV -> true;
            default -> false;
        };
    }

    private static boolean isReal(VR vr) {
        return switch (vr) {
            case FL, FD, OF, OD -> true;
            default -> false;
        };
    }

    private static void addInteger(String text, List<Long> numbers) {
        try {
            numbers.add(Long.parseLong(text));
        } catch (NumberFormatException e) {
            List<Double> reals = new ArrayList<>(1);
            addReal(text, reals);
            reals.stream()
                    .filter(n -> n == Math.rint(n) && Math.abs(n) < (1L << 53))
                    .forEach(n -> numbers.add(n.longValue()));
        }
    }

    private static void addReal(String text, List<Double> numbers) {
        if (text.isEmpty() || text.length() > LONGEST_NUMERAL || !isNumeral(text)) {
            return;
        }
        try {
            numbers.add(Double.parseDouble(text));
        } catch (NumberFormatException e) {
            // Not a number: absent.
        }
    }

    /** Keeps out what Double.parseDouble takes beyond PS3.5: NaN, hexadecimal, "1d". */
    private static boolean isNumeral(String text) {
        return text.chars().allMatch(c -> (c >= '0' && c <= '9') || "+-.eE".indexOf(c) >= 0);
    }
}
