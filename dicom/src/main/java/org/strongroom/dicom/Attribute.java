package org.strongroom.dicom;

/**
 * A typed key of a data set: one attribute of the standard's dictionary (PS3.6) with the way its values are read and
 * written. Instances stand in {@link Attributes}.
 */
public record Attribute<T>(Tag tag, VR vr, String keyword, ValueType<T> type) {
    @Override
    public String toString() {
        return keyword + " " + tag;
    }
}
