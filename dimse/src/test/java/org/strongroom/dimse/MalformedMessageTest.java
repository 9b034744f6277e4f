package org.strongroom.dimse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** P-DATA-TF that lies about its values, and command sets that lack or distort what they must have, PS3.8 9.3.5, PS3.7 6.3. */
final class MalformedMessageTest {
    private static final Duration SHORT = Duration.ofMillis(500);
    private static final int ECHO = 1;
    private static final int STORE = 3;

    private final ToyArchive archive = new ToyArchive();

    @RegisterExtension
    final Closing toClose = new Closing();

    @SuppressWarnings("NullAway.Init")
    private DimseListener listener;

    @BeforeEach
    void listen() throws IOException {
        Duration patient = Duration.ofSeconds(20);
        listener = DimseListener.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Optional.empty(),
                archive,
                Refusals.UNHEARD,
                new Timeouts(patient, patient, SHORT, patient, SHORT, 1024),
                ListenerLimits.DEFAULT);
        toClose.add(listener);
    }

    /** What a peer sees that sends this within an association; another one is served after it. */
    private String seen(byte[] bytes) throws IOException {
        List<String> seen = new ArrayList<>();
        try (RawPeer peer = RawPeer.associated(listener.port())) {
            peer.send(bytes);
            for (Pdu pdu = peer.read(); pdu != null; pdu = peer.read()) {
                seen.add(
                        pdu instanceof Pdu.Abort(int source, int reason) ? "ABORT " + source + " " + reason : "ANSWER");
                if (pdu instanceof Pdu.Abort) {
                    peer.halfClose();
                }
            }
        }
        try (RawPeer next = RawPeer.associated(listener.port())) {
            next.send(RawPeer.command(ECHO, RawPeer.echo(9)));
            assertThat(next.response().required(CommandSet.STATUS)).isZero();
        }
        return String.join(", ", seen);
    }

    private static byte[] echo(int... changes) {
        byte[] pdu = RawPeer.command(ECHO, RawPeer.echo(1)).encode();
        for (int i = 0; i < changes.length; i += 2) {
            pdu[changes[i]] = (byte) changes[i + 1];
        }
        return pdu;
    }

    /** One presentation data value, its length and message control header as told. */
    private static byte[] value(long length, int context, int control, byte[] bytes) {
        PduBuilder to = PduBuilder.pdu(Pdu.P_DATA_TF);
        to.u32(length).u8(context).u8(control).put(bytes);
        return to.toPdu();
    }

    private static byte[] join(byte[]... parts) {
        PduBuilder to = new PduBuilder(256);
        for (byte[] part : parts) {
            to.put(part);
        }
        return to.toArray();
    }

    @Test
    void a_presentation_data_value_whose_length_lies_is_aborted() throws Exception {
        int right = echo().length - 10;
        for (long wrong : new long[] {0, 1, right + 1L, 0x7FFFFFFFL, 0x80000000L, 0xFFFFFFFFL}) {
            byte[] lying = echo();
            for (int i = 0; i < 4; i++) {
                lying[6 + i] = (byte) (wrong >> (8 * (3 - i)));
            }
            assertThat(seen(lying)).as("length " + wrong).isEqualTo("ABORT 2 6");
        }
        // Shorter: what is left of the PDU is no value of its own, or the command set ends within an element.
        assertThat(seen(echo(9, right - 1))).isEqualTo("ABORT 2 6");
        // A PDU that ends within the header of a value.
        for (int length = 0; length < 6; length++) {
            PduBuilder to = PduBuilder.pdu(Pdu.P_DATA_TF);
            assertThat(seen(to.put(new byte[length]).toPdu()))
                    .as(length + " bytes")
                    .isEqualTo("ABORT 2 6");
        }
    }

    @Test
    void contexts_and_message_control_headers_that_do_not_fit_are_aborted() throws Exception {
        byte[] command = RawPeer.echo(1).bytes();
        byte[] store = StoreMessages.request(
                        1,
                        new ToyArchive.Stored(
                                AssociationTest.CT,
                                new org.strongroom.dicom.Uid("1.2.3"),
                                AssociationTest.EXPLICIT,
                                new byte[0]),
                        Optional.empty(),
                        0)
                .bytes();
        assertThat(seen(echo(10, 0))).as("context 0").isEqualTo("ABORT 2 6");
        assertThat(seen(echo(10, 2))).as("an even context").isEqualTo("ABORT 2 6");
        assertThat(seen(echo(10, 255))).as("one that was not proposed").isEqualTo("ABORT 2 6");
        assertThat(seen(echo(11, 0))).as("data before a command").isEqualTo("ABORT 2 2");
        assertThat(seen(echo(11, 2))).as("the last data before a command").isEqualTo("ABORT 2 2");
        // Reserved bits are not looked at, PS3.8 annex E.2.
        assertThat(seen(echo(11, 0xFF))).as("all bits set").isEqualTo("ANSWER");
        byte[] half = value(12, STORE, 1, Arrays.copyOf(store, 10));
        assertThat(seen(join(half, value(12, ECHO, 3, Arrays.copyOfRange(store, 10, 20)))))
                .as("a command that changes its context")
                .isEqualTo("ABORT 2 6");
        assertThat(seen(join(half, value(12, STORE, 2, new byte[10]))))
                .as("data within a command")
                .isEqualTo("ABORT 2 2");
        byte[] whole = value(store.length + 2, STORE, 3, store);
        assertThat(seen(join(whole, whole))).as("two commands").isEqualTo("ABORT 2 2");
        assertThat(seen(join(whole, value(command.length + 2, ECHO, 3, command))))
                .as("a command where data belongs")
                .isEqualTo("ABORT 2 2");
        assertThat(seen(join(whole, new Pdu.ReleaseRq().encode()))).isEqualTo("ABORT 2 2");
        assertThat(seen(whole)).as("data that never comes").isEmpty();
        assertThat(archive.instances).isEmpty();
    }

    @Test
    void command_sets_that_lack_or_distort_what_they_need_are_aborted_or_answered() throws Exception {
        byte[] good = RawPeer.echo(1).bytes();
        // (0000,0000), 12 bytes: its value is nobody's concern here, and a wrong one does no harm.
        byte[] wrongLength = good.clone();
        wrongLength[8] = 0x7F;
        assertThat(seen(message(wrongLength))).as("wrong group length").isEqualTo("ANSWER");
        assertThat(seen(message(Arrays.copyOfRange(good, 12, good.length))))
                .as("none")
                .isEqualTo("ANSWER");
        assertThat(seen(message(new byte[0]))).as("nothing in it").isEqualTo("ABORT 2 6");
        for (int element : new int[] {CommandSet.COMMAND_FIELD, CommandSet.MESSAGE_ID}) {
            assertThat(seen(message(without(good, element))))
                    .as("without %04X", element)
                    .isEqualTo("ABORT 2 6");
            assertThat(seen(message(resized(good, element))))
                    .as("%04X of 4 bytes", element)
                    .isEqualTo("ABORT 2 6");
        }
        byte[] foreign = good.clone();
        foreign[12] = 8;
        assertThat(seen(message(foreign))).as("an element of another group").isEqualTo("ABORT 2 6");
        for (int length = 1; length < good.length; length++) {
            String seen = seen(message(Arrays.copyOf(good, length)));
            assertThat(seen).as("cut at " + length).isIn("ABORT 2 6", "ANSWER");
        }
    }

    private static byte[] message(byte[] command) {
        return value(command.length + 2L, ECHO, 3, command);
    }

    private static byte[] without(byte[] command, int element) {
        int at = find(command, element);
        int next = at + 8 + (command[at + 4] & 0xFF);
        return join(Arrays.copyOf(command, at), Arrays.copyOfRange(command, next, command.length));
    }

    /** A US value as if it were UL. */
    private static byte[] resized(byte[] command, int element) {
        int at = find(command, element);
        byte[] changed = join(
                Arrays.copyOf(command, at + 10), new byte[2], Arrays.copyOfRange(command, at + 10, command.length));
        changed[at + 4] = 4;
        return changed;
    }

    private static int find(byte[] command, int element) {
        int at = 0;
        while ((command[at + 2] & 0xFF) + 256 * (command[at + 3] & 0xFF) != element) {
            at += 8 + (command[at + 4] & 0xFF);
        }
        return at;
    }
}
