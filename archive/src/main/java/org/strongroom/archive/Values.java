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

    /** Longest value field that is compared, in bytes; a longer one counts as empty. */
    int LONGEST_COMPARED = 64 << 10;
    /** Likewise for a sequence with all its items. */
    int LONGEST_SEQUENCE_COMPARED = 256 << 10;

    /** A data set as it is, but for value fields too long to be compared: nobody looks for those, but to do harm. */
    static Values of(DataSet dataSet) {
        return new Values() {
            @Override
            public List<String> text(Tag tag) {
                return dataSet.valueLength(tag) > LONGEST_COMPARED ? List.of() : dataSet.text(tag);
            }

            @Override
            public List<DataSet> items(Tag sequence) {
                return dataSet.valueLength(sequence) > LONGEST_SEQUENCE_COMPARED ? List.of() : dataSet.items(sequence);
            }
        };
    }
}
