package org.strongroom.archive;

import java.nio.ByteBuffer;

/** Which object: 16 random bytes, bound into its encryption. */
record ObjectId(long high, long low) {
    static final int LENGTH = 16;

    static ObjectId get(ByteBuffer from) {
        return new ObjectId(from.getLong(), from.getLong());
    }

    void put(ByteBuffer to) {
        to.putLong(high).putLong(low);
    }

    byte[] bytes() {
        ByteBuffer bytes = ByteBuffer.allocate(LENGTH);
        put(bytes);
        return bytes.array();
    }

    @Override
    public String toString() {
        return String.format("%016x%016x", high, low);
    }
}
