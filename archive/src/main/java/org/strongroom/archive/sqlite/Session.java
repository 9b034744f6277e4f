package org.strongroom.archive.sqlite;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import org.sqlite.SQLiteConfig;

/**
 * One connection to the database and its prepared statements, one for each SQL text. Used by one thread at a time.
 *
 * <p>Extensions can't be loaded and the schema isn't trusted to call functions with side effects. Pages are read with
 * pread and not mapped, so that what the operating system caches isn't resident memory of this process.
 */
final class Session implements AutoCloseable {
    private static final int PAGE_BYTES = 4096;
    private static final int BUSY_MILLIS = 10_000;
    /** Above this the log is cut again after a checkpoint. */
    private static final int LOG_BYTES = 64 << 20;
    /** Only a safeguard: checkpoints are made by {@link Upkeep}, away from the thread that commits. */
    private static final int CHECKPOINT_PAGES = 32_768;

    private final Connection connection;
    private final Map<String, PreparedStatement> statements = new HashMap<>();

    private Session(Connection connection) {
        this.connection = connection;
    }

    /** The one that writes. */
    static Session writer(Path database, int cacheKilobytes) throws SQLException {
        SQLiteConfig config = config(cacheKilobytes);
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
        config.setPragma(SQLiteConfig.Pragma.JOURNAL_SIZE_LIMIT, Integer.toString(LOG_BYTES));
        Session session = new Session(config.createConnection("jdbc:sqlite:" + database));
        session.execute("PRAGMA wal_autocheckpoint = " + CHECKPOINT_PAGES);
        session.execute("PRAGMA trusted_schema = OFF");
        return session;
    }

    /** One that can't write. */
    static Session reader(Path database, int cacheKilobytes) throws SQLException {
        SQLiteConfig config = config(cacheKilobytes);
        Session session = new Session(config.createConnection("jdbc:sqlite:" + database));
        session.execute("PRAGMA trusted_schema = OFF");
        session.execute("PRAGMA query_only = ON");
        return session;
    }

    private static SQLiteConfig config(int cacheKilobytes) {
        SQLiteConfig config = new SQLiteConfig();
        config.enableLoadExtension(false);
        config.setPageSize(PAGE_BYTES);
        config.setCacheSize(-cacheKilobytes);
        config.setTempStore(SQLiteConfig.TempStore.MEMORY);
        config.setBusyTimeout(BUSY_MILLIS);
        config.setGetGeneratedKeys(false); // else each INSERT is followed by a SELECT
        return config;
    }

    /** The statement for this text, which is a constant beside the method that runs it. */
    PreparedStatement prepare(String sql) throws SQLException {
        PreparedStatement known = statements.get(sql);
        if (known == null) {
            known = connection.prepareStatement(sql);
            statements.put(sql, known);
        }
        return known;
    }

    /** Prepares, binds in order and runs; the number of rows changed. */
    int update(String sql, Object... values) throws SQLException {
        PreparedStatement statement = prepare(sql);
        bind(statement, values);
        return statement.executeUpdate();
    }

    /** Prepares, binds in order and runs; the caller closes the result before it uses the same text again. */
    ResultSet query(String sql, Object... values) throws SQLException {
        PreparedStatement statement = prepare(sql);
        bind(statement, values);
        return statement.executeQuery();
    }

    private static void bind(PreparedStatement statement, Object... values) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            switch (values[i]) {
                case Long number -> statement.setLong(i + 1, number);
                case Integer number -> statement.setInt(i + 1, number);
                case byte[] bytes -> statement.setBytes(i + 1, bytes);
                case String text -> statement.setString(i + 1, text);
                default -> throw new IllegalStateException("no SQL type for " + values[i].getClass());
            }
        }
    }

    /** The first column of the first row, or {@code otherwise} where there is none or it is null. */
    long number(long otherwise, String sql, Object... values) throws SQLException {
        try (ResultSet row = query(sql, values)) {
            if (!row.next()) {
                return otherwise;
            }
            long number = row.getLong(1);
            return row.wasNull() ? otherwise : number;
        }
    }

    /** Runs one or more statements that bind nothing. */
    void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    void begin() throws SQLException {
        update("BEGIN");
    }

    void commit() throws SQLException {
        update("COMMIT");
    }

    /** Ends a transaction of which nothing is kept, or that only read. */
    void rollback() throws SQLException {
        update("ROLLBACK");
    }

    /** What the caller of a port hears of a failing database: the code, and no value. */
    static IOException failure(SQLException e) {
        return new IOException("the index database failed with SQLite code " + e.getErrorCode(), e);
    }

    @Override
    public void close() throws SQLException {
        for (PreparedStatement statement : statements.values()) {
            statement.close();
        }
        connection.close();
    }
}
