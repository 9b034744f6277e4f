package org.strongroom.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.VR;
import org.strongroom.guard.Action;
import org.strongroom.guard.Permit;
import org.strongroom.guard.Permits;

/** The memory for elements before the bulk: bounded for all, and never used up for those with ordinary ones. */
class HeadMemoryTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final int MIB = 1 << 20;

    @TempDir
    Path folder;

    @Test
    void a_source_has_its_part_and_leaves_the_rest_to_others() throws InterruptedException {
        MemoryShare share = new MemoryShare(100, 40);
        assertThat(share.take("A", 40, 0)).isTrue();
        assertThat(share.take("A", 1, TimeUnit.MILLISECONDS.toNanos(20))).isFalse();
        assertThat(share.take("B", 40, 0)).isTrue();
        assertThat(share.take("C", 21, 0)).isFalse();
        assertThat(share.take("C", 20, 0)).isTrue();
        assertThat(share.take("D", 41, Long.MAX_VALUE)).isFalse();
        share.give("A", 40);
        assertThat(share.take("A", 40, 0)).isTrue();
        assertThat(share.used()).isEqualTo(100);
    }

    @Test
    void who_waits_gets_what_is_given_back() throws Exception {
        MemoryShare share = new MemoryShare(100, 100);
        assertThat(share.take("A", 100, 0)).isTrue();
        Thread giver = Thread.ofVirtual().start(() -> share.give("A", 60));
        assertThat(share.take("B", 50, TimeUnit.SECONDS.toNanos(10))).isTrue();
        giver.join();
    }

    @Test
    void the_longest_head_fits_and_one_byte_more_is_refused() throws Exception {
        PackSettings settings = PackSettings.DEFAULT;
        HeadMemory.Shares shares = HeadMemory.Shares.of(settings);
        HeadMemory memory = new HeadMemory(shares);
        memory.begin("A");
        memory.receive(MIB);
        memory.receive(settings.headBytes());
        assertThat(memory.inflate(HeadMemory.OWN)).isTrue();
        assertThatThrownBy(() -> memory.receive(settings.headBytes() * 2))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("take more than");
        memory.release();
        assertThat(shares.large().used() + shares.medium().used()).isZero();
    }

    @Test
    void all_of_it_fits_the_heap_that_the_launcher_gives() {
        assertThat(PackSettings.DEFAULT.memoryBytes()).isLessThanOrEqualTo(124L * MIB);
    }

    @Test
    void long_heads_that_stall_are_bounded_and_an_ordinary_object_goes_by() throws Exception {
        byte[] head = longHead(3 * MIB);
        byte[] ordinary = Samples.dataSet(1, 1, 10, 1);
        PackSettings settings =
                new PackSettings(1L << 30, 8 << 20, 8 << 20, 32 << 20, 4 << 20, 0, PackSettings.DEFAULT.limits());
        CountDownLatch end = new CountDownLatch(1);
        List<StoreOutcome> outcomes = new ArrayList<>();
        try (PackArchive archive = open(settings)) {
            List<Thread> stalled = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                InputStream body = new SequenceInputStream(new ByteArrayInputStream(head), new Stalled(end));
                StoreRequest request = new StoreRequest(
                        Optional.empty(), Optional.empty(), TransferSyntax.ExplicitVRLittleEndian, body, "GREEDY");
                stalled.add(Thread.ofVirtual().start(() -> {
                    try {
                        StoreOutcome outcome = archive.store(permit(), request);
                        synchronized (outcomes) {
                            outcomes.add(outcome);
                        }
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                }));
            }
            assertThat(archive.store(permit(), Samples.request(ordinary))).isInstanceOf(StoreOutcome.Stored.class);
            Thread.sleep(6000); // those who wait for memory give up
            end.countDown();
            for (Thread thread : stalled) {
                thread.join();
            }
            assertThat(outcomes)
                    .hasSize(8)
                    .anySatisfy(outcome -> assertThat(outcome)
                            .isInstanceOfSatisfying(
                                    StoreOutcome.Refused.class,
                                    refused ->
                                            assertThat(refused.cause()).isEqualTo(StoreOutcome.Cause.OUT_OF_RESOURCES)))
                    .anySatisfy(outcome -> assertThat(outcome).isInstanceOf(StoreOutcome.Stored.class));
        }
    }

    @Test
    void a_long_head_is_stored_and_so_is_a_deflated_one_but_not_beyond_the_limit() throws IOException {
        PackSettings settings =
                new PackSettings(1L << 30, 8 << 20, 8 << 20, 32 << 20, 4 << 20, 0, PackSettings.DEFAULT.limits());
        byte[] long1 = longHead(3 * MIB);
        byte[] tooLong = longHead(5 * MIB);
        try (PackArchive archive = open(settings)) {
            assertThat(archive.store(permit(), request(long1, TransferSyntax.ExplicitVRLittleEndian)))
                    .isInstanceOf(StoreOutcome.Stored.class);
            assertThat(archive.store(permit(), request(tooLong, TransferSyntax.ExplicitVRLittleEndian)))
                    .isInstanceOfSatisfying(
                            StoreOutcome.Refused.class,
                            refused -> assertThat(refused.cause()).isEqualTo(StoreOutcome.Cause.CANNOT_UNDERSTAND));
            assertThat(archive.store(permit(), request(deflated(long1), TransferSyntax.DeflatedExplicitVRLittleEndian)))
                    .isInstanceOf(StoreOutcome.Conflict.class);
            assertThat(archive.store(
                            permit(), request(deflated(tooLong), TransferSyntax.DeflatedExplicitVRLittleEndian)))
                    .isInstanceOfSatisfying(
                            StoreOutcome.Refused.class,
                            refused -> assertThat(refused.message()).contains("take more than"));
        }
    }

    private static StoreRequest request(byte[] bytes, TransferSyntax syntax) {
        return new StoreRequest(Optional.empty(), Optional.empty(), syntax, new ByteArrayInputStream(bytes), "T");
    }

    private static byte[] deflated(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflating = new DeflaterOutputStream(out, new Deflater(1, true))) {
            deflating.write(bytes);
        }
        return out.toByteArray();
    }

    /** A whole data set with values of 512 KiB before it says whose it is. */
    private static byte[] longHead(int bytes) {
        DataSet dataSet = DataSet.read(
                Samples.dataSet(1, 7, 10, 1),
                TransferSyntax.ExplicitVRLittleEndian,
                org.strongroom.dicom.Limits.DEFAULT);
        byte[] random = new byte[512 << 10];
        new java.util.Random(1).nextBytes(random);
        List<String> value = List.of(java.util.HexFormat.of().formatHex(random, 0, 256 << 10));
        for (int i = 0; i * (512 << 10) < bytes; i++) {
            dataSet = dataSet.withText(new Tag(0x00111000 + i), VR.UT, value);
        }
        assertThat(dataSet.get(Attributes.StudyInstanceUID)).isPresent();
        return dataSet.toBytes(TransferSyntax.ExplicitVRLittleEndian);
    }

    private static Permit<Action.Store> permit() {
        return Permits.of(new Action.Store("T"), NOW);
    }

    private PackArchive open(PackSettings settings) throws IOException {
        return PackArchive.open(
                folder.resolve("packs"),
                folder.resolve("keys"),
                Samples.KEYS,
                new MemoryIndex(),
                InstantSource.fixed(NOW),
                settings);
    }

    /** Says nothing until the end. */
    private static final class Stalled extends InputStream {
        private final CountDownLatch end;

        Stalled(CountDownLatch end) {
            this.end = end;
        }

        @Override
        public int read() throws IOException {
            return read(new byte[1], 0, 1);
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            try {
                end.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return -1;
        }
    }
}
