package org.strongroom.dimse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.strongroom.dimse.StateScenes.Reach;
import org.strongroom.dimse.StateScenes.Scene;
import org.strongroom.dimse.StateTable.Cell;

/**
 * PS3.8 table 9-10, all 19 events in all 13 states, over loopback: each cell is either played, and what the peer sees is
 * what the standard's action and next state ask for, or {@link StateTable#impossible} says why nobody can bring it about.
 * States 2, 3, 6, 8, 13 as acceptor and 1, 4, 5, 6, 7, 11 as requestor. Cells the standard leaves blank are played where
 * they can be: what is done there is ours to say. Two deviations: after an A-ABORT of our own (state 13) nothing more is
 * sent, also where the table asks for another A-ABORT; and a local abort closes without waiting in state 13.
 */
final class Ps38StateTableTest {
    /** Cells played: of the 123 the standard fills, and of the 124 it leaves blank. */
    private static final int PLAYED_FILLED = 88;

    private static final int PLAYED_BLANK = 9;

    /** More wait for a timer than are busy. */
    private static final int AT_ONCE = 24;

    private static final List<String> NOTHING = List.of();

    /** One way to be in a cell, and what the peer must see until the connection is closed. */
    private record Play(Cell cell, String how, Reach reach, Act act, List<String> expected) {}

    /** Lets the event happen. */
    private interface Act {
        void on(Scene scene, RawPeer peer) throws Exception;
    }

    @TestFactory
    Stream<DynamicTest> every_cell_is_played_or_can_not_be() {
        List<Play> plays = plays();
        ExecutorService together =
                Executors.newFixedThreadPool(AT_ONCE, Thread.ofVirtual().factory());
        List<Future<List<String>>> seen =
                plays.stream().map(play -> together.submit(() -> seen(play))).toList();
        together.shutdown();
        Stream<DynamicTest> played = IntStream.range(0, plays.size())
                .mapToObj(i -> DynamicTest.dynamicTest(
                        plays.get(i).cell() + ", " + plays.get(i).how(),
                        () -> assertThat(seen.get(i).get())
                                .isEqualTo(plays.get(i).expected())));
        return Stream.concat(played, Stream.of(DynamicTest.dynamicTest("247 cells", () -> accountedFor(plays))));
    }

    private static void accountedFor(List<Play> plays) {
        assertThat(StateTable.cells()).hasSize(247);
        Set<Cell> played = plays.stream().map(Play::cell).collect(Collectors.toSet());
        for (Cell cell : StateTable.cells()) {
            assertThat(played.contains(cell))
                    .as(cell + ": " + StateTable.impossible(cell).orElse("possible"))
                    .isEqualTo(StateTable.impossible(cell).isEmpty());
        }
        assertThat(StateTable.cells().stream()
                        .filter(cell -> StateTable.step(cell).isPresent()))
                .hasSize(123);
        assertThat(played.stream().filter(cell -> StateTable.step(cell).isPresent()))
                .hasSize(PLAYED_FILLED);
        assertThat(played.stream().filter(cell -> StateTable.step(cell).isEmpty()))
                .hasSize(PLAYED_BLANK);
    }

    private static List<String> seen(Play play) throws Exception {
        try (Scene scene = new Scene()) {
            RawPeer peer = play.reach().in(scene);
            scene.add(peer::close);
            play.act().on(scene, peer);
            return untilClosed(peer, play.cell());
        }
    }

    private static List<String> untilClosed(RawPeer peer, Cell cell) throws IOException {
        // In state 13 we wait for the peer to close; only a local abort closes at once.
        boolean waits = cell.event() != 15
                && StateTable.step(cell)
                        .filter(step -> step.next().equals("13"))
                        .isPresent();
        List<String> seen = new ArrayList<>();
        @Nullable Pdu pdu;
        while ((pdu = peer.read()) != null) {
            switch (pdu) {
                case Pdu.AssociateAc _ -> seen.add("AC");
                case Pdu.AssociateRj _ -> seen.add("RJ");
                case Pdu.AssociateRq _ -> seen.add("RQ");
                case Pdu.PDataTf _ -> seen.add("P-DATA");
                case Pdu.ReleaseRq _ -> seen.add("RELEASE-RQ");
                case Pdu.ReleaseRp _ -> seen.add("RELEASE-RP");
                case Pdu.Abort(int source, int reason) -> seen.add("ABORT " + source + " " + reason);
            }
            if ((pdu instanceof Pdu.Abort || pdu instanceof Pdu.ReleaseRp) && waits) {
                assertThat(peer.staysOpen(30)).as("waits in state 13").isTrue();
            }
            if (cell.state() != 8 || !(pdu instanceof Pdu.PDataTf)) {
                peer.halfClose();
            }
        }
        return seen;
    }

