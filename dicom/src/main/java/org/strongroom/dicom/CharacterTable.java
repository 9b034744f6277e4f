package org.strongroom.dicom;

import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The coded character sets that ISO 2022 escapes switch between, PS3.3 tables C.12-3 and C.12-4: where each stands (G0
 * or G1), how many bytes a character takes, the escape sequence that designates it, and its characters.
 *
 * <p>The characters are those of the JDK's charsets, with one code after the Unicode Consortium's table. ISO-IR 14 is read
 * as ASCII though 0x5C and 0x7E are drawn as yen sign and overline there: so bytes below 0x80 mean the same in every
 * character set, and a delimiter is a backslash in all of them (docs/decisions/0012).
 */
enum CharacterTable {
    ASCII(6, "(B", false, 1, "US-ASCII"),
    JIS_ROMAN(14, "(J", false, 1, "US-ASCII"),
    JIS_KATAKANA(13, ")I", true, 1, "JIS_X0201"),
    LATIN_1(100, "-A", true, 1, "ISO-8859-1"),
    LATIN_2(101, "-B", true, 1, "ISO-8859-2"),
    LATIN_3(109, "-C", true, 1, "ISO-8859-3"),
    LATIN_4(110, "-D", true, 1, "ISO-8859-4"),
    CYRILLIC(144, "-L", true, 1, "ISO-8859-5"),
    ARABIC(127, "-G", true, 1, "ISO-8859-6"),
    GREEK(126, "-F", true, 1, "ISO-8859-7"),
    HEBREW(138, "-H", true, 1, "ISO-8859-8"),
    LATIN_5(148, "-M", true, 1, "ISO-8859-9"),
    LATIN_9(203, "-b", true, 1, "ISO-8859-15"),
    THAI(166, "-T", true, 1, "TIS-620"),
    KANJI(87, "$B", false, 2, "x-JIS0208"),
    KANJI_SUPPLEMENTARY(159, "$(D", false, 2, "JIS_X0212-1990"),
    KOREAN(149, "$)C", true, 2, "EUC-KR"),
    CHINESE(58, "$)A", true, 2, "GB2312");

    /** What {@link #decode} gives for a code without a character. */
    static final char NONE = '\uFFFD';

    /** The number in its defined terms, of ISO's register. */
    final int registration;
    /** The bytes after ESC. */
    final String escape;
    /** Right half (bytes 0xA0 to 0xFF), beside a left half that stays. */
    final boolean right;
    /** Bytes of a character. */
    final int width;

    private final @Nullable Charset charset;
    /** Made when first asked for. */
    @SuppressWarnings("ImmutableEnumChecker")
    private volatile @Nullable Codes codes;

    CharacterTable(int registration, String escape, boolean right, int width, String charset) {
        this.registration = registration;
        this.escape = escape;
        this.right = right;
        this.width = width;
        this.charset = Charset.isSupported(charset) ? Charset.forName(charset) : null;
    }

    /** Its characters by code, and its codes by character. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Codes(char[] characters, char[] sorted, char[] codes) {}

    static @Nullable CharacterTable ofRegistration(int number) {
        for (CharacterTable table : values()) {
            if (table.registration == number) {
                return table;
            }
        }
        return null;
    }

    /** The table that the escape at {@code offset} (after ESC) designates, or null. */
    static @Nullable CharacterTable ofEscape(byte[] bytes, int offset, int end) {
        for (CharacterTable table : values()) {
            if (table.escapeStandsAt(bytes, offset, end)) {
                return table;
            }
        }
        return null;
    }

    private boolean escapeStandsAt(byte[] bytes, int offset, int end) {
        if (escape.length() > end - offset) {
            return false;
        }
        for (int i = 0; i < escape.length(); i++) {
            if (bytes[offset + i] != escape.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Whether this Java has it: a runtime image without the module jdk.charsets lacks some. */
    boolean isAvailable() {
        return charset != null;
    }

    /** The whole character set of a data set with this one-byte set alone, left half and right. */
    @Nullable
    Charset whole() {
        return charset;
    }

    /** The character whose code is these bytes (the second is ignored where one is enough), or {@link #NONE}. */
    char decode(int first, int second) {
        int at = position(first, second);
        return at < 0 ? NONE : codes().characters[at];
    }

    /** The bytes of this character as one number, or -1 when it is not in the table. */
    int encode(int codePoint) {
        if (codePoint > 0xFFFF) {
            return -1;
        }
        Codes all = codes();
        int at = Arrays.binarySearch(all.sorted, (char) codePoint);
        return at < 0 ? -1 : all.codes[at];
    }

    /** Where a code stands in the list of all of this table, or -1 when it is none. */
    private int position(int first, int second) {
        int half = right ? 0x80 : 0;
        int row = first - half - 0x20;
        if (width == 1) {
            return row < 0 || row > 0x5F ? -1 : row;
        }
        int column = second - half - 0x20;
        return row < 1 || row > 0x5E || column < 1 || column > 0x5E ? -1 : row * 0x60 + column;
    }

    private Codes codes() {
        Codes known = codes;
        if (known == null) {
            known = made();
            codes = known;
        }
        return known;
    }

    private Codes made() {
        int rows = width == 1 ? 1 : 0x60;
        char[] characters = new char[rows * 0x60];
        char[] byCode = new char[characters.length];
        int half = right ? 0x80 : 0;
        for (int at = 0; at < characters.length; at++) {
            int code = width == 1 ? at + 0x20 + half : (at / 0x60 + 0x20 + half) << 8 | (at % 0x60 + 0x20 + half);
            byCode[at] = (char) code;
            characters[at] = character(code);
        }
        int[] used = IntStream.range(0, characters.length)
                .filter(at -> characters[at] != NONE)
                .boxed()
                .sorted((a, b) -> Character.compare(characters[a], characters[b]))
                .mapToInt(Integer::intValue)
                .toArray();
        char[] sorted = new char[used.length];
        char[] codesOf = new char[used.length];
        for (int i = 0; i < used.length; i++) {
            sorted[i] = characters[used[i]];
            codesOf[i] = byCode[used[i]];
        }
        return new Codes(characters, sorted, codesOf);
    }

    private char character(int code) {
        if (charset == null || (width == 2 && position(code >> 8, code & 0xFF) < 0)) {
            return NONE;
        }
        if (this == KANJI && code == 0x213D) {
            return '\u2015'; // the JDK has U+2014, the Consortium's table and other toolkits this
        }
        byte[] bytes = width == 1 ? new byte[] {(byte) code} : new byte[] {(byte) (code >> 8), (byte) code};
        String text = new String(bytes, charset);
        return text.length() == 1 && !Character.isISOControl(text.charAt(0)) ? text.charAt(0) : NONE;
    }
}
