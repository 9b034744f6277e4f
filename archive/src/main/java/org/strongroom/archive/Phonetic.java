package org.strongroom.archive;

import java.util.Optional;

/**
 * How a name written in Latin letters sounds: Soundex as the U.S. National Archives describe it (first letter, then up to
 * three digits for groups of consonants). Stored with each study, so that names can later be searched by sound without
 * building the index anew.
 */
final class Phonetic {
    /** For a to z; 0 is a vowel, which parts equal neighbours, except h and w, which do not. */
    private static final String DIGITS = "01230120022455012623010202";

    private static final int LENGTH = 4;

    private Phonetic() {}

    /** The code of a folded name; empty when it has no Latin letter. */
    static Optional<String> code(String folded) {
        StringBuilder code = new StringBuilder(LENGTH);
        char last = 0;
        for (int i = 0; i < folded.length() && code.length() < LENGTH; i++) {
            char c = folded.charAt(i);
            if (c < 'a' || c > 'z') {
                continue;
            }
            char digit = DIGITS.charAt(c - 'a');
            if (code.isEmpty()) {
                code.append(c);
            } else if (digit != '0' && digit != last) {
                code.append(digit);
            }
            last = c == 'h' || c == 'w' ? last : digit;
        }
        while (!code.isEmpty() && code.length() < LENGTH) {
            code.append('0');
        }
        return code.isEmpty() ? Optional.empty() : Optional.of(code.toString());
    }
}
