package org.strongroom.dicom.model;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.strongroom.dicom.DicomFormatException;

/**
 * Takes JSON (RFC 8259) apart as it comes, strictly: no comments, no trailing commas, UTF-8 only, surrogates in pairs. Holds
 * one buffer; strings are handed on piece by piece, so nothing is allocated from what a document says of itself.
 */
final class JsonInput {
    static final int END = -1;

    /** Longest number taken: no binary or decimal value of any VR needs more. */
    private static final int LONGEST_NUMBER = 64;

    private final InputStream in;
    private final Function<String, DicomFormatException> fail;
    private final byte[] buffer;
    private final byte[] character = new byte[4];
    private long before;
    private int at;
    private int end;
    private byte @Nullable [] tap;
    private int tapped;
    private int tapFrom;
    private int tapRoom;

    JsonInput(InputStream in, int bufferBytes, Function<String, DicomFormatException> fail) {
        this.in = in;
        this.fail = fail;
        this.buffer = new byte[bufferBytes];
    }

    /** The first {@code length} of these bytes, which stood at {@code offset} of the document. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Captured(byte[] bytes, int length, long offset) {}

    /** Reads again what {@link #capture} took, as if it stood where it stood. */
    static JsonInput again(Captured captured, Function<String, DicomFormatException> fail) {
        InputStream in = new ByteArrayInputStream(captured.bytes, 0, captured.length);
        JsonInput input = new JsonInput(in, Math.clamp(captured.length, 16, 8192), fail);
        input.before = captured.offset;
        return input;
    }

    /** Bytes taken so far. */
    long offset() {
        return before + at;
    }

