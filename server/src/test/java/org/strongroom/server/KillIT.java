package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.strongroom.dicom.Attributes.QueryRetrieveLevel;
import static org.strongroom.dicom.Attributes.SOPInstanceUID;
import static org.strongroom.dicom.Attributes.SeriesInstanceUID;
import static org.strongroom.dicom.Attributes.StudyInstanceUID;

import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.Association;
import org.strongroom.dimse.Status;
import org.strongroom.testkit.Extent;

/** kill -9 in the middle of ingest: what was acknowledged is there, what is there is whole, the audit log verifies. */
@Tag("alone")
class KillIT {
    private static final int ROUNDS = Extent.of(10, 50);
    private static final int ASSOCIATIONS = 8;
    private static final Uid STUDY_ROOT_FIND = new Uid("1.2.840.10008.5.1.4.1.2.2.1");
    private static final Uid STUDY_ROOT_GET = new Uid("1.2.840.10008.5.1.4.1.2.2.3");

    private final long seed = Long.getLong("strongroom.seed", System.nanoTime());
    private final AtomicLong numbers = new AtomicLong();

    /** SHA-256 of what was sent, and whether its success was heard, by UID; one study for each round and association. */
    private final Map<Uid, String> sent = new ConcurrentHashMap<>();

    private final Set<Uid> acknowledged = ConcurrentHashMap.newKeySet();

    @TempDir
    Path work;

    @Test
    void every_acknowledged_instance_survives_and_no_half_one_is_seen() throws Exception {
        System.out.println("KillIT seed=" + seed + " (-Dstrongroom.seed)");
        Random random = new Random(seed);
        long unacknowledged = 0;
        try (Clinic clinic = Clinic.make(work)) {
            clinic.enrol("CT1", "--services", "echo,store,find,get");
            for (int round = 1; round <= ROUNDS; round++) {
                clinic.start();
                ingestUntilKilled(clinic, round, 50 + random.nextInt(1000));
                clinic.start();
                unacknowledged += verify(clinic, round);
                clinic.stop();
                Clinic.check(clinic.command("audit", "verify"));
            }
            clinic.start();
            for (int round = 1; round <= ROUNDS; round++) {
                verify(clinic, round);
            }
            clinic.stop();
        }
        System.out.println("KillIT: " + ROUNDS + " kills, " + acknowledged.size() + " acknowledged instances, "
                + unacknowledged + " more were there whole");
        assertThat(acknowledged).hasSizeGreaterThan(ROUNDS * 10);
    }

    private void ingestUntilKilled(Clinic clinic, int round, int millis) throws Exception {
        List<Future<?>> senders = new ArrayList<>();
        AtomicInteger storing = new AtomicInteger();
        try (ExecutorService threads = Executors.newFixedThreadPool(ASSOCIATIONS)) {
            for (int i = 0; i < ASSOCIATIONS; i++) {
                int series = i;
                senders.add(threads.submit(() -> send(clinic, round, series, storing)));
            }
            for (int i = 0; storing.get() < ASSOCIATIONS && i < 600; i++) {
                Thread.sleep(50);
            }
            assertThat(storing.get()).as("associations that store").isEqualTo(ASSOCIATIONS);
            Thread.sleep(millis);
            clinic.kill();
            for (Future<?> sender : senders) {
                sender.get();
            }
        }
    }

    /** Stores until the connection breaks. */
    private Void send(Clinic clinic, int round, int series, AtomicInteger storing) {
        Random random = new Random(seed + round * 100L + series);
        try (Association a = clinic.associate(
                "CT1", clinic.proposal("CT1").context(Synthetic.RAW_DATA, TransferSyntax.ExplicitVRLittleEndian))) {
            for (int i = 0; ; i++) {
                if (i == 1) {
                    storing.incrementAndGet();
                }
                int length = random.nextInt(10) == 0 ? 500_000 : 5_000 + random.nextInt(20_000);
                Synthetic instance = Synthetic.make(round, series, numbers.incrementAndGet(), length, random);
                sent.put(instance.sopInstance(), hash(instance.bytes()));
                Status status = a.store(instance);
                assertThat(status).isEqualTo(Status.SUCCESS);
                acknowledged.add(instance.sopInstance());
            }
        } catch (IOException e) {
            // Killed; what a broken connection looks like differs.
            return null;
        }
    }

    /** Gets everything of a round back; returns how many instances are there that were not acknowledged. */
    private long verify(Clinic clinic, int round) throws Exception {
        Uid study = new Uid("2.25.7." + round);
        Map<Uid, String> there = new TreeMap<>();
        Set<Uid> listed = new TreeSet<>();
        try (Association a = clinic.associate(
                "CT1",
                clinic.proposal("CT1")
                        .context(STUDY_ROOT_FIND, TransferSyntax.ExplicitVRLittleEndian)
                        .context(STUDY_ROOT_GET, TransferSyntax.ExplicitVRLittleEndian)
                        .context(Synthetic.RAW_DATA, TransferSyntax.ExplicitVRLittleEndian)
                        .role(Synthetic.RAW_DATA, true, true))) {
            for (int series = 0; series < ASSOCIATIONS; series++) {
                DataSet keys = DataSet.empty()
                        .with(QueryRetrieveLevel, "IMAGE")
                        .with(StudyInstanceUID, study)
                        .with(SeriesInstanceUID, new Uid(study + "." + series))
                        .withEmpty(SOPInstanceUID.tag(), SOPInstanceUID.vr());
                try (var matches = a.find(STUDY_ROOT_FIND, keys)) {
                    matches.forEach(
                            match -> listed.add(match.get(SOPInstanceUID).orElseThrow()));
                }
            }
            DataSet keys = DataSet.empty().with(QueryRetrieveLevel, "STUDY").with(StudyInstanceUID, study);
            Status status = a.get(
                    STUDY_ROOT_GET,
                    keys,
                    store -> {
                        there.put(store.sopInstance(), hash(store.body().readAllBytes()));
                        return Status.SUCCESS;
                    },
                    Association.Progress.IGNORED);
            assertThat(status.code()).as("round " + round).isZero();
        }
        assertThat(there)
                .as("what is there is what was sent")
                .allSatisfy((uid, hash) -> assertThat(hash).isEqualTo(sent.get(uid)));
        assertThat(listed).as("listed and got").isEqualTo(there.keySet());
        Set<Uid> lost = new TreeSet<>(acknowledged);
        lost.removeIf(uid -> !uid.value().startsWith(study.value() + "."));
        lost.removeAll(there.keySet());
        assertThat(lost)
                .as("acknowledged and lost, round " + round + " seed " + seed)
                .isEmpty();
        return there.keySet().stream()
                .filter(uid -> !acknowledged.contains(uid))
                .count();
    }

    private static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
