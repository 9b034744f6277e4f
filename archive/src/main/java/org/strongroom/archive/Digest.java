package org.strongroom.archive;

import java.nio.ByteBuffer;

/** SHA-256 of a data set as received, as four big endian words. Prints nothing: a digest identifies an image. */
public record Digest(long prefix, long second, long third, long fourth) {
    public static final int LENGTH = 32;

    /** The digest in exactly 32 bytes. */
    public static Digest of(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("a SHA-256 digest has 32 bytes, not " + bytes.length);
        }
        ByteBuffer words = ByteBuffer.wrap(bytes);
        return new Digest(words.getLong(), words.getLong(), words.getLong(), words.getLong());
    }

    public byte[] bytes() {
        return ByteBuffer.allocate(LENGTH)
                .putLong(prefix)
                .putLong(second)
                .putLong(third)
                .putLong(fourth)
                .array();
    }

    @Override
    public String toString() {
        return "digest";
    }
}
