package org.strongroom.dimse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dimse.UserInformation.AsyncWindow;
import org.strongroom.dimse.UserInformation.UserIdentity;
import org.strongroom.testkit.Extent;

/**
 * PDUs of every type that end too early, lie about a length, or hold what can't be, PS3.8 section 9.3, to both sides. Each
 * ends as table 9-10 says and within its deadline, and the listener goes on serving others.
 */
final class MalformedPduTest {
    private static final Duration ARTIM = Duration.ofSeconds(2);
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Timeouts TIMEOUTS = new Timeouts(LONG, ARTIM, ARTIM, LONG, ARTIM, 1024);

    private final ToyArchive archive = new ToyArchive();

    @RegisterExtension
    final Closing toClose = new Closing();

    /** One PDU of each type, with every item and sub-item there is. */
    private static Map<String, byte[]> each() {
        Map<String, byte[]> each = new LinkedHashMap<>();
        each.put("A-ASSOCIATE-RQ", full().encode());
        each.put("A-ASSOCIATE-AC", accepting().encode());
        each.put("A-ASSOCIATE-RJ", new Pdu.AssociateRj(1, 1, 3).encode());
        each.put("P-DATA-TF", RawPeer.command(1, RawPeer.echo(1)).encode());
        each.put("A-RELEASE-RQ", new Pdu.ReleaseRq().encode());
        each.put("A-RELEASE-RP", new Pdu.ReleaseRp().encode());
        each.put("A-ABORT", new Pdu.Abort(2, 1).encode());
        return each;
    }

    private static Pdu full() {
        Octets some = Octets.of(new byte[] {1, 2, 3});
        return AssociationTest.proposal()
                .asyncWindow(new AsyncWindow(4, 1))
                .extended(new UserInformation.ExtendedNegotiation(AssociationTest.CT, some))
                .identity(new UserIdentity(2, true, some, some))
                .request();
    }

    private static Pdu accepting() {
        return new Pdu.AssociateAc(
                1,
                "A",
                "B",
                List.of(new Pdu.ContextResult(1, 0, Optional.of(TransferSyntax.ImplicitVRLittleEndian))),
                ((Pdu.AssociateRq) full()).userInformation());
    }

    @Test
    void every_pdu_cut_at_every_byte_ends_with_an_error_that_says_so() throws IOException {
        for (byte[] whole : each().values()) {
            for (int length = 1; length < whole.length; length++) {
                PduInput input = input(Arrays.copyOf(whole, length));
                assertThatThrownBy(() -> {
                            input.nextPdu();
                            input.rest();
                        })
                        .isInstanceOf(AssociationAborted.class)
                        .hasMessageContaining("within a PDU");
            }
            PduInput input = input(whole);
            assertThat(input.nextPdu()).isEqualTo(whole[0]);
            assertThat(input.rest()).isEqualTo(Arrays.copyOfRange(whole, 6, whole.length));
            assertThat(input.nextPdu()).isEqualTo(-1);
        }
    }

    private static PduInput input(byte[] bytes) {
        Line line = new Line(new Socket(), Timeouts.DEFAULT);
        return new PduInput(line, new ByteArrayInputStream(bytes), 1 << 20);
    }

    @Test
    void a_peer_that_leaves_within_any_pdu_before_and_after_its_acceptance_is_let_go() throws Exception {
        DimseListener listener = listen();
        List<Attempt> attempts = new ArrayList<>();
        each().forEach((name, whole) -> {
            int step = Extent.of(Math.max(1, whole.length / 6), 1);
            for (int length = 1; length < whole.length; length += step) {
                byte[] cut = Arrays.copyOf(whole, length);
                for (boolean associated : new boolean[] {false, true}) {
                    attempts.add(new Attempt(name + " cut at " + length, associated, cut, true));
                }
            }
        });
        // Nobody is there to be told why, but a type that may not come first is known by its header.
        play(listener, attempts)
                .forEach((how, seen) -> assertThat(seen)
                        .as(how)
                        .isIn(how.startsWith("P-DATA") ? List.of("closed", "ABORT 0 0, closed") : List.of("closed")));
        assertNothingIsLeft(listener);
    }

