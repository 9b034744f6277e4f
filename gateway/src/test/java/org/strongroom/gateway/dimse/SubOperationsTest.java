package org.strongroom.gateway.dimse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.strongroom.dicom.Attributes.QueryRetrieveLevel;
import static org.strongroom.dicom.Attributes.StudyInstanceUID;
import static org.strongroom.dicom.TransferSyntax.ExplicitVRLittleEndian;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.strongroom.archive.Retrieval.StoredInstance;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.AeTitle;
import org.strongroom.dimse.Association;
import org.strongroom.dimse.AssociationAborted;
import org.strongroom.dimse.AssociationPolicy;
import org.strongroom.dimse.AssociationPolicy.Answer;
import org.strongroom.dimse.AssociationPolicy.AssociateRequest;
import org.strongroom.dimse.AssociationPolicy.ContextAnswer;
import org.strongroom.dimse.AssociationPolicy.Peer;
import org.strongroom.dimse.DimseHandler;
import org.strongroom.dimse.DimseListener;
import org.strongroom.dimse.DimseRequest;
import org.strongroom.dimse.PeerAddress;
import org.strongroom.dimse.Proposal;
import org.strongroom.dimse.Refusals;
import org.strongroom.dimse.Responses;
import org.strongroom.dimse.Status;
import org.strongroom.dimse.SubOperations;
import org.strongroom.dimse.Timeouts;
import org.strongroom.guard.AuditRecord;
import org.strongroom.guard.DeviceRecord.Destination;
import org.strongroom.guard.DeviceRecord.Service;
import org.strongroom.guard.IssuedCertificate;
import org.strongroom.testkit.TlsContexts;

/** C-MOVE and C-GET through the door, over TLS, with a destination and a requestor that do as they are told. */
class SubOperationsTest {
    private static final Uid CT = new Uid("1.2.840.10008.5.1.4.1.1.2");
    private static final Uid MR = new Uid("1.2.840.10008.5.1.4.1.1.4");
    private static final Uid STUDY_ROOT_MOVE = new Uid("1.2.840.10008.5.1.4.1.2.2.2");
    private static final Uid STUDY_ROOT_GET = new Uid("1.2.840.10008.5.1.4.1.2.2.3");
    private static final DataSet KEYS =
            DataSet.empty().with(QueryRetrieveLevel, "STUDY").with(StudyInstanceUID, new Uid("1.2.1"));
    private static final long LONG = 200_000_000;

    /** What is asked for is a second; a test on a busy machine gets five. */
    private static final Duration LIMIT = Duration.ofSeconds(5);

    @TempDir
    Path root;

    private final List<String> taken = Collections.synchronizedList(new ArrayList<>());
    private final AtomicLong slowBytes = new AtomicLong();
    private volatile Function<String, Status> answers = _ -> Status.SUCCESS;
    private volatile boolean overlap = true;

    @SuppressWarnings("NullAway.Init")
    private Premises premises;

    @SuppressWarnings("NullAway.Init")
    private DimseListener door;

    @SuppressWarnings("NullAway.Init")
    private DimseListener workstation;

    @SuppressWarnings("NullAway.Init")
    private PeerAddress peer;

    @BeforeEach
    void open() throws Exception {
        premises = new Premises(root, Premises.authority(root));
        door = listen(premises.serverTls(), premises.door);
        IssuedCertificate ws1 = premises.issue("WS1");
        workstation = listen(tls(ws1), this::workstation);
        Destination there = new Destination("127.0.0.1", workstation.port(), Optional.empty(), Optional.empty());
        premises.enrol("WS1", ws1, EnumSet.of(Service.ECHO), Set.of(), Optional.of(there));
        IssuedCertificate ct1 = premises.enrol("CT1", EnumSet.allOf(Service.class), Set.of("WS1"), Optional.empty());
        peer = new PeerAddress(local(door.port()), tls(ct1));
    }

    @AfterEach
    void close() throws IOException {
        door.close();
        workstation.close();
        premises.close();
    }

