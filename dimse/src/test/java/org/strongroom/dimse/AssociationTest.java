package org.strongroom.dimse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Implementation;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.VR;
import org.strongroom.dimse.AssociationPolicy.Rejection;
import org.strongroom.dimse.ToyArchive.Stored;
import org.strongroom.dimse.UserInformation.AsyncWindow;

final class AssociationTest {
    static final Uid VERIFICATION = new Uid("1.2.840.10008.1.1");
    static final Uid CT = new Uid("1.2.840.10008.5.1.4.1.1.2");
    static final Uid FIND = new Uid("1.2.840.10008.5.1.4.1.2.2.1");
    static final Uid MOVE = new Uid("1.2.840.10008.5.1.4.1.2.2.2");
    static final Uid GET = new Uid("1.2.840.10008.5.1.4.1.2.2.3");
    static final TransferSyntax EXPLICIT = TransferSyntax.ExplicitVRLittleEndian;
    static final Timeouts PATIENT = Timeouts.DEFAULT;

    private final ToyArchive archive = new ToyArchive();

    @RegisterExtension
    final Closing toClose = new Closing();

    private PeerAddress listen(boolean tls) throws IOException {
        return listen(tls, archive);
    }

    private PeerAddress listen(boolean tls, AssociationPolicy policy) throws IOException {
        TestAuthority authority = new TestAuthority();
        Optional<SSLContext> server = tls ? Optional.of(authority.context("server")) : Optional.empty();
        DimseListener listener = DimseListener.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), server, policy, Refusals.UNHEARD);
        toClose.add(listener);
        return new PeerAddress(
                listener.address(), tls ? Optional.of(authority.context("client")) : Optional.<SSLContext>empty());
    }

    static Proposal proposal() {
        return Proposal.to(new AeTitle("TOY"), new AeTitle("TEST"))
                .context(VERIFICATION, TransferSyntax.ImplicitVRLittleEndian)
                .context(CT, EXPLICIT)
                .context(FIND, EXPLICIT)
                .context(MOVE, TransferSyntax.ImplicitVRLittleEndian)
                .context(GET, EXPLICIT)
                .role(CT, true, true);
    }

    static DataSet keys() {
        return DataSet.empty()
                .withText(ToyArchive.LEVEL, VR.CS, List.of("STUDY"))
                .withEmpty(ToyArchive.STUDY_INSTANCE_UID, VR.UI);
    }

    private static Stored instance(String uid, int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return new Stored(CT, new Uid(uid), EXPLICIT, bytes);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void verifies_stores_finds_and_releases(boolean tls) throws Exception {
        try (Association association = Association.request(listen(tls), proposal(), PATIENT)) {
            assertThat(association.peer().implementationClass()).contains(Implementation.classUid);
            assertThat(association.echo()).isEqualTo(Status.SUCCESS);
            for (int length : new int[] {0, 1, 8191, 8192, 262_138, 262_139, 1_000_003, 5_000_000}) {
                Stored sent = instance("1.2.3." + length, length);
                assertThat(association.store(sent)).isEqualTo(Status.SUCCESS);
                assertThat(archive.instances).containsEntry(sent.sopInstance(), sent);
            }
            List<String> found = new ArrayList<>();
            try (Matches matches = association.find(FIND, keys())) {
                for (DataSet match : matches) {
                    found.addAll(match.text(ToyArchive.STUDY_INSTANCE_UID));
                }
                assertThat(matches.status()).contains(Status.SUCCESS);
            }
            assertThat(found).containsExactly("1.2.3.0", "1.2.3.1", "1.2.3.2");
            association.release();
            assertThat(association.hasEnded()).isTrue();
        }
        eventually(() -> archive.closed.get() == 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {12, 13, 20, 128, 16_384, 0})
    void respects_the_maximum_length_of_either_side(int maximum) throws Exception {
        Stored stored = instance("1.2.3", 10_000);
        archive.instances.put(stored.sopInstance(), stored);
        List<byte[]> received = new ArrayList<>();
        try (Association association =
                Association.request(listen(false), proposal().maximumLength(maximum), PATIENT)) {
            Status status =
                    association.get(GET, keys(), store -> collect(store, received), Association.Progress.IGNORED);
            assertThat(status.isSuccess()).isTrue();
        }
        assertThat(received).hasSize(1);
        assertThat(received.getFirst()).isEqualTo(stored.bytes());
    }

    @Test
    void a_deflated_data_set_of_odd_length_ends_with_one_null() throws Exception {
        TransferSyntax deflated = TransferSyntax.DeflatedExplicitVRLittleEndian;
        Proposal proposal = Proposal.to(new AeTitle("TOY"), new AeTitle("TEST")).context(CT, deflated);
        try (Association association = Association.request(listen(false), proposal, PATIENT)) {
            for (int length : new int[] {4303, 4304}) {
                byte[] bytes = instance("1.2", length).bytes();
                Stored sent = new Stored(CT, new Uid("1.2.3." + length), deflated, bytes);
                assertThat(association.store(sent)).isEqualTo(Status.SUCCESS);
                assertThat(archive.instances)
                        .containsEntry(
                                sent.sopInstance(),
                                new Stored(CT, sent.sopInstance(), deflated, Arrays.copyOf(bytes, 4304)));
            }
        }
    }

    private static Status collect(DimseRequest.CStore store, List<byte[]> received) throws IOException {
        received.add(store.body().readAllBytes());
        return Status.SUCCESS;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void gets_and_moves_with_counts_and_failed_instances(boolean tls) throws Exception {
        for (int i = 0; i < 20; i++) {
            Stored stored = instance("1.2.3." + i, 1000 * i);
            archive.instances.put(stored.sopInstance(), stored);
        }
        // One that no context was accepted for.
        Uid odd = new Uid("9.9");
        archive.instances.put(odd, new Stored(new Uid("1.2.840.10008.5.1.4.1.1.4"), odd, EXPLICIT, new byte[10]));
        ToyArchive other = new ToyArchive();
        archive.destinations.put(new AeTitle("OTHER"), listen(tls, other));
        List<byte[]> received = new ArrayList<>();
        List<SubOperations> progress = new ArrayList<>();
        try (Association association = Association.request(listen(tls), proposal(), PATIENT)) {
            Status got = association.get(GET, keys(), store -> collect(store, received), progress::add);
            assertThat(got.code()).isEqualTo(0xB000);
            assertThat(got.counts()).contains(new SubOperations(0, 20, 1, 0));
            assertThat(got.failed()).containsExactly(odd);
            assertThat(received).hasSize(20);
            assertThat(progress).hasSize(21);
            assertThat(association
                            .move(MOVE, keys(), new AeTitle("NOBODY"), Association.Progress.IGNORED)
                            .code())
                    .isEqualTo(0xA801);
            progress.clear();
            Status moved = association.move(MOVE, keys(), new AeTitle("OTHER"), progress::add);
            assertThat(moved.isSuccess()).isTrue();
            assertThat(progress).hasSize(21);
            assertThat(other.instances.keySet()).isEqualTo(archive.instances.keySet());
            assertThat(association.echo().isSuccess()).isTrue();
        }
    }

    @Test
    void takes_matches_of_megabytes_but_no_longer_ones() throws Exception {
        archive.matches = 1;
        for (int length : new int[] {1 << 20, 16 << 20}) {
            archive.comments = "x".repeat(length);
            Association association = Association.request(listen(false), proposal(), PATIENT);
            try (Matches matches = association.find(FIND, keys())) {
                if (length == 1 << 20) {
                    assertThat(matches.iterator().next().text(new Tag(0x00204000)))
                            .containsExactly(archive.comments);
                } else {
                    assertThatThrownBy(() -> matches.forEach(match -> {})).hasMessageContaining("longer than 16777216");
                }
            }
            association.close();
        }
    }

    @Test
    void leaving_a_find_early_cancels_it_within_a_second() throws Exception {
        archive.matches = -1;
        try (Association association = Association.request(listen(false), proposal(), PATIENT)) {
            long start = System.nanoTime();
            Matches left = association.find(FIND, keys());
            try (left) {
                int count = 0;
                for (DataSet match : left) {
                    assertThat(match.tags()).isNotEmpty();
                    if (++count == 5) {
                        break;
                    }
                }
            }
            assertThat(left.status()).contains(Status.CANCEL);
            assertThat(archive.cancelSeen.await(1, TimeUnit.SECONDS)).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
            // Left open, and cancelled by the next operation.
            assertThat(association.find(FIND, keys()).iterator().hasNext()).isTrue();
            assertThat(association.echo().isSuccess()).isTrue();
        }
    }

    @Test
    void cancels_a_get_from_another_thread() throws Exception {
        for (int i = 0; i < 50; i++) {
            Stored stored = instance("1.2.3." + i, 100);
            archive.instances.put(stored.sopInstance(), stored);
        }
        try (Association association = Association.request(listen(false), proposal(), PATIENT)) {
            List<byte[]> received = new ArrayList<>();
            Status status = association.get(
                    GET,
                    keys(),
                    store -> {
                        if (received.size() == 3) {
                            CompletableFuture.runAsync(() -> cancel(association))
                                    .join();
                        }
                        return collect(store, received);
                    },
                    Association.Progress.IGNORED);
            assertThat(status.code()).isEqualTo(Status.CANCEL.code());
            assertThat(status.counts().orElseThrow().remaining()).isPositive();
            assertThat(received).hasSizeBetween(4, 10);
            assertThat(association.echo().isSuccess()).isTrue();
        }
    }

    private static void cancel(Association association) {
        try {
            association.cancel();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void a_sink_that_fails_ends_the_get_and_not_the_association() throws Exception {
        for (int i = 0; i < 5; i++) {
            Stored stored = instance("1.2.3." + i, 100_000);
            archive.instances.put(stored.sopInstance(), stored);
        }
        try (Association association = Association.request(listen(false), proposal(), PATIENT)) {
            assertThatThrownBy(() -> association.get(
                            GET,
                            keys(),
                            store -> {
                                throw new IOException("disk full");
                            },
                            Association.Progress.IGNORED))
                    .isInstanceOf(IOException.class)
                    .hasMessage("disk full");
            assertThat(association.echo().isSuccess()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1_000_000})
    void an_instance_that_can_not_be_read_ends_the_association_only_half_way(int written) throws Exception {
        PeerAddress peer = listen(false);
        Instance failing = failing(written);
        try (Association association = Association.request(peer, proposal(), PATIENT)) {
            assertThatThrownBy(() -> association.store(failing)).hasMessage("unreadable");
            assertThat(association.hasEnded()).isEqualTo(written > 0);
            if (written == 0) {
                assertThat(association.echo().isSuccess()).isTrue();
            }
        }
        assertThat(archive.instances).isEmpty();
    }

    private static Instance failing(int written) {
        return new Instance() {
            @Override
            public Uid sopClass() {
                return CT;
            }

            @Override
            public Uid sopInstance() {
                return new Uid("1.2.3");
            }

            @Override
            public TransferSyntax syntax() {
                return EXPLICIT;
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                out.write(new byte[written]);
                throw new IOException("unreadable");
            }
        };
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1_000_000})
    void so_it_is_for_an_archive_that_can_not_read_what_it_has_even_if_it_would_go_on(int written) throws Exception {
        AssociationPolicy stubborn = (request, peer) -> {
            AssociationPolicy.Answer.Accept accept = (AssociationPolicy.Answer.Accept) archive.answer(request, peer);
            return new AssociationPolicy.Answer.Accept(accept.contexts(), new DimseHandler() {
                @Override
                public Status handle(DimseRequest asked, Responses responses) throws IOException {
                    try {
                        Status status = responses.store(failing(written));
                        assertThat(status.code()).isEqualTo(0x0110);
                    } catch (IOException e) {
                        assertThat(written).isPositive();
                    }
                    return responses.store(instance("1.2.4", 100));
                }

                @Override
                public void close() {
                    archive.closed.incrementAndGet();
                }
            });
        };
        List<byte[]> received = new ArrayList<>();
        try (Association association = Association.request(listen(false, stubborn), proposal(), PATIENT)) {
            if (written == 0) {
                Status status =
                        association.get(GET, keys(), store -> collect(store, received), Association.Progress.IGNORED);
                assertThat(status.isSuccess()).isTrue();
                assertThat(received).hasSize(1);
            } else {
                assertThatThrownBy(() -> association.get(
                                GET, keys(), store -> collect(store, received), Association.Progress.IGNORED))
                        .isInstanceOf(AssociationAborted.class);
                assertThat(received).isEmpty();
            }
        }
        eventually(() -> archive.closed.get() == 1);
    }

    @Test
    void says_in_a_sentence_why_it_was_rejected() throws Exception {
        PeerAddress peer = listen(false);
        archive.rejection = Optional.of(Rejection.CALLING_AE_TITLE_NOT_RECOGNIZED);
        assertThatThrownBy(() -> Association.request(peer, proposal(), PATIENT))
                .isInstanceOf(AssociationRejected.class)
                .hasMessage("refused by the called side: calling AE title not recognised (permanent)");
        archive.rejection = Optional.of(Rejection.LOCAL_LIMIT_EXCEEDED);
        assertThatThrownBy(() -> Association.request(peer, proposal(), PATIENT))
                .hasMessage("refused by the called side: local limit exceeded (transient)");
    }

    @Test
    void negotiates_roles_window_and_everything_the_requestor_says() throws Exception {
        PeerAddress peer = listen(false);
        Proposal proposal = proposal()
                .asyncWindow(new AsyncWindow(0, 3))
                .identity(new UserInformation.UserIdentity(1, false, Octets.of(new byte[] {65}), Octets.NONE))
                .extended(new UserInformation.ExtendedNegotiation(FIND, Octets.of(new byte[] {1, 0, 1})));
        try (Association association = Association.request(peer, proposal, PATIENT)) {
            assertThat(association.peer().asyncWindow()).contains(new AsyncWindow(16, 1));
            assertThat(association.contexts())
                    .extracting(AcceptedContext::sopClass, AcceptedContext::syntax, AcceptedContext::requestorIsScp)
                    .contains(tuple(CT, EXPLICIT, true), tuple(FIND, EXPLICIT, false))
                    .doesNotContain(
                            tuple(CT, TransferSyntax.ImplicitVRLittleEndian, true),
                            tuple(CT, TransferSyntax.ImplicitVRLittleEndian, false));
        }
        assertThat(archive.requests.getFirst().userInformation()).isEqualTo(proposal.userInformation());
    }

    @Test
    void proposes_128_contexts_and_no_more() throws Exception {
        Proposal proposal = Proposal.to(new AeTitle("TOY"), new AeTitle("TEST"));
        for (int i = 0; i < 128; i++) {
            proposal = proposal.context(new Uid("1.2." + i), EXPLICIT);
        }
        Proposal full = proposal;
        assertThatThrownBy(() -> full.context(CT, EXPLICIT)).isInstanceOf(IllegalArgumentException.class);
        try (Association association = Association.request(listen(false), full, PATIENT)) {
            assertThat(association.contexts()).hasSize(128);
        }
    }

    static void eventually(BooleanSupplier condition) throws InterruptedException {
        long by = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - by).as("waited 20 s in vain").isNegative();
            Thread.sleep(5);
        }
    }
}
