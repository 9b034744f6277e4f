package org.strongroom.archive.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.strongroom.dicom.Uid;

/** The numbers that stand for SOP classes and transfer syntaxes in rows of instances; a few hundred at most are in use. */
final class Codes {
    private final Map<Uid, Integer> numbers = new ConcurrentHashMap<>();
    private final Map<Integer, Uid> uids = new ConcurrentHashMap<>();

    /** The number of this UID, a new one where it has none yet. */
    int number(Session writer, Uid uid) throws SQLException {
        Integer known = numbers.get(uid);
        if (known == null) {
            writer.update("INSERT OR IGNORE INTO code (uid) VALUES (?)", uid.value());
            known = (int) writer.number(0, "SELECT id FROM code WHERE uid = ?", uid.value());
            numbers.put(uid, known);
            uids.put(known, uid);
        }
        return known;
    }

    Uid uid(Session session, int number) throws SQLException {
        @Nullable Uid known = uids.get(number);
        if (known == null) {
            try (ResultSet row = session.query("SELECT uid FROM code WHERE id = ?", number)) {
                if (!row.next()) {
                    throw new SQLException("the index has no code " + number);
                }
                known = new Uid(row.getString(1));
            }
            uids.put(number, known);
        }
        return known;
    }
}
