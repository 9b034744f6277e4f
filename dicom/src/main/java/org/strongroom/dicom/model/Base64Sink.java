package org.strongroom.dicom.model;

import java.util.Arrays;
import java.util.function.Function;
import org.strongroom.dicom.DicomFormatException;

/** Decodes base64 (RFC 4648 section 4) as it comes, into the value that is open. Padding at the end may be missing. */
final class Base64Sink implements ByteSink {
    private static final byte[] VALUES = values();
    private static final int SPACE = -2;
    private static final int PADDING = -3;

    private final ElementEncoder into;
    private final Function<String, DicomFormatException> fail;
    private final byte[] buffer = new byte[3072];
    private int filled;
    private int bits;
    private int characters;
    private int padding;

    Base64Sink(ElementEncoder into, Function<String, DicomFormatException> fail) {
        this.into = into;
        this.fail = fail;
    }

    void start() {
        filled = 0;
        bits = 0;
        characters = 0;
        padding = 0;
    }

    @Override
    public void put(byte[] bytes, int from, int length) {
        for (int i = from; i < from + length; i++) {
            int value = bytes[i] < 0 ? -1 : VALUES[bytes[i]];
            if (value >= 0 && padding == 0) {
                bits = (bits << 6) | value;
                if (++characters == 4) {
                    flush(3);
                }
            } else if (value == PADDING && characters + padding < 4 && characters > 1) {
                padding++;
            } else if (value != SPACE) {
                throw fail.apply("no base64");
            }
        }
    }

    void end() {
        if (characters == 1 || (padding > 0 && characters + padding != 4)) {
            throw fail.apply("base64 that is cut off");
        }
        if (characters > 1) {
            int bytes = characters - 1;
            bits <<= 6 * (4 - characters);
            flush(bytes);
        }
        into.put(buffer, 0, filled);
    }

    private void flush(int bytes) {
        if (filled + 3 > buffer.length) {
            into.put(buffer, 0, filled);
            filled = 0;
        }
        for (int i = 0; i < bytes; i++) {
            buffer[filled++] = (byte) (bits >>> (16 - 8 * i));
        }
        bits = 0;
        characters = 0;
    }

    private static byte[] values() {
        byte[] table = new byte[128];
        Arrays.fill(table, (byte) -1);
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for (int i = 0; i < alphabet.length(); i++) {
            table[alphabet.charAt(i)] = (byte) i;
        }
        for (char c : " \t\r\n".toCharArray()) {
            table[c] = SPACE;
        }
        table['='] = PADDING;
        return table;
    }
}
