package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class LogFormatTest {
    private static String line(LogRecord event) {
        return LogFormat.line(event);
    }

    @Test
    void an_event_is_one_line_with_time_level_and_module() {
        LogRecord event = new LogRecord(Level.INFO, "association.accepted peer=CT1");
        event.setLoggerName("org.strongroom.dimse.DimseListener");

        assertThat(line(event)).matches("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z INFO dimse association.accepted peer=CT1\\n");
    }

    @Test
    void a_message_cannot_begin_another_line() {
        LogRecord event = new LogRecord(Level.WARNING, "calling=A\nB\u001b[1m");
        event.setLoggerName("x");

        assertThat(line(event)).endsWith("WARNING x calling=A B [1m\n");
    }

    @Test
    void an_exception_shows_its_type_and_place_and_not_its_text() {
        LogRecord event = new LogRecord(Level.SEVERE, "failed");
        event.setLoggerName("x");
        event.setThrown(new IllegalStateException("DOE^JANE"));

        assertThat(line(event))
                .contains("exception=IllegalStateException_at_LogFormatTest")
                .doesNotContain("DOE");
    }
}