    @Test
    void a_c_move_cancelled_within_a_long_instance_ends_within_a_second_with_exact_counts() throws Exception {
        premises.archive.retrieved = Optional.of(List.of(small(1), new Big(new Uid("1.1.2")), small(3)));
        List<SubOperations> progress = new ArrayList<>();
        try (Association association = Association.request(peer, proposal(), Timeouts.DEFAULT)) {
            AtomicLong cancelled = cancelWhenSlow(association);
            Status status = association.move(STUDY_ROOT_MOVE, KEYS, new AeTitle("WS1"), progress::add);
            Duration took = Duration.ofNanos(System.nanoTime() - cancelled.get());
            log("C-MOVE of 200 MB at 5 MB/s: C-CANCEL answered after", took);
            assertThat(took).isLessThan(LIMIT);
            assertThat(status.code()).isEqualTo(Status.CANCEL.code());
            assertThat(status.counts()).contains(new SubOperations(1, 1, 1, 0));
            assertThat(status.failed()).containsExactly(new Uid("1.1.2"));
            assertThat(association.hasEnded()).isFalse();
        }
        assertThat(taken).containsExactly("1.1.1");
        assertThat(slowBytes.get()).isPositive().isLessThan(LONG);
        assertThat(progress).first().isEqualTo(new SubOperations(2, 1, 0, 0));
    }

    @Test
    void a_c_get_cancelled_within_a_long_instance_is_aborted_and_no_part_is_taken_for_the_whole() throws Exception {
        premises.archive.retrieved = Optional.of(List.of(small(1), new Big(new Uid("1.1.2")), small(3)));
        List<String> whole = new ArrayList<>();
        Association association = Association.request(peer, proposal(), Timeouts.DEFAULT);
        AtomicLong cancelled = cancelWhenSlow(association);
        assertThatThrownBy(() -> association.get(
                        STUDY_ROOT_GET,
                        KEYS,
                        store -> {
                            drain(store.sopInstance().value(), store.body());
                            whole.add(store.sopInstance().value());
                            return Status.SUCCESS;
                        },
                        Association.Progress.IGNORED))
                .isInstanceOf(AssociationAborted.class);
        Duration took = Duration.ofNanos(System.nanoTime() - cancelled.get());
        log("C-GET of 200 MB at 5 MB/s: ended after C-CANCEL and", took);
        assertThat(took).isLessThan(LIMIT);
        assertThat(whole).containsExactly("1.1.1");
        door.close();
        assertThat(premises.events(AuditRecord.Settled.class))
                .last()
                .satisfies(settled -> assertThat(settled.toString()).contains("instances=1"));
    }

