package org.strongroom.server;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** One event, one line, on standard error: {@code 2026-11-21T08:00:00.123Z INFO dimse association.accepted peer=CT1}. */
final class LogFormat extends Formatter {
    private static final Formatter FORMATTER = new LogFormat();

    private LogFormat() {}

    /** Keeps its handlers when the process is told to end: what a stop does is logged too. */
    public static final class Keeping extends LogManager {
        @Override
        public void reset() {}
    }

    /** Sends what {@link System.Logger} is told to standard error in this format. Called once, before anything logs. */
    static void install(Level level) {
        System.setProperty("java.util.logging.manager", Keeping.class.getName());
        Logger root = Logger.getLogger("");
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        Handler console = new ConsoleHandler();
        console.setLevel(level);
        console.setFormatter(FORMATTER);
        root.addHandler(console);
        root.setLevel(level);
    }

    @Override
    public String format(LogRecord event) {
        return line(event);
    }

    static String line(LogRecord event) {
        String name = String.valueOf(event.getLoggerName()).replaceFirst("^org\\.strongroom\\.([a-z]+).*$", "$1");
        Instant time = event.getInstant().truncatedTo(ChronoUnit.MILLIS);
        StringBuilder line = new StringBuilder(160)
                .append(time)
                .append(' ')
                .append(event.getLevel())
                .append(' ')
                .append(name)
                .append(' ')
                .append(Failure.oneLine(FORMATTER.formatMessage(event)));
        if (event.getThrown() != null) {
            // The text of an exception may repeat a value; its type and place do not.
            line.append(" exception=").append(Failure.where(event.getThrown()).replace(' ', '_'));
        }
        return line.append('\n').toString();
    }
}
