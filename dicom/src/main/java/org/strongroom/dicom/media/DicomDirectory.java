package org.strongroom.dicom.media;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.Uid;

/**
 * A DICOMDIR, PS3.3 annex F and PS3.10 section 8.6: the records of a file-set as the tree that their offsets make.
 *
 * <p>Offsets are hostile until proven: each must be that of a record, and each record has one place. Where they are not,
 * the tree is made from the order of the records and their types instead, and says so.
 *
 * @param elements the whole data set, the records among it
 * @param roots records of the root directory entity
 * @param irregularities of the offsets
 */
public record DicomDirectory(DataSet elements, List<DirectoryRecord> roots, Set<Irregularity> irregularities) {
    /** What is wrong with the offsets. */
    public enum Irregularity {
        /** An offset that is that of no record; the tree is made from the order of the records. */
        BAD_OFFSET,
        /** A record that is reached twice, in a circle perhaps; the tree is made from the order of the records. */
        SHARED_RECORD,
        /** Records below one another deeper than any file-set has them; the tree is made from their order. */
        TOO_DEEP,
        /** Records in use that no offset leads to; they are left out. */
        UNREACHED_RECORD
    }

    /**
     * Reads a DICOMDIR from its first byte (preamble) to its last, since offsets are within the file.
     *
     * @throws DicomFormatException when it is no DICOM file, or exceeds {@code limits}
     */
    public static DicomDirectory read(byte[] file, Limits limits) {
        try {
            Part10 part10 = Part10.open(new ByteArrayInputStream(file), limits);
            byte[] body = part10.body().readAllBytes();
            DataSet dataSet = DataSet.read(body, part10.syntax(), limits);
            long start = part10.syntax().deflated() ? 0 : file.length - body.length;
            return new RecordTree(dataSet, start).directory();
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory failed", e);
        }
    }

    /** File-set ID; empty where it has none, or an empty one. */
    public Optional<String> fileSetId() {
        return elements.get(Attributes.FileSetID).map(String::strip).filter(id -> !id.isEmpty());
    }

    /** Whether a data set is one of these, by its SOP Class in the File Meta Information. */
    public static boolean isDirectory(DataSet meta) {
        return meta.get(Attributes.MediaStorageSOPClassUID)
                .filter(MEDIA_STORAGE_DIRECTORY::equals)
                .isPresent();
    }

    static final Uid MEDIA_STORAGE_DIRECTORY = new Uid("1.2.840.10008.1.3.10");

    /** All records that are in use, each before those below it. */
    public List<DirectoryRecord> all() {
        return RecordTree.all(roots);
    }
}
