package org.strongroom.archive;

import static org.strongroom.dicom.Attributes.*;

import java.util.List;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Tag;

/** How much is stored of one patient. */
public record PatientCounts(long studies, long series, long instances) implements Values {
    @Override
    public List<String> text(Tag tag) {
        if (tag.equals(NumberOfPatientRelatedStudies.tag())) {
            return List.of(Long.toString(studies));
        } else if (tag.equals(NumberOfPatientRelatedSeries.tag())) {
            return List.of(Long.toString(series));
        } else if (tag.equals(NumberOfPatientRelatedInstances.tag())) {
            return List.of(Long.toString(instances));
        }
        return List.of();
    }

    @Override
    public List<DataSet> items(Tag sequence) {
        return List.of();
    }
}