    @Test
    void a_c_get_cancelled_within_a_short_instance_ends_in_order() throws Exception {
        premises.archive.retrieved = Optional.of(
                IntStream.range(0, 200).mapToObj(SubOperationsTest::small).toList());
        List<SubOperations> progress = new ArrayList<>();
        AtomicLong cancelled = new AtomicLong();
        try (Association association = Association.request(peer, proposal(), Timeouts.DEFAULT)) {
            Status status = association.get(
                    STUDY_ROOT_GET,
                    KEYS,
                    store -> {
                        drain(store.sopInstance().value(), store.body());
                        taken.add(store.sopInstance().value());
                        if (taken.size() == 3) {
                            cancelled.set(System.nanoTime());
                            association.cancel();
                        }
                        return Status.SUCCESS;
                    },
                    progress::add);
            log(
                    "C-GET of small instances: C-CANCEL answered after",
                    Duration.ofNanos(System.nanoTime() - cancelled.get()));
            assertThat(status.code()).isEqualTo(Status.CANCEL.code());
            assertThat(status.counts().orElseThrow().completed()).isEqualTo(taken.size());
            assertThat(total(status.counts().orElseThrow())).isEqualTo(200);
            assertThat(association.echo().isSuccess()).isTrue();
        }
        assertThat(progress).allSatisfy(counts -> assertThat(total(counts)).isEqualTo(200));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_destination_that_refuses_some_is_counted_as_it_answered(boolean window) throws Exception {
        overlap = window;
        premises.archive.retrieved = Optional.of(
                List.of(small(1), small(2), small(3), FakeInstance.of("1.1.4", MR, ExplicitVRLittleEndian), small(5)));
        answers = uid -> switch (uid) {
            case "1.1.2" -> Status.OUT_OF_RESOURCES;
            case "1.1.3" -> Status.of(0xB000);
            default -> Status.SUCCESS;
        };
        List<SubOperations> progress = new ArrayList<>();
        Status status = move(progress);
        assertThat(status.code()).isEqualTo(Status.SUBOPERATIONS_WARNING.code());
        assertThat(status.counts()).contains(new SubOperations(0, 2, 2, 1));
        assertThat(status.failed()).containsExactlyInAnyOrder(new Uid("1.1.2"), new Uid("1.1.4"));
        assertThat(progress).hasSize(4);
        assertStepByStep(progress, 5);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void an_association_lost_half_way_costs_the_instance_it_was_lost_with(boolean window) throws Exception {
        overlap = window;
        premises.archive.retrieved = Optional.of(
                IntStream.range(0, 30).mapToObj(SubOperationsTest::small).toList());
        answers = uid -> {
            if (uid.equals("1.1.17")) {
                workstation.closeAssociations(_ -> true);
            }
            return Status.SUCCESS;
        };
        List<SubOperations> progress = new ArrayList<>();
        Status status = move(progress);
        assertThat(status.code()).isEqualTo(Status.SUBOPERATIONS_WARNING.code());
        assertThat(status.counts()).contains(new SubOperations(0, 29, 1, 0));
        assertThat(status.failed()).containsExactly(new Uid("1.1.17"));
        assertStepByStep(progress, 30);
    }

    @Test
    void where_none_was_taken_a702_says_so_and_a_warning_alone_is_b000() throws Exception {
        premises.archive.retrieved = Optional.of(List.of(small(1), small(2)));
        answers = _ -> Status.OUT_OF_RESOURCES;
        Status none = move(new ArrayList<>());
        assertThat(none.code()).isEqualTo(Status.SUBOPERATIONS_FAILED.code());
        assertThat(none.failed()).containsExactly(new Uid("1.1.1"), new Uid("1.1.2"));
        answers = _ -> Status.of(0xB007);
        Status warned = move(new ArrayList<>());
        assertThat(warned.code()).isEqualTo(Status.SUBOPERATIONS_WARNING.code());
        assertThat(warned.counts()).contains(new SubOperations(0, 0, 0, 2));
        assertThat(warned.failed()).isEmpty();
    }

    @Test
    void a_requestor_of_c_get_that_refuses_some_is_counted_as_it_answered() throws Exception {
        premises.archive.retrieved = Optional.of(
                List.of(small(1), small(2), small(3), FakeInstance.of("1.1.4", MR, ExplicitVRLittleEndian), small(5)));
        List<SubOperations> progress = new ArrayList<>();
        try (Association association = Association.request(peer, proposal(), Timeouts.DEFAULT)) {
            Status status = association.get(
                    STUDY_ROOT_GET,
                    KEYS,
                    store -> switch (store.sopInstance().value()) {
                        case "1.1.2" -> Status.OUT_OF_RESOURCES;
                        case "1.1.3" -> Status.of(0xB000);
                        default -> Status.SUCCESS;
                    },
                    progress::add);
            assertThat(status.code()).isEqualTo(Status.SUBOPERATIONS_WARNING.code());
            assertThat(status.counts()).contains(new SubOperations(0, 2, 2, 1));
            assertThat(status.failed()).containsExactly(new Uid("1.1.2"), new Uid("1.1.4"));
        }
        assertStepByStep(progress, 5);
    }

    private Status move(List<SubOperations> progress) throws IOException {
        try (Association association = Association.request(peer, proposal(), Timeouts.DEFAULT)) {
            return association.move(STUDY_ROOT_MOVE, KEYS, new AeTitle("WS1"), progress::add);
        }
    }

    /** Each pending response tells of one sub-operation more, and all add up. */
    private static void assertStepByStep(List<SubOperations> progress, int all) {
        int remaining = all;
        SubOperations before = new SubOperations(all, 0, 0, 0);
        for (SubOperations counts : progress) {
            remaining--;
            assertThat(counts.remaining()).isEqualTo(remaining);
            assertThat(total(counts)).isEqualTo(all);
            assertThat(counts.completed()).isGreaterThanOrEqualTo(before.completed());
            assertThat(counts.failed()).isGreaterThanOrEqualTo(before.failed());
            assertThat(counts.warning()).isGreaterThanOrEqualTo(before.warning());
            before = counts;
        }
        assertThat(remaining).isEqualTo(1);
    }

    private static int total(SubOperations counts) {
        return counts.remaining() + counts.completed() + counts.failed() + counts.warning();
    }

    private AtomicLong cancelWhenSlow(Association association) {
        AtomicLong when = new AtomicLong();
        Thread.ofVirtual().start(() -> {
            try {
                while (slowBytes.get() < 1_000_000) {
                    Thread.sleep(5);
                }
                when.set(System.nanoTime());
                association.cancel();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        return when;
    }

    /** The long instance at 5 MB a second. */
    private void drain(String uid, InputStream body) throws IOException {
        byte[] some = new byte[64 * 1024];
        int count;
        while ((count = body.readNBytes(some, 0, some.length)) > 0) {
            if (uid.equals("1.1.2") && premises.archive.retrieved.orElseThrow().get(1) instanceof Big) {
                slowBytes.addAndGet(count);
                try {
                    Thread.sleep(13);
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
        }
    }

    private static void log(String what, Duration took) {
        System.getLogger("test").log(System.Logger.Level.INFO, what + " " + took.toMillis() + " ms");
    }

    private static StoredInstance small(int number) {
        return FakeInstance.of("1.1." + number, CT, ExplicitVRLittleEndian);
    }

    /** 200 MB that nobody holds. */
    private record Big(Uid sopInstance) implements StoredInstance {
        @Override
        public Uid sopClass() {
            return CT;
        }

        @Override
        public TransferSyntax syntax() {
            return ExplicitVRLittleEndian;
        }

        @Override
        public long length() {
            return LONG;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            byte[] some = new byte[64 * 1024];
            for (long left = LONG; left > 0; left -= some.length) {
                out.write(some, 0, (int) Math.min(left, some.length));
            }
        }

        @Override
        public void writeFileTo(OutputStream out) {
            throw new IllegalStateException("files are not for this door");
        }
    }

    private static Proposal proposal() {
        return Proposal.to(new AeTitle("STRONGROOM"), new AeTitle("CT1"))
                .context(new Uid("1.2.840.10008.1.1"), ExplicitVRLittleEndian)
                .context(CT, ExplicitVRLittleEndian)
                .role(CT, false, true)
                .context(STUDY_ROOT_MOVE, ExplicitVRLittleEndian)
                .context(STUDY_ROOT_GET, ExplicitVRLittleEndian);
    }

    /** Takes CT and nothing else. */
    private Answer workstation(AssociateRequest request, Peer caller) {
        DimseHandler handler = new DimseHandler() {
            @Override
            public Status handle(DimseRequest asked, Responses responses) throws IOException {
                DimseRequest.CStore store = (DimseRequest.CStore) asked;
                String uid = store.sopInstance().value();
                drain(uid, store.body());
                Status status = answers.apply(uid);
                taken.add(uid);
                return status;
            }

            @Override
            public boolean storesOverlap() {
                return overlap;
            }

            @Override
            public void close() {}
        };
        List<ContextAnswer> contexts = request.contexts().stream()
                .map(context -> new ContextAnswer(
                        context.id(),
                        context.abstractSyntax().equals(CT) ? 0 : 3,
                        context.transferSyntaxes().getFirst(),
                        true,
                        false))
                .toList();
        return new Answer.Accept(contexts, handler);
    }

    private static DimseListener listen(SSLContext tls, AssociationPolicy policy) throws IOException {
        return DimseListener.open(local(0), Optional.of(tls), policy, Refusals.UNHEARD);
    }

    private static InetSocketAddress local(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private static SSLContext tls(IssuedCertificate own) throws IOException {
        return TlsContexts.of(
                List.of(new TlsContexts.Credential(own.key(), List.of(own.certificate()))), List.of(own.ca()));
    }
}
