package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.Association;
import org.strongroom.dimse.Instance;
import org.strongroom.dimse.Status;
import org.strongroom.testkit.Extent;

/** The server, in the heap that the launcher gives it, takes what would fill many times as much. */
@Tag("alone")
class MemoryIT {
    private static final Uid CT = new Uid("1.2.840.10008.5.1.4.1.1.2");
    private static final Uid VERIFICATION = new Uid("1.2.840.10008.1.1");
    private static final Uid GET = new Uid("1.2.840.10008.5.1.4.1.2.2.3");
    private static final int MIB = 1 << 20;
    private static final int GREEDY = 30;
    private static final int STALLS_AT = 159 * MIB / 10;

    @TempDir
    Path work;

    @Test
    void thirty_associations_with_16_mebibytes_before_the_bulk_leave_room_for_another_device() throws Exception {
        try (Clinic clinic = Clinic.make(work)) {
            clinic.enrol("GREEDY", "--services", "echo,store");
            clinic.enrol("CT1", "--services", "echo,store,get");
            clinic.start();
            CountDownLatch end = new CountDownLatch(1);
            AtomicInteger begun = new AtomicInteger();
            AtomicInteger settled = new AtomicInteger();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < GREEDY; i++) {
                threads.add(Thread.ofVirtual().start(() -> greedy(clinic, begun, settled, end)));
            }
            // In the short run five seconds are enough, once nobody sends any more.
            for (int round = 0; round < 12 && (Extent.FULL || round < 5 || settled.get() < GREEDY); round++) {
                Thread.sleep(1000);
                Synthetic ordinary = Synthetic.make(1, 1, round + 1, 200_000, new Random(round));
                try (Association a = clinic.associate(
                        "CT1",
                        Instances.propose(clinic.proposal("CT1"), List.of(ordinary), false)
                                .context(VERIFICATION, TransferSyntax.ImplicitVRLittleEndian))) {
                    assertThat(a.echo()).isEqualTo(Status.SUCCESS);
                    assertThat(a.store(ordinary)).isEqualTo(Status.SUCCESS);
                }
            }
            assertThat(begun).hasValue(GREEDY);
            end.countDown();
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(clinic.server().isAlive()).as(clinic.server().err()).isTrue();
            clinic.stop();
        }
    }

    /** @param settled counts those that have sent all they will, or were refused */
    private static void greedy(Clinic clinic, AtomicInteger begun, AtomicInteger settled, CountDownLatch end) {
        AtomicBoolean sent = new AtomicBoolean();
        Content content = out -> {
            begun.incrementAndGet();
            out.write(identifying("1.2.9.1", "1.2.9", true).toByteArray());
            for (int at = 0, n = 0; at < STALLS_AT; at += MIB / 4, n++) {
                out.write(header(true, 0x00111000 + n, "OB", MIB / 4));
                out.write(new byte[MIB / 4]);
            }
            out.flush();
            sent.set(true);
            settled.incrementAndGet();
            try {
                end.await(60, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        };
        Made made = new Made(new Uid("1.2.9.1"), TransferSyntax.ExplicitVRLittleEndian, content);
        try (Association a =
                clinic.associate("GREEDY", Instances.propose(clinic.proposal("GREEDY"), List.of(made), false))) {
            a.store(made);
        } catch (IOException e) {
            // Being refused is what it came for.
        } finally {
            if (!sent.get()) {
                settled.incrementAndGet();
            }
        }
    }

    @Test
    void instances_longer_than_the_heap_are_fetched_in_another_transfer_syntax() throws Exception {
        try (Clinic clinic = Clinic.make(work)) {
            clinic.enrol("CT1", "--services", "echo,store,get");
            clinic.start();
            Made implicit = new Made(new Uid("1.2.91.1"), TransferSyntax.ImplicitVRLittleEndian, out -> {
                out.write(identifying("1.2.91.1", "1.2.91", false).toByteArray());
                out.write(header(false, 0x7FE00010, "OW", 300 * MIB));
                write(out, new byte[MIB], 300);
            });
            Made deflated = new Made(new Uid("1.2.90.1"), TransferSyntax.DeflatedExplicitVRLittleEndian, out -> {
                DeflaterOutputStream deflating = new DeflaterOutputStream(out, new Deflater(9, true));
                deflating.write(identifying("1.2.90.1", "1.2.90", true).toByteArray());
                deflating.write(header(true, 0x7FE00010, "OW", 300 * MIB));
                byte[] block = new byte[MIB]; // some 70 to 1
                byte[] noise = new byte[13_000];
                new Random(1).nextBytes(noise);
                System.arraycopy(noise, 0, block, 0, noise.length);
                write(deflating, block, 300);
                deflating.finish();
            });
            Made bomb = new Made(new Uid("1.2.92.1"), TransferSyntax.DeflatedExplicitVRLittleEndian, out -> {
                DeflaterOutputStream deflating = new DeflaterOutputStream(out, new Deflater(9, true));
                deflating.write(identifying("1.2.92.1", "1.2.92", true).toByteArray());
                deflating.write(header(true, 0x7FE00010, "OW", 300 * MIB));
                write(deflating, new byte[MIB], 300);
                deflating.finish();
            });
            for (Made made : List.of(implicit, deflated, bomb)) {
                try (Association a =
                        clinic.associate("CT1", Instances.propose(clinic.proposal("CT1"), List.of(made), false))) {
                    assertThat(a.store(made)).isEqualTo(Status.SUCCESS);
                }
            }
            assertThat(fetched(clinic, "1.2.91"))
                    .hasValueSatisfying(length -> assertThat(length).isGreaterThan(300L * MIB));
            assertThat(fetched(clinic, "1.2.90"))
                    .hasValueSatisfying(length -> assertThat(length).isGreaterThan(300L * MIB));
            assertThat(fetched(clinic, "1.2.92")).isEmpty();
            assertThat(clinic.server().isAlive()).as(clinic.server().err()).isTrue();
            clinic.stop();
        }
    }

    /** The length of what C-GET brings as Explicit VR Little Endian; empty when the sub-operation failed in order. */
    private static Optional<Long> fetched(Clinic clinic, String study) throws IOException {
        AtomicLong length = new AtomicLong(-1);
        try (Association a = clinic.associate(
                "CT1",
                clinic.proposal("CT1")
                        .context(GET, TransferSyntax.ExplicitVRLittleEndian)
                        .context(VERIFICATION, TransferSyntax.ImplicitVRLittleEndian)
                        .context(CT, TransferSyntax.ExplicitVRLittleEndian)
                        .role(CT, true, true))) {
            Status status = a.get(
                    GET,
                    DataSet.empty()
                            .with(Attributes.QueryRetrieveLevel, "STUDY")
                            .with(Attributes.StudyInstanceUID, new Uid(study)),
                    store -> {
                        length.set(store.body().transferTo(OutputStream.nullOutputStream()));
                        return Status.SUCCESS;
                    },
                    Association.Progress.IGNORED);
            assertThat(a.echo()).isEqualTo(Status.SUCCESS);
            if (length.get() >= 0) {
                assertThat(status.code()).isZero();
                return Optional.of(length.get());
            }
            assertThat(status.code()).isEqualTo(Status.SUBOPERATIONS_FAILED.code());
            return Optional.empty();
        }
    }

    private interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    private record Made(Uid sopInstance, TransferSyntax syntax, Content content) implements Instance {
        @Override
        public Uid sopClass() {
            return CT;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            content.writeTo(out);
        }
    }

    private static void write(OutputStream out, byte[] block, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            out.write(block);
        }
    }

    private static ByteArrayOutputStream identifying(String instance, String study, boolean explicit) {
        DataSet dataSet =
                DataSet.empty().with(Attributes.SOPClassUID, CT).with(Attributes.SOPInstanceUID, new Uid(instance));
        DataSet whole = dataSet.with(Attributes.StudyInstanceUID, new Uid(study))
                .with(Attributes.SeriesInstanceUID, new Uid(study + ".9"));
        // Before its study is named, the greedy one fills group 0011.
        DataSet written = instance.startsWith("1.2.9.") ? dataSet : whole;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(written.toBytes(
                explicit ? TransferSyntax.ExplicitVRLittleEndian : TransferSyntax.ImplicitVRLittleEndian));
        return out;
    }

    private static byte[] header(boolean explicit, int tag, String vr, int length) {
        ByteBuffer bytes = ByteBuffer.allocate(explicit ? 12 : 8).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putShort((short) (tag >>> 16)).putShort((short) tag);
        if (explicit) {
            bytes.put((byte) vr.charAt(0)).put((byte) vr.charAt(1)).putShort((short) 0);
        }
        return bytes.putInt(length).array();
    }
}
