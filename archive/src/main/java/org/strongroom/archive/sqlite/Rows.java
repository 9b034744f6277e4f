package org.strongroom.archive.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.strongroom.archive.Located;
import org.strongroom.archive.Place;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;

/** How columns are read. */
final class Rows {
    private Rows() {}

    /** From columns pack, start, class, syntax, length, digest. */
    static Located located(ResultSet row, Codes codes, Session session, Uid study, Uid sopInstance)
            throws SQLException {
        Place place = new Place(row.getInt(1), row.getLong(2));
        long length = row.getLong(5);
        long digest = row.getLong(6);
        Uid sopClass = codes.uid(session, row.getInt(3));
        Uid syntax = codes.uid(session, row.getInt(4));
        return new Located(place, study, sopClass, sopInstance, TransferSyntax.of(syntax), length, digest);
    }

    /** Values joined by backslashes. */
    static List<String> texts(String column) {
        return column.isEmpty() ? List.of() : List.of(column.split("\\\\", -1));
    }

    /** Numbers joined by commas. */
    static List<Integer> numbers(String column) {
        List<Integer> numbers = new ArrayList<>();
        for (String number : column.isEmpty() ? new String[0] : column.split(",", -1)) {
            numbers.add(Integer.valueOf(number));
        }
        return numbers;
    }

    static String text(List<Integer> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
