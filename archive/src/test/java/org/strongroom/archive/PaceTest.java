package org.strongroom.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PaceTest {
    @Test
    void a_cancelled_query_ends_within_a_comparison() throws InterruptedException {
        AtomicBoolean cancelled = new AtomicBoolean();
        Pace pace = new QueryTurns(1).pace(cancelled::get);
        Match match =
                new Match.Wildcard(org.strongroom.dicom.Attributes.PatientComments.tag(), "*a".repeat(400) + "*b");
        pace.begin();
        cancelled.set(true);
        // Comparing once takes two milliseconds or more: long enough for a look.
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 1_000; i++) {
                        Glob.matches("*" + "a".repeat(1000) + "b", "a".repeat(20_000), pace);
                    }
                })
                .isInstanceOf(CancellationException.class);
        assertThat(pace.work()).isLessThan(1_000_000_000L);
        assertThat(Criterion.of(match, pace).match()).isEqualTo(match);
    }

    @Test
    void a_query_that_waits_for_a_place_can_be_cancelled() {
        QueryTurns turns = new QueryTurns(1);
        turns.pace(() -> false).begin();
        AtomicInteger asked = new AtomicInteger();
        Pace waiting = turns.pace(() -> asked.incrementAndGet() > 3);
        assertThatThrownBy(waiting::begin).isInstanceOf(CancellationException.class);
        waiting.end(); // gives back nothing
        Pace other = turns.pace(() -> asked.incrementAndGet() > 6);
        assertThatThrownBy(other::begin).isInstanceOf(CancellationException.class);
    }

    @Test
    void one_that_computes_for_long_lets_another_go_first() throws Exception {
        QueryTurns turns = new QueryTurns(1);
        Pace dear = turns.pace(() -> false);
        dear.begin();
        CountDownLatch answered = new CountDownLatch(1);
        Thread cheap = Thread.ofVirtual().start(() -> {
            Pace pace = turns.pace(() -> false);
            pace.begin();
            answered.countDown();
            pace.end();
        });
        long rounds = 0;
        while (answered.getCount() > 0 && rounds++ < 1_000_000_000L) {
            dear.step(1_000);
            dear.pause();
        }
        dear.end();
        cheap.join();
        assertThat(answered.getCount()).isZero();
    }

    @Test
    void after_its_end_a_place_is_free() {
        QueryTurns turns = new QueryTurns(1);
        for (int i = 0; i < 3; i++) {
            Pace pace = turns.pace(() -> false);
            pace.begin();
            pace.end();
            pace.end();
        }
    }
}
