package org.strongroom.archive;

import java.nio.ByteBuffer;

/** Which data key: the first 16 bytes of HMAC-SHA256 of the Study Instance UID under a subkey of the master key. */
record KeyId(long high, long low) {
    static final int LENGTH = 16;

    static KeyId get(ByteBuffer from) {
        return new KeyId(from.getLong(), from.getLong());
    }

    void put(ByteBuffer to) {
        to.putLong(high).putLong(low);
    }

    @Override
    public String toString() {
        return String.format("%016x%016x", high, low);
    }
}
