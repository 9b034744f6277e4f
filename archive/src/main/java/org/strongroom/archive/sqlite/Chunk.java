package org.strongroom.archive.sqlite;

import java.util.Arrays;

/**
 * Places of studies ({@link Order}) from high to low in one row: the first is the key, here is the rest. For each: days
 * below the one before, then row numbers below it (zigzag where the day differs), as numbers of 7 bits a byte. About 3
 * bytes a place in a long list, where a row of its own would take 25.
 */
final class Chunk {
    /** So that a row stays far below a page. */
    static final int MOST = 128;

    private static final int LONGEST_NUMBER = 10;

    private Chunk() {}

    /** All of {@code orders} from {@code from} to before {@code to} but the first. */
    static byte[] encode(long[] orders, int from, int to) {
        byte[] bytes = new byte[(to - from - 1) * 2 * LONGEST_NUMBER];
        int at = 0;
        for (int i = from + 1; i < to; i++) {
            long days = (long) Order.day(orders[i - 1]) - Order.day(orders[i]);
            long ids = Order.id(orders[i - 1]) - Order.id(orders[i]);
            at = put(bytes, at, days);
            at = put(bytes, at, days == 0 ? ids : ids << 1 ^ ids >> 63);
        }
        return Arrays.copyOf(bytes, at);
    }

    private static int put(byte[] bytes, int at, long number) {
        int end = at;
        long left = number;
        while ((left & ~0x7FL) != 0) {
            bytes[end++] = (byte) (left | 0x80);
            left >>>= 7;
        }
        bytes[end++] = (byte) left;
        return end;
    }

    /** The places of a row. */
    static long[] decode(long first, byte[] bytes) {
        long[] orders = new long[1 + bytes.length / 2];
        orders[0] = first;
        int count = 1;
        int at = 0;
        while (at < bytes.length) {
            long days = 0;
            long ids = 0;
            int shift = 0;
            byte b;
            do {
                b = bytes[at++];
                days |= (b & 0x7FL) << shift;
                shift += 7;
            } while (b < 0);
            shift = 0;
            do {
                b = bytes[at++];
                ids |= (b & 0x7FL) << shift;
                shift += 7;
            } while (b < 0);
            long before = orders[count - 1];
            ids = days == 0 ? ids : ids >>> 1 ^ -(ids & 1);
            orders[count++] = Order.of((int) (Order.day(before) - days), Order.id(before) - ids);
        }
        return count == orders.length ? orders : Arrays.copyOf(orders, count);
    }
}
