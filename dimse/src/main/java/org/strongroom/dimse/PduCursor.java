package org.strongroom.dimse;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.strongroom.dicom.Uid;

/** Walks over the bytes of one PDU; no step leaves the item it is in. */
final class PduCursor {
    private final byte[] bytes;
    private final int end;
    private final int base;
    private int position;

    /** @param base how many bytes of the PDU stand before {@code bytes}, for messages */
    PduCursor(byte[] bytes, int base) {
        this(bytes, 0, bytes.length, base);
    }

    private PduCursor(byte[] bytes, int from, int end, int base) {
        this.bytes = bytes;
        this.position = from;
        this.end = end;
        this.base = base;
    }

    boolean atEnd() {
        return position == end;
    }

    int remaining() {
        return end - position;
    }

    int offset() {
        return base + position;
    }

    int u8(String what) {
        need(1, what);
        return bytes[position++] & 0xFF;
    }

    int u16(String what) {
        need(2, what);
        int value = (bytes[position] & 0xFF) << 8 | (bytes[position + 1] & 0xFF);
        position += 2;
        return value;
    }

    long u32(String what) {
        return (long) u16(what) << 16 | u16(what);
    }

    void skip(int length, String what) {
        need(length, what);
        position += length;
    }

    /** The next {@code length} bytes as a cursor of their own. */
    PduCursor slice(int length, String what) {
        need(length, what);
        PduCursor slice = new PduCursor(bytes, position, position + length, base);
        position += length;
        return slice;
    }

    Octets octets(int length, String what) {
        need(length, what);
        position += length;
        return Octets.of(Arrays.copyOfRange(bytes, position - length, position));
    }

    /** Text without padding; what is not printable ASCII becomes a question mark, so that it may be logged. */
    String text(int length, String what) {
        need(length, what);
        char[] characters = new char[length];
        for (int i = 0; i < length; i++) {
            int c = bytes[position + i];
            characters[i] = c == 0 ? ' ' : c >= 0x20 && c < 0x7F ? (char) c : '?';
        }
        position += length;
        return new String(characters).strip();
    }

    Uid uid(int length, String what) {
        int start = offset();
        return optionalUid(length, what).orElseThrow(() -> PduException.invalid(start, what + " is not a UID"));
    }

    /** Some devices pad with zeros or spaces where PS3.8 annex F does not. */
    Optional<Uid> optionalUid(int length, String what) {
        need(length, what);
        String text = new String(bytes, position, length, StandardCharsets.ISO_8859_1);
        position += length;
        int last = text.length();
        while (last > 0 && (text.charAt(last - 1) == 0 || text.charAt(last - 1) == ' ')) {
            last--;
        }
        return Uid.parse(text.substring(0, last));
    }

    PduException invalid(String what) {
        return PduException.invalid(offset(), what);
    }

    private void need(int length, String what) {
        if (length > end - position) {
            throw PduException.invalid(
                    offset(), what + " needs " + length + " bytes, " + (end - position) + " are there");
        }
    }
}
