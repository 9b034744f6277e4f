package org.strongroom.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * A command that works on an archive: inside the server when one runs there, else with DIR/lock and alone. Either way it
 * acts as the person the operating system knows.
 */
@Command(mixinStandardHelpOptions = true)
abstract class ArchiveCommand implements Callable<Integer> {
    static final String DATA_VARIABLE = "STRONGROOM_DATA";

    protected final Invocation invocation;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "the archive's folder (default: $" + DATA_VARIABLE + ", else ./data)")
    private Optional<String> data = Optional.empty();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    ArchiveCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    /** Does the work; returns the exit status. */
    abstract int run(OpenArchive archive) throws IOException;

    @Override
    public Integer call() throws IOException {
        if (invocation.running().isPresent()) {
            return run(invocation.running().get());
        }
        DataDirectory directory = directory();
        Optional<Integer> answered = forward(directory);
        if (answered.isPresent()) {
            return answered.get();
        }
        try (OpenArchive archive = OpenArchive.open(directory)) {
            return run(archive);
        }
    }

    /** The folder given, or configured; it need not hold an archive. */
    protected DataDirectory directory() {
        String folder = data.orElseGet(
                () -> Optional.ofNullable(System.getenv(DATA_VARIABLE)).orElse("data"));
        Path root = invocation.path(folder);
        if (data.isEmpty() && !Files.isDirectory(root)) {
            throw new Failure(
                    "no archive in " + root + ": name one with --data DIR, or make one with: strongroom init DIR");
        }
        return DataDirectory.at(root);
    }

    /** Has the server that runs there do it; empty where none does. */
    protected final Optional<Integer> forward(DataDirectory directory) throws IOException {
        List<String> arguments = spec.root().commandLine().getParseResult().originalArgs();
        return ControlClient.forward(directory, invocation, arguments);
    }

    /** As it is typed, such as {@code find}. */
    protected final String commandName() {
        return spec.name();
    }
}
