package org.strongroom.archive.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ChunkTest {
    @Test
    void comes_back_as_it_was() {
        Random random = new Random(1);
        for (int i = 0; i < 2000; i++) {
            long[] orders = random.longs(1 + random.nextInt(Chunk.MOST), 0, 1L << 62)
                    .map(order -> Order.of(
                            random.nextInt(3) == 0 ? 0 : Order.day(order) % 3_800_000,
                            Order.id(order) >> random.nextInt(40)))
                    .distinct()
                    .sorted()
                    .toArray();
            for (int a = 0, b = orders.length - 1; a < b; a++, b--) {
                long swap = orders[a];
                orders[a] = orders[b];
                orders[b] = swap;
            }
            assertThat(Chunk.decode(orders[0], Chunk.encode(orders, 0, orders.length)))
                    .isEqualTo(orders);
        }
    }

    @Test
    void a_list_in_order_of_arrival_takes_three_bytes_a_place() {
        long[] orders = new long[Chunk.MOST];
        for (int i = 0; i < orders.length; i++) {
            orders[i] = Order.of(700_000 - i / 4, 5_000_000 - i * 90L);
        }
        assertThat(Chunk.encode(orders, 0, orders.length).length).isLessThan(3 * Chunk.MOST);
    }
}