    private static List<Play> plays() {
        List<Play> plays = new ArrayList<>();
        fromThePeer(plays, 2, "", StateScenes::awaitingRequest);
        fromThePeer(plays, 3, "", StateScenes::awaitingPolicy);
        fromThePeer(plays, 5, "", StateScenes::awaitingAnswer);
        fromThePeer(plays, 6, "as acceptor ", StateScenes::accepted);
        fromThePeer(plays, 7, "", StateScenes::releasing);
        fromThePeer(plays, 8, "", StateScenes::releaseAsked);
        fromThePeer(plays, 11, "", StateScenes::collided);
        fromThePeer(plays, 13, "after a rejection ", StateScenes::rejected);
        fromThePeer(plays, 13, "after a release ", StateScenes::released);
        timers(plays);
        local(plays);
        return plays;
    }

    private static void fromThePeer(List<Play> plays, int state, String how, Reach reach) {
        for (Sent sent : Sent.values()) {
            Cell cell = new Cell(sent.event, state);
            plays.add(new Play(cell, how + sent, reach, (_, peer) -> sent.by(peer), visible(cell, sent)));
        }
    }

    /** What a peer sees of an action; what follows from our own next step is part of it. */
    private static List<String> visible(Cell cell, Sent sent) {
        String action = StateTable.step(cell).orElseThrow().action();
        return switch (action) {
            // Established, and our requestor releases at once.
            case "AE-3", "AR-1" -> List.of("RELEASE-RQ");
            case "AE-6" -> List.of("AC");
            case "DT-2" -> List.of("P-DATA");
            // Both sides answer a release as soon as they may; what is being stored is answered first.
            case "AR-2", "AR-8" -> List.of("RELEASE-RP");
            case "AA-1" -> List.of("ABORT 0 0");
            case "AA-7", "AA-8" ->
                cell.state() == 8
                        ? List.of("P-DATA", "ABORT 2 " + sent.abortReason)
                        : List.of("ABORT 2 " + sent.abortReason);
            case "AA-3" -> cell.state() == 8 ? List.of("P-DATA") : NOTHING;
            // Half a connection closed is noticed after what was owed was sent.
            case "AA-4" ->
                switch (cell.state()) {
                    case 3 -> List.of("AC");
                    case 8 -> List.of("P-DATA", "RELEASE-RP");
                    default -> NOTHING;
                };
            case "AE-4", "AR-3", "AR-5", "AR-6", "AA-2", "AA-5", "AA-6" -> NOTHING;
            default -> throw new IllegalStateException(action + " is no action on what a peer sends");
        };
    }

    private static void timers(List<Play> plays) {
        Act waits = (_, _) -> {};
        plays.add(new Play(new Cell(18, 2), "closes", StateScenes::awaitingRequest, waits, NOTHING));
        plays.add(new Play(new Cell(18, 13), "closes", StateScenes::released, waits, NOTHING));
        // Blank ones: as acceptor no timer runs, as requestor it bounds the answer.
        plays.add(new Play(new Cell(18, 3), "goes on", StateScenes::awaitingPolicy, waits, List.of("AC")));
        plays.add(new Play(new Cell(18, 5), "closes", StateScenes::awaitingAnswer, waits, NOTHING));
        plays.add(new Play(new Cell(18, 7), "closes", StateScenes::releasing, waits, NOTHING));
        plays.add(new Play(new Cell(18, 11), "closes", StateScenes::collided, waits, NOTHING));
        plays.add(new Play(
                new Cell(18, 6),
                "goes on",
                StateScenes::accepted,
                (_, peer) -> {
                    StateScenes.pause(StateScenes.ARTIM.multipliedBy(2));
                    peer.send(RawPeer.command(1, RawPeer.echo(1)));
                },
                List.of("P-DATA")));
        plays.add(new Play(
                new Cell(18, 8),
                "goes on",
                StateScenes::releaseAsked,
                (scene, _) -> {
                    StateScenes.pause(StateScenes.ARTIM.multipliedBy(2));
                    scene.durable();
                },
                List.of("P-DATA", "RELEASE-RP")));
    }

