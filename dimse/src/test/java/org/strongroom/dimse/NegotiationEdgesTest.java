package org.strongroom.dimse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.Uids;
import org.strongroom.dimse.AssociationPolicy.ProposedContext;
import org.strongroom.dimse.ToyArchive.Stored;

/** What PS3.8 annex D.1 and section 9.3.2.2 allow at their edges: tiny maximum lengths, many and odd contexts. */
final class NegotiationEdgesTest {
    private static final TransferSyntax JPEG = TransferSyntax.of(new Uid("1.2.840.10008.1.2.4.50"));
    private static final TransferSyntax RLE = TransferSyntax.of(new Uid("1.2.840.10008.1.2.5"));

    private final ToyArchive archive = new ToyArchive();

    @RegisterExtension
    final Closing toClose = new Closing();

    private int listen() throws IOException {
        DimseListener listener = DimseListener.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Optional.empty(),
                archive,
                Refusals.UNHEARD);
        toClose.add(listener);
        return listener.port();
    }

    private static Pdu.AssociateRq request(List<ProposedContext> contexts, long maximumLength) {
        return new Pdu.AssociateRq(
                1,
                "TOY",
                "TEST",
                Optional.of(Uids.DICOMApplicationContext),
                contexts,
                UserInformation.ours(maximumLength));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 6, 7, 11})
    void a_maximum_length_without_room_for_a_value_is_aborted(long maximum) throws Exception {
        try (RawPeer peer = RawPeer.connect(listen())) {
            peer.send(request(AssociationTest.proposal().contexts(), maximum));
            Pdu last = peer.read();
            if (last instanceof Pdu.AssociateAc) {
                last = peer.read();
            }
            assertThat(last).isInstanceOf(Pdu.Abort.class);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {12, 13, 16, 128, 4096, 0xFFFFFFFFL})
    void no_pdu_is_longer_than_the_peer_takes(long maximum) throws Exception {
        archive.comments = "x".repeat(3000);
        archive.matches = 2;
        try (RawPeer peer = RawPeer.connect(listen())) {
            peer.send(request(AssociationTest.proposal().contexts(), maximum));
            assertThat(peer.read()).isInstanceOf(Pdu.AssociateAc.class);
            CommandSet find = CommandSet.command(CommandField.C_FIND_RQ)
                    .uid(CommandSet.AFFECTED_SOP_CLASS, AssociationTest.FIND)
                    .number(CommandSet.MESSAGE_ID, 1)
                    .number(CommandSet.PRIORITY, 0)
                    .withDataSet()
                    .build();
            peer.send(
                    RawPeer.command(5, find),
                    RawPeer.data(5, true, AssociationTest.keys().toBytes(AssociationTest.EXPLICIT)));
            int finals = 0;
            long longest = 0;
            PduBuilder command = new PduBuilder(256);
            while (finals == 0) {
                Pdu pdu = Objects.requireNonNull(peer.read());
                assertThat(pdu).isInstanceOf(Pdu.PDataTf.class);
                long length = pdu.encode().length - 6L;
                assertThat(length).isLessThanOrEqualTo(maximum);
                longest = Math.max(longest, length);
                for (Pdu.Pdv value : ((Pdu.PDataTf) pdu).values()) {
                    if (value.command()) {
                        command.put(value.fragment().toArray());
                        if (value.last()) {
                            CommandSet response = CommandSet.read(command.toArray());
                            command = new PduBuilder(256);
                            finals += response.required(CommandSet.STATUS) == 0 ? 1 : 0;
                        }
                    }
                }
            }
            assertThat(longest).isGreaterThan(Math.min(maximum, 3000) - 2);
        }
    }

    @Test
    void a_hundred_and_twenty_eight_contexts_come_with_the_identifiers_up_to_255() throws Exception {
        List<ProposedContext> contexts = new ArrayList<>();
        for (int id = 1; id <= 255; id += 2) {
            contexts.add(new ProposedContext(id, new Uid("1.2." + id), List.of(AssociationTest.EXPLICIT)));
        }
        try (RawPeer peer = RawPeer.connect(listen())) {
            peer.send(request(contexts, 0));
            Pdu.AssociateAc accepted = (Pdu.AssociateAc) Objects.requireNonNull(peer.read());
            assertThat(accepted.contexts()).hasSize(128).allMatch(answer -> answer.result() == 0);
            assertThat(accepted.contexts().getLast().id()).isEqualTo(255);
        }
    }

    @Test
    void a_context_without_transfer_syntaxes_is_refused_and_the_others_are_not() throws Exception {
        try (RawPeer peer = RawPeer.connect(listen())) {
            peer.send(request(
                    List.of(
                            new ProposedContext(1, AssociationTest.CT, List.of()),
                            new ProposedContext(3, AssociationTest.CT, List.of(JPEG))),
                    0));
            Pdu.AssociateAc accepted = (Pdu.AssociateAc) Objects.requireNonNull(peer.read());
            assertThat(accepted.contexts())
                    .extracting(Pdu.ContextResult::result)
                    .containsExactly(4, 0);
        }
    }

    @Test
    void of_several_contexts_of_a_class_the_one_with_the_instances_syntax_is_taken_both_ways() throws Exception {
        Proposal proposal = Proposal.to(new AeTitle("TOY"), new AeTitle("TEST"))
                .context(AssociationTest.CT, JPEG)
                .context(AssociationTest.CT, RLE)
                .context(AssociationTest.CT, AssociationTest.EXPLICIT)
                .context(AssociationTest.GET, AssociationTest.EXPLICIT)
                .role(AssociationTest.CT, true, true);
        Random random = new Random(1);
        try (Association association = Association.request(
                new PeerAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), listen()), Optional.empty()),
                proposal,
                Timeouts.DEFAULT)) {
            int number = 0;
            for (TransferSyntax syntax : List.of(RLE, AssociationTest.EXPLICIT, JPEG)) {
                byte[] bytes = new byte[1000];
                random.nextBytes(bytes);
                Stored sent = new Stored(AssociationTest.CT, new Uid("1.2.3." + ++number), syntax, bytes);
                assertThat(association.store(sent)).isEqualTo(Status.SUCCESS);
                assertThat(archive.instances.get(sent.sopInstance())).isEqualTo(sent);
            }
            Stored other =
                    new Stored(AssociationTest.CT, new Uid("1.2.3.9"), TransferSyntax.ExplicitVRBigEndian, new byte[8]);
            assertThat(association.store(other).code()).isEqualTo(Status.SOP_CLASS_NOT_SUPPORTED.code());
            List<TransferSyntax> got = new ArrayList<>();
            Status status = association.get(
                    AssociationTest.GET,
                    AssociationTest.keys(),
                    store -> {
                        got.add(store.syntax());
                        assertThat(archive.instances.values())
                                .anyMatch(kept -> kept.sopInstance().equals(store.sopInstance())
                                        && kept.syntax().equals(store.syntax()));
                        return Status.SUCCESS;
                    },
                    Association.Progress.IGNORED);
            assertThat(status.isSuccess()).isTrue();
            assertThat(got).containsExactlyInAnyOrder(JPEG, RLE, AssociationTest.EXPLICIT);
        }
    }

    @Test
    void a_called_side_that_takes_too_little_is_told_so() throws Exception {
        // As requestor: an acceptor with a maximum length of 8 bytes can't be sent a value.
        assertThatThrownBy(
                        () -> new PduOutput(new Line(new Socket(), Timeouts.DEFAULT), OutputStream.nullOutputStream())
                                .peerTakes(8))
                .isInstanceOf(PduException.class)
                .hasMessageContaining("no room");
    }
}
