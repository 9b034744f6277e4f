package org.strongroom.archive.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.archive.Entry;
import org.strongroom.archive.Index;
import org.strongroom.archive.Index.Recorded;
import org.strongroom.archive.IndexSamples;
import org.strongroom.archive.Level;
import org.strongroom.archive.Matches;
import org.strongroom.archive.Position;
import org.strongroom.archive.Query;
import org.strongroom.testkit.Extent;

/** A process that records is killed; what is left is a whole number of batches, and the position says which. */
class IndexKillTest {
    private static final SqliteSettings SMALL = new SqliteSettings(1024, 512, 2, 10, 50, 16);
    private static final int STUDIES = 100_000;

    @TempDir
    private Path folder;

    /** The process that is killed: {@code FOLDER SEED}. */
    static final class Victim {
        private Victim() {}

        @SuppressWarnings("SystemOut") // says to the test that it is under way
        public static void main(String[] args) throws IOException {
            IndexSamples samples = new IndexSamples(Long.parseLong(args[1]));
            try (Index index = SqliteIndex.open(Path.of(args[0]).resolve("index.db"), SqliteIndexTest.KEYS, SMALL)) {
                for (int i = 0; i < STUDIES; i++) {
                    List<Entry> study = samples.study();
                    Position position = samples.position();
                    if (position.offset() > index.indexedTo().offset()) {
                        index.record(study, position);
                        System.out.write('.');
                        System.out.flush();
                    }
                }
            }
        }
    }

    @Test
    void after_a_kill_the_rows_are_those_up_to_the_position() throws Exception {
        long seed = Long.getLong("strongroom.seed", System.nanoTime());
        System.getLogger(IndexKillTest.class.getName()).log(System.Logger.Level.INFO, "strongroom.seed=" + seed);
        Random random = new Random(seed);
        long before = 0;
        for (int round = 0; round < Extent.of(3, 40); round++) {
            Process victim = start(seed);
            try {
                assertThat(victim.getInputStream().read()).as("it records").isEqualTo('.');
                victim.getInputStream().skipNBytes(random.nextInt(400));
            } finally {
                victim.destroyForcibly();
            }
            assertThat(victim.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(victim.exitValue()).as("killed, and not ended by itself").isEqualTo(137);
            before = check(seed, before);
        }
        assertThat(before).as("studies recorded").isPositive();
    }

    private Process start(long seed) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Victim.class.getName(),
                        folder.toString(),
                        Long.toString(seed))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private long check(long seed, long before) throws IOException {
        IndexSamples samples = new IndexSamples(seed);
        try (Index index = SqliteIndex.open(folder.resolve("index.db"), SqliteIndexTest.KEYS, SMALL)) {
            Position position = index.indexedTo();
            List<Entry> recorded = new ArrayList<>();
            long studies = 0;
            while (!position.equals(Position.START) && !samples.position().equals(position)) {
                recorded.addAll(samples.study());
                studies++;
                assertThat(samples.position().offset()).isLessThanOrEqualTo(position.offset());
            }
            assertThat(studies).isGreaterThanOrEqualTo(before);
            assertThat(count(index, samples, Level.IMAGE)).isEqualTo(recorded.size());
            assertThat(count(index, samples, Level.STUDY)).isEqualTo(studies);
            if (!recorded.isEmpty()) {
                assertThat(index.record(recorded, position)).containsOnly(Recorded.PRESENT);
            }
            return studies;
        }
    }

    private static long count(Index index, IndexSamples samples, Level level) throws IOException {
        long count = 0;
        try (Matches matches = index.find(new Query(level, List.of(), Set.of()), samples.heads(), () -> false)) {
            for (Optional<?> next = matches.next(); next.isPresent(); next = matches.next()) {
                count++;
            }
        }
        return count;
    }
}
