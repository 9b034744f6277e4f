package org.strongroom.testkit;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Other people's programs on this machine (DCMTK, Orthanc, strings ...): found, run to their end, or skipped by name. */
public final class Programs {
    private Programs() {}

    /** The program in PATH or in the usual sbin folders. */
    public static Optional<Path> find(String name) {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Stream.concat(Stream.of(path.split(File.pathSeparator)), Stream.of("/usr/sbin", "/usr/local/sbin"))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** The program, or the test is skipped with a message that names it. */
    public static Path require(String name) {
        Optional<Path> program = find(name);
        Assumptions.assumeTrue(program.isPresent(), () -> "skipped: no " + name);
        return program.orElseThrow();
    }

    /**
     * A port nobody listens on now, for programs that can't choose one themselves. It lies below those that the operating
     * system gives to outgoing connections, one of which could take it before the program does.
     */
    public static int freePort() throws IOException {
        IOException last = new IOException("no free port");
        for (int attempt = 0; attempt < 100; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(12_000, 32_000);
            try (ServerSocket _ = new ServerSocket(port)) {
                return port;
            } catch (IOException e) {
                last = e;
            }
        }
        throw last;
    }

    /** What a program that ended left: exit status and all it printed, both streams together in {@code output}. */
    public record Run(int exit, String output) {}

    /** Runs a program to its end; the first word is looked up by {@link #require}. */
    public static Run run(Duration limit, String... command) throws IOException, InterruptedException {
        return run(limit, Path.of("."), List.of(command));
    }

    /** Runs a program to its end in a folder. Standard input is empty. */
    public static Run run(Duration limit, Path folder, List<String> command) throws IOException, InterruptedException {
        List<String> line = command.getFirst().contains("/")
                ? command
                : Stream.concat(
                                Stream.of(require(command.getFirst()).toString()),
                                command.stream().skip(1))
                        .toList();
        ProcessBuilder builder = new ProcessBuilder(line).directory(folder.toFile());
        // DCMTK and Orthanc wait 40 ms for an acknowledgement before each second segment without it.
        builder.environment().put("TCP_NODELAY", "1");
        return collect(limit, builder);
    }

    /** Starts what {@code builder} describes and waits for its end; a program that does not end is killed. */
    static Run collect(Duration limit, ProcessBuilder builder) throws IOException, InterruptedException {
        Path output = Files.createTempFile("program", ".out");
        try {
            Process process = builder.redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .redirectOutput(output.toFile())
                    .start();
            boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                process.destroyForcibly().waitFor();
            }
            String text = Files.readString(output, StandardCharsets.ISO_8859_1);
            if (!ended) {
                throw new IOException(
                        builder.command().getFirst() + " did not end within " + limit + "; it said: " + text);
            }
            return new Run(process.exitValue(), text);
        } finally {
            Files.deleteIfExists(output);
        }
    }
}
