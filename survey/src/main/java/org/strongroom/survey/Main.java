package org.strongroom.survey;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.security.Security;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** The survey's own command line, started by {@code ./strongroom survey}; a process without the archive's classes. */
public final class Main {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int REFUSED = 2;

    @Command(
            name = "strongroom survey",
            description = "Finds the open archives in the networks you answer for, and counts what they would list to a"
                    + " stranger. Only inside a scope file, and only on loopback in this version. No patient attribute is"
                    + " asked for, nothing of an answer is kept, nothing is fetched, written or guessed.",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            synopsisSubcommandLabel = "COMMAND")
    static final class Root {}

    @Command(
            name = "scope",
            description = "The file that says what may be looked at.",
            mixinStandardHelpOptions = true,
            synopsisSubcommandLabel = "COMMAND")
    static final class ScopeGroup {}

    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"strongroom survey " + (version == null ? "(not from its jar)" : version)};
        }
    }

    private Main() {}

    public static void main(String[] arguments) {
        // A stranger's software may be old: a server that lets TLS 1.0 in must not look closed. Nothing secret is sent.
        Security.setProperty("jdk.tls.disabledAlgorithms", "");
        Security.setProperty("jdk.certpath.disabledAlgorithms", "");
        boolean terminal = List.of(System.getProperty("strongroom.terminal", "").split(","))
                .contains("err");
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(out, err, terminal, Clock.system(ZoneId.systemDefault()), arguments));
    }

    /** Runs one command line to its end; returns the exit status. */
    static int run(PrintStream out, PrintStream err, boolean progress, Clock clock, String... arguments) {
        PrintWriter errors = new PrintWriter(err, true, StandardCharsets.UTF_8);
        CommandLine root = new CommandLine(new Root())
                .addSubcommand(new CommandLine(new ScopeGroup()).addSubcommand(new ScopeNewCommand(out, clock)))
                .addSubcommand(new RunCommand(out, err, progress, clock))
                .addSubcommand(new VerifyCommand(out));
        root.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(errors)
                .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
                .setUsageHelpAutoWidth(true)
                .setParameterExceptionHandler((e, args) -> misunderstood(e, errors))
                .setExecutionExceptionHandler((e, command, result) -> failed(e, command, errors));
        if (arguments.length == 0) {
            root.usage(errors);
            return REFUSED;
        }
        return root.execute(arguments);
    }

    private static int misunderstood(ParameterException e, PrintWriter err) {
        String name = e.getCommandLine().getCommandSpec().qualifiedName();
        err.println(name + ": " + oneLine(String.valueOf(e.getMessage())) + " (see " + name + " --help)");
        return REFUSED;
    }

    private static int failed(Exception e, CommandLine command, PrintWriter err) {
        String why = switch (e) {
            case ScopeRefusedException refused -> String.valueOf(refused.getMessage());
            case NoSuchFileException missing -> "no such file or folder: " + missing.getFile();
            case AccessDeniedException denied -> "permission denied: " + denied.getFile();
            case FileAlreadyExistsException exists -> "exists already: " + exists.getFile();
            case IOException io -> String.valueOf(io.getMessage());
            default ->
                "internal error: " + e.getClass().getSimpleName() + " at "
                        + (e.getStackTrace().length == 0 ? "?" : e.getStackTrace()[0]);
        };
        err.println(command.getCommandSpec().qualifiedName() + ": " + oneLine(why));
        return e instanceof ScopeRefusedException ? REFUSED : FAILED;
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ").strip();
    }
}
