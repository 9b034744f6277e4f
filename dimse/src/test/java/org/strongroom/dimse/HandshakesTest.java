package org.strongroom.dimse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLProtocolException;
import org.junit.jupiter.api.Test;

/** What strangers' handshakes may take: rate, bytes, and what counts as a ClientHello at all. */
final class HandshakesTest {
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final ListenerLimits LIMITS = new ListenerLimits(10, 100, 2, 3, 2, 1 << 20, 8, 1 << 20);

    private final AtomicLong now = new AtomicLong();

    private static TestCaller begun(Handshakes<TestCaller> handshakes, int host) throws IOException {
        TestCaller caller = new TestCaller(host);
        assertThat(handshakes.begin(caller, LONG)).isTrue();
        handshakes.leave(caller);
        return caller;
    }

    @Test
    void handshakes_above_the_rate_of_their_address_wait_for_it_and_others_do_not() throws Exception {
        Handshakes<TestCaller> handshakes = new Handshakes<>(LIMITS, 2, now::get);
        assertThat(begun(handshakes, 1).pauses).isEmpty();
        assertThat(begun(handshakes, 1).pauses).isEmpty();
        assertThat(begun(handshakes, 1).pauses).containsExactly(500_000_000L);
        assertThat(begun(handshakes, 1).pauses).containsExactly(1_000_000_000L);
        assertThat(begun(handshakes, 2).pauses).isEmpty();
        now.set(2_000_000_000L);
        assertThat(begun(handshakes, 1).pauses).isEmpty();
    }

    @Test
    void a_handshake_whose_turn_would_come_too_late_is_refused_and_takes_nothing_from_the_rate() throws Exception {
        Handshakes<TestCaller> handshakes = new Handshakes<>(LIMITS, 2, now::get);
        begun(handshakes, 1);
        begun(handshakes, 1);
        assertThat(handshakes.begin(new TestCaller(1), Duration.ofMillis(499))).isFalse();
        assertThat(handshakes.begin(new TestCaller(1), Duration.ofMillis(499))).isFalse();
        assertThat(handshakes.begin(new TestCaller(1), Duration.ofMillis(500))).isTrue();
    }

    @Test
    void a_handshake_with_an_identified_peer_does_not_count() throws Exception {
        Handshakes<TestCaller> handshakes = new Handshakes<>(LIMITS, 2, now::get);
        for (int i = 0; i < 20; i++) {
            TestCaller caller = new TestCaller(1);
            assertThat(handshakes.begin(caller, LONG)).isTrue();
            assertThat(caller.pauses).isEmpty();
            handshakes.identified(caller);
            handshakes.leave(caller);
        }
        assertThat(handshakes.underWay()).isZero();
    }

    @Test
    void the_oldest_of_the_network_with_most_bytes_makes_room() {
        HelloBytes<TestCaller> bytes = new HelloBytes<>(1000);
        TestCaller first = new TestCaller(1);
        TestCaller second = new TestCaller(1);
        TestCaller other = new TestCaller(2);
        bytes.resize(first, 300);
        bytes.resize(second, 300);
        bytes.resize(other, 400);
        assertThat(first.sentAway || second.sentAway || other.sentAway).isFalse();
        bytes.resize(other, 401);
        assertThat(first.sentAway).isTrue();
        assertThat(second.sentAway || other.sentAway).isFalse();
        assertThat(bytes.total()).isEqualTo(701);
        bytes.release(first);
        bytes.release(second);
        bytes.release(other);
        assertThat(bytes.total()).isZero();
    }

    private static ClientHello hello(byte[] bytes, List<Integer> lengths) {
        Line line = new Line(new Socket(), Timeouts.DEFAULT);
        return new ClientHello(line, new ByteArrayInputStream(bytes), new byte[16], 0, lengths::add);
    }

    /** A ClientHello whose message has {@code length} bytes after its header, in records of at most {@code record}. */
    private static byte[] clientHello(int length, int record) {
        byte[] message = new byte[4 + length];
        message[0] = 1;
        message[1] = (byte) (length >> 16);
        message[2] = (byte) (length >> 8);
        message[3] = (byte) length;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < message.length; i += record) {
            int some = Math.min(record, message.length - i);
            out.writeBytes(new byte[] {22, 3, 1, (byte) (some >> 8), (byte) some});
            out.write(message, i, some);
        }
        return out.toByteArray();
    }

    @Test
    void a_client_hello_is_read_to_its_end_in_one_record_or_in_many() throws Exception {
        for (int record : new int[] {16_000, 100, 3, 1}) {
            byte[] bytes = clientHello(500, record);
            List<Integer> lengths = new ArrayList<>();
            ClientHello hello = hello(bytes, lengths);
            hello.read();
            assertThat(hello.count()).isEqualTo(bytes.length);
            assertThat(hello.bytes()).startsWith(bytes);
            assertThat(lengths).startsWith(512).isSorted();
        }
    }

    @Test
    void the_longest_client_hello_is_read_and_one_byte_more_is_not() throws Exception {
        int longest = ClientHello.MOST_BYTES - 9;
        ClientHello hello = hello(clientHello(longest, 16_384), new ArrayList<>());
        hello.read();
        assertThat(hello.count()).isEqualTo(ClientHello.MOST_BYTES);
        assertThatThrownBy(hello(clientHello(longest + 1, 16_384), new ArrayList<>())::read)
                .isInstanceOf(SSLProtocolException.class);
    }

    @Test
    void what_is_no_client_hello_is_refused_and_half_of_one_costs_little() {
        byte[] half = new byte[111];
        System.arraycopy(clientHello(16_000, 16_384), 0, half, 0, half.length);
        List<Integer> lengths = new ArrayList<>();
        assertThatThrownBy(hello(half, lengths)::read).isInstanceOf(EOFException.class);
        assertThat(lengths).containsExactly(512);
        byte[] other = clientHello(100, 1000);
        other[5] = 2;
        assertThatThrownBy(hello(other, lengths)::read).isInstanceOf(SSLProtocolException.class);
        byte[] empty = {22, 3, 1, 0, 0, 22, 3, 1, 0, 0};
        assertThatThrownBy(hello(empty, lengths)::read).isInstanceOf(SSLProtocolException.class);
        byte[] alert = clientHello(100, 50);
        alert[55] = 21;
        assertThatThrownBy(hello(alert, lengths)::read).isInstanceOf(SSLProtocolException.class);
    }
}
