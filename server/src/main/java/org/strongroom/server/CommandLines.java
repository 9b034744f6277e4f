package org.strongroom.server;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The commands of DESIGN.md section 2, and how each ends: 0 done, 1 failed, 2 not understood. */
final class CommandLines {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;

    @Command(
            name = "strongroom",
            description = "An archive of medical images that cannot be left open.",
            mixinStandardHelpOptions = true,
            synopsisSubcommandLabel = "COMMAND",
            footer = {"", "strongroom survey is a program of its own: strongroom survey --help."})
    static final class Root {}

    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = CommandLines.class.getPackage().getImplementationVersion();
            return new String[] {"strongroom " + (version == null ? "(not from its jar)" : version)};
        }
    }

    private CommandLines() {}

    /** Runs one command line to its end. */
    static int run(Invocation invocation, String... arguments) {
        CommandLine root = new CommandLine(new Root());
        root.addSubcommand(new DemoCommand(invocation))
                .addSubcommand(new InitCommand(invocation))
                .addSubcommand(new ServeCommand(invocation))
                .addSubcommand(new RecoverCommand(invocation));
        addArchiveCommands(root, invocation);
        root.addSubcommand(new DumpCommand(invocation))
                .addSubcommand(new ValidateCommand(invocation))
                .addSubcommand(new DeidentifyCommand(invocation))
                .addSubcommand(new DicomdirCommand(invocation));
        return execute(root, invocation, arguments);
    }

    /** Runs a command for a client of the control socket: only those that work on an open archive. */
    static int runInServer(Invocation invocation, List<String> arguments) {
        CommandLine root = new CommandLine(new Root());
        addArchiveCommands(root, invocation);
        return execute(root, invocation, arguments.toArray(String[]::new));
    }

    private static void addArchiveCommands(CommandLine root, Invocation invocation) {
        CommandLine device = new CommandLine(new DeviceCommand())
                .addSubcommand(new DeviceCommand.Add(invocation))
                .addSubcommand(new DeviceCommand.Change(invocation))
                .addSubcommand(new DeviceCommand.ListAll(invocation))
                .addSubcommand(new DeviceCommand.Revoke(invocation));
        CommandLine audit = new CommandLine(new AuditCommand()).addSubcommand(new AuditCommand.Verify(invocation));
        root.addSubcommand(device)
                .addSubcommand(
                        new CommandLine(new ConnectCommand()).addSubcommand(new ConnectDoctorCommand(invocation)))
                .addSubcommand(new EchoCommand(invocation))
                .addSubcommand(new StoreCommand(invocation))
                .addSubcommand(new FindCommand(invocation))
                .addSubcommand(new GetCommand(invocation))
                .addSubcommand(new MoveCommand(invocation))
                .addSubcommand(new ImportCommand(invocation))
                .addSubcommand(new ExportCommand(invocation))
                .addSubcommand(audit)
                .addSubcommand(new DoctorCommand(invocation));
    }

    private static int execute(CommandLine root, Invocation invocation, String... arguments) {
        PrintWriter out = new PrintWriter(invocation.out(), true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(invocation.err(), true, StandardCharsets.UTF_8);
        root.setOut(out)
                .setErr(err)
                .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
                .setUsageHelpAutoWidth(true)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((e, args) -> misunderstood(e, err))
                .setExecutionExceptionHandler((e, command, result) -> failed(e, command, err));
        versions(root);
        if (arguments.length == 0) {
            root.usage(err);
            return USAGE;
        }
        return root.execute(arguments);
    }

    private static void versions(CommandLine command) {
        command.getCommandSpec().versionProvider(new Version());
        command.getSubcommands().values().forEach(CommandLines::versions);
    }

    private static int misunderstood(ParameterException e, PrintWriter err) {
        CommandSpec spec = e.getCommandLine().getCommandSpec();
        String message = Failure.oneLine(String.valueOf(e.getMessage()));
        if (e instanceof UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().isEmpty()) {
            message = "not understood: "
                    + Failure.oneLine(unmatched.getUnmatched().getFirst());
            List<String> suggestions = unmatched.getSuggestions();
            if (!suggestions.isEmpty()) {
                message += "; did you mean " + String.join(" or ", suggestions) + "?";
            }
        }
        err.println(spec.qualifiedName() + ": " + message + " (see " + spec.qualifiedName() + " --help)");
        return USAGE;
    }

    private static int failed(Exception e, CommandLine command, PrintWriter err) {
        err.println(command.getCommandSpec().qualifiedName() + ": " + Failure.describe(e));
        return e instanceof Failure failure && failure.isMisuse() ? USAGE : FAILED;
    }
}
