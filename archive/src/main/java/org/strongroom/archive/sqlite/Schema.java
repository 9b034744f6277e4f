package org.strongroom.archive.sqlite;

import java.io.IOException;
import java.sql.SQLException;

/**
 * The tables of the index. What stands plain is named in docs/threat-model.md: dates, modalities, UIDs, counts, sizes.
 * All else is sealed in the row ({@link org.strongroom.archive.SealedRows}) or hashed
 * ({@link org.strongroom.archive.BlindTokens}).
 *
 * <p>Nothing is indexed by a value that arrives in random order: a row in such an index costs a page of its own in each
 * commit (measured: 190 KB per new study). Studies, series and patients are found by tokens instead, which wait and
 * are merged in sorted runs ({@link Postings}); all other rows are appended, or lie beside those of the same series.
 */
final class Schema {
    static final int FORMAT = 2;

    private static final String TABLES = """
            CREATE TABLE state (
              name TEXT PRIMARY KEY,
              value INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;

            -- SOP classes and transfer syntaxes, so that a row of an instance names one in a byte.
            CREATE TABLE code (
              id INTEGER PRIMARY KEY,
              uid TEXT NOT NULL UNIQUE
            ) STRICT;

            CREATE TABLE patient (
              id INTEGER PRIMARY KEY,
              sealed BLOB NOT NULL
            ) STRICT;

            CREATE TABLE study (
              id INTEGER PRIMARY KEY,
              uid TEXT NOT NULL,
              patient INTEGER NOT NULL,
              day INTEGER NOT NULL,
              modalities TEXT NOT NULL,
              classes TEXT NOT NULL,
              series INTEGER NOT NULL,
              instances INTEGER NOT NULL,
              bytes INTEGER NOT NULL,
              sealed BLOB NOT NULL
            ) STRICT;
            CREATE INDEX study_day ON study (day);

            CREATE TABLE series (
              id INTEGER PRIMARY KEY,
              study INTEGER NOT NULL,
              uid TEXT NOT NULL,
              first TEXT NOT NULL,
              instances INTEGER NOT NULL,
              bytes INTEGER NOT NULL,
              sealed BLOB NOT NULL
            ) STRICT;
            CREATE INDEX series_study ON series (study);

            -- uid: see PackedUid, relative to series.first.
            CREATE TABLE instance (
              series INTEGER NOT NULL,
              uid BLOB NOT NULL,
              class INTEGER NOT NULL,
              syntax INTEGER NOT NULL,
              pack INTEGER NOT NULL,
              start INTEGER NOT NULL,
              length INTEGER NOT NULL,
              digest INTEGER NOT NULL,
              number INTEGER,
              PRIMARY KEY (series, uid)
            ) STRICT, WITHOUT ROWID;

            -- Further versions of an instance: the same UID with other bytes.
            CREATE TABLE version (
              series INTEGER NOT NULL,
              uid BLOB NOT NULL,
              pack INTEGER NOT NULL,
              start INTEGER NOT NULL,
              class INTEGER NOT NULL,
              syntax INTEGER NOT NULL,
              length INTEGER NOT NULL,
              digest INTEGER NOT NULL,
              PRIMARY KEY (series, uid, pack, start)
            ) STRICT, WITHOUT ROWID;

            -- kind 1: an instance came with other bytes; kind 2: a study came under another patient, sealed, once for
            -- each Patient ID, of which token is the blind token.
            CREATE TABLE conflict (
              id INTEGER PRIMARY KEY,
              kind INTEGER NOT NULL,
              study INTEGER NOT NULL,
              token INTEGER NOT NULL DEFAULT 0,
              series INTEGER NOT NULL,
              uid BLOB,
              received INTEGER NOT NULL,
              sealed BLOB
            ) STRICT;
            CREATE INDEX conflict_study ON conflict (study, kind, token);

            -- Tokens that are not in a run yet.
            CREATE TABLE waiting (
              id INTEGER PRIMARY KEY,
              study INTEGER NOT NULL,
              tokens BLOB NOT NULL
            ) STRICT;

            -- state: see Postings.
            CREATE TABLE run (
              id INTEGER PRIMARY KEY,
              tier INTEGER NOT NULL,
              state INTEGER NOT NULL
            ) STRICT;

            CREATE TABLE posting (
              run INTEGER NOT NULL,
              token INTEGER NOT NULL,
              start INTEGER NOT NULL,
              entries BLOB NOT NULL,
              PRIMARY KEY (run, token, start)
            ) STRICT, WITHOUT ROWID;
            """;

    private Schema() {}

    /** Makes the tables of a new database, and checks the format of an old one. */
    static void prepare(Session session) throws SQLException, IOException {
        long format = session.number(0, "PRAGMA user_version");
        if (format == FORMAT) {
            return;
        }
        long tables = session.number(0, "SELECT count(*) FROM sqlite_schema");
        if (format != 0 || tables != 0) {
            throw new IOException("the index has format " + format + ", this version reads " + FORMAT
                    + ": start the version that wrote it; or run doctor, and when it finds every pack there, move"
                    + " index.sqlite away: the next start makes it anew from the packs");
        }
        session.begin();
        session.execute(TABLES);
        session.execute("PRAGMA user_version = " + FORMAT);
        session.commit();
    }
}