    @Test
    void a_length_that_lies_ends_the_connection_and_no_other() throws Exception {
        DimseListener listener = listen();
        List<Attempt> attempts = new ArrayList<>();
        each().forEach((name, whole) -> {
            long length = whole.length - 6L;
            for (long wrong : new long[] {0, 1, length - 1, length + 1, 0x7FFFFFFFL, 0x80000000L, 0xFFFFFFFFL}) {
                byte[] lying = whole.clone();
                for (int i = 0; i < 4; i++) {
                    lying[2 + i] = (byte) (wrong >> (8 * (3 - i)));
                }
                for (boolean associated : new boolean[] {false, true}) {
                    attempts.add(new Attempt(name + " of length " + wrong, associated, lying, false));
                }
            }
        });
        Map<String, String> seen = play(listener, attempts);
        // What is too long, and what is announced and never comes.
        assertThat(seen)
                .containsEntry("A-ASSOCIATE-RQ of length 4294967295", "ABORT 0 0, closed")
                .containsEntry("A-ASSOCIATE-RQ of length 2147483648", "ABORT 0 0, closed")
                .containsEntry("P-DATA-TF of length 4294967295, associated", "ABORT 2 6, closed")
                .containsEntry("P-DATA-TF of length 0, associated", "ABORT 2 6, closed")
                .containsEntry("A-RELEASE-RQ of length 0, associated", "ABORT 2 6, closed")
                .containsEntry("A-RELEASE-RQ of length 5, associated", "closed")
                .containsEntry("A-ABORT of length 3, associated", "ABORT 2 6, closed")
                .containsEntry("A-ABORT of length 3", "ABORT 0 0, closed");
        seen.forEach((how, what) -> assertThat(what)
                .as(how)
                .isIn(
                        "closed",
                        "ABORT 0 0, closed",
                        "ABORT 2 6, closed",
                        "ABORT 2 2, closed",
                        // A message that was whole is answered, whatever its PDU says of what follows.
                        "PDataTf, ABORT 2 6, closed"));
        assertNothingIsLeft(listener);
    }

    @Test
    void every_item_length_of_a_request_off_by_one_zero_or_huge_is_answered_in_order() throws Exception {
        byte[] whole = full().encode();
        DimseListener listener = listen();
        List<Attempt> attempts = new ArrayList<>();
        for (int offset : itemLengths(whole)) {
            int right = (whole[offset] & 0xFF) * 256 + (whole[offset + 1] & 0xFF);
            for (int wrong : new int[] {0, right - 1, right + 1, 0x7FFF, 0x8000, 0xFFFF}) {
                byte[] lying = whole.clone();
                lying[offset] = (byte) (wrong >> 8);
                lying[offset + 1] = (byte) wrong;
                attempts.add(new Attempt("length at " + offset + " " + right + " -> " + wrong, false, lying, true));
            }
        }
        assertThat(attempts).hasSizeGreaterThan(100);
        Map<String, Integer> count = new TreeMap<>();
        play(listener, attempts).forEach((how, seen) -> {
            // Accepted or rejected where what is left makes sense: a shorter UID is another UID.
            assertThat(seen).as(how).isIn("AC, closed", "RJ, closed", "ABORT 0 0, closed");
            count.merge(seen, 1, Integer::sum);
            if (how.endsWith("65535")) {
                assertThat(seen).as(how).isEqualTo("ABORT 0 0, closed");
            }
        });
        assertThat(count.get("ABORT 0 0, closed")).isGreaterThan(attempts.size() / 2);
        assertNothingIsLeft(listener);
    }

    /** Offsets of the 16 bit lengths of all items and sub-items of an A-ASSOCIATE-RQ. */
    private static List<Integer> itemLengths(byte[] request) {
        List<Integer> offsets = new ArrayList<>();
        collect(request, 74, request.length, offsets);
        return offsets;
    }

    private static void collect(byte[] request, int from, int to, List<Integer> offsets) {
        int at = from;
        while (at + 4 <= to) {
            int type = request[at];
            int length = (request[at + 2] & 0xFF) * 256 + (request[at + 3] & 0xFF);
            offsets.add(at + 2);
            if (type == 0x20) {
                collect(request, at + 8, at + 4 + length, offsets);
            } else if (type == 0x50) {
                collect(request, at + 4, at + 4 + length, offsets);
            } else if (type == 0x54 || type == 0x56) {
                offsets.add(at + 4);
            } else if (type == 0x58) {
                offsets.add(at + 6);
            }
            at += 4 + length;
        }
    }

