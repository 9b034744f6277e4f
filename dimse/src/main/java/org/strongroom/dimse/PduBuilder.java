package org.strongroom.dimse;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes of PDUs and command sets being put together; grows as needed. */
final class PduBuilder {
    private byte[] bytes;
    private int length;

    PduBuilder(int capacity) {
        bytes = new byte[capacity];
    }

    /** A PDU of {@code type} whose length {@link #toPdu} fills in. */
    static PduBuilder pdu(int type) {
        return new PduBuilder(256).u8(type).u8(0).u32(0);
    }

    byte[] toPdu() {
        set32(2, length - Pdu.HEADER_LENGTH);
        return toArray();
    }

    PduBuilder u8(int value) {
        ensure(1);
        bytes[length++] = (byte) value;
        return this;
    }

    PduBuilder u16(int value) {
        return u8(value >> 8).u8(value);
    }

    PduBuilder u32(long value) {
        return u16((int) (value >> 16)).u16((int) value);
    }

    PduBuilder u16LittleEndian(int value) {
        return u8(value).u8(value >> 8);
    }

    PduBuilder u32LittleEndian(int value) {
        return u16LittleEndian(value).u16LittleEndian(value >> 16);
    }

    PduBuilder put(byte[] source) {
        return put(source, 0, source.length);
    }

    PduBuilder put(byte[] source, int offset, int count) {
        ensure(count);
        System.arraycopy(source, offset, bytes, length, count);
        length += count;
        return this;
    }

    PduBuilder zeros(int count) {
        ensure(count);
        length += count;
        return this;
    }

    PduBuilder text(String value) {
        return put(value.getBytes(StandardCharsets.US_ASCII));
    }

    /** Text filled with spaces up to {@code width}. */
    PduBuilder padded(String value, int width) {
        byte[] field = new byte[width];
        Arrays.fill(field, (byte) ' ');
        byte[] encoded = value.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(encoded, 0, field, 0, Math.min(encoded.length, width));
        return put(field);
    }

    /** Starts an item with a 16 bit length; returns what {@link #close16} needs. */
    int open16(int type) {
        return open16(type, 0);
    }

    int open16(int type, int second) {
        u8(type).u8(second).u16(0);
        return length;
    }

    void close16(int mark) {
        int itemLength = length - mark;
        if (itemLength > 0xFFFF) {
            throw new IllegalArgumentException("an item of " + itemLength + " bytes does not fit its 16 bit length");
        }
        bytes[mark - 2] = (byte) (itemLength >> 8);
        bytes[mark - 1] = (byte) itemLength;
    }

    /** Writes a 32 bit length, big endian, at {@code offset}. */
    void set32(int offset, int value) {
        bytes[offset] = (byte) (value >> 24);
        bytes[offset + 1] = (byte) (value >> 16);
        bytes[offset + 2] = (byte) (value >> 8);
        bytes[offset + 3] = (byte) value;
    }

    int length() {
        return length;
    }

    /** The bytes themselves, of which the first {@link #length()} are meant. */
    byte[] array() {
        return bytes;
    }

    byte[] toArray() {
        return Arrays.copyOf(bytes, length);
    }

    private void ensure(int count) {
        if (bytes.length - length < count) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
        }
    }
}
