package org.strongroom.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class GlobTest {
    @Test
    void agrees_with_regular_expressions() {
        Random random = new Random(Samples.seed("agrees_with_regular_expressions"));
        for (int i = 0; i < 50_000; i++) {
            String pattern = text(random, "ab*?");
            String text = text(random, "ab");
            String regex = pattern.replace("*", ".*").replace("?", ".");
            assertThat(Glob.matches(pattern, text)).as(pattern + " " + text).isEqualTo(Pattern.matches(regex, text));
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
        assertThat(Glob.matches("?", "𠮷")).isTrue();
        assertThat(Glob.matches("??", "𠮷")).isFalse();
        assertThat(Glob.matches("*野", "𠮷野")).isTrue();
    }

    @Test
    void a_hostile_pattern_takes_no_time() {
        String pattern = "*a".repeat(500) + "*b";
        String text = "a".repeat(1000);
        Assertions.assertTimeout(
                Duration.ofSeconds(2),
                () -> assertThat(Glob.matches(pattern, text)).isFalse());
    }
}
