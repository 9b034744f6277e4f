package org.strongroom.dicom.media;

import org.strongroom.dicom.Tag;

/**
 * A key of a directory record, PS3.3 annex F.
 *
 * @param type 1: it has a value; 2: it is there, perhaps empty; 3: it is there where the instance has it
 * @param modifiersOnly of Content Sequence: those items alone that modify the concept name
 */
public record RecordKey(Tag tag, int type, boolean modifiersOnly) {
    static RecordKey value(int tag, int type) {
        return new RecordKey(new Tag(tag), type, false);
    }

    static RecordKey present(int tag) {
        return new RecordKey(new Tag(tag), 2, false);
    }

    static RecordKey optional(int tag) {
        return new RecordKey(new Tag(tag), 3, false);
    }

    static RecordKey modifiers() {
        return new RecordKey(new Tag(0x0040A730), 3, true);
    }
}
