package org.strongroom.dimse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.strongroom.dimse.AssociationPolicy.Rejection;

/** What is tried again, how often, and the words for every refusal of PS3.8 tables 9-21 and 9-26. */
final class RetriesTest {
    private static final Retries QUICK = new Retries(4, Duration.ofMillis(20), Duration.ofMillis(50));

    private final ToyArchive archive = new ToyArchive();
    private final List<Duration> pauses = new ArrayList<>();

    @RegisterExtension
    final Closing toClose = new Closing();

    private DimseListener listen() throws IOException {
        DimseListener listener = DimseListener.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Optional.empty(),
                archive,
                Refusals.UNHEARD);
        toClose.add(listener);
        return listener;
    }

    private Association request(InetSocketAddress address) throws IOException {
        return QUICK.request(
                new PeerAddress(address, Optional.empty()),
                AssociationTest.proposal(),
                Timeouts.DEFAULT,
                (_, pause) -> pauses.add(pause));
    }

    @Test
    void a_transient_rejection_is_tried_again_until_it_is_over_or_enough() throws Exception {
        DimseListener listener = listen();
        archive.rejection = Optional.of(Rejection.TEMPORARY_CONGESTION);
        assertThatThrownBy(() -> request(listener.address())).isInstanceOf(AssociationRejected.class);
        assertThat(pauses).containsExactly(Duration.ofMillis(20), Duration.ofMillis(40), Duration.ofMillis(50));
        assertThat(archive.requests).hasSize(4);
        try (Association association = QUICK.request(
                new PeerAddress(listener.address(), Optional.empty()),
                AssociationTest.proposal(),
                Timeouts.DEFAULT,
                (_, _) -> archive.rejection = Optional.empty())) {
            assertThat(association.echo().isSuccess()).isTrue();
        }
    }

    @Test
    void a_permanent_rejection_an_abort_and_an_unknown_name_are_not() throws Exception {
        DimseListener listener = listen();
        archive.rejection = Optional.of(Rejection.CALLED_AE_TITLE_NOT_RECOGNIZED);
        assertThatThrownBy(() -> request(listener.address()))
                .isInstanceOf(AssociationRejected.class)
                .hasMessage("refused by the called side: called AE title not recognised (permanent)");
        assertThatThrownBy(() -> request(InetSocketAddress.createUnresolved("no-such-host.invalid", 104)))
                .isInstanceOf(Unconnected.class)
                .hasMessageContaining("its name is not known here");
        assertThat(Retries.mayBeRepeated(new AssociationAborted(AssociationAborted.By.PEER, "x")))
                .isFalse();
        assertThat(pauses).isEmpty();
    }

    @Test
    void a_port_where_nothing_listens_is_tried_again() throws Exception {
        InetSocketAddress gone;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            gone = (InetSocketAddress) server.getLocalSocketAddress();
        }
        assertThatThrownBy(() -> request(gone)).isInstanceOf(Unconnected.class).hasMessageContaining("nothing listens");
        assertThat(pauses).hasSize(3);
    }

    @Test
    void every_rejection_and_abort_there_can_be_says_in_words_who_why_and_what_to_do() {
        for (int source = 0; source < 256; source++) {
            for (int reason = 0; reason < 256; reason++) {
                AssociationRejected rejected = new AssociationRejected(new Pdu.AssociateRj(1, source, reason));
                assertThat(rejected.getMessage()).startsWith("refused by the called side: ");
                assertThat(rejected.advice()).isNotBlank();
                AssociationAborted aborted = AssociationAborted.received(new Pdu.Abort(source, reason));
                assertThat(aborted.getMessage()).startsWith("aborted by the peer");
                assertThat(aborted.advice()).isNotBlank();
            }
        }
        // The combinations the standard defines have words of their own; all others say that it defines none.
        int[][] rejections = {{1, 1}, {1, 2}, {1, 3}, {1, 7}, {2, 1}, {2, 2}, {3, 1}, {3, 2}};
        List<String> words = new ArrayList<>();
        for (int[] one : rejections) {
            words.add(new AssociationRejected(new Pdu.AssociateRj(1, one[0], one[1])).getMessage());
        }
        assertThat(words).doesNotHaveDuplicates().noneMatch(text -> text.contains("does not define"));
        assertThat(new AssociationRejected(new Pdu.AssociateRj(1, 1, 4)).getMessage())
                .contains("does not define");
        List<String> aborts = new ArrayList<>();
        for (int reason : new int[] {0, 1, 2, 4, 5, 6}) {
            aborts.add(AssociationAborted.received(new Pdu.Abort(2, reason)).getMessage());
        }
        aborts.add(AssociationAborted.received(new Pdu.Abort(0, 0)).getMessage());
        assertThat(aborts).doesNotHaveDuplicates().noneMatch(text -> text.contains("does not define"));
    }
}
