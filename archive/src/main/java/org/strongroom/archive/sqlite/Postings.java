package org.strongroom.archive.sqlite;

import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the studies of a token are.
 *
 * <p>A new study's tokens go to one row of their own and to memory ({@link Waiting}). When enough of them wait they are
 * written as a run: rows (run, token, chunk of places), sorted, at the end of the table. Four runs of one size are merged
 * to one of the next, so that a token is written about five times in an archive of ten million studies and not once for
 * each page it shares with others, and a search looks at no more than some fifteen places. All of this goes in slices
 * of some milliseconds between the commits of others ({@link Upkeep}).
 *
 * <p>Invariants: every token of every study is in a live run or in {@link #waiting}. A run is written before it is live,
 * and live before what it was made of is dropped; a reader takes {@link #waiting} before its transaction begins; so it may
 * find a study twice, but never misses one. A run that is not live when the database is opened is dropped.
 *
 * <p>This follows the log-structured merge tree (O'Neil et al. 1996) with tiers. All methods but {@link #waiting} and
 * {@link #find} are called under the writer's lock.
 */
final class Postings {
    static final int RUNS_OF_A_TIER = 4;

    private static final int BUILDING = 0;
    private static final int LIVE = 1;
    private static final int DEAD = 2;

    private static final int ROWS_OF_A_SLICE = 2000;

    private final Session session;
    private final int mostWaiting;
    private volatile List<Waiting> waiting = List.of(new Waiting());
    private @Nullable Building building;
    private long frozenTo;

    Postings(Session session, int mostWaiting) {
        this.session = session;
        this.mostWaiting = mostWaiting;
    }

    /** Reads what waits, and drops what was being built when the process ended. */
    void open() throws SQLException {
        session.update("UPDATE run SET state = " + DEAD + " WHERE state = " + BUILDING);
        Waiting active = waiting.getLast();
        try (ResultSet row = session.query("SELECT study, tokens FROM waiting ORDER BY id")) {
            while (row.next()) {
                active.add(row.getLong(1), longs(row.getBytes(2)));
            }
        }
    }

    /** Adds tokens of the study at this place. */
    void add(long order, long[] tokens) throws SQLException {
        ByteBuffer bytes = ByteBuffer.allocate(tokens.length * Long.BYTES);
        bytes.asLongBuffer().put(tokens);
        session.update("INSERT INTO waiting (study, tokens) VALUES (?, ?)", order, bytes.array());
        waiting.getLast().add(order, tokens);
    }

    private static long[] longs(byte[] bytes) {
        long[] tokens = new long[bytes.length / Long.BYTES];
        ByteBuffer.wrap(bytes).asLongBuffer().get(tokens);
        return tokens;
    }

    /** What is in memory; to be taken before the transaction begins in which {@link #find} reads. */
    List<Waiting> waiting() {
        return waiting;
    }

    /** The live runs in the transaction of {@code reader}. */
    static long[] runs(Session reader) throws SQLException {
        List<Long> runs = new ArrayList<>();
        try (ResultSet row = reader.query("SELECT id FROM run WHERE state = " + LIVE)) {
            while (row.next()) {
                runs.add(row.getLong(1));
            }
        }
        return runs.stream().mapToLong(Long::longValue).toArray();
    }

    /** The studies that have the token, or any of them. */
    static Places find(Session reader, List<Waiting> waiting, long[] runs, long... tokens) {
        List<Places> lists = new ArrayList<>();
        for (long token : tokens) {
            for (Waiting one : waiting) {
                long[] orders = one.orders(token);
                if (orders.length > 0) {
                    lists.add(Places.of(orders));
                }
            }
            for (long run : runs) {
                lists.add(new Places.OfRun(reader, run, token));
            }
        }
        return lists.isEmpty() ? Places.of(new long[0]) : Places.any(lists);
    }

    /** The same in the writer's own transaction. */
    Places find(long token) throws SQLException {
        return find(session, waiting, runs(session), token);
    }

    /** Whether {@link #slice} has anything to do. */
    boolean isBehind() throws SQLException {
        return building != null
                || waiting.getLast().size() >= mostWaiting
                || fullTier() >= 0
                || session.number(-1, "SELECT min(id) FROM run WHERE state = " + DEAD) >= 0;
    }

    /** Whether more waits than memory should hold. */
    boolean isFarBehind() {
        return waiting.getLast().size() >= 2 * mostWaiting;
    }

    /** Does some milliseconds of what is to be done; true when the caller is to commit, and to call {@link #forgetFrozen}. */
    boolean slice() throws SQLException {
        Building current = building;
        if (current != null) {
            if (!current.slice(ROWS_OF_A_SLICE)) {
                finish(current);
                return true;
            }
        } else if (waiting.getLast().size() >= mostWaiting) {
            freeze();
        } else if (fullTier() >= 0) {
            merge(fullTier());
        } else {
            dropDead();
        }
        return false;
    }

    private void freeze() throws SQLException {
        Waiting frozen = waiting.getLast();
        frozenTo = session.number(0, "SELECT max(id) FROM waiting");
        building = new Building.OfWaiting(session, newRun(0), frozen);
        waiting = List.of(frozen, new Waiting());
    }

    private void merge(long tier) throws SQLException {
        List<Long> parts = new ArrayList<>();
        try (ResultSet row =
                session.query("SELECT id FROM run WHERE state = " + LIVE + " AND tier = ? ORDER BY id", tier)) {
            while (row.next()) {
                parts.add(row.getLong(1));
            }
        }
        building = new Building.OfRuns(session, newRun(tier + 1), parts);
    }

    private long fullTier() throws SQLException {
        return session.number(
                -1,
                "SELECT tier FROM run WHERE state = " + LIVE + " GROUP BY tier HAVING count(*) >= ? ORDER BY tier",
                RUNS_OF_A_TIER);
    }

    private long newRun(long tier) throws SQLException {
        session.update("INSERT INTO run (tier, state) VALUES (?, " + BUILDING + ")", tier);
        return session.number(0, "SELECT max(id) FROM run");
    }

    private void finish(Building built) throws SQLException {
        session.update("UPDATE run SET state = " + LIVE + " WHERE id = ?", built.run());
        for (long part : built.parts()) {
            session.update("UPDATE run SET state = " + DEAD + " WHERE id = ?", part);
        }
        if (built instanceof Building.OfWaiting) {
            session.update("DELETE FROM waiting WHERE id <= ?", frozenTo);
        }
        building = null;
    }

    /** After the commit that made a run live: what it was made of need not be searched any more. */
    void forgetFrozen() {
        if (waiting.size() > 1 && building == null) {
            waiting = List.of(waiting.getLast());
        }
    }

    private void dropDead() throws SQLException {
        long run = session.number(-1, "SELECT min(id) FROM run WHERE state = " + DEAD);
        if (run < 0) {
            return;
        }
        try (ResultSet row = session.query(
                "SELECT token, start FROM posting WHERE run = ? ORDER BY token, start LIMIT 1 OFFSET ?",
                run,
                ROWS_OF_A_SLICE)) {
            if (row.next()) {
                long token = row.getLong(1);
                long start = row.getLong(2);
                session.update("DELETE FROM posting WHERE run = ? AND (token, start) < (?, ?)", run, token, start);
                return;
            }
        }
        session.update("DELETE FROM posting WHERE run = ?", run);
        session.update("DELETE FROM run WHERE id = ?", run);
    }
}
