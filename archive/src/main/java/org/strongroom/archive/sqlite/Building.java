package org.strongroom.archive.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** A run being written, from the lowest token to the highest; see {@link Postings}. */
abstract class Building {
    private final Session session;
    private final long run;
    private final long[] orders = new long[Chunk.MOST];
    private int count;
    private long token;
    private int rows;

    private Building(Session session, long run) {
        this.session = session;
        this.run = run;
    }

    long run() {
        return run;
    }

    /** The runs that this one replaces. */
    abstract List<Long> parts();

    /** Writes about this many rows; false when all is written. */
    abstract boolean slice(int mostRows) throws SQLException;

    /** Takes postings by ascending token, and for each by descending place. */
    void add(long nextToken, long order) throws SQLException {
        if (count > 0 && (nextToken != token || count == orders.length)) {
            writeRow();
        }
        if (count > 0 && orders[count - 1] == order) {
            return;
        }
        token = nextToken;
        orders[count++] = order;
    }

    void writeRow() throws SQLException {
        if (count > 0) {
            byte[] entries = Chunk.encode(orders, 0, count);
            session.update(
                    "INSERT OR REPLACE INTO posting (run, token, start, entries) VALUES (?, ?, ?, ?)",
                    run,
                    token,
                    -orders[0],
                    entries);
            count = 0;
            rows++;
        }
    }

    int takeRows() {
        int written = rows;
        rows = 0;
        return written;
    }

    /** What waited in memory. */
    static final class OfWaiting extends Building {
        private final Waiting waiting;
        private final long[] tokens;
        private int at;

        OfWaiting(Session session, long run, Waiting waiting) {
            super(session, run);
            this.waiting = waiting;
            this.tokens = waiting.tokens();
        }

        @Override
        List<Long> parts() {
            return List.of();
        }

        @Override
        boolean slice(int mostRows) throws SQLException {
            takeRows();
            for (int rows = 0; at < tokens.length && rows < mostRows; rows += takeRows()) {
                for (long order : waiting.orders(tokens[at])) {
                    add(tokens[at], order);
                }
                writeRow();
                at++;
            }
            return at < tokens.length;
        }
    }

    /** Several runs. */
    static final class OfRuns extends Building {
        /** Copying long lists writes few rows: places count too. */
        private static final int PLACES_OF_A_ROW = 16;

        private final List<Long> parts;
        private final List<Part> open = new ArrayList<>();

        OfRuns(Session session, long run, List<Long> parts) throws SQLException {
            super(session, run);
            this.parts = parts;
            for (long part : parts) {
                Part opened = new Part(session, part);
                if (opened.advance()) {
                    open.add(opened);
                }
            }
        }

        @Override
        List<Long> parts() {
            return parts;
        }

        @Override
        boolean slice(int mostRows) throws SQLException {
            takeRows();
            int places = 0;
            for (int rows = 0; !open.isEmpty() && rows < mostRows; rows += takeRows()) {
                Part next = open.getFirst();
                for (Part part : open) {
                    next = part.isBefore(next) ? part : next;
                }
                add(next.token, next.order());
                if (!next.advance()) {
                    open.remove(next);
                }
                if (++places % PLACES_OF_A_ROW == 0) {
                    rows++;
                }
            }
            if (open.isEmpty()) {
                writeRow();
            }
            return !open.isEmpty();
        }
    }

    /** A run being read from end to end, some hundred rows at a time. */
    private static final class Part {
        private static final String ROWS = """
                SELECT token, start, entries FROM posting
                WHERE run = ? AND (token, start) > (?, ?) ORDER BY token, start LIMIT ?
                """;
        private static final int MOST_ROWS = 256;

        @SuppressWarnings("ArrayRecordComponent") // never compared
        private record Row(long token, long[] orders) {}

        private final Session session;
        private final long run;
        private List<Row> rows = List.of();
        private int row;
        private int at;
        private long lastStart = Long.MIN_VALUE;
        private long token = Long.MIN_VALUE;

        Part(Session session, long run) {
            this.session = session;
            this.run = run;
        }

        long order() {
            return rows.get(row).orders[at];
        }

        boolean isBefore(Part other) {
            return token < other.token || (token == other.token && order() > other.order());
        }

        /** Moves to the next place; false at the end of the run. */
        boolean advance() throws SQLException {
            if (row < rows.size() && ++at < rows.get(row).orders.length) {
                return true;
            }
            at = 0;
            if (++row >= rows.size()) {
                load();
                row = 0;
            }
            if (rows.isEmpty()) {
                return false;
            }
            token = rows.get(row).token;
            return true;
        }

        private void load() throws SQLException {
            List<Row> loaded = new ArrayList<>(MOST_ROWS);
            long lastToken = rows.isEmpty() ? Long.MIN_VALUE : rows.getLast().token;
            try (ResultSet result = session.query(ROWS, run, lastToken, lastStart, MOST_ROWS)) {
                while (result.next()) {
                    lastStart = result.getLong(2);
                    loaded.add(new Row(result.getLong(1), Chunk.decode(-lastStart, result.getBytes(3))));
                }
            }
            rows = loaded;
        }
    }
}
