package org.strongroom.dicom.media;

import java.util.AbstractList;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import org.strongroom.dicom.DataSet;

/** The records of a DICOMDIR where they lie, and as numbers which are below which: some twenty bytes a record. */
final class Records {
    private final List<DataSet> items;
    /** Of each record, and of the root behind the last, where those below it begin in {@code children}; they end at the next. */
    private final int[] firsts;

    private final int[] children;

    /**
     * A forest.
     *
     * @param order the records that have a place, siblings in their order, whatever stands between them
     * @param parents of each record; for one at the root the number of records
     */
    Records(List<DataSet> items, int[] order, int[] parents) {
        this.items = items;
        int[] counts = new int[items.size() + 2];
        for (int at : order) {
            counts[parents[at] + 1]++;
        }
        for (int i = 1; i < counts.length; i++) {
            counts[i] += counts[i - 1];
        }
        firsts = counts.clone();
        children = new int[order.length];
        for (int at : order) {
            children[counts[parents[at]]++] = at;
        }
    }

    DataSet keys(int at) {
        return items.get(at);
    }

    List<DirectoryRecord> roots() {
        return below(items.size());
    }

    List<DirectoryRecord> below(int at) {
        return new Below(firsts[at], firsts[at + 1] - firsts[at]);
    }

    private final class Below extends AbstractList<DirectoryRecord> implements RandomAccess {
        private final int first;
        private final int count;

        Below(int first, int count) {
            this.first = first;
            this.count = count;
        }

        @Override
        public DirectoryRecord get(int i) {
            return new DirectoryRecord(Records.this, children[first + Objects.checkIndex(i, count)]);
        }

        @Override
        public int size() {
            return count;
        }
    }
}
