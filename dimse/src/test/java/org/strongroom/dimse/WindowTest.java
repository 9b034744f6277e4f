package org.strongroom.dimse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.ToyArchive.Stored;
import org.strongroom.dimse.UserInformation.AsyncWindow;

/** The asynchronous operations window, PS3.7 D.3.3.3, of both sides. */
final class WindowTest {
    private final Semaphore durable = new Semaphore(0);
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private final Map<Uid, byte[]> bodies = new ConcurrentHashMap<>();
    private final List<Object> order = new CopyOnWriteArrayList<>();
    private volatile boolean overlaps = true;
    private volatile Optional<Uid> broken = Optional.empty();

    @RegisterExtension
    final Closing toClose = new Closing();

    /** Reads a body, and then waits until it is told that it is durable. */
    private final class Slow implements DimseHandler {
        @Override
        public Status handle(DimseRequest request, Responses responses) throws IOException {
            order.add(request.getClass().getSimpleName());
            if (!(request instanceof DimseRequest.CStore store)) {
                return Status.SUCCESS;
            }
            begun.incrementAndGet();
            byte[] body = store.body().readAllBytes();
            assertThat(store.body().read()).isEqualTo(-1);
            if (broken.equals(Optional.of(store.sopInstance()))) {
                throw new IllegalStateException("a handler that is broken");
            }
            most.accumulateAndGet(waiting.incrementAndGet(), Math::max);
            try {
                if (!durable.tryAcquire(20, TimeUnit.SECONDS)) {
                    throw new IOException("never told");
                }
            } catch (InterruptedException e) {
                throw new IOException(e);
            } finally {
                waiting.decrementAndGet();
            }
            bodies.put(store.sopInstance(), body);
            return Status.SUCCESS;
        }

        @Override
        public boolean storesOverlap() {
            return overlaps;
        }

        @Override
        public void close() {
            order.add("closed");
        }
    }

