package org.strongroom.survey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.strongroom.dimse.AeTitle;

final class SweepTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-21T10:00:00Z"), ZoneOffset.UTC);
    private static final Sweep.Watcher NOBODY = (finding, done, total) -> {};

    /** Answers from a function, and remembers every call. */
    private static final class Fake implements Stranger {
        final List<String> calls = Collections.synchronizedList(new ArrayList<>());
        private final BiFunction<Target, Boolean, Verdict> answers;
        private final Set<InetAddress> busy = ConcurrentHashMap.newKeySet();

        Fake(BiFunction<Target, Boolean, Verdict> answers) {
            this.answers = answers;
        }

        @Override
        public Look look(Target target, boolean tls, AeTitle called) {
            assertThat(busy.add(target.address()))
                    .as("one connection to a host")
                    .isTrue();
            calls.add(target + (tls ? " tls " : " clear ") + called);
            busy.remove(target.address());
            Verdict verdict = answers.apply(target, tls);
            Look look = Look.of(tls, called, verdict, 10, 10);
            return verdict == Verdict.REJECTED ? unknownTitle(look) : look;
        }
    }

    private static Look unknownTitle(Look look) {
        return new Look(
                look.inTls(),
                look.called(),
                look.verdict(),
                10,
                10,
                Optional.empty(),
                Optional.of(new Look.Rejection(1, 1, 7)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static List<Finding> sweep(Scope scope, Stranger stranger) throws IOException, InterruptedException {
        try (PacketLog log = PacketLog.begin(new StringWriter(), CLOCK, "")) {
            return new Sweep(scope, stranger, log, CLOCK, System::nanoTime, nanos -> {})
                    .run(Sweep.plan(scope, List.of()), NOBODY);
        }
    }

    @Test
    void every_target_is_seen_once_and_told_in_order() throws IOException, InterruptedException {
        Fake stranger = new Fake((target, tls) -> Verdict.REFUSED);
        List<Finding> findings = sweep(Scopes.of("127.0.0.0/25", "127.0.0.64/26", "104,2762"), stranger);
        assertThat(findings).hasSize(128).isSortedAccordingTo((a, b) -> order(a) - order(b));
        assertThat(stranger.calls).hasSize(128).doesNotHaveDuplicates().noneMatch(call -> call.contains("127.0.0.64"));
    }

    private static int order(Finding finding) {
        return (finding.target().address().getAddress()[3] << 16)
                + finding.target().port();
    }

    @Test
    void a_dicom_answer_in_clear_needs_no_look_in_tls() throws IOException, InterruptedException {
        Fake stranger = new Fake((target, tls) -> Verdict.ANSWERED);
        assertThat(sweep(Scopes.of("127.0.0.1", "104"), stranger).getFirst().state())
                .isEqualTo(State.OPEN);
        assertThat(stranger.calls).containsExactly("127.0.0.1:104 clear ANY-SCP");
    }

    @Test
    void what_listens_without_speaking_dicom_is_looked_at_in_tls() throws IOException, InterruptedException {
        Fake stranger = new Fake((target, tls) -> tls ? Verdict.ANSWERED : Verdict.HUNG_UP);
        assertThat(sweep(Scopes.of("127.0.0.1", "104"), stranger).getFirst().state())
                .isEqualTo(State.OPEN);
        assertThat(stranger.calls).containsExactly("127.0.0.1:104 clear ANY-SCP", "127.0.0.1:104 tls ANY-SCP");
    }

    @Test
    void only_the_declared_titles_are_tried() throws IOException, InterruptedException {
        Fake stranger = new Fake((target, tls) -> Verdict.REJECTED);
        assertThat(sweep(Scopes.of("127.0.0.1", "104"), stranger).getFirst().state())
                .isEqualTo(State.CLOSED);
        assertThat(stranger.calls)
                .containsExactly(
                        "127.0.0.1:104 clear ANY-SCP",
                        "127.0.0.1:104 clear COMMON",
                        "127.0.0.1:104 clear DCM4CHEE",
                        "127.0.0.1:104 tls ANY-SCP",
                        "127.0.0.1:104 tls COMMON",
                        "127.0.0.1:104 tls DCM4CHEE");
    }

    @Test
    void a_refused_port_is_an_answer_and_three_timeouts_end_the_visit() throws IOException, InterruptedException {
        Fake refusing = new Fake((target, tls) -> Verdict.REFUSED);
        sweep(Scopes.of("127.0.0.1", "1-10"), refusing);
        assertThat(refusing.calls).hasSize(10);
        Fake silent = new Fake((target, tls) -> target.port() == 2 ? Verdict.REFUSED : Verdict.UNREACHABLE);
        List<Finding> findings = sweep(Scopes.of("127.0.0.1", "1-10"), silent);
        assertThat(silent.calls).hasSize(5);
        assertThat(findings).hasSize(10);
        assertThat(findings.subList(0, 5)).allMatch(finding -> finding.state() == State.SILENT);
        assertThat(findings.subList(5, 10)).allMatch(finding -> finding.state() == State.NOT_CONTACTED);
        assertThat(findings.getLast().best()).isEmpty();
    }

    @Test
    void a_target_outside_the_scope_is_refused_before_anything_is_sent() {
        Scope scope = Scopes.of("127.0.0.0/30", "127.0.0.3", "104");
        for (String outside : List.of("127.0.0.4:104", "127.0.0.3:104", "127.0.0.1:105", "10.0.0.1:104")) {
            assertThatThrownBy(() -> Sweep.plan(scope, List.of(Target.parse("127.0.0.1:104"), Target.parse(outside))))
                    .isInstanceOf(ScopeRefusedException.class)
                    .hasMessageContaining(outside + " is outside the scope");
        }
        assertThat(Sweep.plan(scope, List.of(Target.parse("127.0.0.1:104")))).hasSize(1);
    }

    @Test
    void a_scope_that_excludes_all_it_names_is_refused() {
        assertThatThrownBy(() -> Sweep.plan(Scopes.of("127.0.0.0/30", "127.0.0.0/8", "104"), List.of()))
                .isInstanceOf(ScopeRefusedException.class);
    }

    @Test
    void turns_are_spaced_by_the_rate() throws InterruptedException {
        AtomicLong now = new AtomicLong(1_000);
        Pace pace = new Pace(20, now::get, now::addAndGet);
        for (int i = 0; i < 41; i++) {
            pace.await();
        }
        assertThat(now.get() - 1_000).isEqualTo(2_000_000_000L);
        now.addAndGet(10_000_000_000L);
        long before = now.get();
        pace.await();
        pace.await();
        assertThat(now.get() - before).as("an idle time gives no burst").isEqualTo(50_000_000L);
    }

    @Test
    void a_stop_ends_the_run_while_a_connection_hangs() throws IOException, InterruptedException {
        CountDownLatch hanging = new CountDownLatch(1);
        Scope scope = Scopes.of("127.0.0.1", "104-200");
        StringWriter text = new StringWriter();
        try (PacketLog log = PacketLog.begin(text, CLOCK, "")) {
            Stranger stuck = (target, tls, called) -> {
                hanging.countDown();
                sleep();
                return Look.of(tls, called, Verdict.MUTE, 0, 0);
            };
            Sweep sweep = new Sweep(scope, stuck, log, CLOCK, System::nanoTime, nanos -> {});
            Thread.ofVirtual().start(() -> {
                awaitQuietly(hanging);
                sweep.stop();
            });
            long start = System.nanoTime();
            assertThat(sweep.run(Sweep.plan(scope, List.of()), NOBODY)).isEmpty();
            log.end(true);
            assertThat(System.nanoTime() - start).isLessThan(1_000_000_000L);
        }
        assertThat(text.toString()).contains("127.0.0.1:104\t0\t0\tcut\t").contains("stopped");
    }

    private static void sleep() {
        try {
            Thread.sleep(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void a_log_that_cannot_be_written_ends_the_run() throws IOException {
        Fake stranger = new Fake((target, tls) -> Verdict.REFUSED);
        Scope scope = Scopes.of("127.0.0.1", "1-1000");
        FullDisk disk = new FullDisk();
        PacketLog log = PacketLog.begin(disk, CLOCK, "");
        disk.full = true;
        assertThatThrownBy(() -> new Sweep(scope, stranger, log, CLOCK, System::nanoTime, nanos -> {})
                        .run(Sweep.plan(scope, List.of()), NOBODY))
                .isInstanceOf(IOException.class)
                .hasMessage("No space left on device");
        assertThat(stranger.calls).hasSize(1);
    }

    private static final class FullDisk extends Writer {
        volatile boolean full;

        @Override
        public void write(char[] text, int offset, int length) throws IOException {
            if (full) {
                throw new IOException("No space left on device");
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
