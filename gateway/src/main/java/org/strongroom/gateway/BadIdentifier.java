package org.strongroom.gateway;

import java.util.List;
import org.strongroom.dicom.Tag;

/**
 * Why an identifier can't be answered.
 *
 * @param fault what the requestor got wrong
 * @param elements where
 * @param comment what is expected, at most 64 characters; never a value of the identifier
 */
public record BadIdentifier(Fault fault, List<Tag> elements, String comment) {
    /** The two kinds PS3.4 tells apart in tables C.4-1 to C.4-3. */
    public enum Fault {
        /** A level or unique key of the information model is missing or not a single value: A900. */
        DOES_NOT_MATCH_MODEL,
        /** A key holds what its VR or the kind of matching does not allow: C000. */
        CANNOT_UNDERSTAND
    }

    static BadIdentifier model(Tag element, String comment) {
        return new BadIdentifier(Fault.DOES_NOT_MATCH_MODEL, List.of(element), comment);
    }

    static BadIdentifier value(Tag element, String comment) {
        return new BadIdentifier(Fault.CANNOT_UNDERSTAND, List.of(element), comment);
    }
}
