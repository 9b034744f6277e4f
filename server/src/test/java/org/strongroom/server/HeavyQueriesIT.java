package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.strongroom.dicom.Attributes.PatientID;
import static org.strongroom.dicom.Attributes.QueryRetrieveLevel;
import static org.strongroom.dicom.Attributes.SOPClassUID;
import static org.strongroom.dicom.Attributes.SOPInstanceUID;
import static org.strongroom.dicom.Attributes.SeriesInstanceUID;
import static org.strongroom.dicom.Attributes.StudyInstanceUID;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DataSetBuilder;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.VR;
import org.strongroom.dimse.Association;
import org.strongroom.dimse.Proposal;
import org.strongroom.dimse.Status;
import org.strongroom.testkit.Programs;

/** The dearest questions that a device may ask keep nobody else from being answered, and end when it goes or is revoked. */
@org.junit.jupiter.api.Tag("alone") // the other Tag is DICOM's
class HeavyQueriesIT {
    private static final int INSTANCES = 60;
    private static final int QUERIES = 10;
    private static final Uid VERIFICATION = new Uid("1.2.840.10008.1.1");
    private static final Uid STUDY = new Uid("2.25.9");
    private static final Uid SERIES = new Uid("2.25.9.1");

    /** Of VR LT, read from the object's head. */
    private static final List<Tag> COMMENTS =
            List.of(Tag.of(0x0008, 0x4000), Tag.of(0x0018, 0x4000), Tag.of(0x0020, 0x4000), Tag.of(0x0028, 0x4000));

    @TempDir
    Path work;

    @Test
    void other_devices_and_commands_are_answered_beside_ten_heavy_queries() throws Exception {
        try (Clinic clinic = Clinic.make(work)) {
            for (String device : List.of("HEAVY", "LEAVING", "OTHER")) {
                clinic.enrol(device, "--services", "echo,store,find");
            }
            clinic.start();
            store(clinic);
            assertThatTooManyKeysAreRefused(clinic);

            Heavy leaving = new Heavy(clinic, "LEAVING");
            assertOthersAreAnswered(clinic);
            assertThat(leaving.ended())
                    .as("queries that ended by themselves: too light to show anything")
                    .isZero();
            leaving.leave();
            assertRestIsNear(clinic, "the associations ended");

            Heavy heavy = new Heavy(clinic, "HEAVY");
            assertOthersAreAnswered(clinic);
            assertThat(heavy.ended()).isZero();
            Programs.Run list = within(Duration.ofSeconds(30), "device list", () -> clinic.command("device", "list"));
            assertThat(list.output()).contains("HEAVY");
            Programs.Run revoke =
                    within(Duration.ofSeconds(30), "device revoke", () -> clinic.command("device", "revoke", "HEAVY"));
            assertThat(revoke.exit()).as(revoke.output()).isZero();
            within(Duration.ofSeconds(5), "end of the queries after it", heavy::join);
            assertRestIsNear(clinic, "the device was revoked");
            clinic.stop();
        }
    }

    private static Proposal finding(Clinic clinic, String device) {
        return clinic.proposal(device).context(Questions.STUDY_ROOT, TransferSyntax.ExplicitVRLittleEndian);
    }

    private static void store(Clinic clinic) throws IOException {
        try (Association a = clinic.associate(
                "OTHER", clinic.proposal("OTHER").context(Synthetic.RAW_DATA, TransferSyntax.ExplicitVRLittleEndian))) {
            for (int i = 1; i <= INSTANCES; i++) {
                Uid uid = new Uid(SERIES + "." + i);
                DataSet instance = DataSet.empty()
                        .with(SOPClassUID, Synthetic.RAW_DATA)
                        .with(SOPInstanceUID, uid)
                        .with(PatientID, "HEAVY")
                        .with(StudyInstanceUID, STUDY)
                        .with(SeriesInstanceUID, SERIES);
                for (Tag tag : COMMENTS) {
                    instance = instance.withText(tag, VR.LT, List.of("a".repeat(60_000) + "b"));
                }
                byte[] bytes = instance.toBytes(TransferSyntax.ExplicitVRLittleEndian);
                assertThat(a.store(new Synthetic(STUDY, SERIES, uid, bytes))).isEqualTo(Status.SUCCESS);
            }
        }
    }

