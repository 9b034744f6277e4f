package org.strongroom.archive.sqlite;

/**
 * The place of a study in every list: newest date first, of one date the last to arrive first. Day (22 bits) above row
 * number (40 bits) in one long, so that greater is newer; places are visited from high to low.
 */
final class Order {
    static final long NONE = -1;
    static final long LAST = Long.MAX_VALUE;

    private static final int ID_BITS = 40;
    private static final long ID_MASK = (1L << ID_BITS) - 1;
    private static final int LAST_DAY = (1 << 22) - 1;

    private Order() {}

    static long of(int day, long id) {
        return (long) day << ID_BITS | id;
    }

    static int day(long order) {
        return (int) (order >>> ID_BITS);
    }

    static long id(long order) {
        return order & ID_MASK;
    }

    /** The highest place of a day. */
    static long endOf(int day) {
        return of(Math.min(day, LAST_DAY), ID_MASK);
    }

    /** The lowest place of a day. */
    static long beginOf(int day) {
        return of(Math.min(day, LAST_DAY), 0);
    }
}
