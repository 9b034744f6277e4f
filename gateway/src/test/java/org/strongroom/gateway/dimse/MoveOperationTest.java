package org.strongroom.gateway.dimse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.strongroom.dicom.TransferSyntax.ExplicitVRBigEndian;
import static org.strongroom.dicom.TransferSyntax.ExplicitVRLittleEndian;
import static org.strongroom.dicom.TransferSyntax.ImplicitVRLittleEndian;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.strongroom.archive.Retrieval.StoredInstance;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.AeTitle;
import org.strongroom.dimse.DimseRequest.CMove;
import org.strongroom.dimse.Instance;
import org.strongroom.dimse.Status;
import org.strongroom.dimse.SubOperations;
import org.strongroom.guard.DeviceRecord;
import org.strongroom.guard.Purpose;

class MoveOperationTest {
    private static final Uid CT = new Uid("1.2.840.10008.5.1.4.1.1.2");
    private static final TransferSyntax JPEG = TransferSyntax.of(new Uid("1.2.840.10008.1.2.4.50"));
    private static final TransferSyntax RLE = TransferSyntax.of(new Uid("1.2.840.10008.1.2.5"));

    private final Peer peer = new Peer();
    private final FakeResponses responses = new FakeResponses();
    private int mostBeforeRevocation = Integer.MAX_VALUE;

    @Test
    void instances_go_in_order_with_exact_counts() throws IOException {
        Status end = move(instances(3, ExplicitVRLittleEndian));
        assertThat(end.code()).isZero();
        assertThat(end.counts()).contains(new SubOperations(0, 3, 0, 0));
        assertThat(peer.received).containsExactly("1.1.0", "1.1.1", "1.1.2");
        assertThat(responses.progress).containsExactly(new SubOperations(2, 1, 0, 0), new SubOperations(1, 2, 0, 0));
        assertThat(peer.calls).isEqualTo(1);
        assertThat(peer.open).isZero();
        assertThat(peer.originators).containsOnly("ASKER 7");
    }

    @Test
    void nothing_to_send_is_success_without_a_call() throws IOException {
        Status end = move(List.of());
        assertThat(end.code()).isZero();
        assertThat(end.counts()).contains(new SubOperations(0, 0, 0, 0));
        assertThat(peer.calls).isZero();
    }

    @Test
    void native_instances_are_offered_in_both_little_endian_syntaxes_too() throws IOException {
        peer.takes = ImplicitVRLittleEndian::equals;
        assertThat(move(instances(1, ExplicitVRBigEndian)).code()).isZero();
        assertThat(peer.syntaxes).containsExactly(ImplicitVRLittleEndian);
    }

    @Test
    void compressed_instances_go_as_stored_or_not_at_all() throws IOException {
        peer.takes = syntax -> !syntax.equals(RLE);
        List<StoredInstance> both = List.of(FakeInstance.of("1.1.1", CT, JPEG), FakeInstance.of("1.1.2", CT, RLE));
        Status end = move(both);
        assertThat(end.code()).isEqualTo(Status.SUBOPERATIONS_WARNING.code());
        assertThat(end.counts()).contains(new SubOperations(0, 1, 1, 0));
        assertThat(end.failed()).containsExactly(new Uid("1.1.2"));
        assertThat(peer.syntaxes).containsExactly(JPEG);
    }

    @Test
    void answers_of_the_destination_are_counted_by_kind() throws IOException {
        peer.answers = uid -> switch (uid) {
            case "1.1.1" -> Status.of(0xB000);
            case "1.1.2" -> Status.OUT_OF_RESOURCES;
            default -> Status.SUCCESS;
        };
        Status end = move(instances(4, ImplicitVRLittleEndian));
        assertThat(end.counts()).contains(new SubOperations(0, 2, 1, 1));
        assertThat(end.failed()).containsExactly(new Uid("1.1.2"));
        assertThat(end.code()).isEqualTo(Status.SUBOPERATIONS_WARNING.code());
    }

    @Test
    void all_failed_is_a_failure() throws IOException {
        peer.answers = _ -> Status.OUT_OF_RESOURCES;
        Status end = move(instances(2, ImplicitVRLittleEndian));
        assertThat(end.code()).isEqualTo(Status.SUBOPERATIONS_FAILED.code());
        assertThat(end.counts()).contains(new SubOperations(0, 0, 2, 0));
    }

    @Test
    void a_destination_that_cannot_be_reached_is_called_once() throws IOException {
        peer.reachable = false;
        Status end = move(instances(5, ImplicitVRLittleEndian));
        assertThat(peer.calls).isEqualTo(1);
        assertThat(end.code()).isEqualTo(Status.SUBOPERATIONS_FAILED.code());
        assertThat(end.counts()).contains(new SubOperations(0, 0, 5, 0));
        assertThat(end.failed()).hasSize(5);
    }

    @Test
    void an_association_that_breaks_is_replaced() throws IOException {
        peer.breaksAt = "1.1.1"::equals;
        Status end = move(instances(4, ImplicitVRLittleEndian));
        assertThat(peer.calls).isEqualTo(2);
        assertThat(peer.received).containsExactly("1.1.0", "1.1.2", "1.1.3");
        assertThat(end.failed()).containsExactly(new Uid("1.1.1"));
        assertThat(peer.open).isZero();
    }

