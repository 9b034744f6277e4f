package org.strongroom.dimse;

import java.util.Arrays;

/** Fuzz target: a PDU of any type, the first byte, and its variable field, the rest. */
public final class PduTarget {
    private PduTarget() {}

    public static void fuzzerTestOneInput(byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        Pdu pdu;
        try {
            pdu = Pdu.decode(bytes[0] & 0xFF, Arrays.copyOfRange(bytes, 1, bytes.length));
        } catch (PduException e) {
            if (e.offset() < 0 || e.offset() > bytes.length - 1 + Pdu.HEADER_LENGTH) {
                throw new AssertionError("the error lies within the PDU", e);
            }
            return;
        }
        byte[] encoded = pdu.encode();
        Pdu again = Pdu.decode(encoded[0] & 0xFF, Arrays.copyOfRange(encoded, Pdu.HEADER_LENGTH, encoded.length));
        if (!again.equals(pdu) || !Arrays.equals(again.encode(), encoded)) {
            throw new AssertionError("what is decoded and encoded is decoded the same");
        }
        if (pdu.toString().isEmpty()) {
            throw new AssertionError("it prints itself");
        }
    }
}
