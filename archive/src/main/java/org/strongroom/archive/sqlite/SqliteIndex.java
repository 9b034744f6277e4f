package org.strongroom.archive.sqlite;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.strongroom.archive.Answer;
import org.strongroom.archive.BlindTokens;
import org.strongroom.archive.Entry;
import org.strongroom.archive.Index;
import org.strongroom.archive.KeyDerivation;
import org.strongroom.archive.Located;
import org.strongroom.archive.Matches;
import org.strongroom.archive.Position;
import org.strongroom.archive.Query;
import org.strongroom.archive.QueryPlan;
import org.strongroom.archive.QueryTurns;
import org.strongroom.archive.SealedRows;
import org.strongroom.archive.StudyTokens;
import org.strongroom.dicom.Uid;
import org.strongroom.guard.Action;
import org.strongroom.guard.PrivateFiles;

/**
 * The index in an SQLite database (write-ahead log, synchronous=NORMAL: a power cut may take the last transactions, and
 * the packs bring them back from {@link #indexedTo}).
 *
 * <p>One connection writes, under {@link #lock}: the committer's rows, the commit that a query asks for so that it sees
 * them, and slices of {@link Upkeep}. Queries read on connections of their own, a page in each transaction, so many at
 * once as {@link QueryTurns} has places. A failure of
 * the writing connection stops all writing until the next start; reading goes on.
 */
public final class SqliteIndex implements Index {
    private final ReentrantLock lock = new ReentrantLock();
    private final Session session;
    private final SqliteSettings settings;
    private final BlindTokens tokens;
    private final Codes codes = new Codes();
    private final Postings postings;
    private final Recorder recorder;
    private final Readers readers;
    private final QueryTurns turns = QueryTurns.ofProcessors();
    private final Upkeep upkeep;
    private Position position;
    private boolean inTransaction;
    private int rows;
    private boolean failed;
    /** Read without the lock: a query that finds nothing pending doesn't wait for the writer. */
    private volatile boolean pending;

    private volatile long oldestNanos;

    private SqliteIndex(Session session, Path database, KeyDerivation keys, SqliteSettings settings)
            throws SQLException {
        this.session = session;
        this.settings = settings;
        SealedRows seal = new SealedRows(keys, new SecureRandom());
        this.tokens = new BlindTokens(keys);
        this.postings = new Postings(session, settings.waitingStudies());
        this.recorder = new Recorder(session, postings, codes, seal, new StudyTokens(tokens.copy()));
        this.readers = new Readers(database, settings, seal, tokens);
        postings.open();
        this.position = readPosition();
        this.upkeep = new Upkeep(this, Session.writer(database, 256), settings.commitMillis());
    }

    /** Opens the index in this file, or makes a new one, readable by its owner only. */
    public static SqliteIndex open(Path database, KeyDerivation keys) throws IOException {
        return open(database, keys, SqliteSettings.DEFAULT);
    }

    public static SqliteIndex open(Path database, KeyDerivation keys, SqliteSettings settings) throws IOException {
        PrivateFiles.ensure(database);
        try {
            Session session = Session.writer(database, settings.writerCacheKilobytes());
            try {
                Schema.prepare(session);
                SqliteIndex index = new SqliteIndex(session, database, keys, settings);
                index.upkeep.start();
                return index;
            } catch (SQLException | IOException e) {
                session.close();
                throw e;
            }
        } catch (SQLException e) {
            throw new IOException(
                    database + " is no index that can be opened (SQLite code " + e.getErrorCode()
                            + "): run doctor; when it finds every pack there, move the index away, and the next start makes it"
                            + " anew from the packs",
                    e);
        }
    }

    private Position readPosition() throws SQLException {
        return new Position(
                (int) session.number(0, "SELECT value FROM state WHERE name = 'pack'"),
                session.number(0, "SELECT value FROM state WHERE name = 'offset'"),
                (int) session.number(0, "SELECT value FROM state WHERE name = 'single'"));
    }

