package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class FailureTest {
    @Test
    void text_of_an_unexpected_exception_is_not_shown() {
        String text = Failure.describe(new IllegalArgumentException("DOE^JANE"));

        assertThat(text)
                .startsWith("internal error: IllegalArgumentException at FailureTest")
                .doesNotContain("DOE");
    }

    @Test
    void control_characters_cannot_write_on_the_terminal() {
        assertThat(new Failure("a\u001b[2Jb\nc").getMessage()).isEqualTo("a [2Jb c");
    }

    @Test
    void a_missing_file_is_named() {
        assertThat(Failure.describe(new NoSuchFileException("/x/y"))).isEqualTo("no such file or folder: /x/y");
    }

    @Test
    void an_exception_without_text_is_still_a_line() {
        assertThat(Failure.describe(new IOException())).startsWith("internal error: IOException");
    }
}
