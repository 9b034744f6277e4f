package org.strongroom.server;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;

/** The command line, started by {@code ./strongroom}. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        // A server tells what happens; a command says it on standard output and leaves the rest to warnings.
        boolean server = arguments.length > 0 && List.of("serve", "demo").contains(arguments[0]);
        LogFormat.install(server ? Level.INFO : Level.WARNING);
        // The launcher knows which streams are terminals; Java can only tell of standard input and output together.
        boolean terminal = List.of(System.getProperty("strongroom.terminal", "").split(","))
                .contains("err");
        Invocation invocation = new Invocation(
                new PrintStream(System.out, true, StandardCharsets.UTF_8),
                new PrintStream(System.err, true, StandardCharsets.UTF_8),
                Path.of("").toAbsolutePath(),
                System.getProperty("user.name"),
                terminal,
                () -> false,
                Optional.empty());
        int status = CommandLines.run(invocation, arguments);
        if (invocation.out().checkError() && status == CommandLines.DONE) {
            invocation.err().println("strongroom: standard output could not be written");
            status = CommandLines.FAILED;
        }
        System.exit(status);
    }
}
