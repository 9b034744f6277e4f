package org.strongroom.archive;

import java.time.Instant;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;

/**
 * One instance whose record is on stable storage, to be indexed.
 *
 * @param head the elements before the bulk; the array it stands on may hold a few more bytes, and is not changed later
 * @param dataSetLength bytes of the data set as received
 * @param digest SHA-256 of the data set as received; 32 bytes, not to be changed
 * @param received to the millisecond
 * @param source AE title or name of where it came from
 */
public record Entry(
        DataSet head,
        Uid study,
        Uid series,
        Uid sopInstance,
        Uid sopClass,
        TransferSyntax syntax,
        Place place,
        long dataSetLength,
        byte[] digest,
        Instant received,
        String source) {
    /** The first 8 bytes of the digest, big endian: what an index row keeps. Full digests are compared in the pack. */
    public long digestPrefix() {
        long prefix = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            prefix = prefix << 8 | digest[i] & 0xFF;
        }
        return prefix;
    }

    @Override
    public String toString() {
        return "entry " + place + " bytes=" + dataSetLength;
    }
}
