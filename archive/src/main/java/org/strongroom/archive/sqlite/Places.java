package org.strongroom.archive.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import org.strongroom.archive.Pace;

/** A list of places of studies ({@link Order}), read from high to low inside one transaction. */
interface Places {
    /** What a look into one list costs, see {@link Pace}. */
    int STEPS_OF_A_LEAP = 500;

    /**
     * The highest place that isn't above {@code limit}, or {@link Order#NONE}. Limits only go down from one call to the
     * next.
     */
    long atMost(long limit) throws SQLException;

    /** Places in memory, from high to low. */
    static Places of(long[] orders) {
        return new Places() {
            private int at;

            @Override
            public long atMost(long limit) {
                while (at < orders.length && orders[at] > limit) {
                    at++;
                }
                return at < orders.length ? orders[at] : Order.NONE;
            }
        };
    }

    /** What any of the lists has. */
    static Places any(List<Places> lists) {
        if (lists.size() == 1) {
            return lists.getFirst();
        }
        return limit -> {
            long highest = Order.NONE;
            for (Places list : lists) {
                highest = Math.max(highest, list.atMost(limit));
            }
            return highest;
        };
    }

    /** What all of the lists have: each in turn jumps to where the others are. */
    static Places all(List<Places> lists, Pace pace) {
        if (lists.size() == 1) {
            return lists.getFirst();
        }
        return limit -> {
            long candidate = limit;
            int agreed = 0;
            for (int i = 0; agreed < lists.size(); i = (i + 1) % lists.size()) {
                pace.step(STEPS_OF_A_LEAP);
                long found = lists.get(i).atMost(candidate);
                if (found == Order.NONE) {
                    return Order.NONE;
                }
                agreed = found == candidate ? agreed + 1 : 1;
                candidate = found;
            }
            return candidate;
        };
    }

    /** The places that one run has for a token. */
    final class OfRun implements Places {
        /** The row in which {@code ?3} would stand, and those after it. */
        private static final String ROWS = """
                SELECT start, entries FROM posting
                WHERE run = ?1 AND token = ?2 AND start >= coalesce(
                  (SELECT max(start) FROM posting WHERE run = ?1 AND token = ?2 AND start <= ?3), ?3)
                ORDER BY start LIMIT ?4
                """;

        private static final int MOST_ROWS = 16;

        private final Session session;
        private final long run;
        private final long token;
        private int rows = 1;
        private long[] orders = {};
        private int at;
        private boolean complete;

        OfRun(Session session, long run, long token) {
            this.session = session;
            this.run = run;
            this.token = token;
        }

        @Override
        public long atMost(long limit) throws SQLException {
            skip(limit);
            if (at == orders.length && !complete) {
                load(limit);
                skip(limit);
                if (at == orders.length && !complete) {
                    // All of the row was above the limit.
                    load(limit);
                    skip(limit);
                }
            }
            return at < orders.length ? orders[at] : Order.NONE;
        }

        private void skip(long limit) {
            while (at < orders.length && orders[at] > limit) {
                at++;
            }
        }

        private void load(long limit) throws SQLException {
            int read = 0;
            orders = new long[0];
            at = 0;
            try (ResultSet result = session.query(ROWS, run, token, -limit, rows)) {
                while (result.next()) {
                    long[] more = Chunk.decode(-result.getLong(1), result.getBytes(2));
                    int before = orders.length;
                    orders = Arrays.copyOf(orders, before + more.length);
                    System.arraycopy(more, 0, orders, before, more.length);
                    read++;
                }
            }
            complete = read < rows;
            rows = Math.min(rows * 2, MOST_ROWS);
        }
    }

    /** All studies. */
    final class OfDays implements Places {
        private static final String SAME_DAY =
                "SELECT id FROM study INDEXED BY study_day WHERE day = ? AND id <= ? ORDER BY id DESC LIMIT ?";
        private static final String EARLIER =
                "SELECT day, id FROM study INDEXED BY study_day WHERE day < ? ORDER BY day DESC, id DESC LIMIT ?";
        private static final int MOST = 512;

        private final Session session;
        private int count = 64;
        private long[] orders = {};
        private int at;
        private boolean complete;

        OfDays(Session session) {
            this.session = session;
        }

        @Override
        public long atMost(long limit) throws SQLException {
            while (at < orders.length && orders[at] > limit) {
                at++;
            }
            if (at == orders.length && !complete) {
                load(limit);
            }
            return at < orders.length ? orders[at] : Order.NONE;
        }

        private void load(long limit) throws SQLException {
            orders = new long[count];
            at = 0;
            int read = 0;
            int day = Order.day(limit);
            try (ResultSet result = session.query(SAME_DAY, day, Order.id(limit), count)) {
                while (result.next()) {
                    orders[read++] = Order.of(day, result.getLong(1));
                }
            }
            if (read < count) {
                try (ResultSet result = session.query(EARLIER, day, count - read)) {
                    while (result.next()) {
                        orders[read++] = Order.of(result.getInt(1), result.getLong(2));
                    }
                }
            }
            complete = read < count;
            orders = Arrays.copyOf(orders, read);
            count = Math.min(count * 2, MOST);
        }
    }
}
