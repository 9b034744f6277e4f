package org.strongroom.dimse;

import java.io.IOException;
import java.io.InputStream;

/** A stream of which the first bytes were read already; what follows is read right from the socket. */
final class ReadAhead extends BlockInput {
    private final InputStream rest;
    private final int count;
    private byte[] first;
    private int position;

    ReadAhead(byte[] first, int count, InputStream rest) {
        this.first = first;
        this.count = count;
        this.rest = rest;
    }

    @Override
    public int available() throws IOException {
        return position < count ? count - position : rest.available();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (position == count) {
            return rest.read(bytes, offset, length);
        }
        int some = Math.min(length, count - position);
        System.arraycopy(first, position, bytes, offset, some);
        position += some;
        if (position == count) {
            first = new byte[0];
        }
        return some;
    }
}
