package org.strongroom.dimse;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.function.IntConsumer;
import javax.net.ssl.SSLProtocolException;

/**
 * Reads a ClientHello to its end, RFC 8446 sections 4.1.2 and 5.1, and no byte more, without understanding it: TLS proper
 * begins only then, so that who sends half of one costs what was sent.
 */
final class ClientHello {
    /** First byte of a connection that speaks TLS: record type handshake. */
    static final int HANDSHAKE_RECORD = 22;

    /** Longest taken, records' headers included; those of browsers have 2 KiB at most, session tickets included 4. */
    static final int MOST_BYTES = 16 * 1024;

    private static final int RECORD_HEADER = 5;
    private static final int MESSAGE_HEADER = 4;
    private static final int CLIENT_HELLO = 1;
    private static final int FIRST_BUFFER = 512;

    private final Line line;
    private final InputStream in;
    private final IntConsumer resized;
    private byte[] bytes;
    private int count;

    /**
     * @param first what was read already, at most {@code count} of it
     * @param resized told of each length of the buffer before it is allocated
     */
    ClientHello(Line line, InputStream in, byte[] first, int count, IntConsumer resized) {
        this.line = line;
        this.in = in;
        this.bytes = first;
        this.count = count;
        this.resized = resized;
    }

    /**
     * Reads the rest; {@link #bytes} and {@link #count} then say what was read.
     *
     * @throws SSLProtocolException when it is none, or too long
     */
    void read() throws IOException {
        int record = 0;
        int collected = 0;
        int message = MESSAGE_HEADER;
        byte[] header = new byte[MESSAGE_HEADER];
        while (collected < message) {
            need(record + RECORD_HEADER);
            int length = u16(record + 3);
            if (bytes[record] != HANDSHAKE_RECORD || length == 0) {
                throw new SSLProtocolException("no record of a ClientHello");
            }
            int start = record + RECORD_HEADER;
            for (int i = 0; i < length && collected + i < MESSAGE_HEADER; i++) {
                need(start + i + 1);
                header[collected + i] = bytes[start + i];
                if (collected + i == MESSAGE_HEADER - 1) {
                    message = MESSAGE_HEADER + length(header);
                }
            }
            need(start + length);
            collected += length;
            record = start + length;
        }
    }

    byte[] bytes() {
        return bytes;
    }

    int count() {
        return count;
    }

    private static int length(byte[] header) throws IOException {
        int length = ((header[1] & 0xFF) << 16) | ((header[2] & 0xFF) << 8) | (header[3] & 0xFF);
        if (header[0] != CLIENT_HELLO || length > MOST_BYTES) {
            throw new SSLProtocolException("no ClientHello, or one of more than " + MOST_BYTES + " bytes");
        }
        return length;
    }

    /** Reads until so many bytes are there. */
    private void need(int total) throws IOException {
        if (total > MOST_BYTES) {
            throw new SSLProtocolException("a ClientHello of more than " + MOST_BYTES + " bytes");
        }
        while (count < total) {
            if (count == bytes.length) {
                int length = Math.min(MOST_BYTES, Math.max(FIRST_BUFFER, 2 * count));
                resized.accept(length);
                bytes = Arrays.copyOf(bytes, length);
            }
            int some = line.read(in, bytes, count, Math.min(bytes.length, total) - count);
            if (some < 0) {
                throw new EOFException("closed within its ClientHello");
            }
            count += some;
        }
    }

    private int u16(int position) {
        return ((bytes[position] & 0xFF) << 8) | (bytes[position + 1] & 0xFF);
    }
}
