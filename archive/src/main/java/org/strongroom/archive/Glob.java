package org.strongroom.archive;

import java.util.ArrayList;
import java.util.List;

/** Wild card matching, PS3.4 C.2.2.2.4: {@code *} stands for any characters, none too; {@code ?} for one. */
final class Glob {
    /** Steps are told in so many at once. */
    private static final int TOLD = 4096;

    private Glob() {}

    /** Whether the pattern is nothing but {@code *}, which is universal matching. */
    static boolean isUniversal(String pattern) {
        return isUniversal(pattern, 0);
    }

    /**
     * Takes at most pattern times text steps, which {@code pace} is told of; no pattern makes it worse. Whoever calls it
     * bounds both.
     */
    static boolean matches(String pattern, String text, Pace pace) {
        int p = 0;
        int t = 0;
        int star = -1;
        int resume = 0;
        int steps = 0;
        while (t < text.length()) {
            if (++steps == TOLD) {
                pace.step(steps);
                steps = 0;
            }
            int c = text.codePointAt(t);
            int wanted = p < pattern.length() ? pattern.codePointAt(p) : -1;
            if (wanted == '*') {
                star = ++p;
                resume = t;
                if (p == pattern.length()) {
                    break;
                }
            } else if (wanted == '?' || wanted == c) {
                p += Character.charCount(wanted);
                t += Character.charCount(c);
            } else if (star >= 0) {
                resume += Character.charCount(text.codePointAt(resume));
                p = star;
                t = resume;
            } else {
                break;
            }
        }
        pace.step(steps);
        return (t == text.length() || star == pattern.length()) && isUniversal(pattern, p);
    }

    private static boolean isUniversal(String pattern, int from) {
        for (int i = from; i < pattern.length(); i++) {
            if (pattern.charAt(i) != '*') {
                return false;
            }
        }
        return true;
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
