package org.strongroom.archive;

import java.util.List;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Tag;

/** What a query is compared with: a row of the index with its counts, an item, or the head of an object. */
public interface Values {
    /** All values as text, see {@link DataSet#text}; empty when absent or of zero length. */
    List<String> text(Tag tag);

    /** The items of a sequence; empty when absent. */
    List<DataSet> items(Tag sequence);

    /** A data set as it is. */
    static Values of(DataSet dataSet) {
        return new Values() {
            @Override
            public List<String> text(Tag tag) {
                return dataSet.text(tag);
            }

            @Override
            public List<DataSet> items(Tag sequence) {
                return dataSet.items(sequence);
            }
        };
    }
}
