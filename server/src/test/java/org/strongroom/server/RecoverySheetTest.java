package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class RecoverySheetTest {
    private static final byte[] MASTER = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final SecureRandom random = new SecureRandom();
    private final RecoverySheet sheet = RecoverySheet.create(random);

    @Test
    void opens_the_master_key_when_it_is_typed_back() throws Exception {
        byte[] file = sheet.wrap(MASTER, random);

        RecoverySheet typed =
                RecoverySheet.parse(String.join("  \n", sheet.words()).toUpperCase(Locale.ROOT));

        assertThat(typed.unwrap(file)).isEqualTo(MASTER);
    }

    @Test
    void has_sixteen_words_and_two_check_words_of_five_letters() {
        assertThat(sheet.words())
                .hasSize(18)
                .allMatch(word -> word.matches("[bdfghjklmnprstvz][aiou][a-z][aiou][a-z]"));
    }

    @Test
    void tells_a_slip_of_the_pen() {
        List<String> words = new ArrayList<>(sheet.words());
        words.set(3, words.get(3).equals("babab") ? "babad" : "babab");

        assertThatThrownBy(() -> RecoverySheet.parse(String.join(" ", words)))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("check words");
    }

    @Test
    void names_the_word_that_cannot_be_one() {
        List<String> words = new ArrayList<>(sheet.words());
        words.set(6, "house");

        assertThatThrownBy(() -> RecoverySheet.parse(String.join(" ", words)))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("word 7");
    }

    @Test
    void refuses_a_sheet_with_a_word_missing() {
        assertThatThrownBy(
                        () -> RecoverySheet.parse(String.join(" ", sheet.words().subList(0, 17))))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("18 words, not 17");
    }

    @Test
    void does_not_open_the_key_of_another_archive() throws Exception {
        byte[] file = RecoverySheet.create(random).wrap(MASTER, random);

        assertThatThrownBy(() -> sheet.unwrap(file))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("another archive");
    }

    @Test
    void does_not_open_an_altered_file() throws Exception {
        byte[] file = sheet.wrap(MASTER, random);
        file[file.length - 1] ^= 1;

        assertThatThrownBy(() -> sheet.unwrap(file)).isInstanceOf(Failure.class);
        assertThatThrownBy(() -> sheet.unwrap(new byte[3])).isInstanceOf(Failure.class);
    }
}
