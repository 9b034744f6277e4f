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
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.VR;

/** What a provider answers to messages good and bad, byte by byte. */
final class ProviderTest {
    private static final int ECHO_CONTEXT = 1;
    private static final int CT_CONTEXT = 3;
    private static final int FIND_CONTEXT = 5;
    private static final int GET_CONTEXT = 9;
    private static final Uid INSTANCE = new Uid("1.2.3");

    private final ToyArchive archive = new ToyArchive();

    @RegisterExtension
    final Closing toClose = new Closing();

    private RawPeer peer() throws IOException {
        return peer(archive, ListenerLimits.DEFAULT);
    }

    private RawPeer peer(AssociationPolicy policy, ListenerLimits limits) throws IOException {
        DimseListener listener = DimseListener.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Optional.empty(),
                policy,
                Refusals.UNHEARD,
                Timeouts.DEFAULT,
                limits);
        toClose.add(listener);
        RawPeer peer = RawPeer.associated(listener.port());
        toClose.add(peer);
        return peer;
    }

    /** The toy archive's negotiation with a handler of one's own. */
    private AssociationPolicy handling(Handling handling) {
        return (request, peer) -> {
            AssociationPolicy.Answer.Accept accept = (AssociationPolicy.Answer.Accept) archive.answer(request, peer);
            return new AssociationPolicy.Answer.Accept(accept.contexts(), new DimseHandler() {
                @Override
                public Status handle(DimseRequest request, Responses responses) throws IOException {
                    return handling.handle(request, responses);
                }

                @Override
                public void close() {
                    archive.closed.incrementAndGet();
                }
            });
        };
    }

    private interface Handling {
        Status handle(DimseRequest request, Responses responses) throws IOException;
    }

    private static Pdu storeCommand(int messageId) {
        Instance instance = new ToyArchive.Stored(AssociationTest.CT, INSTANCE, AssociationTest.EXPLICIT, new byte[0]);
        return RawPeer.command(CT_CONTEXT, StoreMessages.request(messageId, instance, Optional.empty(), 0));
    }

    private static CommandSet.Builder find(int messageId) {
        return CommandSet.command(CommandField.C_FIND_RQ)
                .uid(CommandSet.AFFECTED_SOP_CLASS, AssociationTest.FIND)
                .number(CommandSet.MESSAGE_ID, messageId)
                .number(CommandSet.PRIORITY, 0)
                .withDataSet();
    }

    private static byte[] keys() {
        return AssociationTest.keys().toBytes(AssociationTest.EXPLICIT);
    }

    private static Pdu cancel(int messageId) {
        return RawPeer.command(
                FIND_CONTEXT,
                CommandSet.command(CommandField.C_CANCEL_RQ)
                        .number(CommandSet.MESSAGE_ID_RESPONDED_TO, messageId)
                        .build());
    }

    private static int status(CommandSet response) {
        return response.required(CommandSet.STATUS);
    }

    private static int messageId(CommandSet response) {
        return response.required(CommandSet.MESSAGE_ID_RESPONDED_TO);
    }

    @Test
    void performs_requests_sent_ahead_in_order() throws Exception {
        RawPeer peer = peer();
        List<Pdu> pdus = new ArrayList<>();
        for (int id = 1; id <= 30; id++) {
            if (id % 3 == 0) {
                pdus.add(storeCommand(id));
                pdus.add(RawPeer.data(CT_CONTEXT, true, new byte[id * 100]));
            } else if (id % 3 == 1) {
                pdus.add(RawPeer.command(FIND_CONTEXT, find(id).build()));
                pdus.add(RawPeer.data(FIND_CONTEXT, true, keys()));
            } else {
                pdus.add(RawPeer.command(ECHO_CONTEXT, RawPeer.echo(id)));
            }
        }
        peer.send(pdus.toArray(Pdu[]::new));
        for (int id = 1; id <= 30; id++) {
            CommandSet response = peer.response();
            while (status(response) == 0xFF00) {
                assertThat(messageId(response)).isEqualTo(id);
                response = peer.response();
            }
            assertThat(messageId(response)).isEqualTo(id);
            assertThat(status(response)).isZero();
        }
        peer.send(new Pdu.ReleaseRq());
        assertThat(peer.read()).isEqualTo(new Pdu.ReleaseRp());
    }

    @Test
    void a_cancel_reaches_the_find_under_way_and_one_that_waits_behind_it() throws Exception {
        archive.matches = -1;
        RawPeer peer = peer();
        peer.send(
                RawPeer.command(FIND_CONTEXT, find(1).build()),
                RawPeer.data(FIND_CONTEXT, true, keys()),
                RawPeer.command(FIND_CONTEXT, find(2).build()),
                RawPeer.data(FIND_CONTEXT, true, keys()),
                cancel(2),
                cancel(7),
                cancel(1));
        int last = 0;
        for (int finals = 0; finals < 2; ) {
            CommandSet response = peer.response();
            if (status(response) != 0xFF00) {
                assertThat(status(response)).isEqualTo(0xFE00);
                assertThat(messageId(response)).isEqualTo(++last);
                finals++;
            }
        }
        // Too late, and without an answer.
        peer.send(cancel(2), RawPeer.command(ECHO_CONTEXT, RawPeer.echo(3)));
        assertThat(messageId(peer.response())).isEqualTo(3);
    }

    @Test
    void a_handler_hears_of_a_peer_that_leaves_during_a_find() throws Exception {
        for (int way = 0; way < 3; way++) {
            archive.matches = -1;
            RawPeer peer = peer();
            peer.send(RawPeer.command(FIND_CONTEXT, find(1).build()), RawPeer.data(FIND_CONTEXT, true, keys()));
            peer.response();
            switch (way) {
                case 0 -> peer.close();
                case 1 -> peer.send(new Pdu.Abort(0, 0));
                default -> peer.send(new Pdu.ReleaseRq());
            }
            int ended = way + 1;
            AssociationTest.eventually(() -> archive.closed.get() == ended);
        }
    }

    @Test
    void an_operation_is_answered_while_the_next_one_is_still_being_sent() throws Exception {
        RawPeer peer = peer(
                handling((_, responses) -> {
                    for (int i = 0; i < 1000 && !responses.cancelled(); i++) {
                        StateScenes.pause(Duration.ofMillis(5));
                    }
                    // By then what follows the C-CANCEL is being read.
                    StateScenes.pause(Duration.ofMillis(100));
                    return Status.SUCCESS;
                }),
                ListenerLimits.DEFAULT);
        byte[] keys = keys();
        byte[] begun = Arrays.copyOf(keys, 5);
        peer.send(
                RawPeer.command(FIND_CONTEXT, find(1).build()),
                RawPeer.data(FIND_CONTEXT, true, keys),
                cancel(1),
                RawPeer.command(FIND_CONTEXT, find(2).build()),
                RawPeer.data(FIND_CONTEXT, false, begun));
        assertThat(messageId(peer.response())).isEqualTo(1);
        peer.send(RawPeer.data(FIND_CONTEXT, true, Arrays.copyOfRange(keys, begun.length, keys.length)), cancel(2));
        CommandSet second = peer.response();
        assertThat(messageId(second)).isEqualTo(2);
        assertThat(status(second)).isZero();
    }

    @Test
    void a_store_sent_ahead_of_gets_answers_does_not_lock_up() throws Exception {
        archive.instances.put(
                new Uid("1.2.4"),
                new ToyArchive.Stored(AssociationTest.CT, new Uid("1.2.4"), AssociationTest.EXPLICIT, new byte[100]));
        RawPeer peer = peer();
        CommandSet get = CommandSet.command(CommandField.C_GET_RQ)
                .uid(CommandSet.AFFECTED_SOP_CLASS, AssociationTest.GET)
                .number(CommandSet.MESSAGE_ID, 1)
                .number(CommandSet.PRIORITY, 0)
                .withDataSet()
                .build();
        peer.send(
                RawPeer.command(GET_CONTEXT, get),
                RawPeer.data(GET_CONTEXT, true, keys()),
                storeCommand(2),
                RawPeer.data(CT_CONTEXT, true, new byte[50]));
        int finals = 0;
        while (finals < 2) {
            CommandSet response = peer.response();
            if (CommandField.isResponse(response.field()) && status(response) != 0xFF00) {
                finals++;
            }
        }
        assertThat(archive.instances).containsKey(INSTANCE);
    }

    @Test
    void what_a_handler_leaves_unread_is_skipped() throws Exception {
        RawPeer peer =
                peer(handling((request, _) -> Status.NOT_AUTHORIZED.because("not for you")), ListenerLimits.DEFAULT);
        for (int i = 0; i < 3; i++) {
            peer.send(storeCommand(i));
            for (int k = 0; k < 20; k++) {
                peer.send(RawPeer.data(CT_CONTEXT, k == 19, new byte[50_000]));
            }
            CommandSet response = peer.response();
            assertThat(status(response)).isEqualTo(0x0124);
            assertThat(response.text(CommandSet.ERROR_COMMENT)).contains("not for you");
            assertThat(response.uid(CommandSet.AFFECTED_SOP_INSTANCE)).contains(INSTANCE);
        }
    }

    @Test
    void failures_of_a_handler_become_statuses() throws Exception {
        List<RuntimeException> broken = List.of(new DicomFormatException("odd length at 12"));
        RawPeer peer = peer(
                handling((request, _) -> {
                    switch (request) {
                        case DimseRequest.CStore _ -> throw new IOException("disk full");
                        case DimseRequest.CFind _ -> throw broken.getFirst();
                        default -> throw new IllegalStateException("a bug");
                    }
                }),
                ListenerLimits.DEFAULT);
        peer.send(storeCommand(1), RawPeer.data(CT_CONTEXT, true, new byte[10]));
        assertThat(status(peer.response())).isEqualTo(0xA700);
        peer.send(RawPeer.command(FIND_CONTEXT, find(2).build()), RawPeer.data(FIND_CONTEXT, true, keys()));
        CommandSet malformed = peer.response();
        assertThat(status(malformed)).isEqualTo(0xA900);
        assertThat(malformed.text(CommandSet.ERROR_COMMENT)).contains("odd length at 12");
        peer.send(RawPeer.command(ECHO_CONTEXT, RawPeer.echo(3)));
        assertThat(status(peer.response())).isEqualTo(0x0110);
        assertThat(peer.read()).isEqualTo(new Pdu.Abort(0, 0));
        AssociationTest.eventually(() -> archive.closed.get() == 1);
    }

    @Test
    void an_identifier_that_is_no_data_set_is_answered_with_a900() throws Exception {
        RawPeer peer = peer();
        peer.send(
                RawPeer.command(FIND_CONTEXT, find(1).build()),
                RawPeer.data(FIND_CONTEXT, true, PduTest.bytes("0800 5200 4353 FFFF 41")));
        assertThat(status(peer.response())).isEqualTo(0xA900);
        peer.send(RawPeer.command(ECHO_CONTEXT, RawPeer.echo(2)));
        assertThat(status(peer.response())).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0x0100, 0x0110, 0x0120, 0x0130, 0x0140, 0x0150, 0x0002, 0x0FF0})
    void operations_it_does_not_know_are_answered_with_0211(int field) throws Exception {
        RawPeer peer = peer();
        CommandSet command = CommandSet.command(field)
                .uid(field < 0x100 ? CommandSet.AFFECTED_SOP_CLASS : CommandSet.REQUESTED_SOP_CLASS, AssociationTest.CT)
                .uid(CommandSet.AFFECTED_SOP_CLASS, AssociationTest.CT)
                .number(CommandSet.MESSAGE_ID, 1)
                .withDataSet()
                .build();
        peer.send(RawPeer.command(CT_CONTEXT, command), RawPeer.data(CT_CONTEXT, true, new byte[100]));
        CommandSet response = peer.response();
        assertThat(response.field()).isEqualTo(field | 0x8000);
        assertThat(status(response)).isEqualTo(0x0211);
        peer.send(RawPeer.command(ECHO_CONTEXT, RawPeer.echo(2)));
        assertThat(status(peer.response())).isZero();
    }

    @Test
    void a_sop_class_that_is_not_the_contexts_is_answered_with_0122() throws Exception {
        RawPeer peer = peer();
        Instance instance = new ToyArchive.Stored(AssociationTest.CT, INSTANCE, AssociationTest.EXPLICIT, new byte[0]);
        peer.send(
                RawPeer.command(ECHO_CONTEXT, StoreMessages.request(1, instance, Optional.empty(), 0)),
                RawPeer.data(ECHO_CONTEXT, true, new byte[100]));
        assertThat(status(peer.response())).isEqualTo(0x0122);
        assertThat(archive.instances).isEmpty();
    }

    @Test
    void stray_responses_data_without_command_and_foreign_contexts_end_the_association() throws Exception {
        CommandSet response = CommandSet.command(CommandField.C_STORE_RQ | CommandField.RESPONSE)
                .number(CommandSet.MESSAGE_ID_RESPONDED_TO, 1)
                .number(CommandSet.STATUS, 0)
                .build();
        assertThat(peer().send(RawPeer.command(CT_CONTEXT, response)).read()).isEqualTo(new Pdu.Abort(2, 2));
        assertThat(peer().send(RawPeer.data(CT_CONTEXT, true, new byte[4])).read())
                .isEqualTo(new Pdu.Abort(2, 2));
        assertThat(peer().send(RawPeer.command(99, RawPeer.echo(1))).read()).isEqualTo(new Pdu.Abort(2, 6));
        assertThat(peer().send(storeCommand(1), storeCommand(2)).read()).isEqualTo(new Pdu.Abort(2, 2));
        assertThat(peer().send(storeCommand(1), new Pdu.ReleaseRq()).read()).isEqualTo(new Pdu.Abort(2, 2));
        assertThat(peer().send(storeCommand(1), RawPeer.data(ECHO_CONTEXT, true, new byte[4]))
                        .read())
                .isEqualTo(new Pdu.Abort(2, 6));
        AssociationTest.eventually(() -> archive.closed.get() == 6);
        assertThat(archive.instances).isEmpty();
    }

    @Test
    void a_peer_that_leaves_within_a_store_leaves_nothing_stored() throws Exception {
        List<String> failures = new CopyOnWriteArrayList<>();
        RawPeer peer = peer(
                handling((request, _) -> {
                    try {
                        ((DimseRequest.CStore) request).body().readAllBytes();
                        return Status.SUCCESS;
                    } catch (IOException e) {
                        failures.add(String.valueOf(e.getMessage()));
                        throw e;
                    }
                }),
                ListenerLimits.DEFAULT);
        peer.send(storeCommand(1), RawPeer.data(CT_CONTEXT, false, new byte[5000]));
        peer.close();
        AssociationTest.eventually(() -> archive.closed.get() == 1);
        assertThat(failures).hasSize(1);
    }

    @Test
    void a_data_pdu_may_be_as_long_as_the_limit_and_no_longer() throws Exception {
        ListenerLimits limits = new ListenerLimits(256, 1000, 32, 100, 50, 100_000, 8, 1 << 20);
        RawPeer peer = peer(archive, limits);
        peer.send(storeCommand(1), RawPeer.data(CT_CONTEXT, true, new byte[100_000 - 6]));
        assertThat(status(peer.response())).isZero();
        peer.send(storeCommand(2), RawPeer.data(CT_CONTEXT, true, new byte[100_000 - 5]));
        assertThat(peer.read()).isEqualTo(new Pdu.Abort(2, 6));
    }

    @Test
    void a_first_pdu_may_be_as_long_as_64_kib_and_no_longer() throws Exception {
        RawPeer peer = peer();
        byte[] request = AssociationTest.proposal().request().encode();
        for (int excess = 0; excess < 2; excess++) {
            int fill = PduInput.CONTROL_PDU_LIMIT + excess - (request.length - 6);
            PduBuilder longest = new PduBuilder(70_000).put(request);
            int item = longest.open16(0x7E);
            longest.zeros(fill - 4);
            longest.close16(item);
            longest.set32(2, longest.length() - 6);
            RawPeer other = RawPeer.connect(peer.port());
            toClose.add(other);
            other.send(longest.toArray());
            if (excess == 0) {
                assertThat(other.read()).isInstanceOf(Pdu.AssociateAc.class);
            } else {
                assertThat(other.read()).isEqualTo(new Pdu.Abort(0, 0));
            }
        }
    }

    @Test
    void identifiers_and_command_sets_have_their_limits() throws Exception {
        RawPeer peer = peer();
        byte[] keys = keys();
        int limit = Conversation.IDENTIFIER_LIMIT;
        byte[] largest = AssociationTest.keys()
                .withText(new Tag(0x00204000), VR.UT, List.of("x".repeat(limit - keys.length - 12)))
                .toBytes(AssociationTest.EXPLICIT);
        assertThat(largest).hasSize(limit);
        peer.send(RawPeer.command(FIND_CONTEXT, find(1).build()), RawPeer.data(FIND_CONTEXT, true, largest));
        assertThat(status(peer.response())).isEqualTo(0xFF00);
        RawPeer other = peer();
        other.send(
                RawPeer.command(FIND_CONTEXT, find(1).build()),
                RawPeer.data(FIND_CONTEXT, true, Arrays.copyOf(largest, limit + 1)));
        assertThat(other.read()).isEqualTo(new Pdu.Abort(2, 6));
        int room = Conversation.COMMAND_SET_LIMIT - RawPeer.echo(1).bytes().length;
        for (int excess = 0; excess < 2; excess++) {
            RawPeer third = peer();
            byte[] command = new PduBuilder(70_000)
                    .put(RawPeer.echo(1).bytes())
                    .u32LittleEndian(0x30000000)
                    .u32LittleEndian(room - 8 + excess)
                    .zeros(room - 8 + excess)
                    .toArray();
            third.send(new Pdu.PDataTf(List.of(new Pdu.Pdv(ECHO_CONTEXT, true, true, Octets.of(command)))));
            if (excess == 0) {
                assertThat(status(third.response())).isZero();
            } else {
                assertThat(third.read()).isEqualTo(new Pdu.Abort(2, 6));
            }
        }
    }

    @Test
    void values_of_a_message_may_be_cut_in_any_way() throws Exception {
        RawPeer peer = peer();
        byte[] command = StoreMessages.request(
                        1,
                        new ToyArchive.Stored(AssociationTest.CT, INSTANCE, AssociationTest.EXPLICIT, new byte[0]),
                        Optional.empty(),
                        0)
                .bytes();
        List<Pdu.Pdv> values = new ArrayList<>();
        for (int i = 0; i < command.length; i++) {
            values.add(new Pdu.Pdv(CT_CONTEXT, true, i == command.length - 1, Octets.of(new byte[] {command[i]})));
        }
        values.add(new Pdu.Pdv(CT_CONTEXT, false, false, Octets.NONE));
        values.add(new Pdu.Pdv(CT_CONTEXT, false, false, Octets.of(new byte[] {1, 2, 3})));
        values.add(new Pdu.Pdv(CT_CONTEXT, false, true, Octets.NONE));
        values.add(
                new Pdu.Pdv(ECHO_CONTEXT, true, true, Octets.of(RawPeer.echo(2).bytes())));
        peer.send(new Pdu.PDataTf(values));
        assertThat(messageId(peer.response())).isEqualTo(1);
        assertThat(messageId(peer.response())).isEqualTo(2);
        assertThat(archive.instances.values())
                .singleElement()
                .satisfies(stored -> assertThat(stored.bytes()).containsExactly(1, 2, 3));
    }

    @Test
    void a_requestor_without_the_scu_role_may_not_store() throws Exception {
        DimseListener listener = DimseListener.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Optional.empty(),
                archive,
                Refusals.UNHEARD);
        toClose.add(listener);
        Proposal proposal = Proposal.to(new AeTitle("TOY"), new AeTitle("TEST"))
                .context(new Uid("1.2.3.4"), TransferSyntax.ImplicitVRLittleEndian)
                .context(AssociationTest.CT, AssociationTest.EXPLICIT)
                .role(AssociationTest.CT, false, true);
        RawPeer peer = RawPeer.connect(listener.port());
        toClose.add(peer);
        peer.send(proposal.request());
        assertThat(peer.read()).isInstanceOf(Pdu.AssociateAc.class);
        peer.send(storeCommand(1), RawPeer.data(CT_CONTEXT, true, new byte[10]));
        assertThat(status(peer.response())).isEqualTo(0x0124);
    }

    @Test
    void protocol_version_and_application_context_are_checked() throws Exception {
        RawPeer any = peer();
        Pdu.AssociateRq good = AssociationTest.proposal().request();
        RawPeer old = RawPeer.connect(any.port());
        toClose.add(old);
        old.send(new Pdu.AssociateRq(2, "A", "B", good.applicationContext(), good.contexts(), good.userInformation()));
        assertThat(old.read()).isEqualTo(new Pdu.AssociateRj(1, 2, 2));
        RawPeer other = RawPeer.connect(any.port());
        toClose.add(other);
        other.send(new Pdu.AssociateRq(
                1, "A", "B", Optional.of(new Uid("1.2.3")), good.contexts(), good.userInformation()));
        assertThat(other.read()).isEqualTo(new Pdu.AssociateRj(1, 1, 2));
    }
}
