package org.strongroom.guard.sqlite;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.strongroom.guard.GuardStore;
import org.strongroom.guard.PrivateFiles;

/** Guard's rows in one SQLite file, {@code guard.sqlite}: small, seldom written, synced fully on each change. */
public final class SqliteGuardStore implements GuardStore {
    private static final int FORMAT = 1;

    private final Path file;
    private final Connection connection;
    private final ReentrantLock lock = new ReentrantLock();

    private SqliteGuardStore(Path file, Connection connection) {
        this.file = file;
        this.connection = connection;
    }

    /**
     * Opens {@code file}, or makes it.
     *
     * @throws IOException when it is no database of guard's
     */
    public static SqliteGuardStore open(Path file) throws IOException {
        PrivateFiles.ensure(file); // SQLite gives its log files the permissions of the database
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setBusyTimeout(5000);
        try {
            Connection connection = config.createConnection("jdbc:sqlite:" + file);
            try (Statement statement = connection.createStatement()) {
                checkFormat(file, statement);
                statement.execute("create table if not exists guard_row (kind text not null, name text not null,"
                        + " body text not null, mac text not null, primary key (kind, name)) without rowid");
            } catch (SQLException | IOException e) {
                connection.close();
                throw e;
            }
            return new SqliteGuardStore(file, connection);
        } catch (SQLException e) {
            throw new IOException(file + ": the identity database can't be opened; restore it from a backup", e);
        }
    }

    /** A file without a number is new, or of the first versions, which wrote none. */
    private static void checkFormat(Path file, Statement statement) throws SQLException, IOException {
        long format;
        try (ResultSet result = statement.executeQuery("PRAGMA user_version")) {
            format = result.next() ? result.getLong(1) : 0;
        }
        if (format == 0) {
            statement.execute("PRAGMA user_version = " + FORMAT);
        } else if (format != FORMAT) {
            throw new IOException(file + ": the identity database has format " + format + ", this version reads "
                    + FORMAT + ": start the version that wrote it");
        }
    }

    @Override
    public List<Row> rows() throws IOException {
        lock.lock();
        try (PreparedStatement select =
                        connection.prepareStatement("select kind, name, body, mac from guard_row order by kind, name");
                ResultSet result = select.executeQuery()) {
            List<Row> rows = new ArrayList<>();
            while (result.next()) {
                rows.add(new Row(
                        text(result.getString(1)),
                        text(result.getString(2)),
                        text(result.getString(3)),
                        text(result.getString(4))));
            }
            return rows;
        } catch (SQLException e) {
            throw new IOException(file + ": the identity database can't be read; restore it from a backup", e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void put(List<Row> rows) throws IOException {
        lock.lock();
        try {
            connection.setAutoCommit(false);
            try (PreparedStatement replace =
                    connection.prepareStatement("insert into guard_row (kind, name, body, mac) values (?, ?, ?, ?)"
                            + " on conflict (kind, name) do update set body = excluded.body, mac = excluded.mac")) {
                for (Row row : rows) {
                    replace.setString(1, row.kind());
                    replace.setString(2, row.name());
                    replace.setString(3, row.body());
                    replace.setString(4, row.mac());
                    replace.executeUpdate();
                }
                connection.commit();
            } catch (SQLException e) {
                connection.rollback();
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw new IOException(file + ": the identity database can't be written; check its disk", e);
        } finally {
            lock.unlock();
        }
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value; // an altered row may hold anything; its MAC will not match
    }

    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IOException(file + ": the identity database can't be closed", e);
        } finally {
            lock.unlock();
        }
    }
}
