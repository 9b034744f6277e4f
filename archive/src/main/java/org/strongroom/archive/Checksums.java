package org.strongroom.archive;

import java.util.zip.CRC32C;

/** CRC-32C (RFC 3720 appendix B.4) of a part of an array. */
final class Checksums {
    private Checksums() {}

    static int crc32c(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }
}
