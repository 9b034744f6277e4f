package org.strongroom.archive;

import java.util.ArrayList;
import java.util.List;

/** Wild card matching, PS3.4 C.2.2.2.4: {@code *} stands for any characters, none too; {@code ?} for one. */
final class Glob {
    private Glob() {}

    /** Whether the pattern is nothing but {@code *}, which is universal matching. */
    static boolean isUniversal(String pattern) {
        return pattern.chars().allMatch(c -> c == '*');
    }

    /** Takes time of at most pattern times text; no pattern makes it worse. */
    static boolean matches(String pattern, String text) {
        int p = 0;
        int t = 0;
        int star = -1;
        int resume = 0;
        while (t < text.length()) {
            int c = text.codePointAt(t);
            int wanted = p < pattern.length() ? pattern.codePointAt(p) : -1;
            if (wanted == '*') {
                star = ++p;
                resume = t;
            } else if (wanted == '?' || wanted == c) {
                p += Character.charCount(wanted);
                t += Character.charCount(c);
            } else if (star >= 0) {
                resume += Character.charCount(text.codePointAt(resume));
                p = star;
                t = resume;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    /** The stretches without wild cards, in order; empty ones left out. */
    static List<String> literals(String pattern) {
        List<String> literals = new ArrayList<>();
        for (String literal : pattern.split("[*?]+", -1)) {
            if (!literal.isEmpty()) {
                literals.add(literal);
            }
        }
        return literals;
    }
}
