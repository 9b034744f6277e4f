package org.strongroom.archive.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class WaitingTest {
    @Test
    void finds_what_a_map_finds() {
        Random random = new Random(1);
        Waiting waiting = new Waiting();
        Map<Long, TreeSet<Long>> map = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            long order = Order.of(1000 + random.nextInt(50), 1 + random.nextInt(5000));
            long[] tokens = random.longs(random.nextInt(10), -3000, 3000).toArray();
            waiting.add(order, tokens);
            for (long token : tokens) {
                map.computeIfAbsent(token, _ -> new TreeSet<>()).add(order);
            }
        }
        assertThat(waiting.size()).isEqualTo(20_000);
        assertThat(waiting.tokens()).hasSize(map.size()).isSorted();
        map.forEach((token, orders) -> assertThat(waiting.orders(token))
                .containsExactly(orders.descendingSet().toArray(new Long[0])));
        assertThat(waiting.orders(1L << 50)).isEmpty();
    }
}
