package org.strongroom.archive;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Brings person names and free text into the form in which they are compared: what a clerk would call the same spelling
 * is the same string. Data and queries go through the same methods, so that tokens of one find the other.
 *
 * <p>Folded are: compatibility forms (full and half width, ligatures), case, accents of Latin, Greek and Cyrillic,
 * Hebrew and Arabic points, letters with a stroke and other Latin letters without a decomposition (ø, ł, æ), katakana to
 * hiragana, runs of spaces. Voiced marks of kana and vowel signs of Indic scripts make another letter and stay.
 *
 * <p>In names, spaces around components and empty components and groups at the end have no meaning (PS3.5 section
 * 6.2.1). A {@code *} or {@code ?} comes through unchanged, so that patterns can be folded too.
 */
public final class NameFolding {
    private static final int MAX_GROUPS = 3;

    private NameFolding() {}

    /** One text, folded. */
    public static String fold(String text) {
        return isPlain(text) ? spaced(lower(text)) : spaced(foldUnicode(text));
    }

    /** The groups of a name (alphabetic, ideographic, phonetic), each folded; an empty one between others is kept. */
    public static List<String> groups(String name) {
        List<String> groups = new ArrayList<>(MAX_GROUPS);
        for (String group : name.split("=", MAX_GROUPS)) {
            groups.add(group(group));
        }
        while (!groups.isEmpty() && groups.getLast().isEmpty()) {
            groups.removeLast();
        }
        return groups;
    }

    /** One group of a name, folded: its components without spaces around them, empty ones at the end left out. */
    static String group(String group) {
        String folded = fold(group);
        if (folded.indexOf('^') < 0) {
            return folded;
        }
        StringBuilder out = new StringBuilder(folded.length());
        int kept = 0;
        for (String component : folded.split("\\^", -1)) {
            out.append(component.strip());
            kept = component.isBlank() ? kept : out.length();
            out.append('^');
        }
        out.setLength(kept);
        return out.toString();
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x7F || c < 0x20) {
                return false;
            }
        }
        return true;
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    private static String foldUnicode(String text) {
        String apart = Normalizer.normalize(text, Normalizer.Form.NFKD);
        StringBuilder out = new StringBuilder(apart.length());
        for (int i = 0; i < apart.length(); i++) {
            char c = apart.charAt(i);
            if (!isAccent(c)) {
                append(out, c);
            }
        }
        // By way of capitals, which make one form of ß, ẞ and ss, and of both small sigmas.
        String together = Normalizer.normalize(out, Normalizer.Form.NFC);
        return lower(lower(together).toUpperCase(Locale.ROOT)).replace('ς', 'σ');
    }

    private static void append(StringBuilder out, char c) {
        switch (c) {
            case 'ø', 'Ø' -> out.append('o');
            case 'ł', 'Ł' -> out.append('l');
            case 'đ', 'Đ', 'ð', 'Ð' -> out.append('d');
            case 'ħ', 'Ħ' -> out.append('h');
            case 'ŧ', 'Ŧ' -> out.append('t');
            case 'ı' -> out.append('i');
            case 'æ', 'Æ' -> out.append("ae");
            case 'œ', 'Œ' -> out.append("oe");
            case 'þ', 'Þ' -> out.append("th");
            default -> out.append(c >= 'ァ' && c <= 'ヶ' ? (char) (c - 'ァ' + 'ぁ') : Character.isISOControl(c) ? ' ' : c);
        }
    }

    private static boolean isAccent(char c) {
        return (c >= 0x0300 && c <= 0x036F)
                || (c >= 0x0591 && c <= 0x05C7 && Character.getType(c) == Character.NON_SPACING_MARK)
                || (c >= 0x064B && c <= 0x065F)
                || c == 0x0670
                || (c >= 0x1AB0 && c <= 0x1AFF)
                || (c >= 0x1DC0 && c <= 0x1DFF)
                || (c >= 0x20D0 && c <= 0x20FF)
                || (c >= 0xFE20 && c <= 0xFE2F);
    }

    /** Without spaces at the ends, and one for each run inside. */
    private static String spaced(String text) {
        String stripped = text.strip();
        return stripped.contains("  ") ? stripped.replaceAll(" {2,}", " ") : stripped;
    }
}
