package org.strongroom.archive.sqlite;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What nobody waits for: commits rows that no further one pushed out, writes and merges runs of tokens in slices, and
 * moves the write-ahead log into the database on a connection of its own, so that the committer never syncs for it.
 */
final class Upkeep implements AutoCloseable {
    /** Pages of the log, 4 KB each, after which it is moved. Longer logs write a page that changes often fewer times. */
    private static final int LOG_PAGES = 4000;

    private static final System.Logger LOG = System.getLogger(Upkeep.class.getName());
    private static final int NOT_WORTH_A_STOP = 50;
    private static final long PAUSE_NANOS = 200_000;

    /** Moving the log. */
    interface Checkpoint {
        void run() throws SQLException;
    }

    private final SqliteIndex index;
    private final Session session;
    private final long tickMillis;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition stopping = lock.newCondition();
    private final Thread thread;
    private boolean stopped;

    Upkeep(SqliteIndex index, Session session, int commitMillis) {
        this.index = index;
        this.session = session;
        this.tickMillis = Math.max(1, commitMillis / 2);
        this.thread = Thread.ofPlatform().name("index-upkeep").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (pause(TimeUnit.MILLISECONDS.toNanos(tickMillis))) {
                index.commitOlderThan(TimeUnit.MILLISECONDS.toNanos(tickMillis));
                while (index.upkeepOnce() && pause(PAUSE_NANOS)) {
                    checkpoint();
                }
                checkpoint();
            }
        } catch (IOException | SQLException e) {
            index.stopWriting();
            LOG.log(System.Logger.Level.ERROR, "index.failed writing has stopped until the next start", e);
        }
    }

    /** False when the index is being closed. */
    private boolean pause(long nanos) {
        lock.lock();
        try {
            long left = nanos;
            while (!stopped && left > 0) {
                left = stopping.awaitNanos(left);
            }
            return !stopped;
        } catch (InterruptedException e) {
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void checkpoint() throws SQLException, IOException {
        if (logPages() < LOG_PAGES) {
            return;
        }
        long left = move();
        if (left > NOT_WORTH_A_STOP) {
            left = move();
        }
        // Only a log that is moved to its end begins anew, and under load its end runs away: so the rest without
        // writers.
        index.whileQuiet(this::move);
    }

    private long logPages() throws SQLException {
        try (ResultSet row = session.query("PRAGMA wal_checkpoint(NOOP)")) {
            return row.next() ? row.getLong(2) - row.getLong(3) : 0;
        }
    }

    /** Copies pages of the log to their places and syncs; how many are left, because readers or a writer came between. */
    private long move() throws SQLException {
        try (ResultSet row = session.query("PRAGMA wal_checkpoint(PASSIVE)")) {
            return row.next() ? row.getLong(2) - row.getLong(3) : 0;
        }
    }

    /** Ends the thread; a slice at hand is finished. */
    void stop() {
        lock.lock();
        try {
            stopped = true;
            stopping.signalAll();
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws SQLException {
        session.close();
    }
}
