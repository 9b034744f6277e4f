package org.strongroom.dimse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Who gets a place when places are few. */
final class FairShareTest {
    private static final long PATIENCE = 500;

    private final AtomicLong now = new AtomicLong();
    private final Set<InetAddress> known = ConcurrentHashMap.newKeySet();

    /** Takes its place on a thread of its own. */
    private static final class Caller extends TestCaller {
        private volatile boolean holds;

        Caller(int host) {
            super(host);
        }

        Caller in(FairShare<Caller> share) throws InterruptedException {
            queue(share);
            AssociationTest.eventually(() -> holds);
            return this;
        }

        Caller queue(FairShare<Caller> share) throws InterruptedException {
            Thread thread = Thread.ofVirtual().start(() -> {
                try {
                    share.take(this);
                    holds = true;
                } catch (AssociationAborted e) {
                    sentAway = true;
                }
            });
            AssociationTest.eventually(() -> holds || sentAway || thread.getState() == Thread.State.WAITING);
            return this;
        }
    }

    private FairShare<Caller> share(int places, int reserved, long patience) {
        return new FairShare<>(places, reserved, patience, known::contains, now::get);
    }

    @Test
    void no_more_hold_a_place_than_there_are_and_the_next_follows_who_leaves() throws Exception {
        FairShare<Caller> share = share(2, 0, FairShare.FOREVER);
        Caller first = new Caller(1).in(share);
        new Caller(2).in(share);
        Caller third = new Caller(3).queue(share);
        assertThat(third.holds).isFalse();
        assertThat(share.used()).isEqualTo(2);
        share.leave(first);
        AssociationTest.eventually(() -> third.holds);
        assertThat(share.used()).isEqualTo(2);
        share.leave(first);
        assertThat(share.used()).isEqualTo(2);
    }

    @Test
    void networks_take_turns_however_many_of_one_wait() throws Exception {
        FairShare<Caller> share = share(1, 0, FairShare.FOREVER);
        Caller holder = new Caller(1).in(share);
        Caller second = new Caller(1).queue(share);
        Caller third = new Caller(1).queue(share);
        Caller other = new Caller(2).queue(share);
        share.leave(holder);
        AssociationTest.eventually(() -> second.holds);
        share.leave(second);
        AssociationTest.eventually(() -> other.holds);
        assertThat(third.holds).isFalse();
    }

    @Test
    void the_network_with_the_most_makes_room_for_one_with_two_fewer_but_only_once_the_place_is_left()
            throws Exception {
        FairShare<Caller> share = share(2, 0, PATIENCE);
        Caller oldest = new Caller(1).in(share);
        Caller next = new Caller(1).in(share);
        Caller other = new Caller(2).queue(share);
        assertThat(oldest.sentAway).isTrue();
        assertThat(next.sentAway).isFalse();
        assertThat(other.holds).isFalse();
        share.leave(oldest);
        AssociationTest.eventually(() -> other.holds);
        // Nobody makes room for its own network, nor at once for an equal one.
        new Caller(1).queue(share);
        new Caller(3).queue(share);
        assertThat(next.sentAway || other.sentAway).isFalse();
    }

    @Test
    void a_network_without_a_place_gets_one_when_patience_with_the_others_is_over() throws Exception {
        FairShare<Caller> share = share(2, 0, PATIENCE);
        Caller first = new Caller(1).in(share);
        Caller second = new Caller(2).in(share);
        Caller third = new Caller(3).queue(share);
        now.set(PATIENCE - 1);
        share.look();
        assertThat(first.sentAway || second.sentAway).isFalse();
        now.set(PATIENCE);
        share.look();
        assertThat(first.sentAway ^ second.sentAway).isTrue();
        share.leave(first.sentAway ? first : second);
        AssociationTest.eventually(() -> third.holds);
    }

    @Test
    void some_places_are_kept_for_known_networks_and_strangers_make_room_for_them() throws Exception {
        FairShare<Caller> share = share(3, 1, PATIENCE);
        known.add(new Caller(9).address());
        Caller stranger = new Caller(1).in(share);
        Caller other = new Caller(2).in(share);
        Caller waiting = new Caller(3).queue(share);
        assertThat(waiting.holds).isFalse();
        new Caller(9).in(share);
        Caller second = new Caller(9).queue(share);
        assertThat(stranger.sentAway ^ other.sentAway).isTrue();
        share.leave(stranger.sentAway ? stranger : other);
        AssociationTest.eventually(() -> second.holds);
        assertThat(waiting.holds).isFalse();
    }

    @Test
    void an_identified_holder_leaves_its_place_among_strangers_to_another() throws Exception {
        FairShare<Caller> share = share(2, 1, PATIENCE);
        Caller first = new Caller(1).in(share);
        Caller second = new Caller(2).queue(share);
        assertThat(second.holds).isFalse();
        share.identified(first);
        share.look();
        AssociationTest.eventually(() -> second.holds);
    }

    @Test
    void who_is_closed_while_it_waits_leaves_nothing_behind() throws Exception {
        FairShare<Caller> share = share(1, 0, FairShare.FOREVER);
        Caller holder = new Caller(1).in(share);
        Caller waiting = new Caller(2).queue(share);
        waiting.line().end(new AssociationAborted(AssociationAborted.By.TIMEOUT, "late"));
        AssociationTest.eventually(() -> waiting.sentAway);
        share.leave(holder);
        assertThat(share.used()).isZero();
        new Caller(3).in(share);
        assertThatThrownBy(() -> share.take(waiting)).isInstanceOf(AssociationAborted.class);
        assertThat(share.used()).isEqualTo(1);
    }
}
