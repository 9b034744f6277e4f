package org.strongroom.dimse;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * PDUs and presentation data values as they come off a connection. Headers pass through a small buffer; the bytes of a
 * large value are read from the socket right into the array of whoever wants them.
 */
final class PduInput {
    /** Also how far it may read ahead: a small message comes with one read. */
    private static final int BUFFER_LENGTH = 8192;

    /** PS3.8 sets none; nothing but P-DATA-TF has reason to be longer. */
    static final int CONTROL_PDU_LIMIT = 64 * 1024;

    private static final int PDV_HEADER_LENGTH = 6;

    private final Line line;
    private final InputStream in;
    private final int dataPduLimit;
    private final byte[] buffer = new byte[BUFFER_LENGTH];
    private int position;
    private int limit;

    private int pduType;
    private int pduRemaining;
    private int pdvContextId;
    private int pdvControl;
    private int pdvRemaining;

    PduInput(Line line, InputStream in, int dataPduLimit) {
        this.line = line;
        this.in = in;
        this.dataPduLimit = dataPduLimit;
    }

    /** Whether bytes have been read ahead. */
    boolean hasBuffered() {
        return position < limit;
    }

    /** Whether something has arrived that was not waited for. */
    boolean hasArrived() throws IOException {
        return hasBuffered() || in.available() > 0;
    }

    /** Waits for at least one byte; false at the end of the stream. */
    boolean await() throws IOException {
        return hasBuffered() || fill();
    }

    /**
     * Reads the header of the next PDU; its predecessor must have been read to its end.
     *
     * @return its type, or -1 when the connection ended before it
     * @throws PduException when its type is unknown or it is longer than allowed
     */
    int nextPdu() throws IOException {
        if (pduRemaining != 0 || pdvRemaining != 0) {
            throw new IllegalStateException("the PDU before was not read to its end");
        }
        if (!await()) {
            return -1;
        }
        need(Pdu.HEADER_LENGTH);
        pduType = buffer[position] & 0xFF;
        long length = u32(position + 2);
        if (pduType < Pdu.ASSOCIATE_RQ || pduType > Pdu.ABORT) {
            throw new PduException(0, "no PDU has type " + pduType, PduException.UNRECOGNIZED_PDU);
        }
        int most = pduType == Pdu.P_DATA_TF ? dataPduLimit : CONTROL_PDU_LIMIT;
        if (length > most) {
            throw PduException.invalid(2, "PDU of " + length + " bytes; " + most + " are accepted");
        }
        position += Pdu.HEADER_LENGTH;
        pduRemaining = (int) length;
        return pduType;
    }

    int pduRemaining() {
        return pduRemaining;
    }

    /** The rest of the PDU; memory grows with what arrives, not with what was announced. */
    byte[] rest() throws IOException {
        byte[] field = new byte[Math.min(pduRemaining, 4096)];
        int length = 0;
        while (pduRemaining > 0) {
            if (length == field.length) {
                field = Arrays.copyOf(field, Math.min(field.length * 2, length + pduRemaining));
            }
            int count = some(field, length, field.length - length);
            length += count;
            pduRemaining -= count;
        }
        return field;
    }

    /** Whether the P-DATA-TF under way has no further presentation data value. */
    boolean pduAtEnd() {
        return pduRemaining == 0;
    }

    /** Reads the header of the next presentation data value of this PDU, PS3.8 section 9.3.5.1. */
    void nextPdv() throws IOException {
        if (pduRemaining < PDV_HEADER_LENGTH) {
            throw PduException.invalid(
                    Pdu.HEADER_LENGTH, "presentation data value needs 6 bytes, " + pduRemaining + " are left");
        }
        need(PDV_HEADER_LENGTH);
        long length = u32(position);
        pdvContextId = buffer[position + 4] & 0xFF;
        pdvControl = buffer[position + 5] & 0xFF;
        position += PDV_HEADER_LENGTH;
        if (length < 2 || length > pduRemaining - 4) {
            throw PduException.invalid(
                    Pdu.HEADER_LENGTH,
                    "presentation data value of " + length + " bytes, " + (pduRemaining - 4) + " are left");
        }
        pdvRemaining = (int) length - 2;
        pduRemaining -= PDV_HEADER_LENGTH + pdvRemaining;
    }

    int pdvContextId() {
        return pdvContextId;
    }

    boolean pdvIsCommand() {
        return (pdvControl & 1) != 0;
    }

    boolean pdvIsLast() {
        return (pdvControl & 2) != 0;
    }

    int pdvRemaining() {
        return pdvRemaining;
    }

    /** Reads from this presentation data value, at least one byte of those it has left. */
    int readPdv(byte[] bytes, int offset, int length) throws IOException {
        int count = some(bytes, offset, Math.min(length, pdvRemaining));
        pdvRemaining -= count;
        return count;
    }

    void skipPdv() throws IOException {
        while (pdvRemaining > 0) {
            if (!hasBuffered() && !fill()) {
                throw ended();
            }
            int count = Math.min(pdvRemaining, limit - position);
            position += count;
            pdvRemaining -= count;
        }
    }

    /** Skips what is left of this PDU, whatever it is. */
    void skipPdu() throws IOException {
        skipPdv();
        pdvRemaining = pduRemaining;
        pduRemaining = 0;
        skipPdv();
    }

    /** Reads and forgets until the end of the stream, at most {@code most} bytes. */
    void discard(int most) throws IOException {
        int left = most;
        while (left > 0 && fill()) {
            left -= limit;
        }
    }

    private int some(byte[] bytes, int offset, int length) throws IOException {
        if (!hasBuffered()) {
            if (length >= BUFFER_LENGTH) {
                int count = line.read(in, bytes, offset, length);
                if (count < 0) {
                    throw ended();
                }
                return count;
            }
            if (!fill()) {
                throw ended();
            }
        }
        int count = Math.min(length, limit - position);
        System.arraycopy(buffer, position, bytes, offset, count);
        position += count;
        return count;
    }

    private void need(int count) throws IOException {
        if (limit - position >= count) {
            return;
        }
        System.arraycopy(buffer, position, buffer, 0, limit - position);
        limit -= position;
        position = 0;
        while (limit < count) {
            int read = line.read(in, buffer, limit, BUFFER_LENGTH - limit);
            if (read < 0) {
                throw ended();
            }
            limit += read;
        }
    }

    private boolean fill() throws IOException {
        position = 0;
        limit = 0;
        int count = line.read(in, buffer, 0, BUFFER_LENGTH);
        if (count < 0) {
            return false;
        }
        limit = count;
        return true;
    }

    private IOException ended() {
        return line.explain(new EOFException("the peer closed it within a PDU"));
    }

    private long u32(int at) {
        return (buffer[at] & 0xFFL) << 24
                | (buffer[at + 1] & 0xFF) << 16
                | (buffer[at + 2] & 0xFF) << 8
                | (buffer[at + 3] & 0xFF);
    }
}
