package org.strongroom.archive;

import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;

/**
 * One stored version of an instance, as the index knows it. Its row carries no MAC: whoever reads the record there compares
 * it with all of this first ({@link PackReader}).
 *
 * @param study the study its series is in
 * @param dataSetLength bytes of the data set as received
 * @param digestPrefix see {@link Digest#prefix}; whole digests are compared in the pack
 */
public record Located(
        Place place,
        Uid study,
        Uid sopClass,
        Uid sopInstance,
        TransferSyntax syntax,
        long dataSetLength,
        long digestPrefix) {}
