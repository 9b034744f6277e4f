package org.strongroom.dicom.fuzz;

import org.strongroom.dicom.TransferSyntax;

/** Fuzz target: a data set in explicit VR little endian. */
public final class ExplicitTarget {
    private ExplicitTarget() {}

    public static void fuzzerTestOneInput(byte[] bytes) {
        DataSetProperties.hold(bytes, TransferSyntax.ExplicitVRLittleEndian);
    }
}