    @Override
    public List<Located> versions(Uid study, Uid series, Uid sopInstance) throws IOException {
        lock.lock();
        try {
            return recorder.versions(study, series, sopInstance);
        } catch (SQLException e) {
            throw Session.failure(e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<Recorded> record(List<Entry> entries, Position indexedTo) throws IOException {
        lock.lock();
        try {
            List<Recorded> outcomes = new ArrayList<>(entries.size());
            write(() -> {
                begin();
                for (Entry entry : entries) {
                    outcomes.add(recorder.record(entry));
                }
                position = indexedTo;
                rows += entries.size();
                while (postings.isFarBehind()) {
                    upkeepSlice();
                    begin();
                }
                if (rows >= settings.commitRows()
                        || System.nanoTime() - oldestNanos > settings.commitMillis() * 1_000_000L) {
                    commit();
                }
            });
            return outcomes;
        } finally {
            lock.unlock();
        }
    }

    private interface Writing {
        void run() throws SQLException, IOException;
    }

    /** Runs under the lock; after a failure nothing is written any more, since memory and database may differ. */
    private void write(Writing writing) throws IOException {
        if (failed) {
            throw new IOException("the index stopped writing after a failure; restart to go on");
        }
        boolean done = false;
        try {
            writing.run();
            done = true;
        } catch (SQLException e) {
            throw Session.failure(e);
        } finally {
            if (!done) {
                stopWriting();
            }
        }
    }

    private void abandon() {
        try {
            if (inTransaction) {
                session.rollback();
            }
        } catch (SQLException e) {
            // The failure that led here is on its way to the caller; SQLite rolls back by itself when reopened.
        } finally {
            inTransaction = false;
        }
    }

    private void begin() throws SQLException {
        if (!inTransaction) {
            session.begin();
            inTransaction = true;
            oldestNanos = System.nanoTime();
            pending = true;
        }
    }

    private void commit() throws SQLException {
        if (!inTransaction) {
            return;
        }
        recorder.writeCounts();
        String put = "INSERT INTO state (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value";
        session.update(put, "pack", position.pack());
        session.update(put, "offset", position.offset());
        session.update(put, "single", position.single());
        session.commit();
        inTransaction = false;
        rows = 0;
        pending = false;
    }

    /** Commits what is older than {@code nanos}. */
    void commitOlderThan(long nanos) throws IOException {
        if (!pending || System.nanoTime() - oldestNanos < nanos) {
            return;
        }
        lock.lock();
        try {
            if (!failed) {
                write(this::commit);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Does a little of what is behind; true when there is more. */
    boolean upkeepOnce() throws IOException {
        lock.lock();
        try {
            if (failed) {
                return false;
            }
            boolean[] more = new boolean[1];
            write(() -> {
                if (postings.isBehind()) {
                    upkeepSlice();
                    more[0] = true;
                }
            });
            return more[0];
        } finally {
            lock.unlock();
        }
    }

    private void upkeepSlice() throws SQLException {
        begin();
        if (postings.slice()) {
            commit();
            postings.forgetFrozen();
        }
    }

    /** Writes nothing any more; what is recorded but not committed comes back from the packs at the next start. */
    void stopWriting() {
        lock.lock();
        try {
            failed = true;
            pending = false;
            abandon();
        } finally {
            lock.unlock();
        }
    }

    /** Runs while nothing is written and nothing is uncommitted. */
    void whileQuiet(Upkeep.Checkpoint checkpoint) throws IOException {
        lock.lock();
        try {
            if (!failed) {
                write(() -> {
                    commit();
                    checkpoint.run();
                });
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Position indexedTo() {
        lock.lock();
        try {
            return position;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Matches find(Query query, HeadReader heads, BooleanSupplier cancelled) throws IOException {
        commitOlderThan(0);
        QueryPlan plan = QueryPlan.of(query, new StudyTokens(tokens.copy()), turns.pace(cancelled));
        Finder.Progress progress = new Finder.Progress(plan);
        return new SqliteMatches(plan, heads, (from, into) -> page(progress, from, into));
    }

    private Finder.Cursor page(Finder.Progress progress, Finder.Cursor from, Queue<Answer> into)
            throws SQLException, IOException {
        List<Waiting> waiting = postings.waiting();
        Readers.Reader reader = readers.take();
        try {
            Finder finder = new Finder(progress, reader, codes, waiting);
            Finder.Cursor next = finder.page(from);
            into.addAll(finder.answers());
            return next;
        } finally {
            readers.release(reader);
        }
    }

    @Override
    public Locations locate(Action.Retrieve keys) throws IOException {
        commitOlderThan(0);
        List<Waiting> waiting = postings.waiting();
        return reading(reader ->
                new SqliteLocations(new Locator(reader, codes, waiting, keys).locate(), codes, this::reading));
    }

    private <T> T reading(SqliteLocations.Work<T> work) throws IOException {
        try {
            Readers.Reader reader = readers.take();
            try {
                return work.with(reader);
            } finally {
                readers.release(reader);
            }
        } catch (SQLException e) {
            throw Session.failure(e);
        }
    }

    @Override
    public List<PackUse> packs() throws IOException {
        return read(session -> {
            List<PackUse> packs = new ArrayList<>();
            try (ResultSet row = session.query("""
                    SELECT pack, min(start), max(start), count(*) FROM instance GROUP BY pack ORDER BY pack
                    """)) {
                while (row.next()) {
                    packs.add(new PackUse(row.getInt(1), row.getLong(2), row.getLong(3), row.getLong(4)));
                }
            }
            return packs;
        });
    }

    @Override
    public long studies() throws IOException {
        return read(session -> session.number(0, "SELECT count(*) FROM study"));
    }

    @Override
    public Conflicts conflicts() throws IOException {
        return read(session -> {
            long patients = session.number(0, "SELECT count(*) FROM conflict WHERE kind = " + Recorder.OTHER_PATIENT);
            return new Conflicts(session.number(0, "SELECT count(*) FROM conflict") - patients, patients);
        });
    }

    @Override
    public void studies(StudyUse use) throws IOException {
        read(session -> {
            long count = 0;
            try (ResultSet row = session.query("SELECT uid FROM study")) {
                for (; row.next(); count++) {
                    use.take(new Uid(row.getString(1)));
                }
            }
            return count;
        });
    }

    private interface Reading<T> {
        T of(Session session) throws SQLException, IOException;
    }

    private <T> T read(Reading<T> reading) throws IOException {
        commitOlderThan(0);
        try {
            Readers.Reader reader = readers.take();
            try {
                return reading.of(reader.session());
            } finally {
                readers.release(reader);
            }
        } catch (SQLException e) {
            throw Session.failure(e);
        }
    }

    @Override
    public void flush() throws IOException {
        lock.lock();
        try {
            write(this::commit);
        } finally {
            lock.unlock();
        }
    }

    /** Commits, waits for readers, and ends upkeep. */
    @Override
    public void close() throws IOException {
        upkeep.stop();
        lock.lock();
        try {
            if (!failed) {
                write(this::commit);
            }
        } finally {
            lock.unlock();
            closeConnections();
        }
    }

    private void closeConnections() throws IOException {
        try {
            readers.close();
            upkeep.close();
            session.close();
        } catch (SQLException e) {
            throw Session.failure(e);
        }
    }
}
