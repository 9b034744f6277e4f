package org.strongroom.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Names and beginnings of pack files; docs/pack-format.md has the layout.
 *
 * <p>Numbers count up from 1 over both kinds. A shared pack holds batches, each beginning at a multiple of
 * {@link Blocks#SIZE}; a single-object pack holds one record, whose header ends where the second block begins.
 */
final class PackFormat {
    /** A shared pack's first batch. */
    static final long FIRST_BATCH = Blocks.SIZE;

    /** The record of a single-object pack. */
    static final long SINGLE_RECORD = Blocks.SIZE - RecordHeader.LENGTH;

    static final int HEADER = 64;

    private static final byte[] MAGIC = "SRPACK01".getBytes(StandardCharsets.US_ASCII);
    private static final String SHARED = ".pack";
    private static final String SINGLE = ".single";
    private static final String UNFINISHED = ".part";

    private PackFormat() {}

    static String sharedName(int number) {
        return HexFormat.of().toHexDigits(number) + SHARED;
    }

    static String singleName(int number) {
        return HexFormat.of().toHexDigits(number) + SINGLE;
    }

    static String unfinishedName(long token) {
        return HexFormat.of().toHexDigits(token) + UNFINISHED;
    }

    static boolean isShared(String name) {
        return name.endsWith(SHARED) && number(name).isPresent();
    }

    static boolean isUnfinished(String name) {
        return name.endsWith(UNFINISHED);
    }

    /** The number of a finished pack file; empty for any other name. */
    static Optional<Integer> number(String name) {
        String digits = name.endsWith(SHARED) || name.endsWith(SINGLE) ? name.substring(0, name.indexOf('.')) : "";
        return digits.matches("[0-7][0-9a-f]{7}") ? Optional.of(HexFormat.fromHexDigits(digits)) : Optional.empty();
    }

    /** The first {@link #HEADER} bytes of a pack file. */
    static byte[] header(int number) {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER).put(MAGIC).putInt(number);
        return bytes.putInt(HEADER - 4, Checksums.crc32c(bytes.array(), 0, HEADER - 4))
                .array();
    }

    /**
     * Whether these are the first bytes of a pack with this number; false when they are damaged.
     *
     * @throws IOException when they are whole, but of another format version
     */
    static boolean isHeader(byte[] bytes, int number, String name) throws IOException {
        ByteBuffer header = ByteBuffer.wrap(bytes);
        if (Checksums.crc32c(bytes, 0, HEADER - 4) != header.getInt(HEADER - 4)) {
            return false;
        }
        if (!Arrays.equals(MAGIC, 0, MAGIC.length, bytes, 0, MAGIC.length)) {
            throw new IOException("pack " + name + " is of another format version: use the Strongroom that wrote it");
        }
        return header.getInt(8) == number;
    }
}
