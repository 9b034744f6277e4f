package org.strongroom.server;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.logging.Level;

/** The command line, started by {@code ./strongroom}. */
public final class Main {
    /** What a shell says of a program whose reader had enough, as {@code head}. */
    private static final int ENDED_BY_SIGPIPE = 128 + 13;

    private Main() {}

    /** Remembers whether its reader went away. */
    private static final class StandardOutput extends FilterOutputStream {
        private volatile boolean broken;

        StandardOutput() {
            super(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)));
        }

        @Override
        public void write(byte[] bytes, int offset, int count) throws IOException {
            try {
                out.write(bytes, offset, count);
            } catch (IOException e) {
                throw noticed(e);
            }
        }

        @Override
        public void flush() throws IOException {
            try {
                out.flush();
            } catch (IOException e) {
                throw noticed(e);
            }
        }

        private IOException noticed(IOException e) {
            broken |= String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("broken pipe");
            return e;
        }

        boolean isBroken() {
            return broken;
        }
    }

    public static void main(String[] arguments) {
        // A server tells what happens; a command says it on standard output and leaves the rest to warnings.
        boolean server = arguments.length > 0 && List.of("serve", "demo").contains(arguments[0]);
        LogFormat.install(server ? Level.INFO : Level.WARNING);
        // The launcher knows which streams are terminals; Java can only tell of standard input and output together.
        boolean terminal = List.of(System.getProperty("strongroom.terminal", "").split(","))
                .contains("err");
        StandardOutput output = new StandardOutput();
        Invocation invocation = new Invocation(
                new PrintStream(output, true, StandardCharsets.UTF_8),
                new PrintStream(System.err, true, StandardCharsets.UTF_8),
                Path.of("").toAbsolutePath(),
                System.getProperty("user.name"),
                terminal,
                () -> false,
                Optional.empty());
        int status;
        try {
            status = CommandLines.run(invocation, arguments);
        } catch (LinkageError e) {
            // What a class needs as it is loaded is not there: file descriptors, mostly.
            invocation
                    .err()
                    .println("strongroom: this Java can't go on: " + Failure.where(e) + "; is ulimit -n very low?");
            status = CommandLines.FAILED;
        }
        if (invocation.out().checkError() && output.isBroken()) {
            status = ENDED_BY_SIGPIPE;
        } else if (invocation.out().checkError() && status == CommandLines.DONE) {
            invocation.err().println("strongroom: standard output could not be written");
            status = CommandLines.FAILED;
        }
        System.exit(status);
    }
}
