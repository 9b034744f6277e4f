package org.strongroom.survey;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.dimse.AeTitle;

final class PacketLogTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-21T10:00:00Z"), ZoneOffset.UTC);
    private static final AeTitle ANY = new AeTitle("ANY-SCP");

    @TempDir
    private Path folder;

    private Path file = Path.of("");

    @BeforeEach
    void four_connections() throws IOException {
        file = folder.resolve("packets.log");
        try (PacketLog log = PacketLog.begin(Files.newBufferedWriter(file), CLOCK, "00".repeat(32))) {
            for (int port = 104; port < 108; port++) {
                Target target = Target.parse("127.0.0.1:" + port);
                assertThat(log.begin("clear", target)).isTrue();
                log.probe("clear", target, Look.of(false, ANY, Verdict.NOT_DICOM, 200, port));
            }
            log.end(false);
        }
    }

    @Test
    void a_line_says_when_where_how_much_and_what() throws IOException {
        assertThat(Files.readAllLines(file))
                .hasSize(6)
                .element(1)
                .asString()
                .startsWith("1\t2026-11-21T10:00:00Z\tclear\t127.0.0.1:104\t200\t104\tnot-dicom\t");
    }

    @Test
    void an_untouched_log_verifies() throws IOException {
        PacketLog.Verified verified = PacketLog.verify(file);
        assertThat(verified.intact()).isTrue();
        assertThat(verified.lines()).isEqualTo(6);
        assertThat(Files.readString(file)).endsWith(verified.head() + "\n");
    }

    @Test
    void each_altered_line_shows() throws IOException {
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size(); i++) {
            List<String> altered = new ArrayList<>(lines);
            altered.set(i, altered.get(i).replace("0\t", "1\t"));
            Files.write(file, altered);
            assertThat(PacketLog.verify(file).damagedLine())
                    .as("line %d", i + 1)
                    .isEqualTo(i + 1);
        }
    }

    @Test
    void each_missing_line_shows() throws IOException {
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size(); i++) {
            List<String> fewer = new ArrayList<>(lines);
            fewer.remove(i);
            Files.write(file, fewer);
            assertThat(PacketLog.verify(file).intact())
                    .as("without line %d", i + 1)
                    .isFalse();
        }
    }

    @Test
    void swapped_and_doubled_lines_show() throws IOException {
        List<String> lines = Files.readAllLines(file);
        List<String> swapped = new ArrayList<>(lines);
        Collections.swap(swapped, 2, 3);
        Files.write(file, swapped);
        assertThat(PacketLog.verify(file).intact()).isFalse();
        List<String> doubled = new ArrayList<>(lines);
        doubled.add(lines.getLast());
        Files.write(file, doubled);
        assertThat(PacketLog.verify(file).intact()).isFalse();
    }

    @Test
    void what_is_under_way_at_the_end_is_told_and_nothing_begins_after() throws IOException {
        Path cut = folder.resolve("cut.log");
        try (PacketLog log = PacketLog.begin(Files.newBufferedWriter(cut), CLOCK, "00".repeat(32))) {
            Target target = Target.parse("127.0.0.1:104");
            assertThat(log.begin("tls", target)).isTrue();
            log.end(true);
            log.probe("tls", target, Look.of(true, ANY, Verdict.ANSWERED, 1, 1));
            assertThat(log.begin("tls", target)).isFalse();
        }
        assertThat(Files.readAllLines(cut))
                .hasSize(3)
                .element(1)
                .asString()
                .contains("\ttls\t127.0.0.1:104\t0\t0\tcut\t");
        assertThat(PacketLog.verify(cut).intact()).isTrue();
    }
}
