package org.strongroom.dicom;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Puts a data set of many elements together, in any order; the last put at a tag stays. Each costs what it is itself,
 * where {@link DataSet#with} and its like copy the index of all that is there.
 */
public final class DataSetBuilder {
    private final DataSet start;
    /** As {@code start} but without elements: what is encoded in it does not copy the index of those. */
    private final DataSet blank;

    /** Data sets that have this element, beside those of {@code start}. */
    private final Map<Tag, DataSet> elements = new TreeMap<>();

    /** What is put goes beside these elements; texts are in the character set that they declare. */
    public DataSetBuilder(DataSet start) {
        this.start = start;
        this.blank = start.only(List.of());
    }

    /** As {@link DataSet#withElementOf}. */
    public DataSetBuilder copy(DataSet other, Tag tag) {
        return put(tag, blank.withElementOf(other, tag));
    }

    /** As {@link DataSet#withEmpty}. */
    public DataSetBuilder empty(Tag tag, VR vr) {
        return put(tag, blank.withEmpty(tag, vr));
    }

    /** As {@link DataSet#withText}. */
    public DataSetBuilder text(Tag tag, VR vr, List<String> values) {
        return put(tag, blank.withText(tag, vr, values));
    }

    private DataSetBuilder put(Tag tag, DataSet one) {
        if (one.contains(tag)) {
            elements.put(tag, one);
        }
        return this;
    }

    public DataSet build() {
        ElementIndex own = start.index();
        ElementIndex all = ElementIndex.ofEdits(own.count + elements.size());
        int at = 0;
        for (Map.Entry<Tag, DataSet> put : elements.entrySet()) {
            int tag = put.getKey().code();
            while (at < own.count && Integer.compareUnsigned(own.tags[at], tag) <= 0) {
                if (own.tags[at] != tag) {
                    all.add(own, at);
                }
                at++;
            }
            ElementIndex one = put.getValue().index();
            all.add(one, one.find(tag));
        }
        for (; at < own.count; at++) {
            all.add(own, at);
        }
        return start.with(all);
    }
}
