package org.strongroom.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.strongroom.guard.KeyFile;
import org.strongroom.guard.KeyRing;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Puts the master key back with the recovery sheet that {@code init} printed. */
@Command(
        name = "recover",
        description = "Put a lost master key back: type the eighteen words of the recovery sheet.",
        mixinStandardHelpOptions = true)
final class RecoverCommand implements Callable<Integer> {
    /** Eighteen words of five letters, and room for any spacing. */
    private static final int MOST_BYTES = 4096;

    private final Invocation invocation;

    @Option(names = "--data", paramLabel = "DIR", required = true, description = "the archive's folder")
    private String folder = "";

    @Option(names = "--sheet", paramLabel = "FILE", description = "where the words stand (default: standard input)")
    private Optional<String> sheet = Optional.empty();

    RecoverCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        DataDirectory directory = DataDirectory.at(invocation.path(folder));
        Path wrapped = directory.keys().resolve("recovery");
        if (!Files.isDirectory(directory.data()) || !Files.exists(wrapped)) {
            throw new Failure("nothing to recover: " + directory.data() + " and " + wrapped
                    + " must be there; bring them back from a backup first");
        }
        byte[] master = RecoverySheet.parse(words()).unwrap(Files.readAllBytes(wrapped));
        try {
            KeyFile.restore(directory.keys(), master);
        } finally {
            Arrays.fill(master, (byte) 0);
        }
        KeyRing.open(directory.keys()).requireOwn(directory.binding());
        invocation.out().println("The master key is back in " + directory.keys() + " and opens this archive.");
        return CommandLines.DONE;
    }

    private String words() throws IOException {
        if (sheet.isEmpty()) {
            invocation.err().println("Type the eighteen words, the check words last, then end the input (Ctrl-D):");
        }
        try (InputStream in = sheet.isEmpty() ? System.in : Files.newInputStream(invocation.path(sheet.get()))) {
            return new String(in.readNBytes(MOST_BYTES), StandardCharsets.US_ASCII);
        }
    }
}
