package org.strongroom.dimse;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A socket and what it is waited for. Reads and writes go through here, so that {@link Watch} can close the socket under
 * a thread that waits too long: a timeout of the socket itself would not bound a peer that drips bytes, nor one that does
 * not take ours, nor a TLS handshake. The plain socket is closed, never the TLS one, whose close may itself wait.
 *
 * <p>One thread reads at a time. It alone writes the counters; the watch reads {@code waitingSince} before and after
 * them, and leaves them when it changed.
 */
final class Line {
    private static final long NEVER = Long.MAX_VALUE;

    /** Longest a reading thread runs before others get their turn; a turn costs about a microsecond. */
    private static final long TURN_NANOS = 2_000_000;

    private final Socket socket;
    private final long idleNanos;
    private final long windowNanos;
    private final long windowBytes;

    private volatile long readBy = NEVER;
    private volatile long writeBy = NEVER;
    private volatile boolean paced;

    /** When the read under way began; 0 when none is. */
    private volatile long waitingSince;

    /** Of the reading thread alone. */
    private long turnBegan = System.nanoTime();

    private volatile long waitedNanos;
    private volatile long received;
    private volatile @Nullable AssociationAborted ended;
    private volatile @Nullable Thread waiter;

    Line(Socket socket, Timeouts timeouts) {
        this.socket = socket;
        this.idleNanos = timeouts.idle().toNanos();
        this.windowNanos = timeouts.rateWindow().toNanos();
        this.windowBytes =
                timeouts.minimumBytesPerSecond() * timeouts.rateWindow().toMillis() / 1000;
    }

    /** What is read from now on must be complete within {@code patience}. */
    void readWithin(Duration patience) {
        paced = false;
        readBy = System.nanoTime() + patience.toNanos();
    }

    /** What is read from now on belongs to a message under way: no deadline, but a minimum rate. */
    void readPaced() {
        readBy = NEVER;
        waitedNanos = 0;
        received = 0;
        paced = true;
    }

    /** What is read from now on may take any time. */
    void readAtLeisure() {
        paced = false;
        readBy = NEVER;
    }

    int read(InputStream in, byte[] bytes, int offset, int length) throws IOException {
        long start = takeTurns() | 1;
        waitingSince = start;
        try {
            int count = in.read(bytes, offset, length);
            if (count > 0) {
                long sum = received;
                received = sum + count;
            }
            return count;
        } catch (IOException e) {
            throw explain(e);
        } finally {
            long waited = waitedNanos;
            waitedNanos = waited + (System.nanoTime() - start);
            waitingSince = 0;
            if (paced && waitedNanos >= windowNanos) {
                endOfWindow();
            }
        }
    }

    /**
     * Virtual threads are not preempted: one whose peer keeps the socket full never waits, and would keep its carrier for
     * as long as that lasts.
     *
     * @return the time
     */
    @SuppressWarnings("ThreadPriorityCheck")
    private long takeTurns() {
        long now = System.nanoTime();
        if (now - turnBegan > TURN_NANOS) {
            Thread.yield();
            now = System.nanoTime();
            turnBegan = now;
        }
        return now;
    }

    private void endOfWindow() {
        if (received < windowBytes) {
            end(tooSlow());
        } else {
            waitedNanos = 0;
            received = 0;
        }
    }

    void write(OutputStream out, byte[] bytes, int offset, int length) throws IOException {
        writeBy = System.nanoTime() + idleNanos;
        try {
            out.write(bytes, offset, length);
            out.flush();
        } catch (IOException e) {
            throw explain(e);
        } finally {
            writeBy = NEVER;
        }
    }

    /** Closes the socket when a deadline has passed; called by the watch. */
    void check(long now) {
        if (readBy != NEVER && now - readBy > 0) {
            end(new AssociationAborted(AssociationAborted.By.TIMEOUT, "the peer sent nothing in time"));
        } else if (writeBy != NEVER && now - writeBy > 0) {
            end(new AssociationAborted(AssociationAborted.By.TIMEOUT, "the peer does not take what is sent to it"));
        } else if (paced) {
            long since = waitingSince;
            long waited = waitedNanos + (now - since);
            long bytes = received;
            if (since != 0 && waited >= windowNanos && bytes < windowBytes && since == waitingSince && paced) {
                end(tooSlow());
            }
        }
    }

    private AssociationAborted tooSlow() {
        return new AssociationAborted(
                AssociationAborted.By.TIMEOUT,
                "the peer sent fewer than " + windowBytes + " bytes in " + TimeUnit.NANOSECONDS.toMillis(windowNanos)
                        + " ms within a message");
    }

    /** Closes the socket under whoever reads or writes; the first reason given is the one they hear. */
    void end(AssociationAborted why) {
        if (ended == null) {
            ended = why;
        }
        try {
            socket.close();
        } catch (IOException e) {
            // Nothing is left to be done with this socket.
        }
        wake();
    }

    /**
     * Waits for something else than the socket, within the deadline of the read under way. Whoever makes {@code done} true
     * calls {@link #wake}.
     */
    void await(BooleanSupplier done) throws AssociationAborted {
        waiter = Thread.currentThread();
        try {
            while (ended == null && !done.getAsBoolean()) {
                LockSupport.park(this);
            }
        } finally {
            waiter = null;
        }
        AssociationAborted why = ended;
        if (why != null) {
            throw why;
        }
    }

    void wake() {
        LockSupport.unpark(waiter);
    }

    /** The reason this side closed the socket for, or the failure itself. */
    IOException explain(IOException failure) {
        AssociationAborted why = ended;
        if (why != null) {
            return why;
        }
        return failure instanceof AssociationAborted
                ? failure
                : new AssociationAborted(
                        AssociationAborted.By.CONNECTION, "the connection broke: " + failure.getMessage(), failure);
    }

    @Nullable
    AssociationAborted ended() {
        return ended;
    }

    boolean isClosed() {
        return socket.isClosed();
    }
}