    /** Each instance costs some 240 million comparisons, the most that the limits allow. */
    private static DataSet dear() {
        DataSet keys = DataSet.empty()
                .with(QueryRetrieveLevel, "IMAGE")
                .with(StudyInstanceUID, STUDY)
                .with(SeriesInstanceUID, SERIES);
        for (Tag tag : COMMENTS) {
            keys = keys.withText(tag, VR.LT, List.of("*" + "a".repeat(1020) + "b*"));
        }
        return keys;
    }

    private static void assertThatTooManyKeysAreRefused(Clinic clinic) throws IOException {
        DataSetBuilder keys = new DataSetBuilder(DataSet.empty().with(QueryRetrieveLevel, "STUDY"));
        for (int i = 0; i < 30_000; i++) {
            keys.empty(Tag.of(0x0021, 0x1000 + i), VR.LO);
        }
        try (Association a = clinic.associate("OTHER", finding(clinic, "OTHER"));
                var matches = a.find(Questions.STUDY_ROOT, keys.build())) {
            assertThat(matches.iterator().hasNext()).isFalse();
            assertThat(matches.status().orElseThrow().toString()).contains("more than 512 keys");
        }
    }

    private static void assertOthersAreAnswered(Clinic clinic) throws Exception {
        for (int i = 0; i < 5; i++) {
            within(Duration.ofSeconds(5), "C-ECHO", () -> {
                try (Association a = clinic.associate(
                        "OTHER",
                        clinic.proposal("OTHER").context(VERIFICATION, TransferSyntax.ImplicitVRLittleEndian))) {
                    assertThat(a.echo()).isEqualTo(Status.SUCCESS);
                }
                return true;
            });
        }
        within(Duration.ofSeconds(10), "C-FIND of studies", () -> {
            DataSet keys = DataSet.empty().with(QueryRetrieveLevel, "STUDY").with(PatientID, "HEAVY");
            try (Association a = clinic.associate("OTHER", finding(clinic, "OTHER"));
                    var matches = a.find(Questions.STUDY_ROOT, keys)) {
                assertThat(matches).hasSize(1);
            }
            return true;
        });
    }

    /** A second after the queries lost who asked, the server computes no more. */
    private static void assertRestIsNear(Clinic clinic, String since) throws Exception {
        ProcessHandle server = ProcessHandle.of(clinic.server().pid()).orElseThrow();
        Duration used = Duration.ofDays(1);
        int seconds = 0;
        while (used.toMillis() > 300 && seconds < 6) {
            Duration before = server.info().totalCpuDuration().orElseThrow();
            Thread.sleep(1000);
            used = server.info().totalCpuDuration().orElseThrow().minus(before);
            seconds++;
        }
        System.out.println("server at rest " + seconds + " s after " + since);
        assertThat(used).as("processor time of the last second").isLessThan(Duration.ofMillis(300));
    }

    private interface Work<T> {
        T run() throws Exception;
    }

    private static <T> T within(Duration limit, String what, Work<T> work) throws Exception {
        long start = System.nanoTime();
        T result = work.run();
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        System.out.println(what + " beside heavy queries: " + took.toMillis() + " ms");
        assertThat(took).as(what).isLessThan(limit);
        return result;
    }

    /** Queries under way. */
    private static final class Heavy {
        private final List<Association> associations = new ArrayList<>();
        private final List<Thread> threads = new ArrayList<>();
        private final AtomicInteger ended = new AtomicInteger();

        Heavy(Clinic clinic, String device) throws Exception {
            for (int i = 0; i < QUERIES; i++) {
                associations.add(clinic.associate(device, finding(clinic, device)));
            }
            for (Association a : associations) {
                threads.add(Thread.ofVirtual().start(() -> ask(a)));
            }
            Thread.sleep(2000);
        }

        private void ask(Association a) {
            try (var matches = a.find(Questions.STUDY_ROOT, dear())) {
                matches.forEach(_ -> {});
            } catch (IOException | UncheckedIOException e) {
                // Cut off by the server or by this test.
            }
            ended.incrementAndGet();
        }

        int ended() {
            return ended.get();
        }

        void leave() {
            associations.forEach(Association::abort);
        }

        boolean join() throws InterruptedException {
            for (Thread thread : threads) {
                thread.join();
            }
            return true;
        }
    }
}
