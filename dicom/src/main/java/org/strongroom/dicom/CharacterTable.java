package org.strongroom.dicom;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The coded character sets that ISO 2022 escapes switch between, PS3.3 tables C.12-3 and C.12-4: where each stands (G0
 * or G1), how many bytes a character takes, and the escape sequence that invokes it.
 */
enum CharacterTable {
    ASCII("ISO 2022 IR 6", "(B", false, 1, "US-ASCII", 0),
    JIS_ROMAN("ISO 2022 IR 14", "(J", false, 1, "JIS_X0201", 0),
    JIS_KATAKANA("ISO 2022 IR 13", ")I", true, 1, "JIS_X0201", 0x80),
    LATIN_1("ISO 2022 IR 100", "-A", true, 1, "ISO-8859-1", 0x80),
    LATIN_2("ISO 2022 IR 101", "-B", true, 1, "ISO-8859-2", 0x80),
    LATIN_3("ISO 2022 IR 109", "-C", true, 1, "ISO-8859-3", 0x80),
    LATIN_4("ISO 2022 IR 110", "-D", true, 1, "ISO-8859-4", 0x80),
    CYRILLIC("ISO 2022 IR 144", "-L", true, 1, "ISO-8859-5", 0x80),
    ARABIC("ISO 2022 IR 127", "-G", true, 1, "ISO-8859-6", 0x80),
    GREEK("ISO 2022 IR 126", "-F", true, 1, "ISO-8859-7", 0x80),
    HEBREW("ISO 2022 IR 138", "-H", true, 1, "ISO-8859-8", 0x80),
    LATIN_5("ISO 2022 IR 148", "-M", true, 1, "ISO-8859-9", 0x80),
    LATIN_9("ISO 2022 IR 203", "-b", true, 1, "ISO-8859-15", 0x80),
    THAI("ISO 2022 IR 166", "-T", true, 1, "TIS-620", 0x80),
    KANJI("ISO 2022 IR 87", "$B", false, 2, "x-JIS0208", 0),
    KANJI_SUPPLEMENTARY("ISO 2022 IR 159", "$(D", false, 2, "JIS_X0212-1990", 0),
    KOREAN("ISO 2022 IR 149", "$)C", true, 2, "EUC-KR", 0x80),
    CHINESE("ISO 2022 IR 58", "$)A", true, 2, "GB2312", 0x80);

    private static final Map<String, CharacterTable> BY_TERM = new HashMap<>();

    static {
        for (CharacterTable table : values()) {
            BY_TERM.put(table.term, table);
        }
    }

    final String term;
    /** The bytes after ESC. */
    final String escape;
    /** Right half (bytes 0xA0 to 0xFF), beside a left half that stays. */
    final boolean right;
    /** Bytes of a character. */
    final int width;

    private final @Nullable Charset charset;
    private final int highBit;

    CharacterTable(String term, String escape, boolean right, int width, String charset, int highBit) {
        this.term = term;
        this.escape = escape;
        this.right = right;
        this.width = width;
        this.highBit = highBit;
        this.charset = Charset.isSupported(charset) ? Charset.forName(charset) : null;
    }

    static @Nullable CharacterTable ofTerm(String term) {
        return BY_TERM.get(term);
    }

    /** The table that the escape at {@code offset} (after ESC) invokes, or null. */
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

    /** The characters of a run of bytes of this table's half; U+FFFD for what stands for none. */
    String decode(byte[] bytes, int offset, int length) {
        if (charset == null) {
            return "\uFFFD";
        }
        String text = new String(bytes, offset, length, charset);
        return this == JIS_ROMAN ? withBackslash(text) : text;
    }

    /** The delimiter, though its glyph is a yen sign in JIS X 0201, PS3.5 section 6.1.2.5.3. */
    static String withBackslash(String text) {
        return text.replace('\u00A5', '\\');
    }

    /** The bytes of one character in this table, or null when it holds none such. */
    byte @Nullable [] encode(String character) {
        if (charset == null) {
            return null;
        }
        if (this == JIS_ROMAN && character.equals("\\")) {
            return new byte[] {'\\'};
        }
        try {
            ByteBuffer out = charset.newEncoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .encode(CharBuffer.wrap(character));
            byte[] bytes = new byte[out.remaining()];
            out.get(bytes);
            return bytes.length == width && (bytes[0] & 0x80) == highBit ? bytes : null;
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /** The whole character set of a data set with this term alone: left half ASCII (or JIS X 0201), right half this. */
    Charset whole() {
        return charset == null ? StandardCharsets.US_ASCII : charset;
    }
}
