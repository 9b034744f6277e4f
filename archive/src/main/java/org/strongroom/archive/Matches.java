package org.strongroom.archive;

import java.io.IOException;
import java.util.Optional;
import org.strongroom.dicom.DataSet;

/** The answers to a query, read as they are asked for. */
public interface Matches extends AutoCloseable {
    /** The next answer; empty at the end. */
    Optional<DataSet> next() throws IOException;

    @Override
    void close();
}
