package org.strongroom.testkit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The real program as a child process, started by {@code ./strongroom} from what is built: a server that runs until it is
 * stopped, or a command that runs to its end. The folder of the checkout is the system property {@code strongroom.root}.
 */
public final class StrongroomProcess implements AutoCloseable {
    /** Printed on standard output once, when connections are accepted. */
    private static final Pattern READY = Pattern.compile("(?m)^ready .*\\bdicom=([^ :]+):([0-9]+)\\b.*$");

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** The short run starts hundreds of commands, and the second compiler costs each more than it saves: a third of its time. */
    private static final List<String> BRIEF = Extent.FULL ? List.of() : List.of("-XX:TieredStopAtLevel=1");

    private final Process process;
    private final Path out;
    private final Path err;

    private StrongroomProcess(List<String> arguments, List<String> javaOptions) throws IOException {
        out = Files.createTempFile("strongroom", ".out");
        err = Files.createTempFile("strongroom", ".err");
        process = builder(arguments, javaOptions)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
    }

    /** Starts a command that goes on, without waiting for anything. */
    public static StrongroomProcess start(String... arguments) throws IOException {
        return new StrongroomProcess(List.of(arguments), List.of());
    }

    /** Starts {@code serve --config FILE} and waits until it is ready. */
    public static StrongroomProcess serve(Path config) throws IOException, InterruptedException {
        return serve(config, List.of());
    }

    /** The same with options for the Java machine, for example system properties. */
    public static StrongroomProcess serve(Path config, List<String> javaOptions)
            throws IOException, InterruptedException {
        return new StrongroomProcess(List.of("serve", "--config", config.toString()), javaOptions).awaitReady();
    }

    /** Starts {@code demo} on a free port with its data in {@code data}, and waits until demo.json is written. */
    public static StrongroomProcess demo(Path data, String... more) throws IOException, InterruptedException {
        return demo(data, List.of(), more);
    }

    /** The same with options for the Java machine. */
    public static StrongroomProcess demo(Path data, List<String> javaOptions, String... more)
            throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("demo", "--data", data.toString(), "--dicom-port", "0"));
        arguments.addAll(Arrays.asList(more));
        return new StrongroomProcess(arguments, javaOptions).awaitReady();
    }

    /** Runs a command to its end. */
    public static Programs.Run run(String... arguments) throws IOException, InterruptedException {
        return Programs.collect(PATIENCE, builder(List.of(arguments), BRIEF));
    }

    /** Runs a command to its end; only what it prints on standard output, for {@code --json}. */
    public static Programs.Run runForOutput(String... arguments) throws IOException, InterruptedException {
        try (StrongroomProcess command = new StrongroomProcess(List.of(arguments), BRIEF)) {
            int exit = command.awaitEnd(PATIENCE);
            return new Programs.Run(exit, command.out());
        }
    }

    /** Waits for the ready line; a process that ends before is an {@link IOException} with what it said. */
    public StrongroomProcess awaitReady() throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (ready().isEmpty()) {
            if (!process.isAlive() && ready().isEmpty()) {
                throw new IOException("ended with " + process.exitValue() + " before it was ready: " + out() + err());
            }
            if (System.nanoTime() > end) {
                String said = out() + err();
                close();
                throw new IOException("not ready within " + PATIENCE + ": " + said);
            }
            Thread.sleep(10);
        }
        return this;
    }

    private Optional<Matcher> ready() throws IOException {
        Matcher matcher = READY.matcher(out());
        return matcher.find() ? Optional.of(matcher) : Optional.empty();
    }

    /** The port of the DICOM listener, from the ready line. */
    public int dicomPort() throws IOException {
        return Integer.parseInt(ready().orElseThrow().group(2));
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Standard output so far. */
    public String out() throws IOException {
        return Files.readString(out, StandardCharsets.UTF_8);
    }

    /** Standard error so far: the log, one event a line. */
    public String err() throws IOException {
        return Files.readString(err, StandardCharsets.UTF_8);
    }

    /** Sends SIGTERM and waits for the end; returns the exit status. */
    public int stop() throws IOException, InterruptedException {
        process.destroy();
        return awaitEnd(PATIENCE);
    }

    /** Sends SIGKILL and waits for the end. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Waits for the end; returns the exit status. */
    public int awaitEnd(Duration limit) throws IOException, InterruptedException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            String said = out() + err();
            kill();
            throw new IOException("did not end within " + limit + ": " + said);
        }
        return process.exitValue();
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly().onExit().join();
        Files.deleteIfExists(out);
        Files.deleteIfExists(err);
    }

    private static ProcessBuilder builder(List<String> arguments, List<String> javaOptions) {
        Path root = Path.of(Optional.ofNullable(System.getProperty("strongroom.root"))
                .orElseThrow(() -> new IllegalStateException("system property strongroom.root is not set")));
        ProcessBuilder builder = new ProcessBuilder(
                Stream.concat(Stream.of(root.resolve("strongroom").toString()), arguments.stream())
                        .toList());
        builder.environment().put("STRONGROOM_BUILD", "never");
        builder.environment().put("STRONGROOM_JAVA_OPTS", String.join(" ", javaOptions));
        // The build's own variables are none of the child's business.
        builder.environment().remove("MAVEN_OPTS");
        builder.environment().remove("STRONGROOM_DATA");
        return builder;
    }
}
