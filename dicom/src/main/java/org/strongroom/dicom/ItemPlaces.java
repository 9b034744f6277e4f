package org.strongroom.dicom;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;

/** Where the items of a sequence lie: two numbers an item, for sequences of very many. */
final class ItemPlaces {
    private int count;
    private int[] firsts = new int[16];
    /** Where each ends; of undefined length, the complement of that. */
    private int[] ends = new int[16];

    /** Makes a data set of the bytes of one item. */
    interface Maker {
        DataSet make(int first, int end, boolean undefinedLength);
    }

    void add(int first, int end, boolean undefinedLength) {
        if (count == firsts.length) {
            firsts = Arrays.copyOf(firsts, count * 2);
            ends = Arrays.copyOf(ends, count * 2);
        }
        firsts[count] = first;
        ends[count++] = undefinedLength ? ~end : end;
    }

    /** A list that makes an item whenever it is asked for. */
    List<DataSet> items(Maker maker) {
        return new Items(maker);
    }

    private final class Items extends AbstractList<DataSet> implements RandomAccess {
        private final Maker maker;

        Items(Maker maker) {
            this.maker = maker;
        }

        @Override
        public DataSet get(int at) {
            Objects.checkIndex(at, count);
            int end = ends[at];
            return maker.make(firsts[at], end < 0 ? ~end : end, end < 0);
        }

        @Override
        public int size() {
            return count;
        }
    }
}