    @Test
    void a_requestor_survives_whatever_an_acceptor_answers() throws Exception {
        List<byte[]> answers = new ArrayList<>();
        each().forEach((name, whole) -> {
            int step = Extent.of(Math.max(1, whole.length / 5), 1);
            for (int length = 1; length < whole.length; length += step) {
                answers.add(Arrays.copyOf(whole, length));
            }
            for (int wrong : new int[] {0, 1, whole.length - 7, whole.length - 5, 0x7FFFFFFF, 0x80000000, -1}) {
                byte[] lying = whole.clone();
                for (int i = 0; i < 4; i++) {
                    lying[2 + i] = (byte) (wrong >> (8 * (3 - i)));
                }
                answers.add(lying);
            }
        });
        answers.add("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        try (ExecutorService together = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (byte[] answer : answers) {
                all.add(together.submit(() -> {
                    ask(answer);
                    return true;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
    }

    private static void ask(byte[] answer) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> {
                try (RawPeer peer = new RawPeer(server.accept())) {
                    peer.read();
                    peer.send(answer);
                    peer.halfClose();
                    peer.read();
                } catch (IOException e) {
                    // The requestor went away, as it should.
                }
            });
            long start = System.nanoTime();
            assertThatThrownBy(() -> Association.request(
                            new PeerAddress((InetSocketAddress) server.getLocalSocketAddress(), Optional.empty()),
                            AssociationTest.proposal(),
                            TIMEOUTS))
                    .isInstanceOfAny(AssociationAborted.class, AssociationRejected.class);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LONG.dividedBy(2));
        }
    }

    /** @param leaves whether the peer closes its half after that */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Attempt(String what, boolean associated, byte[] bytes, boolean leaves) {
        String name() {
            return what + (associated ? ", associated" : "");
        }
    }

    /** Plays all beside each other; what each saw, by its name. */
    private static Map<String, String> play(DimseListener listener, List<Attempt> attempts) throws Exception {
        Map<String, String> seen = new LinkedHashMap<>();
        try (ExecutorService together =
                Executors.newFixedThreadPool(48, Thread.ofVirtual().factory())) {
            Map<String, Future<String>> all = new LinkedHashMap<>();
            attempts.forEach(attempt -> all.put(attempt.name(), together.submit(() -> seen(listener, attempt))));
            for (Map.Entry<String, Future<String>> one : all.entrySet()) {
                seen.put(one.getKey(), one.getValue().get());
            }
        }
        assertThat(seen).hasSameSizeAs(attempts);
        return seen;
    }

    private static String seen(DimseListener listener, Attempt attempt) throws IOException {
        long start = System.nanoTime();
        List<String> seen = new ArrayList<>();
        try (RawPeer peer =
                attempt.associated() ? RawPeer.associated(listener.port()) : RawPeer.connect(listener.port())) {
            peer.send(attempt.bytes());
            if (attempt.leaves()) {
                peer.halfClose();
            }
            for (Pdu pdu = peer.read(); pdu != null; pdu = peer.read()) {
                seen.add(
                        switch (pdu) {
                            case Pdu.AssociateAc _ -> "AC";
                            case Pdu.AssociateRj _ -> "RJ";
                            case Pdu.Abort(int source, int reason) -> "ABORT " + source + " " + reason;
                            default -> pdu.getClass().getSimpleName();
                        });
            }
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .as(attempt.what())
                .isLessThan(LONG.dividedBy(2));
        seen.add("closed");
        return String.join(", ", seen);
    }

    private DimseListener listen() throws IOException {
        DimseListener listener = DimseListener.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Optional.empty(),
                archive,
                Refusals.UNHEARD,
                TIMEOUTS,
                new ListenerLimits(5000, 12_000, 32, 2000, 50, 1 << 20, 64, 4 << 20));
        toClose.add(listener);
        return listener;
    }

    private void assertNothingIsLeft(DimseListener listener) throws Exception {
        AssociationTest.eventually(() -> listener.associations() == 0 && listener.waiting() == 0);
        AssociationTest.eventually(() -> archive.opened.get() == archive.closed.get());
        try (Association next = Association.request(
                new PeerAddress(listener.address(), Optional.empty()), AssociationTest.proposal(), TIMEOUTS)) {
            assertThat(next.echo().isSuccess()).isTrue();
        }
    }
}
