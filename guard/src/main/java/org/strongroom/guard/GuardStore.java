package org.strongroom.guard;

import java.io.IOException;
import java.util.List;

/** Where guard keeps its rows (devices, administrators, later people and grants). Knows nothing of what they mean. */
public interface GuardStore extends AutoCloseable {
    List<Row> rows() throws IOException;

    /** Puts all rows or none, each in place of the one with its kind and name; durable when this returns. */
    void put(List<Row> rows) throws IOException;

    @Override
    void close() throws IOException;

    /**
     * One row.
     *
     * @param kind of row, as {@code device}
     * @param name unique within the kind
     * @param body content, of a form the kind determines
     * @param mac over kind, name and body, lower-case hex; the store can't make one
     */
    record Row(String kind, String name, String body, String mac) {}
}