    private DimseListener listen() throws IOException {
        ToyArchive answers = new ToyArchive();
        AssociationPolicy policy = (request, peer) -> switch (answers.answer(request, peer)) {
            case AssociationPolicy.Answer.Accept accept ->
                new AssociationPolicy.Answer.Accept(accept.contexts(), new Slow());
            case AssociationPolicy.Answer.Reject reject -> reject;
        };
        DimseListener listener = DimseListener.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), Optional.empty(), policy, Refusals.UNHEARD);
        toClose.add(listener);
        return listener;
    }

    private Association associate(DimseListener listener, int window) throws IOException {
        Proposal proposal = AssociationTest.proposal();
        Association association = Association.request(
                new PeerAddress(listener.address(), Optional.empty()),
                window == 1 ? proposal : proposal.asyncWindow(new AsyncWindow(window, 1)),
                Timeouts.DEFAULT);
        toClose.add(association);
        return association;
    }

    private static Stored instance(int number, int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) number);
        return new Stored(AssociationTest.CT, new Uid("1.2.3." + number), AssociationTest.EXPLICIT, bytes);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 8})
    void as_many_are_performed_at_once_as_were_agreed_and_never_more(int window) throws Exception {
        DimseListener listener = listen();
        Association association = associate(listener, window);
        assertThat(association.window()).isEqualTo(window);
        List<Uid> answered = new ArrayList<>();
        Thread disk = Thread.ofVirtual().start(() -> {
            for (int i = 0; i < 20; i++) {
                int least = Math.min(window, 20 - i);
                eventually(() -> waiting.get() >= least);
                durable.release();
                int done = i + 1;
                eventually(() -> bodies.size() == done);
            }
        });
        try (Stores<Stored> stores = association.stores((instance, status) -> {
            assertThat(status.isSuccess()).isTrue();
            answered.add(instance.sopInstance());
        })) {
            for (int i = 0; i < 20; i++) {
                stores.send(instance(i + 1, i % 3 == 0 ? 300_000 : 100));
                assertThat(stores.outstanding().size()).isLessThanOrEqualTo(window);
            }
        }
        disk.join();
        assertThat(answered).hasSize(20).doesNotHaveDuplicates();
        assertThat(most.get()).isEqualTo(window);
        for (int i = 0; i < 20; i++) {
            assertThat(bodies.get(new Uid("1.2.3." + (i + 1))))
                    .hasSize(i % 3 == 0 ? 300_000 : 100)
                    .containsOnly(i + 1);
        }
    }

    private static void eventually(java.util.function.BooleanSupplier condition) {
        try {
            AssociationTest.eventually(condition);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void a_peer_that_sends_more_than_was_agreed_is_held_back() throws Exception {
        RawPeer peer = windowed(3);
        for (int i = 1; i <= 6; i++) {
            store(peer, i);
        }
        AssociationTest.eventually(() -> waiting.get() == 3);
        Thread.sleep(100);
        assertThat(begun.get()).isEqualTo(3);
        durable.release(6);
        List<Integer> answered = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            answered.add(peer.response().required(CommandSet.MESSAGE_ID_RESPONDED_TO));
        }
        assertThat(answered).containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6);
        assertThat(most.get()).isEqualTo(3);
    }

    @Test
    void what_is_no_store_waits_for_the_stores_before_it_and_so_does_the_release() throws Exception {
        RawPeer peer = windowed(8);
        store(peer, 1);
        store(peer, 2);
        peer.send(RawPeer.command(1, RawPeer.echo(3)));
        store(peer, 4);
        peer.send(new Pdu.ReleaseRq());
        AssociationTest.eventually(() -> waiting.get() == 2);
        Thread.sleep(50);
        assertThat(order).containsExactly("CStore", "CStore");
        durable.release(3);
        List<Integer> answered = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            answered.add(peer.response().required(CommandSet.MESSAGE_ID_RESPONDED_TO));
        }
        assertThat(answered.subList(0, 2)).containsExactlyInAnyOrder(1, 2);
        assertThat(answered.subList(2, 4)).containsExactly(3, 4);
        assertThat(peer.read()).isEqualTo(new Pdu.ReleaseRp());
        AssociationTest.eventually(() -> order.contains("closed"));
        assertThat(order.getLast()).isEqualTo("closed");
    }

    @Test
    void without_a_negotiated_window_and_for_a_handler_that_takes_one_at_a_time_stores_come_alone() throws Exception {
        overlaps = false;
        RawPeer peer = windowed(8);
        store(peer, 1);
        store(peer, 2);
        AssociationTest.eventually(() -> waiting.get() == 1);
        Thread.sleep(50);
        assertThat(begun.get()).isEqualTo(1);
        durable.release(2);
        assertThat(peer.response().required(CommandSet.MESSAGE_ID_RESPONDED_TO)).isEqualTo(1);
        assertThat(peer.response().required(CommandSet.MESSAGE_ID_RESPONDED_TO)).isEqualTo(2);
    }

    @Test
    void a_peer_that_leaves_or_errs_while_stores_wait_loses_no_store_and_the_handler_is_closed_last() throws Exception {
        for (boolean errs : new boolean[] {false, true}) {
            bodies.clear();
            order.clear();
            RawPeer peer = windowed(8);
            store(peer, 1);
            store(peer, 2);
            AssociationTest.eventually(() -> waiting.get() == 2);
            if (errs) {
                peer.send("0A 00 00000000");
            } else {
                peer.close();
            }
            Thread.sleep(50);
            assertThat(order).doesNotContain("closed");
            durable.release(2);
            AssociationTest.eventually(() -> order.contains("closed"));
            assertThat(bodies).hasSize(2);
        }
    }

    @Test
    void a_handler_that_breaks_is_answered_and_the_association_is_aborted() throws Exception {
        broken = Optional.of(new Uid("1.2.3.2"));
        RawPeer peer = windowed(8);
        store(peer, 1);
        store(peer, 2);
        CommandSet response = peer.response();
        assertThat(response.required(CommandSet.MESSAGE_ID_RESPONDED_TO)).isEqualTo(2);
        assertThat(response.required(CommandSet.STATUS)).isEqualTo(Status.PROCESSING_FAILURE.code());
        assertThat(peer.read()).isEqualTo(new Pdu.Abort(0, 0));
        durable.release(1);
        AssociationTest.eventually(() -> order.contains("closed"));
        assertThat(bodies).hasSize(1);
    }

    @Test
    void responses_in_any_order_find_their_instance_and_one_to_nothing_ends_the_association() throws Exception {
        try (java.net.ServerSocket server = new java.net.ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread acceptor = Thread.ofVirtual().start(() -> {
                try (RawPeer peer = new RawPeer(server.accept())) {
                    peer.read();
                    peer.send(acceptance(new AsyncWindow(4, 1)));
                    for (int i = 0; i < 6; i++) {
                        peer.read();
                    }
                    for (int id : new int[] {3, 1, 2, 9}) {
                        peer.send(RawPeer.command(1, stored(id)));
                    }
                    peer.read();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            Proposal proposal = Proposal.to(new AeTitle("A"), new AeTitle("B"))
                    .context(AssociationTest.CT, AssociationTest.EXPLICIT)
                    .asyncWindow(new AsyncWindow(4, 1));
            Association association = Association.request(
                    new PeerAddress((InetSocketAddress) server.getLocalSocketAddress(), Optional.empty()),
                    proposal,
                    Timeouts.DEFAULT);
            List<Uid> answered = new CopyOnWriteArrayList<>();
            Stores<Stored> stores = association.stores((instance, _) -> answered.add(instance.sopInstance()));
            assertThatThrownBy(() -> {
                        for (int i = 1; i <= 3; i++) {
                            stores.send(instance(i, 10));
                        }
                        stores.close();
                        stores.send(instance(4, 10));
                        stores.close();
                    })
                    .isInstanceOf(AssociationAborted.class)
                    .hasMessageContaining("no response to what was asked");
            assertThat(answered).containsExactly(new Uid("1.2.3.3"), new Uid("1.2.3.1"), new Uid("1.2.3.2"));
            assertThat(association.hasEnded()).isTrue();
            acceptor.join();
        }
    }

    private static Pdu acceptance(AsyncWindow window) {
        UserInformation ours = UserInformation.ours(0);
        return new Pdu.AssociateAc(
                1,
                "A",
                "B",
                List.of(new Pdu.ContextResult(1, 0, Optional.of(AssociationTest.EXPLICIT))),
                new UserInformation(
                        0,
                        ours.implementationClass(),
                        ours.implementationVersion(),
                        Optional.of(window),
                        List.of(),
                        List.of(),
                        List.of(),
                        Optional.empty(),
                        Optional.empty()));
    }

    private static CommandSet stored(int messageId) {
        return CommandSet.command(CommandField.C_STORE_RQ | CommandField.RESPONSE)
                .number(CommandSet.MESSAGE_ID_RESPONDED_TO, messageId)
                .number(CommandSet.STATUS, 0)
                .build();
    }

    private RawPeer windowed(int window) throws IOException {
        RawPeer peer = RawPeer.connect(listen().port());
        toClose.add(peer);
        peer.send(AssociationTest.proposal()
                .asyncWindow(new AsyncWindow(window, 1))
                .request());
        assertThat(peer.read()).isInstanceOf(Pdu.AssociateAc.class);
        return peer;
    }

    private static void store(RawPeer peer, int id) throws IOException {
        int context = AssociationTest.proposal().contexts().stream()
                .filter(c -> c.abstractSyntax().equals(AssociationTest.CT))
                .findFirst()
                .orElseThrow()
                .id();
        peer.send(
                RawPeer.command(context, StoreMessages.request(id, instance(id, 10), Optional.empty(), 0)),
                RawPeer.data(context, true, new byte[] {1, 2}));
    }
}
