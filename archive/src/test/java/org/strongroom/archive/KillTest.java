package org.strongroom.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.archive.Retrieval.StoredInstance;
import org.strongroom.archive.sqlite.SqliteIndex;
import org.strongroom.guard.Permits;
import org.strongroom.testkit.Extent;

/** A process that stores with eight writers is killed; whatever it said is stored is there, in the real index and on disk. */
class KillTest {
    @TempDir
    Path folder;

    @Test
    void what_a_killed_process_acknowledged_is_there() throws Exception {
        Random random = new Random(Samples.seed("kills"));
        List<Integer> acknowledged = new ArrayList<>();
        for (int round = 0; round < Extent.of(2, 50); round++) {
            acknowledged.addAll(killed(round, 20 + random.nextInt(400)));
            check(acknowledged);
        }
    }

    /** Runs the writer, kills it some time after its first answers, returns the numbers it answered for. */
    private List<Integer> killed(int round, int answers) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        folder.toString(),
                        String.valueOf(round * 100_000))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<Integer> numbers = new ArrayList<>();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.endsWith(".")) { // the last line may be cut
                    numbers.add(Integer.valueOf(line.substring(0, line.length() - 1)));
                }
                if (numbers.size() == answers) {
                    process.toHandle().destroyForcibly(); // by its handle: the pipe stays open for what it said before
                }
            }
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(numbers).hasSizeGreaterThanOrEqualTo(answers);
        return numbers;
    }

    private void check(List<Integer> acknowledged) throws IOException {
        try (PackArchive archive = open(folder)) {
            List<Integer> found = new ArrayList<>();
            for (int study = 0; study < Writer.STUDIES; study++) {
                for (StoredInstance instance :
                        Samples.instances(archive.retrieve(Permits.study(Samples.study(study))))) {
                    String uid = instance.sopInstance().value();
                    int number = Integer.parseInt(uid.substring(uid.lastIndexOf('.') + 1));
                    assertThat(Samples.digest(Session.read(instance)))
                            .isEqualTo(Samples.digest(Writer.dataSet(number)));
                    found.add(number);
                }
            }
            assertThat(found).containsAll(acknowledged).doesNotHaveDuplicates();
            assertThat(archive.health()).isEqualTo(new Health(Optional.empty(), 0, 0, 0, List.of()));
        }
    }

    private static PackArchive open(Path folder) throws IOException {
        return PackArchive.open(
                folder.resolve("packs"),
                folder.resolve("keys"),
                Samples.KEYS,
                SqliteIndex.open(folder.resolve("index.db"), Samples.KEYS),
                InstantSource.system(),
                new PackSettings(4 << 20, 1 << 20, 4 << 20, 1 << 20, 0, PackSettings.DEFAULT.limits()));
    }

    /** The process that is killed: stores objects without end, says the number of each once it is stored. */
    static final class Writer {
        static final int STUDIES = 4;
        private static final int WRITERS = 8;

        private Writer() {}

        static byte[] dataSet(int number) {
            int pixels = number % 40 == 0 ? 1_500_000 : number % 3 == 0 ? 200_000 : 4_000 + number % 1000;
            return Samples.dataSet(number % STUDIES, number, pixels, number);
        }

        public static void main(String[] arguments) throws Exception {
            PrintStream out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
            AtomicInteger next = new AtomicInteger(Integer.parseInt(arguments[1]));
            try (PackArchive archive = open(Path.of(arguments[0]));
                    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<?>> writers = new ArrayList<>();
                for (int i = 0; i < WRITERS; i++) {
                    writers.add(threads.submit(() -> {
                        while (true) {
                            int number = next.getAndIncrement();
                            StoreOutcome outcome = archive.store(Permits.store(), Samples.request(dataSet(number)));
                            out.println(outcome instanceof StoreOutcome.Stored ? number + "." : outcome);
                        }
                    }));
                }
                for (Future<?> writer : writers) {
                    writer.get();
                }
            }
        }
    }
}
