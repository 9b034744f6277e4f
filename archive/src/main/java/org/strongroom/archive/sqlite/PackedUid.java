package org.strongroom.archive.sqlite;

import org.strongroom.dicom.Uid;

/**
 * A UID in few bytes, relative to another of the same series: the number of characters they have in common at the
 * beginning, then the rest, two characters a byte. Most instances of a series differ in the last digits only. Exact, unlike
 * a hash, so that a row tells its UID.
 */
final class PackedUid {
    private static final String CHARACTERS = "0123456789.";
    private static final int FILL = 0xF;

    private PackedUid() {}

    static byte[] pack(String base, Uid uid) {
        String value = uid.value();
        int common = 0;
        int most = Math.min(base.length(), value.length());
        while (common < most && base.charAt(common) == value.charAt(common)) {
            common++;
        }
        int rest = value.length() - common;
        byte[] packed = new byte[1 + (rest + 1) / 2];
        packed[0] = (byte) common;
        for (int i = 0; i < rest; i += 2) {
            int low = i + 1 < rest ? CHARACTERS.indexOf(value.charAt(common + i + 1)) : FILL;
            packed[1 + i / 2] = (byte) (CHARACTERS.indexOf(value.charAt(common + i)) << 4 | low);
        }
        return packed;
    }

    static Uid unpack(String base, byte[] packed) {
        StringBuilder value = new StringBuilder(64).append(base, 0, packed[0]);
        for (int i = 1; i < packed.length; i++) {
            int pair = packed[i] & 0xFF;
            value.append(CHARACTERS.charAt(pair >>> 4));
            if ((pair & FILL) != FILL) {
                value.append(CHARACTERS.charAt(pair & FILL));
            }
        }
        return new Uid(value.toString());
    }
}
