package org.strongroom.dimse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.Refusals.Cause;
import org.strongroom.testkit.Extent;
import org.strongroom.testkit.TlsContexts;

/** Who gets in, who does not, how long either may take, and what is left of them. */
final class ListenerTest {
    private static final Duration SHORT = Duration.ofMillis(400);
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Timeouts LONG_ALL = new Timeouts(LONG, LONG, LONG, LONG, LONG, 1024);

    private final ToyArchive archive = new ToyArchive();
    private final TestAuthority authority = new TestAuthority();
    private final Queue<Cause> refusals = new ConcurrentLinkedQueue<>();

    @RegisterExtension
    final Closing toClose = new Closing();

    private DimseListener listen(boolean tls, Timeouts timeouts, ListenerLimits limits) throws IOException {
        DimseListener listener = DimseListener.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                tls ? Optional.of(authority.context("server")) : Optional.<SSLContext>empty(),
                archive,
                (_, cause, _) -> refusals.add(cause),
                timeouts,
                limits);
        toClose.add(listener);
        return listener;
    }

    private static ListenerLimits limits(int perAddress, int waiting, int perIdentity) {
        return new ListenerLimits(perAddress, waiting, perIdentity, 100, 50, 1 << 20, 8, 1 << 20);
    }

    private RawPeer keep(RawPeer peer) {
        toClose.add(peer);
        return peer;
    }

    private void refused(Cause... causes) throws InterruptedException {
        AssociationTest.eventually(() -> refusals.size() >= causes.length);
        assertThat(refusals).containsExactlyInAnyOrder(causes);
    }

    private Association associate(DimseListener listener) throws IOException {
        Association association = Association.request(
                new PeerAddress(listener.address(), Optional.empty()), AssociationTest.proposal(), LONG_ALL);
        toClose.add(association);
        return association;
    }

    @Test
    void silent_connections_from_one_address_do_not_keep_others_or_itself_out() throws Exception {
        DimseListener listener = listen(false, LONG_ALL, limits(5, 1000, 32));
        List<RawPeer> silent = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            silent.add(keep(RawPeer.connect(listener.port())));
        }
        AssociationTest.eventually(() -> listener.waiting() == 5);
        assertThat(associate(listener).echo().isSuccess()).isTrue();
        assertThat(silent.getFirst().isClosedByPeer()).isTrue();
        refused(Cause.LIMIT);
        // The others were left in peace.
        silent.getLast().send(AssociationTest.proposal().request());
        assertThat(silent.getLast().read()).isInstanceOf(Pdu.AssociateAc.class);
    }

    @Test
    void the_oldest_silent_one_goes_when_all_places_are_taken() throws Exception {
        DimseListener listener = listen(false, LONG_ALL, limits(5, 8, 32));
        List<RawPeer> silent = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            silent.add(keep(RawPeer.connect(listener.port(), i + 1)));
            int count = i + 1;
            AssociationTest.eventually(() -> listener.waiting() == count);
        }
        assertThat(refusals).isEmpty();
        assertThat(associate(listener).echo().isSuccess()).isTrue();
        assertThat(silent.getFirst().isClosedByPeer()).isTrue();
        refused(Cause.LIMIT);
    }

    @Test
    void an_identity_above_its_limit_is_rejected_as_transient() throws Exception {
        archive.identity = Optional.of("CT1");
        DimseListener listener = listen(false, LONG_ALL, limits(50, 50, 2));
        Association first = associate(listener);
        associate(listener);
        assertThatThrownBy(() -> associate(listener))
                .isInstanceOf(AssociationRejected.class)
                .hasMessageContaining("local limit exceeded (transient)");
        AssociationTest.eventually(() -> archive.opened.get() == 3 && archive.closed.get() == 1);
        first.release();
        AssociationTest.eventually(() -> listener.associations() == 1);
        assertThat(associate(listener).echo().isSuccess()).isTrue();
    }

    @Test
    void a_rejected_peer_that_resets_the_connection_is_refused_by_the_policy_alone() throws Exception {
        archive.rejection = Optional.of(AssociationPolicy.Rejection.CALLING_AE_TITLE_NOT_RECOGNIZED);
        DimseListener listener = listen(false, LONG_ALL, ListenerLimits.DEFAULT);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), listener.port())) {
            RawPeer peer = new RawPeer(socket).send(AssociationTest.proposal().request());
            assertThat(peer.read()).isInstanceOf(Pdu.AssociateRj.class);
            socket.setSoLinger(true, 0);
        }
        AssociationTest.eventually(() -> listener.waiting() == 0);
        assertThat(refusals).isEmpty();
    }

    @Test
    void a_silent_and_a_dripping_peer_are_closed_when_the_artim_timer_runs_out() throws Exception {
        DimseListener listener =
                listen(false, new Timeouts(LONG, SHORT, LONG, LONG, LONG, 1024), ListenerLimits.DEFAULT);
        long start = System.nanoTime();
        RawPeer silent = keep(RawPeer.connect(listener.port()));
        RawPeer dripping = keep(RawPeer.connect(listener.port()));
        byte[] request = AssociationTest.proposal().request().encode();
        assertThatThrownBy(() -> {
                    for (byte b : request) {
                        dripping.send(new byte[] {b});
                        Thread.sleep(50);
                    }
                })
                .isInstanceOf(IOException.class);
        assertThat(silent.isClosedByPeer()).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(SHORT.minusMillis(20), LONG.minusSeconds(5));
        refused(Cause.TIMED_OUT, Cause.TIMED_OUT);
    }

    @Test
    void a_dripping_tls_handshake_is_closed_when_the_artim_timer_runs_out() throws Exception {
        DimseListener listener =
                listen(true, new Timeouts(LONG, SHORT, LONG, LONG, LONG, 1024), ListenerLimits.DEFAULT);
        RawPeer peer = keep(RawPeer.connect(listener.port()));
        peer.send("16 0303 0100 01 0000FC");
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 200; i++) {
                        peer.send(new byte[] {1});
                        Thread.sleep(50);
                    }
                })
                .isInstanceOf(IOException.class);
        refused(Cause.TIMED_OUT);
    }

    @Test
    void an_idle_association_is_ended_and_a_busy_one_is_not() throws Exception {
        DimseListener listener =
                listen(false, new Timeouts(LONG, LONG, SHORT, LONG, LONG, 1024), ListenerLimits.DEFAULT);
        RawPeer idle = keep(RawPeer.associated(listener.port()));
        Association busy = associate(listener);
        for (int i = 0; i < 10; i++) {
            assertThat(busy.echo().isSuccess()).isTrue();
            Thread.sleep(SHORT.toMillis() / 4);
        }
        assertThat(idle.isClosedByPeer()).isTrue();
        assertThat(refusals).isEmpty();
    }

    @Test
    void a_message_that_trickles_in_is_cut_off_and_a_slow_one_is_not() throws Exception {
        DimseListener listener =
                listen(false, new Timeouts(LONG, LONG, LONG, LONG, SHORT, 1024), ListenerLimits.DEFAULT);
        RawPeer slow = keep(RawPeer.associated(listener.port()));
        storeSlowly(slow, 1000, 30);
        assertThat(slow.response().required(CommandSet.STATUS)).isZero();
        RawPeer trickling = keep(RawPeer.associated(listener.port()));
        assertThatThrownBy(() -> {
                    storeSlowly(trickling, 1, 200);
                    trickling.response();
                })
                .isInstanceOf(IOException.class);
        AssociationTest.eventually(() -> archive.closed.get() == 1);
    }

    private static void storeSlowly(RawPeer peer, int pieceLength, int pieces)
            throws IOException, InterruptedException {
        Instance instance =
                new ToyArchive.Stored(AssociationTest.CT, new Uid("1.2.3"), AssociationTest.EXPLICIT, new byte[0]);
        peer.send(RawPeer.command(3, StoreMessages.request(1, instance, Optional.empty(), 0)));
        for (int i = 0; i < pieces; i++) {
            peer.send(RawPeer.data(3, i == pieces - 1, new byte[pieceLength]));
            Thread.sleep(40);
        }
    }

    @Test
    void associations_that_are_always_busy_leave_room_for_others() throws Exception {
        AtomicBoolean enough = new AtomicBoolean();
        DimseListener listener = DimseListener.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), Optional.empty(), busy(), Refusals.UNHEARD);
        toClose.add(listener);
        List<CompletableFuture<Void>> senders = new ArrayList<>();
        for (int i = 0; i < Runtime.getRuntime().availableProcessors() + 1; i++) {
            senders.add(CompletableFuture.runAsync(
                    () -> sendUntil(enough, listener),
                    task -> Thread.ofPlatform().daemon().start(task)));
        }
        AssociationTest.eventually(() -> archive.opened.get() == senders.size());
        for (int i = 0; i < 5; i++) {
            long start = System.nanoTime();
            try (Association association = associate(listener)) {
                assertThat(association.echo().isSuccess()).isTrue();
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        }
        enough.set(true);
        senders.forEach(CompletableFuture::join);
    }

    /** The toy archive, which burns a millisecond for each piece it reads. */
    private AssociationPolicy busy() {
        return (request, peer) -> {
            AssociationPolicy.Answer.Accept accept = (AssociationPolicy.Answer.Accept) archive.answer(request, peer);
            return new AssociationPolicy.Answer.Accept(accept.contexts(), new DimseHandler() {
                @Override
                public Status handle(DimseRequest asked, Responses responses) throws IOException {
                    byte[] piece = new byte[8192];
                    while (asked instanceof DimseRequest.CStore store
                            && store.body().read(piece) >= 0) {
                        long by = System.nanoTime() + 1_000_000;
                        while (System.nanoTime() < by) {
                            Thread.onSpinWait();
                        }
                    }
                    return Status.SUCCESS;
                }

                @Override
                public void close() {}
            });
        };
    }

    private void sendUntil(AtomicBoolean enough, DimseListener listener) {
        try (RawPeer peer = RawPeer.associated(listener.port())) {
            storeSlowly(peer, 0, 0);
            while (!enough.get()) {
                peer.send(RawPeer.data(3, false, new byte[100_000]));
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void an_association_asked_for_in_clear_text_is_rejected_in_clear_text_where_tls_is_required() throws Exception {
        DimseListener listener = listen(true, LONG_ALL, ListenerLimits.DEFAULT);
        RawPeer peer = keep(RawPeer.connect(listener.port()));
        peer.send(AssociationTest.proposal().request());
        assertThat(peer.read()).isEqualTo(new Pdu.AssociateRj(1, 2, 1));
        assertThat(peer.isClosedByPeer()).isTrue();
        refused(Cause.CLEAR_TEXT);
        assertThat(archive.requests).isEmpty();
    }

    @Test
    void other_languages_are_closed_without_an_answer() throws Exception {
        DimseListener secure = listen(true, LONG_ALL, ListenerLimits.DEFAULT);
        RawPeer peer = keep(RawPeer.connect(secure.port()));
        peer.send("474554202F20485454502F312E310D0A0D0A");
        assertThat(peer.isClosedByPeer()).isTrue();
        refused(Cause.BAD_FIRST_PDU);
        DimseListener clear = listen(false, LONG_ALL, ListenerLimits.DEFAULT);
        RawPeer other = keep(RawPeer.connect(clear.port()));
        other.send("474554202F20485454502F312E310D0A0D0A");
        assertThat(other.read()).isEqualTo(new Pdu.Abort(0, 0));
        refused(Cause.BAD_FIRST_PDU, Cause.BAD_FIRST_PDU);
        assertThat(archive.requests).isEmpty();
    }

    @Test
    void certificates_that_are_absent_foreign_or_expired_are_refused_in_the_handshake() throws Exception {
        DimseListener listener = listen(true, LONG_ALL, ListenerLimits.DEFAULT);
        TestAuthority other = new TestAuthority();
        List<SSLContext> strangers = List.of(
                TlsContexts.of(List.of(), List.of(authority.certificate)),
                TlsContexts.of(List.of(other.credential("other", "EC")), List.of(authority.certificate)),
                TlsContexts.of(List.of(authority.credential("old", "EC", -2)), List.of(authority.certificate)));
        for (SSLContext stranger : strangers) {
            assertThatThrownBy(() -> Association.request(
                            new PeerAddress(listener.address(), stranger), AssociationTest.proposal(), LONG_ALL))
                    .isInstanceOf(IOException.class);
        }
        refused(Cause.TLS_FAILED, Cause.TLS_FAILED, Cause.TLS_FAILED);
        assertThat(archive.requests).isEmpty();
    }

    @Test
    void an_address_whose_handshakes_fail_too_often_is_closed_at_once() throws Exception {
        DimseListener listener = listen(true, LONG_ALL, new ListenerLimits(256, 1000, 32, 100, 3, 1 << 20, 8, 1 << 20));
        SSLContext stranger = TlsContexts.of(List.of(), List.of(authority.certificate));
        for (int i = 0; i < 40 && !refusals.contains(Cause.LIMIT); i++) {
            assertThatThrownBy(() -> Association.request(
                            new PeerAddress(listener.address(), stranger), AssociationTest.proposal(), LONG_ALL))
                    .isInstanceOf(IOException.class);
        }
        assertThat(refusals).contains(Cause.LIMIT);
        AssociationTest.eventually(() -> {
            try (Association association = Association.request(
                    new PeerAddress(listener.address(), authority.context("known")),
                    AssociationTest.proposal(),
                    LONG_ALL)) {
                return association.echo().isSuccess();
            } catch (IOException e) {
                return false;
            }
        });
    }

    private SSLSocket dial(DimseListener listener) throws IOException {
        return (SSLSocket) authority
                .context("client")
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), listener.port());
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.1", "TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"})
    void old_protocols_and_suites_outside_the_profile_are_refused(String offered) throws Exception {
        DimseListener listener = listen(true, LONG_ALL, ListenerLimits.DEFAULT);
        try (SSLSocket socket = dial(listener)) {
            if (offered.startsWith("TLSv")) {
                socket.setEnabledProtocols(new String[] {offered});
            } else {
                socket.setEnabledProtocols(new String[] {"TLSv1.2"});
                socket.setEnabledCipherSuites(new String[] {offered});
            }
            assertThatThrownBy(socket::startHandshake).isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void both_protocols_of_the_profile_are_spoken(String protocol) throws Exception {
        DimseListener listener = listen(true, LONG_ALL, ListenerLimits.DEFAULT);
        try (SSLSocket socket = dial(listener)) {
            socket.setEnabledProtocols(new String[] {protocol});
            RawPeer peer = new RawPeer(socket);
            peer.send(AssociationTest.proposal().request());
            assertThat(peer.read()).isInstanceOf(Pdu.AssociateAc.class);
            assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
            peer.send(RawPeer.command(1, RawPeer.echo(1)));
            assertThat(peer.response().required(CommandSet.STATUS)).isZero();
            peer.send(new Pdu.ReleaseRq());
            assertThat(peer.read()).isEqualTo(new Pdu.ReleaseRp());
        }
    }

    @Test
    void a_revoked_peers_associations_are_ended_and_the_others_go_on() throws Exception {
        DimseListener listener = listen(true, LONG_ALL, ListenerLimits.DEFAULT);
        try (Association revoked = Association.request(
                        new PeerAddress(listener.address(), authority.context("revoked")),
                        AssociationTest.proposal(),
                        LONG_ALL);
                Association other = Association.request(
                        new PeerAddress(listener.address(), authority.context("other")),
                        AssociationTest.proposal(),
                        LONG_ALL)) {
            assertThat(revoked.echo().isSuccess()).isTrue();
            int ended = listener.closeAssociations(peer -> peer.certificate()
                    .orElseThrow()
                    .getSubjectX500Principal()
                    .getName()
                    .equals("CN=revoked"));
            assertThat(ended).isEqualTo(1);
            assertThatThrownBy(revoked::echo).isInstanceOf(AssociationAborted.class);
            assertThat(other.echo().isSuccess()).isTrue();
        }
    }

    @Test
    void closing_ends_associations_and_closes_their_handlers() throws Exception {
        DimseListener listener = listen(false, LONG_ALL, ListenerLimits.DEFAULT);
        Association association = associate(listener);
        archive.matches = -1;
        assertThat(association
                        .find(AssociationTest.FIND, AssociationTest.keys())
                        .iterator()
                        .hasNext())
                .isTrue();
        keep(RawPeer.connect(listener.port()));
        listener.close();
        assertThat(archive.closed.get()).isEqualTo(1);
        assertThatThrownBy(() -> RawPeer.connect(listener.port())).isInstanceOf(IOException.class);
    }

    @Test
    void associations_leave_no_thread_and_no_file_descriptor() throws Exception {
        int rounds = Extent.of(300, 2000);
        DimseListener clear = listen(false, LONG_ALL, ListenerLimits.DEFAULT);
        DimseListener secure = listen(true, LONG_ALL, ListenerLimits.DEFAULT);
        SSLContext client = authority.context("client");
        for (int i = 0; i < 20; i++) {
            one(i, clear, secure, client);
        }
        AssociationTest.eventually(() -> clear.associations() + secure.associations() + clear.waiting() == 0);
        long descriptors = descriptors();
        long threads = threads();
        for (int i = 0; i < rounds; i++) {
            one(i, clear, secure, client);
        }
        AssociationTest.eventually(() -> clear.associations() + secure.associations() == 0
                && clear.waiting() + secure.waiting() == 0
                && archive.opened.get() == archive.closed.get());
        AssociationTest.eventually(() -> descriptors() <= descriptors + 3);
        AssociationTest.eventually(() -> threads() <= threads + 4);
    }

    /** Platform threads but for the carriers of virtual ones, of which the scheduler has more when more wait at once. */
    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !thread.getName().startsWith("ForkJoinPool"))
                .count();
    }

    private static long descriptors() {
        return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getOpenFileDescriptorCount();
    }

    /** One association that ends in one of the ways they end. */
    private static void one(int i, DimseListener clear, DimseListener secure, SSLContext client) throws IOException {
        switch (i % 6) {
            case 0, 1 -> {
                PeerAddress peer = i % 6 == 0
                        ? new PeerAddress(clear.address(), Optional.empty())
                        : new PeerAddress(secure.address(), client);
                try (Association association = Association.request(peer, AssociationTest.proposal(), LONG_ALL)) {
                    assertThat(association.echo().isSuccess()).isTrue();
                    association
                            .find(AssociationTest.FIND, AssociationTest.keys())
                            .iterator()
                            .next();
                }
            }
            case 2 ->
                Association.request(new PeerAddress(secure.address(), client), AssociationTest.proposal(), LONG_ALL)
                        .abort();
            case 3 -> RawPeer.associated(clear.port()).close();
            case 4 -> RawPeer.connect(clear.port()).send("0100").close();
            default -> {
                try (RawPeer peer = RawPeer.associated(clear.port())) {
                    peer.send(new byte[] {9, 9, 9, 9, 9, 9});
                    assertThat(peer.read()).isEqualTo(new Pdu.Abort(2, 1));
                }
            }
        }
    }
}
