package org.strongroom.dicom;

import java.util.Locale;

/** Text for a terminal: how wide it is there, and without what a terminal would obey. */
final class TerminalText {
    private TerminalText() {}

    /** Filled up with spaces to so many columns. */
    static String padded(String text, int width) {
        int missing = width - columns(text);
        return missing <= 0 ? text : text + " ".repeat(missing);
    }

    /** Columns that a terminal gives the text: two to the characters of East Asian scripts, none to marks. */
    static int columns(String text) {
        return isPlain(text)
                ? text.length()
                : text.codePoints().map(TerminalText::columns).sum();
    }

    private static int columns(int character) {
        return switch (Character.getType(character)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> 0;
            default -> character >= 0x1100 && isWide(character) ? 2 : 1;
        };
    }

    /** After Unicode's EastAsianWidth (UAX 11), by block. */
    private static boolean isWide(int c) {
        return c <= 0x115F
                || (c >= 0x2E80 && c <= 0xA4CF && c != 0x303F)
                || (c >= 0xA960 && c <= 0xA97F)
                || (c >= 0xAC00 && c <= 0xD7A3)
                || (c >= 0xF900 && c <= 0xFAFF)
                || (c >= 0xFE30 && c <= 0xFE6F)
                || (c >= 0xFF01 && c <= 0xFF60)
                || (c >= 0xFFE0 && c <= 0xFFE6)
                || (c >= 0x1F300 && c <= 0x1FAFF)
                || (c >= 0x20000 && c <= 0x3FFFD);
    }

    /** Control characters and direction marks as escapes. */
    static String escaped(String text) {
        if (isPlain(text)) {
            return text;
        }
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            boolean obeyed = Character.isISOControl(c) || Character.getType(c) == Character.FORMAT;
            safe.append(obeyed ? String.format(Locale.ROOT, "\\x%02x", c) : Character.toString(c));
        });
        return safe.toString();
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~') {
                return false;
            }
        }
        return true;
    }
}
