package org.strongroom.dicom.fuzz;

import org.strongroom.dicom.TransferSyntax;

/** Fuzz target: a data set in implicit VR little endian. */
public final class ImplicitTarget {
    private ImplicitTarget() {}

    public static void fuzzerTestOneInput(byte[] bytes) {
        DataSetProperties.hold(bytes, TransferSyntax.ImplicitVRLittleEndian);
    }
}
