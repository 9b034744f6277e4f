package org.strongroom.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.archive.Retrieval.StoredInstance;
import org.strongroom.archive.sqlite.SqliteIndex;
import org.strongroom.dicom.Attributes;
import org.strongroom.guard.Action;
import org.strongroom.guard.Permits;

/** Rows of the index database are changed by hand: no byte of another object is given out. */
class AlteredIndexTest {
    @TempDir
    Path folder;

    /** Studies 1 and 2 of two patients with two instances each, all of one length; one of 200,000 bytes each, too. */
    @BeforeEach
    void fill() throws IOException {
        try (PackArchive archive = open()) {
            for (int study = 1; study <= 2; study++) {
                for (int number = 1; number <= 2; number++) {
                    archive.store(Permits.store(), Samples.request(Samples.dataSet(study, number, 3_000, number)));
                }
                archive.store(Permits.store(), Samples.request(Samples.dataSet(study, 3, 200_000, 3)));
            }
        }
    }

    private PackArchive open() throws IOException {
        return PackArchive.open(
                folder.resolve("packs"),
                folder.resolve("keys"),
                Samples.KEYS,
                SqliteIndex.open(folder.resolve("index.sqlite"), Samples.KEYS),
                InstantSource.system(),
                PackSettings.DEFAULT);
    }

    private void alter(String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("index.sqlite"));
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                int changed = statement.executeUpdate(sql);
                assertThat(changed > 0 || sql.startsWith("CREATE")).as(sql).isTrue();
            }
        }
    }

    /** Exchanges columns of two instances, named by the number of their row in the order of the packs. */
    private void swap(String columns, int one, int other) throws SQLException {
        alter(
                "CREATE TABLE t AS SELECT *, row_number() OVER (ORDER BY pack, start) AS n FROM instance",
                "UPDATE instance SET (" + columns + ") = (SELECT " + columns + " FROM t WHERE n = " + other
                        + ") WHERE (series, uid) = (SELECT series, uid FROM t WHERE n = " + one + ")",
                "UPDATE instance SET (" + columns + ") = (SELECT " + columns + " FROM t WHERE n = " + one
                        + ") WHERE (series, uid) = (SELECT series, uid FROM t WHERE n = " + other + ")");
    }

    /** Nothing of these comes out, not a byte, in either form; the others of the study do. */
    private void assertRefused(int study, int refused, String why) throws IOException {
        try (PackArchive archive = open()) {
            int bad = 0;
            for (StoredInstance instance : Samples.instances(archive.retrieve(Permits.study(Samples.study(study))))) {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                try {
                    instance.writeTo(out);
                    assertThat(Samples.uidOf(out.toByteArray())).isEqualTo(instance.sopInstance());
                } catch (IOException e) {
                    bad++;
                    assertThat(e)
                            .hasMessageContaining("differs from the index in its " + why)
                            .hasMessageNotContaining(Samples.study(study).value());
                    assertThatThrownBy(() -> instance.writeFileTo(out)).hasMessageContaining(why);
                    assertThat(out.size()).isZero();
                }
            }
            assertThat(bad).isEqualTo(refused);
        }
    }

    @Test
    void an_unaltered_one_gives_everything() throws IOException {
        assertRefused(1, 0, "");
        assertRefused(2, 0, "");
    }

    @Test
    void places_exchanged_between_patients_are_refused() throws Exception {
        swap("pack, start", 1, 4);
        assertRefused(1, 1, "study");
        assertRefused(2, 1, "study");
    }

    @Test
    void all_that_tells_two_patients_images_apart_exchanged_is_refused() throws Exception {
        swap("pack, start, class, syntax, length, digest, number", 3, 6);
        assertRefused(1, 1, "study");
        assertRefused(2, 1, "study");
    }

    @Test
    void places_exchanged_within_a_study_are_refused() throws Exception {
        swap("pack, start", 1, 2);
        assertRefused(1, 2, "digest");
        assertRefused(2, 0, "");
    }

    @Test
    void places_and_digests_exchanged_within_a_study_are_refused() throws Exception {
        swap("pack, start, digest", 1, 2);
        assertRefused(1, 2, "SOP Instance UID");
    }

    @Test
    void another_digest_length_class_or_syntax_is_refused() throws Exception {
        alter("UPDATE instance SET digest = digest + 1 WHERE series = 1");
        assertRefused(1, 3, "digest");
        alter("UPDATE instance SET digest = digest - 1, length = length - 2 WHERE series = 1");
        assertRefused(1, 3, "length");
        alter("UPDATE instance SET length = length + 2, class = syntax WHERE series = 1");
        assertRefused(1, 3, "SOP Class UID");
        assertRefused(2, 0, "");
    }

    @Test
    void a_series_moved_into_another_patients_study_is_refused() throws Exception {
        alter("UPDATE series SET study = 1 WHERE study = 2");
        assertRefused(1, 3, "study");
    }

    @Test
    void a_study_that_takes_the_uid_of_another_is_refused_when_asked_by_patient() throws Exception {
        alter("UPDATE study SET uid = '" + Samples.study(2).value() + "' WHERE id = 1", "UPDATE series SET study = 1");
        try (PackArchive archive = open()) {
            Action.Retrieve byPatient = new Action.Retrieve(
                    Optional.of("CANARY-1"), List.of(), List.of(), List.of(), "TESTER", Optional.empty());
            assertThatThrownBy(() ->
                            archive.retrieve(Permits.of(byPatient, Instant.now().plusSeconds(60))))
                    .hasMessageContaining("does not agree with its sealed part");
        }
    }

    @Test
    void a_query_reads_no_head_of_another_object() throws Exception {
        swap("pack, start", 1, 4);
        try (PackArchive archive = open()) {
            Query query = new Query(
                    Level.IMAGE,
                    List.of(new Match.Single(
                            Attributes.StudyInstanceUID.tag(), Samples.study(1).value())),
                    Set.of(Attributes.Rows.tag()));
            int answers = 0;
            try (Matches matches =
                    archive.find(Permits.of(query.action(Optional.empty()), Instant.MAX), query, () -> false)) {
                while (matches.next().isPresent()) {
                    answers++;
                }
                assertThat(matches.unread()).isOne();
            }
            assertThat(answers).isEqualTo(2);
        }
    }
}
