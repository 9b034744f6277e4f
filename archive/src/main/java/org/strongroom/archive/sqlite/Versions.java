package org.strongroom.archive.sqlite;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.strongroom.archive.Entry;
import org.strongroom.archive.Index.Recorded;
import org.strongroom.archive.Located;
import org.strongroom.archive.Place;
import org.strongroom.dicom.Uid;

/** What came again under the UID of an instance: one version is visible, the others are kept. Under the writer's lock. */
final class Versions {
    private static final int OTHER_BYTES = 1;
    private static final String VISIBLE =
            "SELECT count(*) FROM instance WHERE series = ? AND uid = ? AND pack = ? AND start = ?";
    private static final String FURTHER =
            "SELECT count(*) FROM version WHERE series = ? AND uid = ? AND pack = ? AND start = ?";

    private final Session session;
    private final Codes codes;

    Versions(Session session, Codes codes) {
        this.session = session;
        this.codes = codes;
    }

    /** An entry that was recorded before, or the same UID with other bytes, which is kept beside the first. */
    Recorded add(Known.Series series, byte[] uid, int sopClass, Entry entry) throws SQLException {
        Place place = entry.place();
        if (isThere(VISIBLE, series, uid, place)) {
            return Recorded.PRESENT;
        }
        if (mayTakeOver(series, uid, entry) && takeOver(series, uid, sopClass, entry)) {
            return Recorded.STORED;
        }
        int added = session.update(
                """
                INSERT OR IGNORE INTO version (series, uid, pack, start, class, syntax, length, digest)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                series.id,
                uid,
                place.pack(),
                place.offset(),
                sopClass,
                codes.number(session, entry.syntax().uid()),
                entry.dataSetLength(),
                entry.digest().prefix());
        if (added == 0) {
            return Recorded.PRESENT;
        }
        session.update(
                "INSERT INTO conflict (kind, study, series, uid, received) VALUES (" + OTHER_BYTES + ", ?, ?, ?, ?)",
                series.study.id,
                series.id,
                uid,
                entry.received().toEpochMilli());
        return Recorded.CONFLICT;
    }

    private boolean isThere(String sql, Known.Series series, byte[] uid, Place place) throws SQLException {
        return session.number(0, sql, series.id, uid, place.pack(), place.offset()) > 0;
    }

    /** The same eight bytes of digest are the same object, unless the visible copy was read and is another. */
    private boolean mayTakeOver(Known.Series series, byte[] uid, Entry entry) throws SQLException {
        if (entry.others().isEmpty()) {
            return true;
        }
        try (ResultSet row =
                session.query("SELECT pack, start FROM instance WHERE series = ? AND uid = ?", series.id, uid)) {
            return row.next() && !entry.others().contains(new Place(row.getInt(1), row.getLong(2)));
        }
    }

    /** The same came again, since the visible copy is damaged: the new one is visible, the old one a further version. */
    private boolean takeOver(Known.Series series, byte[] uid, int sopClass, Entry entry) throws SQLException {
        Place place = entry.place();
        if (isThere(FURTHER, series, uid, place)) {
            return false;
        }
        int kept = session.update(
                """
                INSERT OR IGNORE INTO version (series, uid, pack, start, class, syntax, length, digest)
                SELECT series, uid, pack, start, class, syntax, length, digest FROM instance
                WHERE series = ? AND uid = ? AND class = ? AND length = ? AND digest = ?
                """,
                series.id,
                uid,
                sopClass,
                entry.dataSetLength(),
                entry.digest().prefix());
        if (kept == 0) {
            return false;
        }
        session.update(
                "UPDATE instance SET pack = ?, start = ?, syntax = ? WHERE series = ? AND uid = ?",
                place.pack(),
                place.offset(),
                codes.number(session, entry.syntax().uid()),
                series.id,
                uid);
        return true;
    }

    /** The visible version first. */
    List<Located> of(Known.Series series, byte[] uid, Uid studyUid, Uid sopInstance) throws SQLException, IOException {
        List<Located> versions = new ArrayList<>(1);
        try (ResultSet row = session.query(
                "SELECT pack, start, class, syntax, length, digest FROM instance WHERE series = ? AND uid = ?",
                series.id,
                uid)) {
            if (!row.next()) {
                return List.of();
            }
            versions.add(Rows.located(row, codes, session, studyUid, sopInstance));
        }
        try (ResultSet row = session.query("""
                SELECT pack, start, class, syntax, length, digest FROM version
                WHERE series = ? AND uid = ? ORDER BY pack, start
                """, series.id, uid)) {
            while (row.next()) {
                versions.add(Rows.located(row, codes, session, studyUid, sopInstance));
            }
        }
        return versions;
    }
}
