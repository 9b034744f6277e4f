package org.strongroom.dicom.model;

import java.util.Optional;
import org.strongroom.dicom.VR;

/**
 * Says which values a writer leaves out and by what URI they can be had instead: BulkDataURI in JSON (PS3.18 section F.2.6),
 * BulkData in XML (PS3.19 section A.1.5).
 */
@FunctionalInterface
public interface BulkReferences {
    /** Every value is written out; a data set with elements left where they are stored can't be. */
    BulkReferences NONE = (path, vr, position, length, elsewhere) -> Optional.empty();

    /**
     * The URI for a value, or empty to write it out. Asked for values of all VRs but SQ that are not empty.
     *
     * @param path where the element stands; of this moment only
     * @param position where the value begins in the bytes the data set was read from (for what was left where it is stored,
     *     in that stream); -1 where an edit put it in
     * @param length in bytes, of encapsulated data with the headers of its fragments
     * @param elsewhere whether the value is not in the data set but left where it is stored: then there must be a URI
     */
    Optional<String> uri(ElementPath path, VR vr, long position, long length, boolean elsewhere);
}
