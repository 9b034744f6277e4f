package org.strongroom.dicom.model;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/** Writes UTF-8 and base64 through one buffer; no object for what is written. */
final class Utf8Out {
    private static final byte[] DIGITS = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);
    private static final int BUFFER = 16384;
    /** A multiple of 3, whose base64 needs no padding, and of 8, so that no number is cut in two. */
    private static final int CHUNK = 6144;

    private final OutputStream out;
    private final byte[] buffer = new byte[BUFFER];
    private final byte[] number = new byte[20];
    private byte[] chunk = new byte[0];
    private byte[] encoded = new byte[0];
    private int chunkLength;
    private int count;

    Utf8Out(OutputStream out) {
        this.out = out;
    }

    void write(int b) throws IOException {
        if (count == BUFFER) {
            drain();
        }
        buffer[count++] = (byte) b;
    }

    void write(byte[] bytes) throws IOException {
        write(bytes, 0, bytes.length);
    }

    void write(byte[] bytes, int from, int length) throws IOException {
        if (length > BUFFER - count) {
            drain();
            if (length > BUFFER) {
                out.write(bytes, from, length);
                return;
            }
        }
        System.arraycopy(bytes, from, buffer, count, length);
        count += length;
    }

    /** Characters of ASCII. */
    @SuppressWarnings("deprecation") // copies the low bytes, which is what ASCII needs
    void ascii(String text) throws IOException {
        int length = text.length();
        if (length > BUFFER) {
            write(text.getBytes(StandardCharsets.US_ASCII));
            return;
        }
        if (length > BUFFER - count) {
            drain();
        }
        text.getBytes(0, length, buffer, count);
        count += length;
    }

    /** Eight hexadecimal digits. */
    void hex(int code) throws IOException {
        if (BUFFER - count < 8) {
            drain();
        }
        for (int shift = 28; shift >= 0; shift -= 4) {
            buffer[count++] = DIGITS[(code >>> shift) & 15];
        }
    }

    static byte digit(int value) {
        return DIGITS[value & 15];
    }

    void decimal(long value) throws IOException {
        if (value == Long.MIN_VALUE) {
            ascii(Long.toString(value));
            return;
        }
        long rest = Math.abs(value);
        int at = number.length;
        do {
            number[--at] = (byte) ('0' + rest % 10);
            rest /= 10;
        } while (rest > 0);
        if (value < 0) {
            number[--at] = '-';
        }
        write(number, at, number.length - at);
    }

    /** Where bytes are put that go out as base64, see {@link #chunkFilled} and {@link #endBase64}. */
    byte[] chunk() {
        if (chunk.length == 0) {
            chunk = new byte[CHUNK];
            encoded = new byte[CHUNK / 3 * 4];
        }
        return chunk;
    }

    /** How many bytes may be put into the chunk, and where: at {@link #chunkLength}. */
    int chunkRoom() {
        return CHUNK - chunkLength;
    }

    int chunkLength() {
        return chunkLength;
    }

    void chunkFilled(int more) throws IOException {
        chunkLength += more;
        if (chunkLength == CHUNK) {
            write(encoded, 0, Base64.getEncoder().encode(chunk, encoded));
            chunkLength = 0;
        }
    }

    void base64(byte[] bytes, int from, int length) throws IOException {
        int at = from;
        int end = from + length;
        byte[] into = chunk();
        while (at < end) {
            int n = Math.min(end - at, chunkRoom());
            System.arraycopy(bytes, at, into, chunkLength, n);
            chunkFilled(n);
            at += n;
        }
    }

    void endBase64() throws IOException {
        if (chunkLength > 0) {
            write(Base64.getEncoder().encode(Arrays.copyOf(chunk, chunkLength)));
            chunkLength = 0;
        }
    }

    private void drain() throws IOException {
        out.write(buffer, 0, count);
        count = 0;
    }

    /** Writes what is held back; the stream below is flushed too. */
    void flush() throws IOException {
        drain();
        out.flush();
    }
}
