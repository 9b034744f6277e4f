package org.strongroom.dicom.model;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how much a parser of somebody else's reads, in all and for one event, since it keeps an attribute or a comment whole
 * in memory; remembers why reading failed, since the parser wraps it.
 */
final class XmlBytes extends FilterInputStream {
    /** A data set's bytes in base64 or with a few dozen characters of markup to a value of a few. */
    private static final int TIMES = 16;

    private static final int AT_LEAST = 1 << 20;

    /** Text comes in pieces of the parser's buffer, so nothing that belongs in a model is near to that. */
    private static final int LONGEST_EVENT = 1 << 20;

    private long left;
    private int leftOfEvent = LONGEST_EVENT;
    private boolean tooLong;
    private @Nullable IOException failed;

    XmlBytes(InputStream in, int dataSetBytes) {
        super(in);
        left = AT_LEAST + (long) TIMES * dataSetBytes;
    }

    @Nullable
    IOException failed() {
        return failed;
    }

    boolean isTooLong() {
        return tooLong;
    }

    boolean isEventTooLong() {
        return tooLong && left > 0;
    }

    /** The parser has told of what it read up to here. */
    void event() {
        leftOfEvent = LONGEST_EVENT;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length > 0 && (left == 0 || leftOfEvent == 0)) {
            tooLong = true;
            throw new IOException("too long");
        }
        try {
            int n = in.read(bytes, offset, (int) Math.min(length, Math.min(left, leftOfEvent)));
            left -= Math.max(n, 0);
            leftOfEvent -= Math.max(n, 0);
            return n;
        } catch (IOException e) {
            failed = e;
            throw e;
        }
    }

    @Override
    public void close() {
        // The stream is the caller's.
    }
}
