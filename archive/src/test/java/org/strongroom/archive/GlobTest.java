package org.strongroom.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class GlobTest {
    @Test
    void agrees_with_regular_expressions() {
        Random random = new Random(Samples.seed("agrees_with_regular_expressions"));
        for (int i = 0; i < 50_000; i++) {
            String pattern = text(random, "ab*?");
            String text = text(random, "ab");
            String regex = pattern.replace("*", ".*").replace("?", ".");
            assertThat(matches(pattern, text)).as(pattern + " " + text).isEqualTo(Pattern.matches(regex, text));
        }
    }

    private static String text(Random random, String letters) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(8); i > 0; i--) {
            text.append(letters.charAt(random.nextInt(letters.length())));
        }
        return text.toString();
    }

    @Test
    void a_question_mark_is_one_character_whatever_its_length() {
        assertThat(matches("?", "𠮷")).isTrue();
        assertThat(matches("??", "𠮷")).isFalse();
        assertThat(matches("*野", "𠮷野")).isTrue();
    }

    @Test
    void agrees_with_the_definition_on_longer_texts() {
        Random random = new Random(Samples.seed("agrees_with_the_definition_on_longer_texts"));
        String[] letters = {"a", "a", "b", "𠮷", "*", "**", "?"};
        for (int i = 0; i < 20_000; i++) {
            String pattern = longer(random, letters, letters.length, 20);
            String text = longer(random, letters, 4, 40);
            assertThat(matches(pattern, text)).as(pattern + " " + text).isEqualTo(reference(pattern, text));
        }
    }

    private static String longer(Random random, String[] letters, int of, int most) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(most); i > 0; i--) {
            text.append(letters[random.nextInt(of)]);
        }
        return text.toString();
    }

    /** Table of which prefix of the pattern matches which prefix of the text. */
    private static boolean reference(String pattern, String text) {
        int[] p = pattern.codePoints().toArray();
        int[] t = text.codePoints().toArray();
        boolean[][] known = new boolean[p.length + 1][t.length + 1];
        known[0][0] = true;
        for (int i = 1; i <= p.length; i++) {
            for (int j = 0; j <= t.length; j++) {
                known[i][j] = p[i - 1] == '*'
                        ? known[i - 1][j] || (j > 0 && known[i][j - 1])
                        : j > 0 && known[i - 1][j - 1] && (p[i - 1] == '?' || p[i - 1] == t[j - 1]);
            }
        }
        return known[p.length][t.length];
    }

    @Test
    void no_pattern_takes_more_steps_than_pattern_times_text() {
        int letters = 20_000;
        String text = "a".repeat(letters);
        for (String pattern :
                List.of("*a".repeat(500) + "*b", "*" + "a".repeat(999) + "b", "*" + "?".repeat(999) + "b")) {
            Pace pace = pace();
            assertThat(Glob.matches(pattern, text, pace)).isFalse();
            assertThat(pace.work()).isLessThanOrEqualTo((pattern.length() + 1L) * letters);
        }
        Pace pace = pace();
        assertThat(Glob.matches("*a*".repeat(300), text, pace)).isTrue();
        assertThat(pace.work()).isLessThan(2_000);
    }

    private static boolean matches(String pattern, String text) {
        return Glob.matches(pattern, text, pace());
    }

    private static Pace pace() {
        return new QueryTurns(1).pace(() -> false);
    }
}
