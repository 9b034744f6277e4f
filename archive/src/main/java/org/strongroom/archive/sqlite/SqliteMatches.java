package org.strongroom.archive.sqlite;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import org.strongroom.archive.Answer;
import org.strongroom.archive.Index.HeadReader;
import org.strongroom.archive.Located;
import org.strongroom.archive.Matches;
import org.strongroom.archive.QueryPlan;
import org.strongroom.archive.Values;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.Uid;

/**
 * The answers to a query, a page at a time; between pages nothing is held but the place where the last one ended. Heads of
 * objects are read outside of any transaction.
 */
final class SqliteMatches implements Matches {
    /** Reads a page into the list; where to go on. */
    interface Pages {
        Finder.Cursor read(Finder.Cursor from, Queue<Answer> into) throws SQLException, IOException;
    }

    private static final System.Logger LOG = System.getLogger(SqliteMatches.class.getName());

    private final QueryPlan plan;
    private final HeadReader heads;
    private final Pages pages;
    private final Queue<Answer> page = new ArrayDeque<>();
    private Finder.Cursor cursor = Finder.Cursor.START;
    private long unread;

    SqliteMatches(QueryPlan plan, HeadReader heads, Pages pages) {
        this.plan = plan;
        this.heads = heads;
        this.pages = pages;
    }

    @Override
    public Optional<DataSet> next() throws IOException {
        Answer ready = plan.needsHead() ? null : page.poll();
        if (ready != null) {
            return Optional.of(ready.identifier(plan));
        }
        if (page.isEmpty() && cursor.isEnd()) {
            return Optional.empty();
        }
        plan.pace().begin();
        try {
            return search();
        } finally {
            plan.pace().end();
        }
    }

    private Optional<DataSet> search() throws IOException {
        while (true) {
            plan.pace().pause();
            Answer answer = page.poll();
            if (answer != null) {
                Optional<DataSet> identifier = identifier(answer);
                if (identifier.isPresent()) {
                    return identifier;
                }
            } else if (cursor.isEnd()) {
                return Optional.empty();
            } else {
                try {
                    cursor = pages.read(cursor, page);
                } catch (SQLException e) {
                    throw Session.failure(e);
                }
            }
        }
    }

    private Optional<DataSet> identifier(Answer answer) throws IOException {
        if (!plan.needsHead() || answer.instance().isEmpty()) {
            return Optional.of(answer.identifier(plan));
        }
        Located located = answer.instance().get().located();
        Optional<Uid> series = answer.series().flatMap(row -> row.attributes().get(Attributes.SeriesInstanceUID));
        try {
            return heads.read(
                            located,
                            head -> head.get(Attributes.SeriesInstanceUID).equals(series)
                                    ? Optional.of(identifier(answer, head))
                                    : Optional.<Optional<DataSet>>empty())
                    .orElseThrow(
                            () -> new IOException(
                                    located.place()
                                            + ": the object there is of another series than the index says; it was altered or is damaged"));
        } catch (ClosedByInterruptException | InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            if (unread++ == 0) {
                LOG.log(System.Logger.Level.ERROR, "query.unread what=\"" + e.getMessage() + '"');
            }
            return Optional.empty();
        }
    }

    private Optional<DataSet> identifier(Answer answer, DataSet head) {
        return plan.matchesHead(Values.of(head)) ? Optional.of(answer.with(head).identifier(plan)) : Optional.empty();
    }

    @Override
    public Set<Tag> ignored() {
        return Set.copyOf(plan.ignored());
    }

    @Override
    public long unread() {
        return unread;
    }

    @Override
    public void close() {
        page.clear();
        cursor = Finder.Cursor.END;
    }
}