    /** The next byte that is no white space, not taken; {@link #END} after the last. */
    int peek() throws IOException {
        while (true) {
            if (at == end && !fill()) {
                return END;
            }
            byte b = buffer[at];
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return b & 0xFF;
            }
            at++;
        }
    }

    void skipByteOrderMark() throws IOException {
        if (peek() == 0xEF) {
            for (int b : new int[] {0xEF, 0xBB, 0xBF}) {
                if (next() != b) {
                    throw fail.apply("no JSON");
                }
            }
        }
    }

    void expect(char c) throws IOException {
        if (peek() != c) {
            throw fail.apply(peek() == END ? "the JSON is cut off" : "no " + c + " where one must stand");
        }
        at++;
    }

    /** Takes the character if it is next. */
    boolean takes(char c) throws IOException {
        if (peek() != c) {
            return false;
        }
        at++;
        return true;
    }

    /** After a member or value: true for a comma, false for the end, which is taken too. */
    boolean more(char closing) throws IOException {
        if (takes(',')) {
            if (peek() == closing) {
                throw fail.apply("a comma with nothing after it");
            }
            return true;
        }
        expect(closing);
        return false;
    }

    /** A string of at most so many bytes of UTF-8. */
    String shortString(int most) throws IOException {
        int plain = plainString();
        if (plain >= 0) {
            int size = at - 1 - plain;
            if (size <= most) {
                return latin(plain, size);
            }
            at = plain - 1;
        }
        byte[] text = new byte[most];
        int[] length = {0};
        string((bytes, from, count) -> {
            if (count > most - length[0]) {
                throw fail.apply("a string of more than " + most + " bytes where a short one belongs");
            }
            System.arraycopy(bytes, from, text, length[0], count);
            length[0] += count;
        });
        return new String(text, 0, length[0], StandardCharsets.UTF_8);
    }

    /** Takes a string that lies in the buffer whole and is ASCII without escapes: where it begins; else -1 and takes nothing. */
    private int plainString() throws IOException {
        if (peek() != '"') {
            return -1;
        }
        int i = at + 1;
        while (i < end && buffer[i] >= 0x20 && buffer[i] != '"' && buffer[i] != '\\') {
            i++;
        }
        if (i == end || buffer[i] != '"') {
            return -1;
        }
        int from = at + 1;
        at = i + 1;
        return from;
    }

    @SuppressWarnings("deprecation") // copies the low bytes, which is what ASCII needs
    private String latin(int from, int length) {
        return new String(buffer, 0, from, length);
    }

    /** Takes a string of eight hexadecimal digits and gives their number; else -1 and takes nothing. */
    long eightDigits() throws IOException {
        if (peek() != '"' || end - at < 10 || buffer[at + 9] != '"') {
            return -1;
        }
        long code = 0;
        for (int i = 1; i <= 8; i++) {
            int b = buffer[at + i];
            int digit = b >= '0' && b <= '9'
                    ? b - '0'
                    : (b | 0x20) >= 'a' && (b | 0x20) <= 'f' ? (b | 0x20) - 'a' + 10 : -1;
            if (digit < 0) {
                return -1;
            }
            code = (code << 4) | digit;
        }
        at += 10;
        return code;
    }

    /** A string in UTF-8, in pieces. */
    void string(ByteSink sink) throws IOException {
        expect('"');
        while (true) {
            int from = at;
            while (at < end && buffer[at] >= 0x20 && buffer[at] != '"' && buffer[at] != '\\') {
                at++;
            }
            if (at > from) {
                sink.put(buffer, from, at - from);
            }
            int b = next();
            if (b == '"') {
                return;
            }
            if (b == '\\') {
                escape(sink);
            } else if (b >= 0x80) {
                multibyte(b, sink);
            } else if (b >= 0x20) {
                at--; // the buffer was filled again
            } else {
                throw fail.apply("a control character in a string");
            }
        }
    }

    private void escape(ByteSink sink) throws IOException {
        int b = next();
        int code = switch (b) {
            case '"', '\\', '/' -> b;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> throw fail.apply("an escape that JSON does not have");
        };
        emit(code, sink);
    }

    private int unicode() throws IOException {
        int code = fourDigits();
        if (code < 0xD800 || code > 0xDFFF) {
            return code;
        }
        if (code <= 0xDBFF && next() == '\\' && next() == 'u') {
            int low = fourDigits();
            if (low >= 0xDC00 && low <= 0xDFFF) {
                return Character.toCodePoint((char) code, (char) low);
            }
        }
        throw fail.apply("half of a surrogate pair");
    }

    private int fourDigits() throws IOException {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            int b = next();
            int digit = b < 0x80 ? Character.digit(b, 16) : -1;
            if (digit < 0) {
                throw fail.apply("an escape without four hexadecimal digits");
            }
            code = (code << 4) | digit;
        }
        return code;
    }

    /** RFC 3629: no longer form than needed, no surrogates, nothing above U+10FFFF. */
    private void multibyte(int first, ByteSink sink) throws IOException {
        int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
        int code = first & (0x3F >> more);
        for (int i = 0; i < more; i++) {
            int b = next();
            if ((b & 0xC0) != 0x80) {
                throw fail.apply("bytes that are not UTF-8");
            }
            code = (code << 6) | (b & 0x3F);
        }
        int least = more == 1 ? 0x80 : more == 2 ? 0x800 : 0x10000;
        if (first < 0xC2 || first > 0xF4 || code < least || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
            throw fail.apply("bytes that are not UTF-8");
        }
        emit(code, sink);
    }

    private void emit(int code, ByteSink sink) {
        int length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
        int rest = code;
        for (int i = length - 1; i > 0; i--) {
            character[i] = (byte) (0x80 | (rest & 0x3F));
            rest >>>= 6;
        }
        character[0] = (byte) (length == 1 ? code : (0xF00 >> length) | rest);
        sink.put(character, 0, length);
    }

    /** A number as it is written. */
    String number() throws IOException {
        peek();
        int to = at;
        while (to < end && buffer[to] > 0x20 && buffer[to] != ',' && buffer[to] != ']' && buffer[to] != '}') {
            to++;
        }
        if (to < end && to - at <= LONGEST_NUMBER) {
            String whole = latin(at, to - at);
            if (isNumber(whole)) {
                at = to;
                return whole;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int b = peek(); b > 0x20 && b != ',' && b != ']' && b != '}'; b = at < end || fill() ? buffer[at] : END) {
            if (text.length() == LONGEST_NUMBER) {
                throw fail.apply("a number of more than " + LONGEST_NUMBER + " characters");
            }
            text.append((char) b);
            at++;
        }
        if (!isNumber(text)) {
            throw fail.apply("no number where one must stand");
        }
        return text.toString();
    }

    /** RFC 8259 section 6. */
    private static boolean isNumber(CharSequence text) {
        int i = text.length() > 0 && text.charAt(0) == '-' ? 1 : 0;
        int digits = digits(text, i);
        if (digits == 0 || (digits > 1 && text.charAt(i) == '0')) {
            return false;
        }
        i += digits;
        if (i < text.length() && text.charAt(i) == '.') {
            digits = digits(text, i + 1);
            if (digits == 0) {
                return false;
            }
            i += 1 + digits;
        }
        if (i < text.length() && (text.charAt(i) | 0x20) == 'e') {
            i++;
            i += i < text.length() && (text.charAt(i) == '+' || text.charAt(i) == '-') ? 1 : 0;
            digits = digits(text, i);
            if (digits == 0) {
                return false;
            }
            i += digits;
        }
        return i == text.length();
    }

    private static int digits(CharSequence text, int from) {
        int i = from;
        while (i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9') {
            i++;
        }
        return i - from;
    }

    /** Takes {@code null}, {@code true} or {@code false}, which must be next. */
    void word(String word) throws IOException {
        peek();
        for (int i = 0; i < word.length(); i++) {
            if (next() != word.charAt(i)) {
                throw fail.apply("no JSON value where one must stand");
            }
        }
    }

    /** Passes over a value of any kind. */
    void skip(int mostDepth) throws IOException {
        boolean[] objects = new boolean[8];
        int depth = 0;
        while (true) {
            int b = peek();
            if (b == '{' || b == '[') {
                at++;
                if (depth == mostDepth) {
                    throw fail.apply("JSON nested deeper than " + mostDepth);
                }
                objects = depth == objects.length ? Arrays.copyOf(objects, depth * 2) : objects;
                objects[depth++] = b == '{';
                if (!takes(b == '{' ? '}' : ']')) {
                    if (b == '{') {
                        memberName();
                    }
                    continue;
                }
                depth--;
            } else {
                scalar(b);
            }
            while (depth > 0 && !more(objects[depth - 1] ? '}' : ']')) {
                depth--;
            }
            if (depth == 0) {
                return;
            }
            if (objects[depth - 1]) {
                memberName();
            }
        }
    }

    private void memberName() throws IOException {
        string((bytes, from, count) -> {});
        expect(':');
    }

    private void scalar(int b) throws IOException {
        switch (b) {
            case '"' -> string((bytes, from, count) -> {});
            case 'n' -> word("null");
            case 't' -> word("true");
            case 'f' -> word("false");
            default -> number();
        }
    }

    /** Passes over a value and returns its bytes, at most so many. */
    Captured capture(int mostBytes, int mostDepth) throws IOException {
        long offset = tapFromHere(mostBytes);
        skip(mostDepth);
        return taken(offset);
    }

    /** The same for the values of an array from here to its end, that included. */
    Captured captureRest(int mostBytes, int mostDepth) throws IOException {
        long offset = tapFromHere(mostBytes);
        do {
            skip(mostDepth);
        } while (more(']'));
        return taken(offset);
    }

    private long tapFromHere(int mostBytes) throws IOException {
        peek();
        tap = new byte[64];
        tapped = 0;
        tapFrom = at;
        tapRoom = mostBytes;
        return offset();
    }

    private Captured taken(long offset) {
        byte[] bytes = takeUp();
        tap = null;
        return new Captured(bytes, tapped, offset);
    }

    /** Takes what was passed over in the buffer. */
    private byte[] takeUp() {
        byte[] bytes = tap == null ? new byte[0] : tap;
        int more = at - tapFrom;
        if (more > tapRoom - tapped) {
            throw fail.apply("a value of more bytes before its VR than a data set may have");
        }
        if (more > bytes.length - tapped) {
            bytes = Arrays.copyOf(bytes, (int) Math.clamp(bytes.length * 2L, (long) tapped + more, tapRoom));
            tap = bytes;
        }
        System.arraycopy(buffer, tapFrom, bytes, tapped, more);
        tapped += more;
        tapFrom = 0;
        return bytes;
    }

    private int next() throws IOException {
        if (at == end && !fill()) {
            throw fail.apply("the JSON is cut off");
        }
        return buffer[at++] & 0xFF;
    }

    private boolean fill() throws IOException {
        if (tap != null) {
            takeUp();
        }
        before += end;
        at = 0;
        end = 0;
        int n = in.read(buffer, 0, buffer.length);
        end = Math.max(n, 0);
        return n > 0;
    }
}
