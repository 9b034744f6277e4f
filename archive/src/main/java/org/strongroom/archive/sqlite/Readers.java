package org.strongroom.archive.sqlite;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.strongroom.archive.BlindTokens;
import org.strongroom.archive.SealedRows;
import org.strongroom.archive.StudyTokens;

/** The reading connections, each with its own seal and tokens, lent for one short transaction at a time. */
final class Readers implements AutoCloseable {
    /** What a reading transaction works with. */
    record Reader(Session session, SealedRows seal, StudyTokens tokens) {}

    private final Path database;
    private final SqliteSettings settings;
    private final SealedRows seal;
    private final BlindTokens tokens;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition returned = lock.newCondition();
    private final Deque<Reader> idle = new ArrayDeque<>();
    private int open;
    private boolean closed;

    Readers(Path database, SqliteSettings settings, SealedRows seal, BlindTokens tokens) {
        this.database = database;
        this.settings = settings;
        this.seal = seal;
        this.tokens = tokens;
    }

    /** A reader in a transaction; to be given back soon. */
    Reader take() throws SQLException {
        Reader reader = idleOrNew();
        try {
            reader.session.begin();
            return reader;
        } catch (SQLException e) {
            giveBack(reader);
            throw e;
        }
    }

    private Reader idleOrNew() throws SQLException {
        lock.lock();
        try {
            while (idle.isEmpty() && open >= settings.readers() && !closed) {
                returned.awaitUninterruptibly();
            }
            if (closed) {
                throw new SQLException("the index is closed");
            }
            if (!idle.isEmpty()) {
                return idle.pop();
            }
            open++;
        } finally {
            lock.unlock();
        }
        try {
            Session session = Session.reader(database, settings.readerCacheKilobytes());
            return new Reader(session, seal.copy(), new StudyTokens(tokens.copy()));
        } catch (SQLException e) {
            lock.lock();
            try {
                open--;
                returned.signal();
            } finally {
                lock.unlock();
            }
            throw e;
        }
    }

    /** Ends the transaction. */
    void release(Reader reader) throws SQLException {
        try {
            reader.session.rollback();
        } finally {
            giveBack(reader);
        }
    }

    private void giveBack(Reader reader) {
        lock.lock();
        try {
            idle.push(reader);
            returned.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for those that are lent. */
    @Override
    public void close() throws SQLException {
        lock.lock();
        try {
            closed = true;
            returned.signalAll();
            while (idle.size() < open) {
                returned.awaitUninterruptibly();
            }
            for (Reader reader : idle) {
                reader.session.close();
            }
            idle.clear();
            open = 0;
        } finally {
            lock.unlock();
        }
    }
}
