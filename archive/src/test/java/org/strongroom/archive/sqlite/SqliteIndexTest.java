package org.strongroom.archive.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.strongroom.dicom.Attributes.InstanceNumber;
import static org.strongroom.dicom.Attributes.PatientID;
import static org.strongroom.dicom.Attributes.PatientName;
import static org.strongroom.dicom.Attributes.SOPInstanceUID;
import static org.strongroom.dicom.Attributes.SeriesInstanceUID;
import static org.strongroom.dicom.Attributes.StudyInstanceUID;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.strongroom.archive.Entry;
import org.strongroom.archive.Index;
import org.strongroom.archive.IndexContract;
import org.strongroom.archive.IndexSamples;
import org.strongroom.archive.KeyDerivation;
import org.strongroom.archive.Level;
import org.strongroom.archive.Match;
import org.strongroom.archive.Matches;
import org.strongroom.archive.Position;
import org.strongroom.archive.SyntheticArchive;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Uid;

class SqliteIndexTest extends IndexContract {
    static final KeyDerivation KEYS = label -> {
        byte[] key = new byte[32];
        new Random(label.hashCode()).nextBytes(key);
        return key;
    };
    private static final SqliteSettings SMALL = new SqliteSettings(2048, 1024, 3, 20, 50, 16);

    @Override
    protected Index open(Path folder) throws IOException {
        return SqliteIndex.open(folder.resolve("index.db"), KEYS, SMALL);
    }

    @Test
    void tokens_that_wait_are_found_after_a_restart_as_those_in_runs() throws IOException {
        IndexSamples samples = new IndexSamples(20);
        SqliteSettings nothingMerged = new SqliteSettings(2048, 1024, 3, 20, 50, 1000);
        Path file = folder.resolve("index.db");
        List<Entry> entries;
        try (Index index = SqliteIndex.open(file, KEYS, nothingMerged)) {
            entries = record(index, samples, 60);
        }
        assertEveryStudyIsFound(samples, entries, nothingMerged);
        assertEveryStudyIsFound(samples, entries, SMALL);
        assertThat(rows("waiting")).isLessThan(60);
        assertThat(rows("posting")).isPositive();
        assertEveryStudyIsFound(samples, entries, nothingMerged);
    }

    private void assertEveryStudyIsFound(IndexSamples samples, List<Entry> entries, SqliteSettings settings)
            throws IOException {
        try (SqliteIndex index = SqliteIndex.open(folder.resolve("index.db"), KEYS, settings)) {
            while (index.upkeepOnce()) {
                index.flush();
            }
            for (Entry entry : entries) {
                Match match = new Match.UidList(StudyInstanceUID.tag(), List.of(entry.study()));
                assertThat(find(index, samples, query(Level.STUDY, match))).hasSize(1);
            }
        }
    }

    @Test
    void a_cancelled_query_ends_and_its_reader_serves_the_next() throws IOException {
        IndexSamples samples = new IndexSamples(23);
        SqliteSettings oneReader = new SqliteSettings(2048, 1024, 1, 20, 50, 1000);
        try (Index index = SqliteIndex.open(folder.resolve("index.db"), KEYS, oneReader)) {
            record(index, samples, 20);
            Match match = new Match.Wildcard(PatientName.tag(), "*");
            AtomicBoolean cancelled = new AtomicBoolean();
            try (Matches matches = index.find(query(Level.STUDY, match), samples.heads(), cancelled::get)) {
                cancelled.set(true);
                assertThatThrownBy(matches::next).isInstanceOf(CancellationException.class);
            }
            assertThat(find(index, samples, query(Level.STUDY, match))).isNotEmpty();
        }
    }

    @Test
    void a_study_that_comes_under_many_patients_is_listed_once_for_each() throws IOException {
        SyntheticArchive patients = new SyntheticArchive(5);
        DataSet study = patients.study();
        List<Entry> entries = new ArrayList<>();
        for (int i = 1; i <= 600; i++) {
            entries.add(patients.instance(study.with(PatientID, i % 2 == 0 ? "" : "P" + i % 300), i, 4096L * i));
        }
        try (Index index = SqliteIndex.open(folder.resolve("index.db"), KEYS, SMALL)) {
            for (int from : List.of(0, 300)) {
                index.record(entries.subList(from, from + 300), new Position(1, 4096L * (from + 301), 0));
                index.flush();
            }
            assertThat(index.conflicts()).isEqualTo(new Index.Conflicts(0, 150));
        }
    }

