package org.strongroom.archive;

import java.time.Instant;
import java.util.Set;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;

/**
 * One instance whose record is on stable storage, to be indexed.
 *
 * @param head the elements before the bulk; the array it stands on may hold a few more bytes, and is not changed later
 * @param dataSetLength bytes of the data set as received
 * @param digest SHA-256 of the data set as received; an index row keeps {@link Digest#prefix}, the packs the whole
 * @param received to the millisecond
 * @param source AE title or name of where it came from
 * @param others stored copies that share its UIDs and {@link Digest#prefix} and were read to be other bytes
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
        Digest digest,
        Instant received,
        String source,
        Set<Place> others) {
    @Override
    public String toString() {
        return "entry " + place + " bytes=" + dataSetLength;
    }
}
