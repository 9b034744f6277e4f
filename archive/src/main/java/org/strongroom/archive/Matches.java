package org.strongroom.archive;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Tag;

/** The answers to a query, read as they are asked for. */
public interface Matches extends AutoCloseable {
    /**
     * The next answer; empty at the end.
     *
     * @throws java.util.concurrent.CancellationException when the query was cancelled
     */
    Optional<DataSet> next() throws IOException;

    /** Keys of the query that hold a value and could not be compared at its level: answers may be more than were asked for. */
    default Set<Tag> ignored() {
        return Set.of();
    }

    /**
     * How many objects could not be read so far, since their pack is missing or damaged, or not theirs: they are not among
     * the answers, though the question may be about them. The log has the first.
     */
    default long unread() {
        return 0;
    }

    @Override
    void close();
}
