package org.strongroom.dimse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.AssociationPolicy.Rejection;

/** Brings connections into the states of PS3.8 table 9-10, as acceptor or as requestor. */
final class StateScenes {
    /** Many times what a play takes on a machine that is busy. */
    static final Duration ARTIM = Duration.ofSeconds(2);

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Timeouts TIMEOUTS = new Timeouts(LONG, ARTIM, LONG, LONG, LONG, 1024);

    private StateScenes() {}

    /** Brings a connection into a state. */
    interface Reach {
        RawPeer in(Scene scene) throws Exception;
    }

    /** What a play opened, closed in reverse, and what it holds of our side. */
    static final class Scene implements Closeable {
        private final List<Closeable> all = new ArrayList<>();
        private final CompletableFuture<Association> requestor = new CompletableFuture<>();
        private final CountDownLatch durable = new CountDownLatch(1);
        private volatile boolean breaks;

        void add(Closeable closeable) {
            all.add(closeable);
        }

        void join(Thread thread) {
            add(() -> {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }

        /** Our side's association, once it is established. */
        Association association() {
            return requestor.orTimeout(20, TimeUnit.SECONDS).join();
        }

        /** What is being stored is durable now. */
        void durable() {
            durable.countDown();
        }

        /** What is being stored breaks the handler instead. */
        void breaks() {
            breaks = true;
            durable();
        }

        @Override
        public void close() throws IOException {
            durable();
            for (Closeable closeable : all.reversed()) {
                closeable.close();
            }
        }
    }

    static Pdu acceptance() {
        return new Pdu.AssociateAc(
                1,
                "A",
                "B",
                List.of(new Pdu.ContextResult(1, 0, Optional.of(TransferSyntax.ImplicitVRLittleEndian))),
                UserInformation.ours(0));
    }

    static AssociationPolicy policy(Optional<Rejection> rejection) {
        ToyArchive archive = new ToyArchive();
        archive.rejection = rejection;
        return archive;
    }

    static DimseListener listen(Scene scene, AssociationPolicy policy) throws IOException {
        DimseListener listener = DimseListener.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Optional.empty(),
                policy,
                Refusals.UNHEARD,
                TIMEOUTS,
                ListenerLimits.DEFAULT);
        scene.add(listener::close);
        return listener;
    }

    static RawPeer awaitingRequest(Scene scene) throws IOException {
        return RawPeer.connect(listen(scene, new ToyArchive()).port());
    }

    static RawPeer asking(DimseListener listener) throws IOException {
        return RawPeer.connect(listener.port()).send(AssociationTest.proposal().request());
    }

    static RawPeer awaitingPolicy(Scene scene) throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        ToyArchive archive = new ToyArchive();
        RawPeer peer = asking(listen(scene, (request, known) -> {
            asked.countDown();
            pause(ARTIM.plusMillis(200));
            return archive.answer(request, known);
        }));
        asked.await();
        return peer;
    }

    static RawPeer accepted(Scene scene) throws IOException {
        return RawPeer.associated(listen(scene, new ToyArchive()).port());
    }

    static RawPeer rejecting(Scene scene) throws IOException {
        return asking(listen(scene, policy(Optional.of(Rejection.NO_REASON))));
    }

    static RawPeer rejected(Scene scene) throws IOException {
        RawPeer peer = rejecting(scene);
        assertThat(peer.read()).isEqualTo(Rejection.NO_REASON.pdu());
        return peer;
    }

    static RawPeer released(Scene scene) throws IOException {
        RawPeer peer = accepted(scene).send(new Pdu.ReleaseRq());
        assertThat(peer.read()).isEqualTo(new Pdu.ReleaseRp());
        return peer;
    }

