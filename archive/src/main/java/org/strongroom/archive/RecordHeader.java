package org.strongroom.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;

/**
 * What stands in clear before each object: 80 bytes, big endian; docs/pack-format.md has the layout. Bytes 16 to 75 are
 * authenticated by the sealed note after the object.
 *
 * @param batch offset of the first record written in the same batch
 * @param objectId 16 random bytes: associated data of the object's stream
 * @param bodyLength bytes of ciphertext
 * @param plainLength bytes of the DICOM file sealed in it
 * @param prefixLength bytes of that file before the data set (PS3.10 section 7.1)
 * @param noteLength bytes of the sealed note
 */
record RecordHeader(
        long batch,
        ObjectId objectId,
        KeyId keyId,
        long bodyLength,
        long plainLength,
        int prefixLength,
        Instant received,
        int noteLength) {
    static final int LENGTH = 80;

    /** After the note: length of the whole record (8 bytes), CRC-32C of ciphertext, note and length (4 bytes). */
    static final int TRAILER = 12;

    private static final int MAGIC = 0x53524F42; // SROB
    private static final byte VERSION = 1;
    private static final byte OBJECT = 1;
    private static final int CONTEXT_AT = 16;
    private static final int CRC_AT = LENGTH - 4;

    long recordLength() {
        return LENGTH + bodyLength + noteLength + TRAILER;
    }

    long dataSetLength() {
        return plainLength - prefixLength;
    }

    RecordHeader inBatch(long start) {
        return new RecordHeader(start, objectId, keyId, bodyLength, plainLength, prefixLength, received, noteLength);
    }

    byte[] bytes() {
        ByteBuffer out = ByteBuffer.allocate(LENGTH);
        out.putInt(MAGIC).put(VERSION).put(OBJECT).putShort((short) noteLength).putLong(batch);
        objectId.put(out);
        keyId.put(out);
        out.putLong(bodyLength).putLong(plainLength).putInt(prefixLength).putLong(received.toEpochMilli());
        return out.putInt(Checksums.crc32c(out.array(), 0, CRC_AT)).array();
    }

    /** What follows the note: the length of the record and the check sum. */
    byte[] trailer(int crc) {
        return ByteBuffer.allocate(TRAILER).putLong(recordLength()).putInt(crc).array();
    }

    /** The part that the sealed note is bound to. */
    byte[] context() {
        byte[] context = new byte[CRC_AT - CONTEXT_AT];
        System.arraycopy(bytes(), CONTEXT_AT, context, 0, context.length);
        return context;
    }

    /** Whether a record begins here, as far as its magic and check sum say. */
    static boolean standsAt(byte[] bytes, int offset) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return in.getInt(offset) == MAGIC && in.getInt(offset + CRC_AT) == Checksums.crc32c(bytes, offset, CRC_AT);
    }

    /** The batch that a header says it belongs to. */
    static long batchAt(byte[] bytes, int offset) {
        return ByteBuffer.wrap(bytes).getLong(offset + 8);
    }

    /**
     * Reads a header.
     *
     * @throws IOException when it is damaged or of another version; nothing is read by a length not checked here
     */
    static RecordHeader read(byte[] bytes, int offset, Place place) throws IOException {
        if (!standsAt(bytes, offset)) {
            throw new IOException(place + ": no record, or its header is damaged");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes).position(offset + 4);
        if (in.get() != VERSION || in.get() != OBJECT) {
            throw new IOException(place + ": a record of a kind this version does not know");
        }
        int noteLength = in.getShort() & 0xFFFF;
        long batch = in.getLong();
        ObjectId objectId = ObjectId.get(in);
        KeyId keyId = KeyId.get(in);
        long bodyLength = in.getLong();
        long plainLength = in.getLong();
        int prefixLength = in.getInt();
        Instant received = Instant.ofEpochMilli(in.getLong());
        if (plainLength < 0
                || plainLength > Long.MAX_VALUE / 2
                || bodyLength != StreamingCipher.sealedLength(plainLength)
                || prefixLength < 0
                || prefixLength > Math.min(plainLength, StreamingCipher.capacity(0))
                || noteLength < Digest.LENGTH + StreamingCipher.TAG) {
            throw new IOException(place + ": the lengths in its header do not fit each other");
        }
        return new RecordHeader(batch, objectId, keyId, bodyLength, plainLength, prefixLength, received, noteLength);
    }
}
