package org.strongroom.dimse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dimse.AssociationPolicy.Rejection;

/**
 * PS3.8 table 9-10, played over loopback: what a peer sends in each state it can bring us into, and what it must see.
 * States 2, 3, 6, 13 as acceptor and 5, 7, 11 as requestor; the acceptor never asks for release, so 9, 10 and 12 are not
 * reached, and 1, 4, 8 last no longer than a method call.
 */
final class Ps38StateTableTest {
    private static final Duration ARTIM = Duration.ofMillis(600);
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Timeouts TIMEOUTS = new Timeouts(LONG, ARTIM, LONG, LONG, LONG, 1024);

    /** Rows of the table that come from the network. */
    private enum Event {
        ASSOCIATE_AC(acceptance().encode()),
        ASSOCIATE_RJ(new Pdu.AssociateRj(1, 1, 1).encode()),
        ASSOCIATE_RQ(AssociationTest.proposal().request().encode()),
        P_DATA(RawPeer.command(1, RawPeer.echo(1)).encode()),
        RELEASE_RQ(new Pdu.ReleaseRq().encode()),
        RELEASE_RP(new Pdu.ReleaseRp().encode()),
        ABORT(new Pdu.Abort(0, 0).encode()),
        UNRECOGNIZED(PduTest.bytes("0A 00 00000000")),
        INVALID(PduTest.bytes("07 00 00000002 0000")),
        CLOSED(new byte[0]),
        /** The ARTIM timer runs out. */
        EXPIRED(new byte[0]);

        private final String hex;

        Event(byte[] bytes) {
            this.hex = HexFormat.of().formatHex(bytes);
        }

        void play(RawPeer peer) throws IOException {
            if (this == CLOSED) {
                peer.halfClose();
            } else if (this != EXPIRED) {
                peer.send(hex);
            }
        }

        /** AA-8: abort as service provider, with the reason that fits. */
        List<String> abortsAsProvider() {
            return switch (this) {
                case UNRECOGNIZED -> List.of("ABORT 2 1");
                case INVALID -> List.of("ABORT 2 6");
                default -> List.of("ABORT 2 2");
            };
        }
    }

    private static final List<String> NOTHING = List.of();
    private static final List<String> AA_1 = List.of("ABORT 0 0");

    private static Pdu acceptance() {
        return new Pdu.AssociateAc(
                1,
                "A",
                "B",
                List.of(new Pdu.ContextResult(1, 0, Optional.of(TransferSyntax.ImplicitVRLittleEndian))),
                UserInformation.ours(0));
    }

    /** Brings a connection into a state. */
    private interface Reach {
        RawPeer in(AutoCloseables toClose) throws Exception;
    }

    /** What a test opened, closed in reverse. */
    private static final class AutoCloseables implements Closeable {
        private final List<Closeable> all = new ArrayList<>();

        void add(Closeable closeable) {
            all.add(closeable);
        }

        @Override
        public void close() throws IOException {
            for (Closeable closeable : all.reversed()) {
                closeable.close();
            }
        }
    }

    private static Stream<DynamicTest> column(
            String state, Set<Event> events, Reach reach, Function<Event, List<String>> expected) {
        return events.stream()
                .map(event -> DynamicTest.dynamicTest("state " + state + ", " + event, () -> {
                    try (AutoCloseables toClose = new AutoCloseables()) {
                        RawPeer peer = reach.in(toClose);
                        toClose.add(peer::close);
                        event.play(peer);
                        assertThat(untilClosed(peer)).isEqualTo(expected.apply(event));
                    }
                }));
    }

    private static Stream<DynamicTest> column(String state, Reach reach, Function<Event, List<String>> expected) {
        return column(state, EnumSet.allOf(Event.class), reach, expected);
    }

    private static List<String> untilClosed(RawPeer peer) throws IOException {
        List<String> seen = new ArrayList<>();
        @Nullable Pdu next;
        while ((next = peer.read()) != null) {
            switch (next) {
                case Pdu.AssociateAc _ -> seen.add("AC");
                case Pdu.PDataTf _ -> seen.add("P-DATA");
                case Pdu.ReleaseRq _ -> seen.add("RELEASE-RQ");
                case Pdu.ReleaseRp _ -> seen.add("RELEASE-RP");
                case Pdu.Abort(int source, int reason) -> seen.add("ABORT " + source + " " + reason);
                default -> seen.add(next.toString());
            }
            peer.halfClose();
        }
        return seen;
    }

