package org.strongroom.gateway.dimse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.strongroom.dicom.TransferSyntax.ExplicitVRBigEndian;
import static org.strongroom.dicom.TransferSyntax.ExplicitVRLittleEndian;
import static org.strongroom.dicom.TransferSyntax.ImplicitVRLittleEndian;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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
        assertThat(peer.calls).hasValue(1);
        assertThat(peer.open).hasValue(0);
        assertThat(peer.originators).containsOnly("ASKER 7");
    }

    @Test
    void nothing_to_send_is_success_without_a_call() throws IOException {
        Status end = move(List.of());
        assertThat(end.code()).isZero();
        assertThat(end.counts()).contains(new SubOperations(0, 0, 0, 0));
        assertThat(peer.calls).hasValue(0);
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
        assertThat(peer.calls).hasValue(1);
        assertThat(end.code()).isEqualTo(Status.SUBOPERATIONS_FAILED.code());
        assertThat(end.counts()).contains(new SubOperations(0, 0, 5, 0));
        assertThat(end.failed()).hasSize(5);
    }

    @Test
    void an_association_that_breaks_is_replaced() throws IOException {
        peer.breaksAt = "1.1.1"::equals;
        Status end = move(instances(4, ImplicitVRLittleEndian));
        assertThat(peer.calls).hasValue(2);
        assertThat(peer.received).containsExactly("1.1.0", "1.1.2", "1.1.3");
        assertThat(end.failed()).containsExactly(new Uid("1.1.1"));
        assertThat(peer.open).hasValue(0);
    }

    @Test
    void an_instance_that_cannot_be_read_leaves_the_association_to_the_others() throws IOException {
        peer.unreadable = "1.1.1"::equals;
        Status end = move(instances(4, ImplicitVRLittleEndian));
        assertThat(peer.calls).hasValue(1);
        assertThat(peer.received).containsExactly("1.1.0", "1.1.2", "1.1.3");
        assertThat(end.failed()).containsExactly(new Uid("1.1.1"));
    }

    @Test
    void associations_that_break_again_and_again_are_given_up() throws IOException {
        peer.breaksAt = _ -> true;
        Status end = move(instances(10, ImplicitVRLittleEndian));
        assertThat(peer.calls).hasValue(3);
        assertThat(end.counts()).contains(new SubOperations(0, 0, 10, 0));
    }

    @Test
    void cancel_is_heard_between_sub_operations() throws IOException {
        responses.cancelAfter = 2;
        Status end = move(instances(5, ImplicitVRLittleEndian));
        assertThat(end.code()).isEqualTo(Status.CANCEL.code());
        assertThat(end.counts()).contains(new SubOperations(3, 2, 0, 0));
        assertThat(peer.received).hasSize(2);
        assertThat(peer.open).hasValue(0);
    }

    @Test
    void as_many_wait_for_their_answer_as_the_destination_agreed_to_and_progress_is_told_by_answers()
            throws IOException {
        peer.window = 4;
        peer.answers = uid -> uid.equals("1.1.3") ? Status.OUT_OF_RESOURCES : Status.SUCCESS;
        Status end = move(instances(10, ImplicitVRLittleEndian));
        assertThat(peer.mostWaiting).isEqualTo(4);
        assertThat(end.counts()).contains(new SubOperations(0, 9, 1, 0));
        assertThat(end.failed()).containsExactly(new Uid("1.1.3"));
        assertThat(responses.progress).hasSize(9).allSatisfy(MoveOperationTest::sumsToTen);
        assertThat(peer.open).hasValue(0);
    }

    private static void sumsToTen(SubOperations counts) {
        assertThat(counts.remaining() + counts.completed() + counts.failed() + counts.warning())
                .isEqualTo(10);
    }

    @Test
    void an_association_that_ends_with_several_out_sends_them_again_one_by_one_to_find_the_one_it_chokes_on()
            throws IOException {
        peer.window = 4;
        peer.breaksAt = "1.1.5"::equals;
        Status end = move(instances(10, ImplicitVRLittleEndian));
        assertThat(end.counts()).contains(new SubOperations(0, 9, 1, 0));
        assertThat(end.failed()).containsExactly(new Uid("1.1.5"));
        assertThat(peer.received).doesNotHaveDuplicates().hasSize(9);
        assertThat(peer.calls).hasValue(3);
        assertThat(responses.progress).hasSize(9).allSatisfy(MoveOperationTest::sumsToTen);
        assertThat(peer.open).hasValue(0);
    }

    @Test
    void a_cancel_breaks_off_an_instance_that_takes_too_long() throws Exception {
        peer.endless = "1.1.2"::equals;
        long[] cancelled = new long[1];
        Thread.ofVirtual().start(() -> {
            try {
                peer.underWay.await();
                cancelled[0] = System.nanoTime();
                responses.cancel();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Status end = move(instances(5, ImplicitVRLittleEndian));
        assertThat(Duration.ofNanos(System.nanoTime() - cancelled[0])).isLessThan(Duration.ofSeconds(5));
        assertThat(end.code()).isEqualTo(Status.CANCEL.code());
        assertThat(end.counts()).contains(new SubOperations(2, 2, 1, 0));
        assertThat(end.failed()).containsExactly(new Uid("1.1.2"));
        assertThat(peer.open).hasValue(0);
    }

    @Test
    void a_cancel_does_not_wait_for_a_destination_that_does_not_answer_the_call() throws Exception {
        peer.answersCall = new CountDownLatch(1);
        Thread.ofVirtual().start(() -> {
            while (peer.calls.get() == 0) {
                Thread.onSpinWait();
            }
            responses.cancel();
        });
        Status end = move(instances(5, ImplicitVRLittleEndian));
        assertThat(end.code()).isEqualTo(Status.CANCEL.code());
        assertThat(end.counts()).contains(new SubOperations(5, 0, 0, 0));
        assertThat(end.failed()).isEmpty();
        peer.answersCall.countDown();
        for (int i = 0; i < 500 && peer.opened.get() == 0; i++) {
            Thread.sleep(10);
        }
        for (int i = 0; i < 500 && peer.open.get() > 0; i++) {
            Thread.sleep(10);
        }
        assertThat(peer.open).hasValue(0);
    }

    @Test
    void what_is_stored_meanwhile_is_not_of_the_operation_and_what_is_erased_has_failed() throws IOException {
        assertThat(move(instances(5, ImplicitVRLittleEndian), 3).counts()).contains(new SubOperations(0, 3, 0, 0));
        Status end = move(instances(5, ImplicitVRLittleEndian), 7);
        assertThat(end.counts()).contains(new SubOperations(0, 5, 2, 0));
        assertThat(end.code()).isEqualTo(Status.SUBOPERATIONS_WARNING.code());
    }

    @Test
    void a_device_that_is_revoked_meanwhile_gets_no_more() throws IOException {
        mostBeforeRevocation = 3;
        Status end = move(instances(5, ImplicitVRLittleEndian));
        assertThat(end.code()).isEqualTo(Status.SUBOPERATIONS_WARNING.code());
        assertThat(peer.received).hasSize(3);
        assertThat(peer.open).hasValue(0);
    }

    @Test
    void pages_are_sent_one_after_another() throws IOException {
        assertThat(move(instances(1000, ImplicitVRLittleEndian)).counts()).contains(new SubOperations(0, 1000, 0, 0));
        assertThat(peer.open).hasValue(0);
    }

    @Test
    void more_contexts_than_fit_are_spread_over_associations() throws IOException {
        List<StoredInstance> many = IntStream.range(0, 300)
                .<StoredInstance>mapToObj(i -> FakeInstance.of("1.1." + i, new Uid("1.2.3." + i), JPEG))
                .toList();
        Status end = move(many);
        assertThat(end.counts()).contains(new SubOperations(0, 300, 0, 0));
        assertThat(peer.calls).hasValue(3);
        assertThat(peer.mostContexts).isEqualTo(128);
        assertThat(peer.open).hasValue(0);
    }

    @Test
    void when_the_one_who_asked_is_gone_sending_ends() {
        responses.gone = true;
        assertThatThrownBy(() -> move(instances(5, ImplicitVRLittleEndian))).isInstanceOf(IOException.class);
        assertThat(peer.received).hasSize(1);
        assertThat(peer.open).hasValue(0);
    }

    private Status move(List<StoredInstance> instances) throws IOException {
        return move(instances, instances.size());
    }

    private Status move(List<StoredInstance> instances, int counted) throws IOException {
        SubOperationCount count = new SubOperationCount(counted);
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
        private Predicate<String> endless = _ -> false;
        private final CountDownLatch underWay = new CountDownLatch(1);
        private CountDownLatch answersCall = new CountDownLatch(0);
        private final List<String> sent = new ArrayList<>();
        private int window = 1;
        private int mostWaiting;
        private boolean reachable = true;
        private final AtomicInteger opened = new AtomicInteger();
        private final AtomicInteger calls = new AtomicInteger();
        private final AtomicInteger open = new AtomicInteger();
        private int mostContexts;

        @Override
        public Outbound call(DeviceRecord device, Errand errand, Answered answered) throws IOException {
            calls.incrementAndGet();
            mostContexts = Math.max(mostContexts, errand.contexts().size());
            await(answersCall);
            if (!reachable) {
                throw new IOException("connection refused");
            }
            open.incrementAndGet();
            opened.incrementAndGet();
            return new Line(errand, answered);
        }

        private static void await(CountDownLatch latch) throws IOException {
            try {
                if (!latch.await(20, TimeUnit.SECONDS)) {
                    throw new IOException("waited in vain");
                }
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        /** Answers when the window is full, or it is waited for. */
        private final class Line implements Outbound {
            private final Errand errand;
            private final Answered answered;
            private final Deque<Outgoing> waiting = new ArrayDeque<>();
            private final CountDownLatch aborted = new CountDownLatch(1);
            private boolean over;

            Line(Errand errand, Answered answered) {
                this.errand = errand;
                this.answered = answered;
            }

            @Override
            public List<TransferSyntax> accepted(Uid sopClass) {
                return errand.contexts().stream()
                        .filter(context -> context.sopClass().equals(sopClass))
                        .map(Proposed::syntax)
                        .filter(takes)
                        .toList();
            }

            @Override
            public void send(Outgoing instance) throws IOException {
                String uid = instance.sopInstance().value();
                if (unreadable.test(uid)) {
                    throw new IOException("a segment does not authenticate");
                }
                if (endless.test(uid)) {
                    underWay.countDown();
                    await(aborted);
                    over = true;
                    throw new IOException("aborted");
                }
                sent.add(uid);
                waiting.add(instance);
                mostWaiting = Math.max(mostWaiting, waiting.size());
                if (waiting.size() >= window) {
                    takeOne();
                }
            }

            private void takeOne() throws IOException {
                String uid = waiting.getFirst().sopInstance().value();
                if (breaksAt.test(uid)) {
                    over = true;
                    throw new IOException("broken");
                }
                Outgoing instance = waiting.removeFirst();
                originators.add(errand.originator() + " " + errand.messageId());
                Status answer = answers.apply(uid);
                if (answer.isSuccess()) {
                    received.add(uid);
                    syntaxes.add(instance.syntax());
                }
                answered.answered(instance, answer);
            }

            @Override
            public void finish() throws IOException {
                while (!waiting.isEmpty() && !over) {
                    takeOne();
                }
            }

            @Override
            public List<Outgoing> outstanding() {
                return List.copyOf(waiting);
            }

            @Override
            public boolean hasEnded() {
                return over;
            }

            @Override
            public boolean isOver() {
                return over;
            }

            @Override
            public void abort() {
                aborted.countDown();
            }

            @Override
            public void close() {
                open.decrementAndGet();
            }
        }
    }
}
