package org.strongroom.archive;

import static org.strongroom.dicom.Attributes.NumberOfSeriesRelatedInstances;

import java.util.List;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Tag;

/**
 * A series as the index has it.
 *
 * @param attributes unsealed, see {@link IndexedAttributes#series}
 */
public record SeriesRow(DataSet attributes, long instances) implements Values {
    @Override
    public List<String> text(Tag tag) {
        return tag.equals(NumberOfSeriesRelatedInstances.tag())
                ? List.of(Long.toString(instances))
                : attributes.text(tag);
    }

    @Override
    public List<DataSet> items(Tag sequence) {
        return attributes.items(sequence);
    }
}
