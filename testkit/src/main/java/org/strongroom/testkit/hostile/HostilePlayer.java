package org.strongroom.testkit.hostile;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Plays hostile inputs against their parsers in a Java machine of their own, with little heap and less stack, and says
 * what became of each, how long it took, and how much memory the process had at most.
 */
public final class HostilePlayer {
    private static final int STACK = 256 << 10;
    private static final String MOST_MEMORY = "VmHWM";

    private HostilePlayer() {}

    /** A parser under test: reads the input to its end, or throws what it refuses by. */
    public interface Parser {
        void parse(HostileCase each, InputStream input) throws IOException;
    }

    /** What became of an input: "ACCEPTED", "REFUSED", or the exception that is neither; and in how much processor time. */
    public record Played(String name, String outcome, long millis) {}

    /** What was played, and the most memory the process ever had (resident, in kB). */
    public record Report(List<Played> played, long mostKilobytes) {
        /** Those of these inputs that ended in another way than they should, or took as long as that. */
        public List<String> otherwise(List<HostileCase> cases, long tooManyMillis) {
            Map<String, Played> byName = new HashMap<>();
            played.forEach(each -> byName.put(each.name(), each));
            return cases.stream()
                    .map(each -> {
                        Played was = byName.getOrDefault(each.name(), new Played(each.name(), "not played", 0));
                        return isExpected(each, was) && was.millis < tooManyMillis ? "" : was + ", " + each.expected();
                    })
                    .filter(line -> !line.isEmpty())
                    .toList();
        }

        private static boolean isExpected(HostileCase each, Played was) {
            return each.expected() == HostileCase.Outcome.EITHER
                    ? was.outcome.equals(HostileCase.Outcome.ACCEPTED.name())
                            || was.outcome.equals(HostileCase.Outcome.REFUSED.name())
                    : was.outcome.equals(each.expected().name());
        }

        public long longestMillis() {
            return played.stream().mapToLong(Played::millis).max().orElse(0);
        }
    }

    /** In the own process: plays all inputs of these targets and prints the report. */
    public static void play(
            Map<HostileCase.Target, Parser> parsers, Set<Class<? extends RuntimeException>> refusals, PrintStream out)
            throws Exception {
        List<Throwable> failed = new ArrayList<>();
        Thread player = new Thread(
                null,
                () -> {
                    for (HostileCase each : HostileInputs.of(parsers.keySet())) {
                        out.println(played(each, parsers, refusals));
                    }
                },
                "player",
                STACK);
        player.setUncaughtExceptionHandler((_, e) -> failed.add(e));
        player.start();
        player.join();
        if (!failed.isEmpty()) {
            throw new IllegalStateException("the player itself failed", failed.getFirst());
        }
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith(MOST_MEMORY)) {
                out.println(MOST_MEMORY + "\t\t" + line.replaceAll("[^0-9]", ""));
            }
        }
    }

    @SuppressWarnings("CatchAndPrintStackTrace")
    private static String played(
            HostileCase each,
            Map<HostileCase.Target, Parser> parsers,
            Set<Class<? extends RuntimeException>> refusals) {
        InputStream input = each.input().get();
        long start = processorNanos();
        String outcome;
        try {
            Parser parser = parsers.get(each.target());
            if (parser == null) {
                throw new IllegalStateException("no parser for " + each.target());
            }
            parser.parse(each, input);
            outcome = HostileCase.Outcome.ACCEPTED.name();
        } catch (RuntimeException | IOException | Error e) {
            boolean refused = refusals.contains(e.getClass()) && e.getMessage() != null;
            outcome =
                    refused ? HostileCase.Outcome.REFUSED.name() : e.getClass().getName();
            if (!refused) {
                e.printStackTrace();
            }
        }
        return each.name() + "\t" + outcome + "\t" + (processorNanos() - start) / 1_000_000;
    }

    /** Of this thread: what else runs on the machine must not make an input slow. Nothing here waits. */
    private static long processorNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    /** Starts {@code main} on this class path with so much heap and gives what it reported. */
    public static Report inOwnProcess(Class<?> main, String heap) throws IOException, InterruptedException {
        Path errors = Files.createTempFile("hostile", ".log");
        try {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx" + heap,
                            "-Xss256k",
                            "-XX:+UseSerialGC",
                            "-cp",
                            System.getProperty("java.class.path"),
                            main.getName())
                    .redirectError(errors.toFile())
                    .start();
            List<Played> played = new ArrayList<>();
            long most = -1;
            try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    String[] fields = line.split("\t", -1);
                    if (fields[0].equals(MOST_MEMORY)) {
                        most = Long.parseLong(fields[2]);
                    } else {
                        played.add(new Played(fields[0], fields[1], Long.parseLong(fields[2])));
                    }
                }
            }
            if (process.waitFor() != 0) {
                throw new IllegalStateException(
                        "it ended with " + process.exitValue() + ":\n" + Files.readString(errors));
            }
            return new Report(List.copyOf(played), most);
        } finally {
            Files.delete(errors);
        }
    }
}
