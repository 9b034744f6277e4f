package org.strongroom.archive.sqlite;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.strongroom.archive.Index.Locations;
import org.strongroom.archive.Located;

/**
 * Instances of series, as many of them at a time as fit into a page; between pages no transaction is held. A series comes in
 * the order of its instance numbers, one that is longer than a page in the order of its UIDs.
 */
final class SqliteLocations implements Locations {
    private static final byte[] START = {};

    private final Queue<Locator.Series> series;
    private final Codes codes;
    private final Reading reading;
    private final long count;
    private List<Located> named;
    private byte[] after = START;

    /** Does work in a transaction of a reader. */
    interface Reading {
        <T> T with(Work<T> work) throws IOException;
    }

    interface Work<T> {
        T with(Readers.Reader reader) throws SQLException, IOException;
    }

    SqliteLocations(Locator.Found found, Codes codes, Reading reading) {
        this.series = new ArrayDeque<>(found.series());
        this.codes = codes;
        this.reading = reading;
        this.named = List.copyOf(found.instances());
        this.count =
                named.size() + series.stream().mapToLong(Locator.Series::count).sum();
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    public List<Located> next() throws IOException {
        if (!named.isEmpty()) {
            List<Located> page = named;
            named = List.of();
            return page;
        }
        return series.isEmpty() ? List.of() : reading.with(reader -> page(reader.session()));
    }

    private List<Located> page(Session session) throws SQLException {
        List<Located> page = new ArrayList<>();
        for (Locator.Series one = series.peek(); one != null; one = series.peek()) {
            List<Numbered> more = read(session, one, PAGE + 1 - page.size());
            if (page.size() + more.size() <= PAGE) {
                page.addAll(
                        after.length == 0
                                ? Numbered.sorted(more)
                                : more.stream().map(Numbered::located).toList());
                series.remove();
                after = START;
            } else if (page.isEmpty()) {
                List<Located> part =
                        more.subList(0, PAGE).stream().map(Numbered::located).toList();
                after = PackedUid.pack(one.first(), part.getLast().sopInstance());
                return part;
            } else {
                return page;
            }
        }
        return page;
    }

    private List<Numbered> read(Session session, Locator.Series from, int most) throws SQLException {
        List<Numbered> instances = new ArrayList<>();
        try (ResultSet row = session.query("""
                SELECT pack, start, class, syntax, length, digest, uid, number FROM instance
                WHERE series = ? AND uid > ? ORDER BY uid LIMIT ?
                """, from.id(), after, most)) {
            while (row.next()) {
                instances.add(Numbered.of(
                        row, session, codes, from.study(), PackedUid.unpack(from.first(), row.getBytes(7))));
            }
        }
        return instances;
    }
}