    @Test
    void an_instance_that_cannot_be_read_leaves_the_association_to_the_others() throws IOException {
        peer.unreadable = "1.1.1"::equals;
        Status end = move(instances(4, ImplicitVRLittleEndian));
        assertThat(peer.calls).isEqualTo(1);
        assertThat(peer.received).containsExactly("1.1.0", "1.1.2", "1.1.3");
        assertThat(end.failed()).containsExactly(new Uid("1.1.1"));
    }

    @Test
    void associations_that_break_again_and_again_are_given_up() throws IOException {
        peer.breaksAt = _ -> true;
        Status end = move(instances(10, ImplicitVRLittleEndian));
        assertThat(peer.calls).isEqualTo(3);
        assertThat(end.counts()).contains(new SubOperations(0, 0, 10, 0));
    }

    @Test
    void cancel_is_heard_between_sub_operations() throws IOException {
        responses.cancelAfter = 2;
        Status end = move(instances(5, ImplicitVRLittleEndian));
        assertThat(end.code()).isEqualTo(Status.CANCEL.code());
        assertThat(end.counts()).contains(new SubOperations(3, 2, 0, 0));
        assertThat(peer.received).hasSize(2);
        assertThat(peer.open).isZero();
    }

    @Test
    void a_device_that_is_revoked_meanwhile_gets_no_more() throws IOException {
        mostBeforeRevocation = 3;
        Status end = move(instances(5, ImplicitVRLittleEndian));
        assertThat(end.code()).isEqualTo(Status.SUBOPERATIONS_WARNING.code());
        assertThat(peer.received).hasSize(3);
        assertThat(peer.open).isZero();
    }

    @Test
    void pages_are_sent_one_after_another() throws IOException {
        assertThat(move(instances(1000, ImplicitVRLittleEndian)).counts()).contains(new SubOperations(0, 1000, 0, 0));
        assertThat(peer.open).isZero();
    }

    @Test
    void more_contexts_than_fit_are_spread_over_associations() throws IOException {
        List<StoredInstance> many = IntStream.range(0, 300)
                .<StoredInstance>mapToObj(i -> FakeInstance.of("1.1." + i, new Uid("1.2.3." + i), JPEG))
                .toList();
        Status end = move(many);
        assertThat(end.counts()).contains(new SubOperations(0, 300, 0, 0));
        assertThat(peer.calls).isEqualTo(3);
        assertThat(peer.mostContexts).isEqualTo(128);
        assertThat(peer.open).isZero();
    }

    @Test
    void when_the_one_who_asked_is_gone_sending_ends() {
        responses.gone = true;
        assertThatThrownBy(() -> move(instances(5, ImplicitVRLittleEndian))).isInstanceOf(IOException.class);
        assertThat(peer.received).hasSize(1);
        assertThat(peer.open).isZero();
    }

    private Status move(List<StoredInstance> instances) throws IOException {
        SubOperationCount count = new SubOperationCount(instances.size());
        CMove request = new CMove(7, new Uid("1.2.840.10008.5.1.4.1.2.2.2"), DataSet.empty(), new AeTitle("THERE"));
        MoveOperation operation = new MoveOperation(
                peer, device(), () -> peer.received.size() < mostBeforeRevocation, request, "ASKER", count, responses);
        return operation.end(operation.send(FakeRetrieval.of(instances)));
    }

    private static List<StoredInstance> instances(int number, TransferSyntax syntax) {
        return IntStream.range(0, number)
                .<StoredInstance>mapToObj(i -> FakeInstance.of("1.1." + i, CT, syntax))
                .toList();
    }

    private static DeviceRecord device() {
        return new DeviceRecord(
                "there",
                Set.of("THERE"),
                Set.of(),
                Set.of(),
                "00",
                Instant.MAX,
                Optional.empty(),
                Purpose.TREAT,
                Optional.empty());
    }

    /** A destination that takes what it is told to. */
    private static final class Peer implements Destinations {
        private final List<String> received = new ArrayList<>();
        private final List<TransferSyntax> syntaxes = new ArrayList<>();
        private final List<String> originators = new ArrayList<>();
        private Predicate<TransferSyntax> takes = _ -> true;
        private Predicate<String> breaksAt = _ -> false;
        private Predicate<String> unreadable = _ -> false;
        private Function<String, Status> answers = _ -> Status.SUCCESS;
        private boolean reachable = true;
        private int calls;
        private int open;
        private int mostContexts;

        @Override
        public Outbound call(DeviceRecord device, AeTitle calledAeTitle, List<Proposed> contexts) throws IOException {
            calls++;
            mostContexts = Math.max(mostContexts, contexts.size());
            if (!reachable) {
                throw new IOException("connection refused");
            }
            open++;
            return new Outbound() {
                private boolean over;

                @Override
                public List<TransferSyntax> accepted(Uid sopClass) {
                    return contexts.stream()
                            .filter(context -> context.sopClass().equals(sopClass))
                            .map(Proposed::syntax)
                            .filter(takes)
                            .toList();
                }

                @Override
                public Status store(Instance instance, AeTitle originator, int originatorMessageId) throws IOException {
                    String uid = instance.sopInstance().value();
                    if (unreadable.test(uid)) {
                        throw new IOException("a segment does not authenticate");
                    }
                    if (breaksAt.test(uid)) {
                        over = true;
                        throw new IOException("broken");
                    }
                    originators.add(originator + " " + originatorMessageId);
                    Status answer = answers.apply(uid);
                    if (answer.isSuccess()) {
                        received.add(uid);
                        syntaxes.add(instance.syntax());
                    }
                    return answer;
                }

                @Override
                public boolean isOver() {
                    return over;
                }

                @Override
                public void close() {
                    open--;
                }
            };
        }
    }
}
