package org.strongroom.testkit.hostile;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Bytes put together by hand, right or wrong: elements of data sets, items of PDUs. */
final class Wire {
    static final int UNDEFINED = -1;
    static final int ITEM = 0xFFFEE000;
    static final int END_OF_ITEM = 0xFFFEE00D;
    static final int END_OF_SEQUENCE = 0xFFFEE0DD;

    private static final String LONG_VRS = "OB OD OF OL OV OW SQ SV UC UN UR UT UV";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final boolean explicit;
    private final boolean big;

    private Wire(boolean explicit, boolean big) {
        this.explicit = explicit;
        this.big = big;
    }

    static Wire explicit() {
        return new Wire(true, false);
    }

    static Wire implicit() {
        return new Wire(false, false);
    }

    static Wire big() {
        return new Wire(true, true);
    }

    static Wire of(HostileCase.Target syntax) {
        return new Wire(syntax != HostileCase.Target.IMPLICIT, syntax == HostileCase.Target.BIG_ENDIAN);
    }

    Wire number(int width, long number) {
        for (int i = 0; i < width; i++) {
            out.write((int) (number >>> (8 * (big ? width - 1 - i : i))));
        }
        return this;
    }

    Wire raw(byte... bytes) {
        out.writeBytes(bytes);
        return this;
    }

    Wire text(String text) {
        return raw(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    Wire tag(int tag) {
        return number(2, tag >>> 16).number(2, tag & 0xFFFF);
    }

    /** Tag, VR where there is one, length. */
    Wire header(int tag, String vr, int length) {
        tag(tag);
        if (!explicit) {
            return number(4, length);
        }
        text(vr);
        return LONG_VRS.contains(vr) ? number(2, 0).number(4, length) : number(2, length);
    }

    Wire element(int tag, String vr, byte... value) {
        return header(tag, vr, value.length).raw(value);
    }

    Wire element(int tag, String vr, String value) {
        return element(tag, vr, value.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** An item or a delimiter: tag and length. */
    Wire mark(int tag, int length) {
        return tag(tag).number(4, length);
    }

    int length() {
        return out.size();
    }

    byte[] done() {
        return out.toByteArray();
    }
}
