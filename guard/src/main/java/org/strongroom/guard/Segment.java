package org.strongroom.guard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A file of consecutive audit records, {@code segment-NNNNNNNNNNNNNNNNNNNN.log}, named by its first record. All numbers
 * are big endian.
 *
 * <pre>
 * header, 52 bytes                      frame, one a record
 *   0  8  "SRAUDIT1"                      0  4  length of the sealed record
 *   8  8  sequence of the first record    4  8  sequence
 *  16 32  salt of the segment's key      12  4  position in its batch, from 0
 *  48  4  CRC32C of the 48 bytes before  16  4  CRC32C of the 16 bytes before and the sealed record
 *                                        20  n  the record, AES-256-GCM sealed
 * </pre>
 *
 * A leaf of the Merkle tree is a whole frame; the first one of a segment has the header before it. So each byte of the log
 * is under the tree. A batch is what one sync covered: it tells an end torn by a power cut, where parts of one batch are
 * missing, from an alteration. A segment is written by one run of the program and never appended to by another; so a
 * sequence is sealed once under a segment's key and serves as nonce.
 */
record Segment(Path file, long first) {
    static final int HEADER_LENGTH = 52;
    static final int SALT_LENGTH = 32;
    static final int FRAME_HEADER_LENGTH = 20;
    /** Bound of a record as JSON; the largest request has a C-FIND identifier of 256 KiB behind it. */
    static final int MAX_RECORD = 512 * 1024;

    static final int MAX_SEALED = MAX_RECORD + RecordCipher.OVERHEAD;
    /** What one sync covers at most; a torn end is never longer. */
    static final int MAX_BATCH = 1024 * 1024;

    private static final byte[] MAGIC = {'S', 'R', 'A', 'U', 'D', 'I', 'T', '1'};
    private static final String PREFIX = "segment-";
    private static final String SUFFIX = ".log";

    static Segment at(Path directory, long first) {
        return new Segment(directory.resolve("%s%020d%s".formatted(PREFIX, first, SUFFIX)), first);
    }

    /** All segments of a log in order. */
    static List<Segment> in(Path directory) throws IOException {
        List<Segment> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, PREFIX + "*" + SUFFIX)) {
            for (Path file : files) {
                parse(file).ifPresent(found::add);
            }
        }
        found.sort((a, b) -> Long.compare(a.first, b.first));
        return found;
    }

    private static Optional<Segment> parse(Path file) {
        String name = String.valueOf(file.getFileName());
        String digits = name.substring(PREFIX.length(), name.length() - SUFFIX.length());
        if (digits.length() != 20 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Segment(file, Long.parseLong(digits)));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    byte[] header(byte[] salt) {
        ByteBuffer header = ByteBuffer.allocate(HEADER_LENGTH);
        header.put(MAGIC).putLong(first).put(salt);
        header.putInt(crc(header.array(), 0, HEADER_LENGTH - 4, new byte[0], 0));
        return header.array();
    }

    /**
     * @throws AuditDamagedException when the header is not one of this segment
     */
    void checkHeader(byte[] header) throws AuditDamagedException {
        byte[] expected = header(salt(header));
        if (!Arrays.equals(expected, header)) {
            throw new AuditDamagedException(first, "the header of " + file.getFileName() + " is damaged");
        }
    }

    static byte[] salt(byte[] header) {
        return Arrays.copyOfRange(header, 16, 16 + SALT_LENGTH);
    }

    static byte[] frame(long sequence, int position, byte[] sealed) {
        ByteBuffer frame = ByteBuffer.allocate(FRAME_HEADER_LENGTH + sealed.length);
        frame.putInt(sealed.length).putLong(sequence).putInt(position);
        frame.putInt(crc(frame.array(), 0, 16, sealed, 0)).put(sealed);
        return frame.array();
    }

    /** CRC32C of {@code length} bytes from {@code offset}, and of {@code rest} from {@code restOffset}. */
    static int crc(byte[] bytes, int offset, int length, byte[] rest, int restOffset) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        crc.update(rest, restOffset, rest.length - restOffset);
        return (int) crc.getValue();
    }
}
