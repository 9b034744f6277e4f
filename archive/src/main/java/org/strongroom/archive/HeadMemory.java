package org.strongroom.archive;

import java.io.InterruptedIOException;
import java.util.List;
import java.util.Optional;
import org.strongroom.archive.StoreOutcome.Cause;

/**
 * What one association holds of the memory for heads: the elements before the bulk, which are read before anything is
 * sealed. The first {@link #OWN} bytes are its own, so nobody else can have an ordinary head refused (a few KiB). What is
 * longer comes out of two shares of all associations: heads of up to {@link #MEDIUM}, and those up to the longest allowed.
 */
final class HeadMemory {
    /** The shares of one archive. */
    record Shares(MemoryShare medium, MemoryShare large, int longest) {
        static Shares of(PackSettings settings) {
            long large = cost(2 * settings.headBytes()); // as received and inflated
            return new Shares(
                    new MemoryShare(settings.headsBytes(), settings.headsBytes() / 4),
                    new MemoryShare(large, large),
                    settings.headBytes());
        }

        long bytes() {
            return medium.most() + large.most();
        }
    }

    static final int OWN = 64 * 1024;
    static final int MEDIUM = 1 << 20;

    /** Most that indexing the head takes: 65,536 elements of 14 bytes, while the index grows and is sorted. */
    private static final long INDEX = 4L << 20;

    private static final long PATIENCE = MemoryShare.seconds(5);

    private final Shares shares;
    private String source = "";
    private Optional<MemoryShare> from = Optional.empty();
    private long taken;
    private int inflated;
    private int received;
    private Optional<RefusedException> refusal = Optional.empty();

    HeadMemory(Shares shares) {
        this.shares = shares;
    }

    void begin(String of) {
        source = of;
        inflated = 0;
        received = 0;
        refusal = Optional.empty();
    }

    /** Before the buffer of what is received grows to {@code capacity} bytes. */
    void receive(int capacity) throws RefusedException, InterruptedIOException {
        received = capacity;
        hold();
    }

    /** Before the buffer of what is inflated grows; when this says no, {@link #refusal} is why. */
    boolean inflate(int capacity) {
        if (capacity <= inflated) {
            return true;
        }
        inflated = capacity;
        try {
            hold();
            return true;
        } catch (RefusedException e) {
            refusal = Optional.of(e);
        } catch (InterruptedIOException e) {
            refusal = Optional.of(scarce());
        }
        return false;
    }

    Optional<RefusedException> refusal() {
        return refusal;
    }

    private void hold() throws RefusedException, InterruptedIOException {
        if (received > shares.longest() || inflated > shares.longest()) {
            throw new RefusedException(
                    Cause.CANNOT_UNDERSTAND,
                    "the elements before the bulk take more than " + shares.longest() + " bytes",
                    List.of());
        }
        int capacity = (received > OWN ? received : 0) + (inflated > OWN ? inflated : 0);
        long needed = cost(capacity);
        if (needed <= taken) {
            return;
        }
        MemoryShare share = capacity > MEDIUM ? shares.large() : shares.medium();
        boolean moves = from.filter(other -> other != share).isPresent();
        long more = moves ? needed : needed - taken;
        try {
            if (!share.take(source, more, PATIENCE)) {
                throw scarce();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for memory");
        }
        if (moves) {
            from.orElseThrow().give(source, taken);
        }
        from = Optional.of(share);
        taken = needed;
    }

    private static RefusedException scarce() {
        return new RefusedException(
                Cause.OUT_OF_RESOURCES,
                "the memory for long elements before the bulk is in use: send again later",
                List.of());
    }

    /** The buffer, half as much again while it grows, and the index. */
    static long cost(int capacity) {
        return capacity + capacity / 2 + Math.min(4L * capacity, INDEX);
    }

    void release() {
        from.ifPresent(share -> share.give(source, taken));
        from = Optional.empty();
        taken = 0;
    }
}
