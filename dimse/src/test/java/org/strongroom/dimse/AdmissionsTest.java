package org.strongroom.dimse;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.strongroom.dimse.AssociationPolicy.Rejection;

final class AdmissionsTest {
    private static final long SECOND = 1_000_000_000L;

    private static final class Caller implements Admissions.Caller {
        private final InetAddress address;

        Caller(InetAddress address) {
            this.address = address;
        }

        @Override
        public InetAddress address() {
            return address;
        }
    }

    private static InetAddress v4(int last) {
        return address(10, 0, 0, last);
    }

    private static InetAddress address(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static Admissions<Caller> admissions(int perAddress, int waiting) {
        return new Admissions<>(new ListenerLimits(perAddress, waiting, 2, 3, 2, 1 << 20, 8, 1 << 20));
    }

    @Test
    void the_oldest_silent_one_of_an_address_makes_room_at_its_limit() {
        Admissions<Caller> admissions = admissions(3, 100);
        Caller first = new Caller(v4(1));
        Caller second = new Caller(v4(1));
        assertThat(admissions.enter(first)).isEmpty();
        assertThat(admissions.enter(second)).isEmpty();
        assertThat(admissions.enter(new Caller(v4(1)))).isEmpty();
        assertThat(admissions.enter(new Caller(v4(2)))).isEmpty();
        admissions.spoke(first);
        assertThat(admissions.enter(new Caller(v4(1)))).contains(second);
        assertThat(admissions.waiting()).isEqualTo(4);
    }

    @Test
    void the_oldest_that_speaks_makes_room_where_none_is_silent() {
        Admissions<Caller> admissions = admissions(2, 100);
        Caller first = new Caller(v4(1));
        Caller second = new Caller(v4(1));
        admissions.enter(first);
        admissions.enter(second);
        admissions.spoke(second);
        admissions.spoke(first);
        assertThat(admissions.enter(new Caller(v4(1)))).contains(second);
    }

    @Test
    void the_oldest_silent_one_of_all_makes_room_at_the_limit_of_all() {
        Admissions<Caller> admissions = admissions(3, 3);
        Caller first = new Caller(v4(1));
        admissions.enter(first);
        assertThat(admissions.enter(new Caller(v4(2)))).isEmpty();
        assertThat(admissions.enter(new Caller(v4(3)))).isEmpty();
        assertThat(admissions.enter(new Caller(v4(4)))).contains(first);
        admissions.leave(first);
        assertThat(admissions.waiting()).isEqualTo(3);
        assertThat(admissions.giveWay()).isPresent();
        assertThat(admissions.waiting()).isEqualTo(2);
    }

    @Test
    void who_comes_once_is_not_sent_away_for_those_who_come_often() {
        Admissions<Caller> admissions = admissions(3, 4);
        Caller once = new Caller(v4(1));
        Caller first = new Caller(v4(2));
        Caller second = new Caller(v4(2));
        admissions.enter(once);
        admissions.enter(first);
        admissions.enter(second);
        admissions.enter(new Caller(v4(3)));
        admissions.spoke(first);
        admissions.spoke(second);
        assertThat(admissions.enter(new Caller(v4(4)))).contains(first);
        assertThat(admissions.enter(new Caller(v4(5)))).contains(once);
    }

    @Test
    void whoever_has_an_association_no_longer_waits() {
        Admissions<Caller> admissions = admissions(1, 1);
        Caller first = new Caller(v4(1));
        admissions.enter(first);
        assertThat(admissions.admit(first, Optional.empty())).isEmpty();
        assertThat(admissions.enter(new Caller(v4(1)))).isEmpty();
        assertThat(admissions.admitted()).isEqualTo(1);
    }

    @Test
    void an_identity_has_so_many_associations_and_not_one_more() {
        Admissions<Caller> admissions = admissions(10, 10);
        Caller first = new Caller(v4(1));
        assertThat(admissions.admit(first, Optional.of("CT1"))).isEmpty();
        assertThat(admissions.admit(new Caller(v4(2)), Optional.of("CT1"))).isEmpty();
        assertThat(admissions.admit(new Caller(v4(3)), Optional.of("CT1"))).contains(Rejection.LOCAL_LIMIT_EXCEEDED);
        assertThat(admissions.admit(new Caller(v4(3)), Optional.of("CT2"))).isEmpty();
        assertThat(admissions.admit(new Caller(v4(4)), Optional.of("CT3"))).contains(Rejection.TEMPORARY_CONGESTION);
        admissions.leave(first);
        assertThat(admissions.admit(new Caller(v4(5)), Optional.of("CT1"))).isEmpty();
    }

    @Test
    void an_address_that_failed_too_often_waits_for_the_next_second() {
        Admissions<Caller> admissions = admissions(10, 10);
        admissions.handshakeFailed(v4(1), 5 * SECOND);
        assertThat(admissions.mayTry(v4(1), 5 * SECOND)).isTrue();
        admissions.handshakeFailed(v4(1), 5 * SECOND + 1);
        assertThat(admissions.mayTry(v4(1), 6 * SECOND - 1)).isFalse();
        assertThat(admissions.mayTry(v4(2), 6 * SECOND - 1)).isTrue();
        assertThat(admissions.mayTry(v4(1), 6 * SECOND)).isTrue();
    }

    @Test
    void a_network_of_ipv6_counts_as_one_address() {
        Admissions<Caller> admissions = admissions(2, 10);
        Caller first = new Caller(address(0x20, 1, 0xD, 0xB8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1));
        admissions.enter(first);
        admissions.enter(new Caller(address(0x20, 1, 0xD, 0xB8, 0, 0, 0, 1, 9, 9, 9, 9, 0, 0, 0, 2)));
        assertThat(admissions.enter(new Caller(address(0x20, 1, 0xD, 0xB8, 0, 0, 0, 2, 9, 9, 9, 9, 0, 0, 0, 3))))
                .isEmpty();
        assertThat(admissions.enter(new Caller(address(0x20, 1, 0xD, 0xB8, 0, 0, 0, 1, 9, 9, 9, 9, 0, 0, 0, 4))))
                .contains(first);
    }
}