    private long rows(String table) throws IOException {
        try (Session session = Session.reader(folder.resolve("index.db"), 256)) {
            return session.number(0, "SELECT count(*) FROM " + table);
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    @Test
    void runs_are_merged_and_those_they_were_made_of_dropped() throws IOException {
        IndexSamples samples = new IndexSamples(21);
        SqliteSettings tiny = new SqliteSettings(2048, 1024, 3, 5, 50, 4);
        try (SqliteIndex index = SqliteIndex.open(folder.resolve("index.db"), KEYS, tiny)) {
            List<Entry> entries = record(index, samples, 300);
            while (index.upkeepOnce()) {
                index.flush();
            }
            assertThat(rows("run")).isLessThan(4L * Postings.RUNS_OF_A_TIER);
            try (Session session = Session.reader(folder.resolve("index.db"), 256)) {
                assertThat(session.number(0, "SELECT max(tier) FROM run")).isGreaterThanOrEqualTo(2);
                assertThat(session.number(
                                -1,
                                "SELECT count(*) FROM posting WHERE run NOT IN (SELECT id FROM run WHERE state = 1)"))
                        .isZero();
            } catch (SQLException e) {
                throw new IOException(e);
            }
            for (Entry entry : entries) {
                Match match = new Match.UidList(StudyInstanceUID.tag(), List.of(entry.study()));
                assertThat(find(index, samples, query(Level.STUDY, match))).hasSize(1);
            }
        }
    }

    @Test
    void a_row_sealed_under_another_key_is_an_error_and_no_answer() throws IOException {
        IndexSamples samples = new IndexSamples(22);
        Path file = folder.resolve("index.db");
        try (Index index = SqliteIndex.open(file, KEYS)) {
            record(index, samples, 1);
        }
        try (Index index = SqliteIndex.open(file, label -> KEYS.derive(label + "other"))) {
            assertThatThrownBy(() -> find(index, samples, query(Level.STUDY)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("reindex");
        }
    }

    @Test
    void a_failed_write_stops_writing_and_reading_goes_on() throws Exception {
        IndexSamples samples = new IndexSamples(24);
        Path file = folder.resolve("index.db");
        try (Index index = SqliteIndex.open(file, KEYS)) {
            record(index, samples, 3);
            index.flush();
            try (Session other = Session.writer(file, 256)) {
                other.execute("DROP TABLE patient");
            }
            List<Entry> study = samples.study();
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> index.record(study, samples.position()))
                        .isInstanceOf(IOException.class);
            }
            assertThat(find(index, samples, query(Level.STUDY))).hasSize(3);
        }
    }

    @Test
    void an_index_of_another_format_is_refused() throws Exception {
        Path file = folder.resolve("index.db");
        SqliteIndex.open(file, KEYS).close();
        try (Session session = Session.writer(file, 256)) {
            session.execute("PRAGMA user_version = 99");
        }
        assertThatThrownBy(() -> SqliteIndex.open(file, KEYS))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("format 99")
                .hasMessageContaining("from the packs");
        Files.writeString(folder.resolve("text.db"), "this is no database, whatever its name says ".repeat(50));
        assertThatThrownBy(() -> SqliteIndex.open(folder.resolve("text.db"), KEYS))
                .isInstanceOf(IOException.class);
    }

    @Test
    void a_row_of_an_instance_takes_at_most_64_bytes() throws IOException {
        IndexSamples samples = new IndexSamples(23);
        try (SqliteIndex index = SqliteIndex.open(folder.resolve("index.db"), KEYS)) {
            DataSet head = samples.study(1, 1).getFirst().head();
            for (int i = 0; i < 5000; i++) {
                Uid uid = new Uid(head.get(SeriesInstanceUID).orElseThrow() + "." + (i * 37 % 5000));
                index.record(
                        List.of(samples.entry(head.with(SOPInstanceUID, uid).with(InstanceNumber, i))),
                        samples.position());
            }
            index.flush();
            try (Session session = Session.reader(folder.resolve("index.db"), 256)) {
                assertThat(session.number(0, "SELECT sum(pgsize) FROM dbstat WHERE name = 'instance'") / 5000.0)
                        .isLessThanOrEqualTo(64);
            } catch (SQLException e) {
                throw new IOException(e);
            }
        }
    }
}
