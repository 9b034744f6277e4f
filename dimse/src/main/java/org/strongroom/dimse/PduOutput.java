package org.strongroom.dimse;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * PDUs and messages going out. A message that fits goes with one write, command and data set together: one TLS record,
 * and no second segment that waits for the peer's delayed acknowledgement.
 */
final class PduOutput {
    /** One write of the socket; also the longest fragment we send. */
    private static final int MOST_BUFFERED = 128 * 1024;

    private static final int HEADERS_LENGTH = 12;

    /** Below this a peer's maximum leaves no room for values; PS3.8 D.1 sets no minimum. */
    private static final int LEAST_MAXIMUM = HEADERS_LENGTH;

    private final Line line;
    private final OutputStream out;
    private final ReentrantLock turn = new ReentrantLock();
    private byte[] buffer = new byte[512];
    private int length;
    private int maximumFragment = 16_384 - 6;
    private boolean closed;

    /** The last PDU waits for its turn: a message under way ends at the PDU that is being written. */
    private volatile boolean ending;

    /** A message was begun and can't be finished: nothing may follow it but an A-ABORT. */
    private boolean broken;

    PduOutput(Line line, OutputStream out) {
        this.line = line;
        this.out = out;
    }

    /** @param maximumLength what the peer takes as P-DATA-TF variable field, 0 without limit, PS3.8 annex D.1 */
    void peerTakes(long maximumLength) {
        if (maximumLength != 0 && maximumLength < LEAST_MAXIMUM) {
            throw PduException.invalid(0, "maximum length of " + maximumLength + " bytes leaves no room for data");
        }
        int most = (int) (maximumLength == 0 ? MOST_BUFFERED : Math.min(maximumLength, MOST_BUFFERED)) - 6;
        maximumFragment = most & ~1; // fragments are of even length: DCMTK takes no other
    }

    void send(Pdu pdu) throws IOException {
        byte[] bytes = pdu.encode();
        turn.lock();
        try {
            write(bytes, bytes.length);
        } finally {
            turn.unlock();
        }
    }

    /**
     * The last PDU of an association. A thread in the middle of a message fails at its next PDU; where it does not come to
     * that in time, since the peer takes nothing, this one is not sent.
     */
    void sendLast(Pdu pdu, Duration patience) throws IOException {
        ending = true;
        boolean mine;
        try {
            mine = turn.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        if (!mine) {
            return;
        }
        try {
            if (!closed) {
                byte[] bytes = pdu.encode();
                line.write(out, bytes, 0, bytes.length);
                closed = true;
            }
        } finally {
            turn.unlock();
        }
    }

    void send(int contextId, CommandSet command, byte @Nullable [] dataSet) throws IOException {
        turn.lock();
        try {
            Fragments fragments = begin(contextId);
            fragments.put(command);
            if (dataSet != null) {
                fragments.write(dataSet, 0, dataSet.length);
                fragments.finish();
            }
            deliver();
        } finally {
            turn.unlock();
        }
    }

    /**
     * Sends a C-STORE-RQ with its data set.
     *
     * @return the failure of {@code instance} to give its data set, when nothing had gone out yet: the association is as
     *     it was; null when all was sent
     * @throws IOException when the connection failed, or the instance did half way: the association must be aborted
     */
    @Nullable
    IOException sendStore(int contextId, CommandSet command, Instance instance) throws IOException {
        turn.lock();
        try {
            Fragments fragments = begin(contextId);
            fragments.put(command);
            boolean whole = false;
            try {
                instance.writeTo(fragments);
                if (instance.syntax().deflated()) {
                    fragments.pad();
                }
                whole = true;
            } catch (IOException e) {
                if (fragments.sent) {
                    throw e;
                }
                return e;
            } finally {
                broken = !whole && fragments.sent;
            }
            fragments.finish();
            deliver();
            return null;
        } finally {
            turn.unlock();
        }
    }

    private Fragments begin(int contextId) throws IOException {
        if (broken) {
            throw new AssociationAborted(AssociationAborted.By.US, "a message was broken off");
        }
        length = 0;
        return new Fragments(contextId);
    }

    private void deliver() throws IOException {
        int count = length;
        length = 0;
        write(buffer, count);
    }

    private void write(byte[] bytes, int count) throws IOException {
        if (closed || ending) {
            throw line.explain(new IOException("the association has ended"));
        }
        line.write(out, bytes, 0, count);
    }

    private int room() {
        return MOST_BUFFERED + HEADERS_LENGTH - length;
    }

    private void ensure(int count) {
        if (buffer.length - length < count) {
            buffer = Arrays.copyOf(buffer, Math.max(Math.min(buffer.length * 2, MOST_BUFFERED * 2), length + count));
        }
    }

    /** Cuts what is written into presentation data values, each in a P-DATA-TF of its own. */
    private final class Fragments extends OutputStream {
        private final int contextId;
        private int control;
        private int start = -1;
        private boolean odd;
        private boolean sent;

        Fragments(int contextId) {
            this.contextId = contextId;
        }

        void put(CommandSet command) throws IOException {
            control = 1;
            write(command.bytes(), 0, command.bytes().length);
            finish();
            control = 0;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) throws IOException {
            int from = offset;
            int left = count;
            odd ^= (count & 1) != 0;
            while (left > 0) {
                open();
                int fits = Math.min(left, Math.min(start + HEADERS_LENGTH + maximumFragment - length, room()));
                if (fits <= 0) {
                    close(false);
                    continue;
                }
                ensure(fits);
                System.arraycopy(bytes, from, buffer, length, fits);
                length += fits;
                from += fits;
                left -= fits;
            }
        }

        /** A deflated bit stream of odd length ends with one null, PS3.5 A.5. */
        void pad() throws IOException {
            if (odd) {
                write(0);
            }
        }

        void finish() throws IOException {
            open();
            close(true);
        }

        private void open() throws IOException {
            if (start >= 0) {
                return;
            }
            if (room() <= HEADERS_LENGTH) {
                sent = true;
                deliver();
            }
            ensure(HEADERS_LENGTH);
            start = length;
            length += HEADERS_LENGTH;
        }

        private void close(boolean last) {
            int fragment = length - start - HEADERS_LENGTH;
            buffer[start] = Pdu.P_DATA_TF;
            buffer[start + 1] = 0;
            set32(start + 2, fragment + 6);
            set32(start + 6, fragment + 2);
            buffer[start + 10] = (byte) contextId;
            buffer[start + 11] = (byte) (control | (last ? 2 : 0));
            start = -1;
        }

        private void set32(int at, int value) {
            buffer[at] = (byte) (value >> 24);
            buffer[at + 1] = (byte) (value >> 16);
            buffer[at + 2] = (byte) (value >> 8);
            buffer[at + 3] = (byte) value;
        }

        /** Nothing: data goes when the buffer is full or the message ends. */
        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
