package org.strongroom.dicom;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes elements by hand, right or wrong, for tests of the reader. */
public final class Bytes {
    public static final int UNDEFINED = -1;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final boolean explicit;
    private final ByteOrder order;

    private Bytes(boolean explicit, ByteOrder order) {
        this.explicit = explicit;
        this.order = order;
    }

    public static Bytes explicit() {
        return new Bytes(true, ByteOrder.LITTLE_ENDIAN);
    }

    public static Bytes implicit() {
        return new Bytes(false, ByteOrder.LITTLE_ENDIAN);
    }

    public static Bytes big() {
        return new Bytes(true, ByteOrder.BIG_ENDIAN);
    }

    /** An element whose length is that of the value. */
    public Bytes element(int tag, String vr, byte... value) {
        return header(tag, vr, value.length).raw(value);
    }

    public Bytes element(int tag, String vr, String value) {
        return element(tag, vr, value.getBytes(StandardCharsets.ISO_8859_1));
    }

    public Bytes header(int tag, String vr, int length) {
        tag(tag);
        if (!explicit) {
            return number(4, length);
        }
        raw(vr.getBytes(StandardCharsets.ISO_8859_1));
        boolean isLong = "OB OD OF OL OV OW SQ SV UC UN UR UT UV".contains(vr);
        return isLong ? number(2, 0).number(4, length) : number(2, length);
    }

    /** An item, a delimiter: tag and length, never a VR. */
    public Bytes mark(int tag, int length) {
        return tag(tag).number(4, length);
    }

    public Bytes item(byte[] content) {
        return mark(0xFFFEE000, content.length).raw(content);
    }

    public Bytes endOfItem() {
        return mark(0xFFFEE00D, 0);
    }

    public Bytes endOfSequence() {
        return mark(0xFFFEE0DD, 0);
    }

    private Bytes tag(int tag) {
        return number(2, tag >>> 16).number(2, tag & 0xFFFF);
    }

    public Bytes number(int width, long number) {
        ByteBuffer buffer = ByteBuffer.allocate(8).order(order);
        if (order == ByteOrder.LITTLE_ENDIAN) {
            buffer.putLong(number);
            out.write(buffer.array(), 0, width);
        } else {
            buffer.putLong(number);
            out.write(buffer.array(), 8 - width, width);
        }
        return this;
    }

    public Bytes raw(byte... bytes) {
        out.writeBytes(bytes);
        return this;
    }

    public byte[] done() {
        return out.toByteArray();
    }

    public DataSet read() {
        return DataSet.read(done(), syntax(), Limits.DEFAULT);
    }

    public TransferSyntax syntax() {
        return !explicit
                ? TransferSyntax.ImplicitVRLittleEndian
                : order == ByteOrder.BIG_ENDIAN
                        ? TransferSyntax.ExplicitVRBigEndian
                        : TransferSyntax.ExplicitVRLittleEndian;
    }
}
