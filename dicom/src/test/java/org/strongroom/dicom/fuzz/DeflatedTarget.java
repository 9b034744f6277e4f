package org.strongroom.dicom.fuzz;

import java.util.Arrays;
import java.util.zip.Deflater;
import org.strongroom.dicom.TransferSyntax;

/**
 * Fuzz target: a data set in deflated explicit VR little endian. A first byte that is even leaves the rest as it is; an odd
 * one deflates it first, since no search finds its way through a compressed stream.
 */
public final class DeflatedTarget {
    private DeflatedTarget() {}

    public static void fuzzerTestOneInput(byte[] bytes) {
        if (bytes.length > 0) {
            byte[] rest = Arrays.copyOfRange(bytes, 1, bytes.length);
            boolean deflate = (bytes[0] & 1) != 0;
            DataSetProperties.hold(deflate ? deflated(rest) : rest, TransferSyntax.DeflatedExplicitVRLittleEndian);
        }
    }

    private static byte[] deflated(byte[] bytes) {
        Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
        try {
            deflater.setInput(bytes);
            deflater.finish();
            byte[] out = new byte[bytes.length + bytes.length / 100 + 64];
            return Arrays.copyOf(out, deflater.deflate(out));
        } finally {
            deflater.end();
        }
    }
}
