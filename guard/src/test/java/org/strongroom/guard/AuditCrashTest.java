package org.strongroom.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.testkit.Extent;

/** Kills a process in the middle of appending, again and again, on the same log. */
class AuditCrashTest {
    private static final int THREADS = 8;

    @TempDir
    Path root;

    @Test
    void every_acknowledged_record_is_there_after_kill_9_and_the_log_verifies() throws Exception {
        long seed = Long.getLong("strongroom.seed", System.nanoTime());
        System.err.println("AuditCrashTest seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        KeyRing keys = KeyRing.create(root.resolve("keys"));
        Map<Long, String> acknowledged = new HashMap<>();
        int kills = Extent.of(10, 50);
        for (int kill = 0; kill < kills; kill++) {
            long before = acknowledged.size();
            run(random.nextInt(50, Extent.of(600, 1500)), acknowledged);
            assertThat(acknowledged.size()).as("the child appended something").isGreaterThan((int) before);
            assertThat(AuditVerifier.verify(root.resolve("audit"), keys).fault())
                    .as("seed " + seed + " kill " + kill)
                    .isEmpty();
        }
        AuditLog.open(root.resolve("audit"), keys, InstantSource.system()).close();
        Map<Long, String> found = new HashMap<>();
        try (AuditReader reader = AuditReader.open(root.resolve("audit"), keys)) {
            for (Optional<AuditRecord> r = reader.next(); r.isPresent(); r = reader.next()) {
                if (r.get().event() instanceof AuditRecord.Refused refused) {
                    found.put(r.get().sequence(), refused.detail());
                }
            }
        }
        assertThat(found).containsAllEntriesOf(acknowledged);
        System.err.println("AuditCrashTest kills " + kills + " acknowledged " + acknowledged.size());
    }

    /** Runs the child until {@code millis} after its first acknowledgement, then kills it. */
    private void run(int millis, Map<Long, String> acknowledged) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName(),
                root.toString());
        Process child = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader lines = child.inputReader(StandardCharsets.UTF_8)) {
            boolean started = false;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!started) {
                    started = true;
                    Thread.ofVirtual().start(() -> killAfter(child, millis));
                }
                int space = line.indexOf(' ');
                if (line.endsWith(".")) { // a line the kill cut short is none
                    acknowledged.put(Long.parseLong(line.substring(0, space)), line.substring(space + 1));
                }
            }
        } finally {
            child.toHandle().destroyForcibly();
            assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static void killAfter(Process child, int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        child.toHandle().destroyForcibly();
    }

    /** Appends from several threads and prints each sequence once it is acknowledged. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) throws IOException {
            Path root = Path.of(args[0]);
            AuditLog log = AuditLog.open(
                    root.resolve("audit"),
                    KeyRing.open(root.resolve("keys")),
                    InstantSource.system(),
                    AuditDisk.FILES,
                    64 * 1024);
            String run = "run" + ProcessHandle.current().pid();
            for (int t = 0; t < THREADS; t++) {
                int thread = t;
                Thread.ofPlatform().start(() -> append(log, run + " thread" + thread));
            }
        }

        private static void append(AuditLog log, String name) {
            PrintStream out = System.out;
            try {
                for (int i = 0; ; i++) {
                    String text = name + ' ' + i + "x".repeat(i % 300) + '.';
                    long sequence = log.append(AuditLogTest.event(text)).sequence();
                    out.println(sequence + " " + text);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