    private static DimseListener listen(AutoCloseables toClose, AssociationPolicy policy) throws IOException {
        DimseListener listener = DimseListener.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Optional.empty(),
                policy,
                Refusals.UNHEARD,
                TIMEOUTS,
                ListenerLimits.DEFAULT);
        toClose.add(listener::close);
        return listener;
    }

    @TestFactory
    Stream<DynamicTest> state_2_awaiting_a_associate_rq() {
        return column(
                "2",
                toClose -> RawPeer.connect(listen(toClose, new ToyArchive()).port()),
                event -> switch (event) {
                    case ASSOCIATE_RQ -> List.of("AC");
                    case ABORT, CLOSED, EXPIRED -> NOTHING;
                    default -> AA_1;
                });
    }

    @TestFactory
    Stream<DynamicTest> state_3_awaiting_the_local_answer() {
        return column(
                "3",
                toClose -> {
                    CountDownLatch asked = new CountDownLatch(1);
                    ToyArchive archive = new ToyArchive();
                    DimseListener listener = listen(toClose, (request, peer) -> {
                        asked.countDown();
                        pause(ARTIM.plusMillis(200));
                        return archive.answer(request, peer);
                    });
                    RawPeer peer = RawPeer.connect(listener.port());
                    peer.send(AssociationTest.proposal().request());
                    asked.await();
                    return peer;
                },
                event -> switch (event) {
                    case ABORT -> NOTHING;
                    // No timer runs in this state; a half-closed connection is noticed after the answer.
                    case EXPIRED, CLOSED -> List.of("AC");
                    default -> event.abortsAsProvider();
                });
    }

    @TestFactory
    Stream<DynamicTest> state_6_data_transfer() {
        return column(
                "6",
                EnumSet.complementOf(EnumSet.of(Event.EXPIRED)),
                toClose -> RawPeer.associated(listen(toClose, new ToyArchive()).port()),
                event -> switch (event) {
                    case P_DATA -> List.of("P-DATA");
                    case RELEASE_RQ -> List.of("RELEASE-RP");
                    case ABORT, CLOSED -> NOTHING;
                    default -> event.abortsAsProvider();
                });
    }

    @TestFactory
    Stream<DynamicTest> state_13_awaiting_the_close_after_rejection() {
        return column(
                "13",
                toClose -> {
                    ToyArchive archive = new ToyArchive();
                    archive.rejection = Optional.of(Rejection.NO_REASON);
                    RawPeer peer = RawPeer.connect(listen(toClose, archive).port());
                    peer.send(AssociationTest.proposal().request());
                    assertThat(peer.read()).isEqualTo(Rejection.NO_REASON.pdu());
                    return peer;
                },
                Ps38StateTableTest::afterTheEnd);
    }

    @TestFactory
    Stream<DynamicTest> state_13_awaiting_the_close_after_release() {
        return column(
                "13",
                toClose -> {
                    RawPeer peer =
                            RawPeer.associated(listen(toClose, new ToyArchive()).port());
                    peer.send(new Pdu.ReleaseRq());
                    assertThat(peer.read()).isEqualTo(new Pdu.ReleaseRp());
                    return peer;
                },
                Ps38StateTableTest::afterTheEnd);
    }

    private static List<String> afterTheEnd(Event event) {
        return switch (event) {
            case ASSOCIATE_RQ, UNRECOGNIZED, INVALID -> event.abortsAsProvider();
            // Ignored, until the timer closes.
            default -> NOTHING;
        };
    }

    @TestFactory
    Stream<DynamicTest> state_5_awaiting_the_answer_to_a_associate_rq() {
        return column("5", toClose -> requestor(toClose, _ -> {}), event -> switch (event) {
            // Established, then released at once.
            case ASSOCIATE_AC -> List.of("RELEASE-RQ");
            case ASSOCIATE_RJ, ABORT, CLOSED, EXPIRED -> NOTHING;
            default -> event.abortsAsProvider();
        });
    }

    @TestFactory
    Stream<DynamicTest> state_7_awaiting_a_release_rp() {
        return column("7", Ps38StateTableTest::releasing, event -> switch (event) {
            case RELEASE_RQ -> List.of("RELEASE-RP");
            case RELEASE_RP, P_DATA, ABORT, CLOSED, EXPIRED -> NOTHING;
            default -> event.abortsAsProvider();
        });
    }

    @TestFactory
    Stream<DynamicTest> state_11_awaiting_a_release_rp_after_a_collision() {
        return column(
                "11",
                toClose -> {
                    RawPeer peer = releasing(toClose);
                    peer.send(new Pdu.ReleaseRq());
                    assertThat(peer.read()).isEqualTo(new Pdu.ReleaseRp());
                    return peer;
                },
                event -> switch (event) {
                    case RELEASE_RP, ABORT, CLOSED, EXPIRED -> NOTHING;
                    default -> event.abortsAsProvider();
                });
    }

    private static RawPeer releasing(AutoCloseables toClose) throws IOException {
        RawPeer peer = requestor(toClose, acceptor -> acceptor.send(acceptance()));
        assertThat(peer.read()).isEqualTo(new Pdu.ReleaseRq());
        return peer;
    }

    private interface Script {
        void play(RawPeer acceptor) throws IOException;
    }

    /** The acceptor's end of a connection on which our requestor has asked, and releases as soon as it is accepted. */
    private static RawPeer requestor(AutoCloseables toClose, Script script) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            PeerAddress address = new PeerAddress((InetSocketAddress) server.getLocalSocketAddress(), Optional.empty());
            CompletableFuture<Void> requestor = CompletableFuture.runAsync(() -> {
                try (Association association = Association.request(
                        address,
                        Proposal.to(new AeTitle("A"), new AeTitle("B"))
                                .context(AssociationTest.VERIFICATION, TransferSyntax.ImplicitVRLittleEndian),
                        TIMEOUTS)) {
                    association.release();
                } catch (IOException e) {
                    assertThat(e).isInstanceOfAny(AssociationAborted.class, AssociationRejected.class);
                }
            });
            toClose.add(requestor::join);
            RawPeer acceptor = new RawPeer(server.accept());
            assertThat(acceptor.read()).isInstanceOf(Pdu.AssociateRq.class);
            script.play(acceptor);
            return acceptor;
        }
    }

    private static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
