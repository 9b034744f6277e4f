package org.strongroom.archive.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import org.strongroom.archive.Located;
import org.strongroom.dicom.Uid;

/** An instance and its Instance Number, by which those of a series are ordered; the ones without come last. */
record Numbered(int number, Located located) {
    /** Of a row (pack, start, class, syntax, length, digest, uid, number). */
    static Numbered of(ResultSet row, Session session, Codes codes, Uid study, Uid sopInstance) throws SQLException {
        int number = row.getInt(8);
        return new Numbered(
                row.wasNull() ? Integer.MAX_VALUE : number, Rows.located(row, codes, session, study, sopInstance));
    }

    static List<Located> sorted(List<Numbered> instances) {
        return instances.stream()
                .sorted(Comparator.comparingInt(Numbered::number))
                .map(Numbered::located)
                .toList();
    }
}
