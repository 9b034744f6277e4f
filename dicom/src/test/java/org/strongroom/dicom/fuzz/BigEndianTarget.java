package org.strongroom.dicom.fuzz;

import org.strongroom.dicom.TransferSyntax;

/** Fuzz target: a data set in explicit VR big endian. */
public final class BigEndianTarget {
    private BigEndianTarget() {}

    public static void fuzzerTestOneInput(byte[] bytes) {
        DataSetProperties.hold(bytes, TransferSyntax.ExplicitVRBigEndian);
    }
}
