package org.strongroom.dicom;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Texts in which escape sequences switch between character sets, PS3.5 section 6.1.2.5: which of them the bytes below 0x80
 * (left half, G0) and those above (right half, G1) stand for.
 *
 * <p>At the beginning of a value, and behind each delimiter and end of line, both halves are those of the first term. A
 * writer has designated these again before it; a reader does not rely on that.
 */
final class CodeExtensions {
    private static final int ESC = 0x1B;

    private final List<CharacterTable> tables;
    private final CharacterTable left;
    private final @Nullable CharacterTable right;
    private final @Nullable CharacterTable assumedRight;

    /**
     * @param tables those that the terms name, in order
     * @param left the initial left half
     * @param right the initial right half; null where the first term has none
     * @param assumedRight what a reader takes bytes of the right half for before any escape
     */
    CodeExtensions(
            List<CharacterTable> tables,
            CharacterTable left,
            @Nullable CharacterTable right,
            @Nullable CharacterTable assumedRight) {
        this.tables = List.copyOf(tables);
        this.left = left;
        this.right = right;
        this.assumedRight = assumedRight;
    }

    /** The text, with U+FFFD where bytes stand for no character; {@code faults} hears of those. */
    String decode(byte[] bytes, int from, int end, VR vr, Consumer<TextFault.Kind> faults) {
        StringBuilder text = new StringBuilder(end - from);
        CharacterTable g0 = left;
        CharacterTable g1 = assumedRight;
        int at = from;
        while (at < end) {
            int b = bytes[at] & 0xFF;
            CharacterTable designated = b == ESC ? CharacterTable.ofEscape(bytes, at + 1, end) : null;
            if (designated != null) {
                g0 = designated.right ? g0 : designated;
                g1 = designated.right ? designated : g1;
                at += 1 + designated.escape.length();
            } else if (b != ESC && (b <= 0x20 || b == 0x7F || (b < 0x80 && g0.width == 1))) {
                text.append((char) b);
                if (resets(b, vr)) {
                    g0 = left;
                    g1 = assumedRight;
                }
                at++;
            } else {
                CharacterTable table = b < 0x80 ? g0 : g1;
                int second = at + 1 < end ? bytes[at + 1] & 0xFF : 0;
                char character = table == null || b == ESC ? CharacterTable.NONE : table.decode(b, second);
                if (character == CharacterTable.NONE) {
                    faults.accept(TextFault.Kind.NO_CHARACTER);
                }
                text.append(character);
                at += b == ESC || table == null || !isPair(table, b, second) ? 1 : 2;
            }
        }
        return text.toString();
    }

    /** Whether both bytes belong to one code, though there may be no character at it. */
    private static boolean isPair(CharacterTable table, int first, int second) {
        int half = table.right ? 0x80 : 0;
        return table.width == 2 && first - half > 0x20 && second - half > 0x20 && second - half < 0x7F;
    }

    /** The bytes of this text, or null where a character is in none of the tables. */
    byte @Nullable [] encode(String text, VR vr) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(text.length() * 2);
        CharacterTable g0 = left;
        CharacterTable g1 = right;
        int codePoint;
        for (int at = 0; at < text.length(); at += Character.charCount(codePoint)) {
            codePoint = text.codePointAt(at);
            if (codePoint == ESC) {
                return null; // it would be read as an escape sequence
            }
            if (codePoint < 0x20 || codePoint == 0x7F || resets(codePoint, vr)) {
                designate(out, g0, left);
                g0 = left;
                if (resets(codePoint, vr)) {
                    designate(out, g1, right);
                    g1 = right;
                }
                out.write(codePoint);
                continue;
            }
            CharacterTable table = tableOf(codePoint, g0, g1);
            if (table == null) {
                return null;
            }
            designate(out, table.right ? g1 : g0, table);
            g0 = table.right ? g0 : table;
            g1 = table.right ? table : g1;
            int code = table.encode(codePoint);
            if (table.width == 2) {
                out.write(code >> 8);
            }
            out.write(code);
        }
        designate(out, g0, left);
        designate(out, g1, right);
        return out.toByteArray();
    }

    /** One in force where it has the character, else the first in the order of the terms. */
    private @Nullable CharacterTable tableOf(int codePoint, CharacterTable g0, @Nullable CharacterTable g1) {
        if (g0.encode(codePoint) >= 0) {
            return g0;
        }
        if (g1 != null && g1.encode(codePoint) >= 0) {
            return g1;
        }
        for (CharacterTable table : tables) {
            if (table.encode(codePoint) >= 0) {
                return table;
            }
        }
        return null;
    }

    /** Writes the escape that brings {@code wanted}, unless it is in force; an undefined half is left as it is. */
    private static void designate(
            ByteArrayOutputStream out, @Nullable CharacterTable current, @Nullable CharacterTable wanted) {
        if (wanted != null && current != wanted) {
            out.write(ESC);
            out.writeBytes(wanted.escape.getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** PS3.5 section 6.1.2.5.3: what stands between values, components and lines. */
    private static boolean resets(int c, VR vr) {
        return switch (c) {
            case '\t', '\n', '\f', '\r' -> true;
            case '\\' -> vr.isMultiple();
            case '^', '=' -> vr == VR.PN;
            default -> false;
        };
    }
}
