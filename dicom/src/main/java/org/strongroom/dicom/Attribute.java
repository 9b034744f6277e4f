package org.strongroom.dicom;

import java.lang.foreign.MemorySegment;

/**
 * A typed key of a data set: one attribute of the standard's dictionary (PS3.6) with the way its values are read and
 * written. Instances stand in {@link Attributes}.
 */
public record Attribute<T>(Tag tag, VR vr, String keyword, ValueType<T> type) {
    static Attribute<String> text(int tag, VR vr, String keyword) {
        return new Attribute<>(new Tag(tag), vr, keyword, ValueType.TEXT);
    }

    static Attribute<Uid> uid(int tag, VR vr, String keyword) {
        return new Attribute<>(new Tag(tag), vr, keyword, ValueType.UID);
    }

    static Attribute<PersonName> personName(int tag, VR vr, String keyword) {
        return new Attribute<>(new Tag(tag), vr, keyword, ValueType.PERSON_NAME);
    }

    static Attribute<Integer> integer(int tag, VR vr, String keyword) {
        return new Attribute<>(new Tag(tag), vr, keyword, ValueType.INTEGER);
    }

    static Attribute<Long> number(int tag, VR vr, String keyword) {
        return new Attribute<>(new Tag(tag), vr, keyword, ValueType.LONG);
    }

    static Attribute<Float> real(int tag, VR vr, String keyword) {
        return new Attribute<>(new Tag(tag), vr, keyword, ValueType.FLOAT);
    }

    static Attribute<Double> decimal(int tag, VR vr, String keyword) {
        return new Attribute<>(new Tag(tag), vr, keyword, ValueType.DOUBLE);
    }

    static Attribute<Tag> tag(int tag, VR vr, String keyword) {
        return new Attribute<>(new Tag(tag), vr, keyword, ValueType.TAG);
    }

    static Attribute<MemorySegment> bytes(int tag, VR vr, String keyword) {
        return new Attribute<>(new Tag(tag), vr, keyword, ValueType.BYTES);
    }

    static Attribute<DataSet> items(int tag, VR vr, String keyword) {
        return new Attribute<>(new Tag(tag), vr, keyword, ValueType.ITEM);
    }

    @Override
    public String toString() {
        return keyword + " " + tag;
    }
}
