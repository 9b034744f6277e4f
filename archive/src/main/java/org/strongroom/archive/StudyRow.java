package org.strongroom.archive;

import static org.strongroom.dicom.Attributes.*;

import java.util.List;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Tag;

/**
 * A study as the index has it.
 *
 * @param attributes unsealed, see {@link IndexedAttributes#study}
 * @param modalities of its series, in order of arrival
 * @param sopClasses of its instances, likewise
 */
public record StudyRow(
        DataSet attributes, List<String> modalities, List<String> sopClasses, long series, long instances)
        implements Values {
    @Override
    public List<String> text(Tag tag) {
        if (tag.equals(ModalitiesInStudy.tag())) {
            return modalities;
        } else if (tag.equals(SOPClassesInStudy.tag())) {
            return sopClasses;
        } else if (tag.equals(NumberOfStudyRelatedSeries.tag())) {
            return List.of(Long.toString(series));
        } else if (tag.equals(NumberOfStudyRelatedInstances.tag())) {
            return List.of(Long.toString(instances));
        }
        return attributes.text(tag);
    }

    @Override
    public List<DataSet> items(Tag sequence) {
        return attributes.items(sequence);
    }
}
