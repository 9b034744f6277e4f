package org.strongroom.dicom.media;

import java.util.List;
import java.util.Optional;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.Uid;

/** A record of a DICOMDIR and those below it, PS3.3 section F.3.2.2; a place in the DICOMDIR's bytes, read on each access. */
public final class DirectoryRecord {
    private final Records records;
    private final int at;

    DirectoryRecord(Records records, int at) {
        this.records = records;
        this.at = at;
    }

    /** The record's own elements, indexed anew each time. */
    public DataSet keys() {
        return records.keys(at);
    }

    /** In the order that the offsets tell. */
    public List<DirectoryRecord> children() {
        return records.below(at);
    }

    /** Directory Record Type as it stands there; empty where it is missing. */
    public String type() {
        return type(keys());
    }

    static String type(DataSet keys) {
        return keys.get(Attributes.DirectoryRecordType).orElse("").strip();
    }

    /** Record In-use Flag, retired: 0 has meant that the record is to be passed over. */
    public boolean isInUse() {
        return isInUse(keys());
    }

    static boolean isInUse(DataSet keys) {
        return keys.get(Attributes.RecordInUseFlag).orElse(0xFFFF) != 0;
    }

    /** Components of the Referenced File ID; none where it stands for no file. */
    public List<String> fileId() {
        return keys().text(Attributes.ReferencedFileID.tag()).stream()
                .map(String::strip)
                .toList();
    }

    /** SOP Class of the file. */
    public Optional<Uid> sopClass() {
        return keys().get(Attributes.ReferencedSOPClassUIDInFile);
    }

    /** SOP Instance of the file. */
    public Optional<Uid> sopInstance() {
        return keys().get(Attributes.ReferencedSOPInstanceUIDInFile);
    }

    /** Prints no value. */
    @Override
    public String toString() {
        return type() + " " + keys().tags().stream().map(Tag::toString).toList() + " children="
                + children().size();
    }
}