    private static void local(List<Play> plays) {
        Act nothing = (_, _) -> {};
        Reach awaited = scene -> StateScenes.requestor(scene, false);
        plays.add(new Play(new Cell(1, 1), "connects", awaited, nothing, List.of("RQ")));
        plays.add(new Play(new Cell(2, 4), "sends", awaited, nothing, List.of("RQ")));
        plays.add(new Play(new Cell(5, 1), "waits, ARTIM", StateScenes::awaitingRequest, nothing, NOTHING));
        plays.add(new Play(new Cell(7, 3), "accepts", StateScenes::awaitingPolicy, nothing, List.of("AC")));
        plays.add(new Play(new Cell(8, 3), "rejects", scene -> StateScenes.rejecting(scene), nothing, List.of("RJ")));
        plays.add(new Play(new Cell(17, 4), "no connection", StateScenes::refused, nothing, NOTHING));
        plays.add(new Play(
                new Cell(9, 6),
                "sends, and goes on",
                StateScenes::accepted,
                (_, peer) -> {
                    peer.send(RawPeer.command(1, RawPeer.echo(1)));
                    assertThat(peer.read()).isInstanceOf(Pdu.PDataTf.class);
                    peer.send(RawPeer.command(1, RawPeer.echo(2)));
                },
                List.of("P-DATA")));
        Act durable = (scene, _) -> scene.durable();
        for (Cell cell : List.of(new Cell(9, 8), new Cell(14, 8))) {
            plays.add(new Play(cell, "answers", StateScenes::releaseAsked, durable, List.of("P-DATA", "RELEASE-RP")));
        }
        plays.add(new Play(
                new Cell(11, 6), "asks", StateScenes::established, call(Association::release), List.of("RELEASE-RQ")));
        Act abort = call(Association::abort);
        List<String> aborted = List.of("ABORT 0 0");
        plays.add(new Play(new Cell(15, 6), "aborts", StateScenes::established, abort, aborted));
        plays.add(new Play(new Cell(15, 7), "aborts", StateScenes::releasing, abort, aborted));
        plays.add(new Play(new Cell(15, 11), "aborts", StateScenes::collided, abort, aborted));
        plays.add(new Play(
                new Cell(15, 8),
                "aborts",
                StateScenes::releaseAsked,
                (scene, _) -> {
                    scene.breaks();
                },
                List.of("P-DATA", "ABORT 0 0")));
        // Blank ones: an association that has ended is idle, and what is asked of it reaches nobody.
        plays.add(new Play(new Cell(9, 1), "fails", StateScenes::over, call(Ps38StateTableTest::echo), NOTHING));
        plays.add(new Play(new Cell(11, 1), "nothing", StateScenes::over, call(Association::release), NOTHING));
        plays.add(new Play(new Cell(15, 1), "nothing", StateScenes::over, abort, NOTHING));
    }

    private interface Call {
        void on(Association association) throws IOException;
    }

    private static Act call(Call call) {
        return (scene, _) -> {
            Association association = scene.association();
            Thread calling = Thread.ofVirtual().start(() -> {
                try {
                    call.on(association);
                } catch (IOException e) {
                    assertThat(e).isInstanceOf(AssociationAborted.class);
                }
            });
            scene.join(calling);
        };
    }

    private static void echo(Association association) throws IOException {
        assertThatThrownBy(association::echo)
                .isInstanceOf(AssociationAborted.class)
                .hasMessageContaining("has ended");
    }

    /** Events that come from the network. */
    enum Sent {
        ASSOCIATE_AC(3, 2, StateScenes.acceptance().encode()),
        ASSOCIATE_RJ(4, 2, new Pdu.AssociateRj(1, 1, 1).encode()),
        ASSOCIATE_RQ(6, 2, AssociationTest.proposal().request().encode()),
        P_DATA(10, 2, RawPeer.command(1, RawPeer.echo(1)).encode()),
        RELEASE_RQ(12, 2, new Pdu.ReleaseRq().encode()),
        RELEASE_RP(13, 2, new Pdu.ReleaseRp().encode()),
        ABORT(16, 2, new Pdu.Abort(0, 0).encode()),
        CLOSED(17, 2, new byte[0]),
        UNRECOGNIZED(19, 1, PduTest.bytes("0A 00 00000000")),
        INVALID(19, 6, PduTest.bytes("07 00 00000002 0000"));

        private final int event;
        private final int abortReason;
        private final String hex;

        Sent(int event, int abortReason, byte[] bytes) {
            this.event = event;
            this.abortReason = abortReason;
            this.hex = HexFormat.of().formatHex(bytes);
        }

        void by(RawPeer peer) throws IOException {
            if (this == CLOSED) {
                peer.halfClose();
            } else {
                peer.send(hex);
            }
        }
    }
}