    /** State 8: an A-RELEASE-RQ came while a C-STORE waits to be durable. */
    static RawPeer releaseAsked(Scene scene) throws Exception {
        CountDownLatch storing = new CountDownLatch(1);
        ToyArchive archive = new ToyArchive();
        DimseListener listener = listen(scene, (request, known) -> {
            AssociationPolicy.Answer.Accept accept = (AssociationPolicy.Answer.Accept) archive.answer(request, known);
            return new AssociationPolicy.Answer.Accept(accept.contexts(), new SlowStore(scene, storing));
        });
        RawPeer peer = RawPeer.connect(listener.port());
        peer.send(AssociationTest.proposal()
                .asyncWindow(new UserInformation.AsyncWindow(4, 1))
                .request());
        assertThat(peer.read()).isInstanceOf(Pdu.AssociateAc.class);
        ToyArchive.Stored instance = new ToyArchive.Stored(
                AssociationTest.CT, new Uid("1.2.3"), AssociationTest.EXPLICIT, new byte[] {1, 2});
        peer.send(
                RawPeer.command(3, StoreMessages.request(1, instance, Optional.empty(), 0)),
                RawPeer.data(3, true, new byte[] {1, 2}),
                new Pdu.ReleaseRq());
        storing.await();
        // What the peer sends now must have come before the store is done.
        scene.join(Thread.ofVirtual().start(() -> {
            pause(Duration.ofMillis(250));
            scene.durable();
        }));
        return peer;
    }

    private record SlowStore(Scene scene, CountDownLatch storing) implements DimseHandler {
        @Override
        public Status handle(DimseRequest request, Responses responses) throws IOException {
            if (request instanceof DimseRequest.CStore store) {
                store.body().readAllBytes();
                storing.countDown();
                try {
                    scene.durable.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                if (scene.breaks) {
                    throw new IllegalStateException("broken on purpose");
                }
            }
            return Status.SUCCESS;
        }

        @Override
        public boolean storesOverlap() {
            return true;
        }

        @Override
        public void close() {}
    }

    /** The acceptor's end of a connection our requestor opened; it has not read the request yet. */
    static RawPeer requestor(Scene scene, boolean releases) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            PeerAddress address = new PeerAddress((InetSocketAddress) server.getLocalSocketAddress(), Optional.empty());
            Thread thread = Thread.ofVirtual().start(() -> {
                try {
                    Association association = Association.request(
                            address,
                            Proposal.to(new AeTitle("A"), new AeTitle("B"))
                                    .context(AssociationTest.VERIFICATION, TransferSyntax.ImplicitVRLittleEndian),
                            TIMEOUTS);
                    scene.requestor.complete(association);
                    if (releases) {
                        association.release();
                    }
                } catch (IOException e) {
                    assertThat(e).isInstanceOfAny(AssociationAborted.class, AssociationRejected.class);
                }
            });
            scene.join(thread);
            return new RawPeer(server.accept());
        }
    }

    static RawPeer awaitingAnswer(Scene scene) throws IOException {
        RawPeer peer = requestor(scene, true);
        assertThat(peer.read()).isInstanceOf(Pdu.AssociateRq.class);
        return peer;
    }

    static RawPeer established(Scene scene) throws IOException {
        RawPeer peer = requestor(scene, false);
        assertThat(peer.read()).isInstanceOf(Pdu.AssociateRq.class);
        return peer.send(acceptance());
    }

    static RawPeer releasing(Scene scene) throws IOException {
        RawPeer peer = awaitingAnswer(scene).send(acceptance());
        assertThat(peer.read()).isEqualTo(new Pdu.ReleaseRq());
        return peer;
    }

    static RawPeer collided(Scene scene) throws IOException {
        RawPeer peer = releasing(scene).send(new Pdu.ReleaseRq());
        assertThat(peer.read()).isEqualTo(new Pdu.ReleaseRp());
        return peer;
    }

    /** Released in order: our side is idle. */
    static RawPeer over(Scene scene) throws Exception {
        RawPeer peer = releasing(scene).send(new Pdu.ReleaseRp());
        Association association = scene.association();
        AssociationTest.eventually(association::hasEnded);
        return peer;
    }

    /** Nobody listens where our requestor connects; another connection stands for the peer that sees nothing. */
    static RawPeer refused(Scene scene) throws IOException {
        InetSocketAddress gone;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            gone = (InetSocketAddress) server.getLocalSocketAddress();
        }
        assertThatThrownBy(() -> Association.request(
                        new PeerAddress(gone, Optional.empty()), AssociationTest.proposal(), TIMEOUTS))
                .isInstanceOf(Unconnected.class)
                .hasMessageContaining("nothing listens");
        return awaitingRequest(scene);
    }

    static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
