package org.strongroom.archive;

import static org.strongroom.dicom.Attributes.*;

import java.util.List;
import java.util.OptionalInt;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Tag;

/**
 * An instance as the index has it: what is not here stands in the head of the object.
 *
 * @param number Instance Number, where it is one
 */
public record InstanceRow(Located located, OptionalInt number) implements Values {
    /** Whether a row answers this attribute without the object. */
    static boolean has(Tag tag) {
        return tag.equals(SOPInstanceUID.tag()) || tag.equals(SOPClassUID.tag()) || tag.equals(InstanceNumber.tag());
    }

    @Override
    public List<String> text(Tag tag) {
        if (tag.equals(SOPInstanceUID.tag())) {
            return List.of(located.sopInstance().value());
        } else if (tag.equals(SOPClassUID.tag())) {
            return List.of(located.sopClass().value());
        } else if (tag.equals(InstanceNumber.tag()) && number.isPresent()) {
            return List.of(Integer.toString(number.getAsInt()));
        }
        return List.of();
    }

    @Override
    public List<DataSet> items(Tag sequence) {
        return List.of();
    }
}
