package org.strongroom.guard.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.guard.AuditLog;
import org.strongroom.guard.DeviceRegistry;
import org.strongroom.guard.GuardStore;
import org.strongroom.guard.GuardStoreContract;
import org.strongroom.guard.KeyRing;

class SqliteGuardStoreTest extends GuardStoreContract {
    @TempDir
    Path directory;

    @Override
    protected GuardStore open() throws Exception {
        return SqliteGuardStore.open(directory.resolve("guard.sqlite"));
    }

    @Test
    void a_file_that_is_no_database_is_refused_with_its_name() throws Exception {
        Path file = directory.resolve("guard.sqlite");
        Files.writeString(file, "this is not a database, but it is long enough to look like a file".repeat(20));
        assertThatThrownBy(() -> SqliteGuardStore.open(file).rows())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("guard.sqlite");
    }

    @Test
    void a_database_of_a_newer_format_is_refused_with_its_name() throws Exception {
        Path file = directory.resolve("guard.db");
        SqliteGuardStore.open(file).close();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("PRAGMA user_version = 99");
        }
        assertThatThrownBy(() -> SqliteGuardStore.open(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("guard.db")
                .hasMessageContaining("format 99, this version reads 1");
    }

    @Test
    void an_administrator_written_into_the_database_by_sql_is_refused_and_reported() throws Exception {
        Path file = directory.resolve("guard.sqlite");
        KeyRing keys = KeyRing.create(directory.resolve("keys"));
        InstantSource clock = InstantSource.system();
        try (AuditLog audit = AuditLog.open(directory.resolve("audit"), keys, clock)) {
            try (GuardStore store = SqliteGuardStore.open(file)) {
                DeviceRegistry.open(store, keys, audit, clock).addFirstAdministrator("anna");
            }
            try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                    Statement statement = connection.createStatement()) {
                statement.executeUpdate("insert into guard_row select kind, 'mallory', body, mac from guard_row"
                        + " where kind = 'administrator'");
            }
            try (GuardStore store = SqliteGuardStore.open(file)) {
                DeviceRegistry registry = DeviceRegistry.open(store, keys, audit, clock);
                assertThat(registry.administrators()).isEqualTo(Set.of("anna"));
                assertThat(registry.problems()).singleElement().asString().contains("administrator mallory");
            }
        }
    }
}
