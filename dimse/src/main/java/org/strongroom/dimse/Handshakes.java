package org.strongroom.dimse;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * What TLS with strangers may take of memory and processors. A connection that sent its whole ClientHello waits, as a
 * parked thread, a socket and those bytes, first for its address's rate, then for one of so many places; while it
 * computes, also for a turn on the processors. Places and turns go round between networks ({@link FairShare}), and some
 * are kept for networks from which a peer was identified within a day, so a flood of ClientHellos slows itself down.
 *
 * <p>A handshake counts against its address's rate when it begins, and no longer once it ended with an identified peer:
 * devices open as many associations as they like.
 */
final class Handshakes<C extends FairShare.Caller> {
    /** How long a stranger may think about our flight before one of an address with fewer handshakes gets the place. */
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private static final Duration REMEMBERED = Duration.ofDays(1);
    private static final int MOST_REMEMBERED = 4096;

    /** Rates of more networks than this are looked through for those at rest. */
    private static final int MANY_RATES = 16_384;

    private final long intervalNanos;
    private final long burstNanos;
    private final LongSupplier clock;
    private final ReentrantLock lock = new ReentrantLock();

    /** When the rate of a network is at rest again; the virtual scheduling algorithm, ITU-T I.371 annex A. */
    private final Map<InetAddress, Long> atRest = new HashMap<>();

    private final Map<InetAddress, Long> identified = new ConcurrentHashMap<>();
    private final FairShare<C> places;
    private final FairShare<C> turns;

    Handshakes(ListenerLimits limits, int processors, LongSupplier clock) {
        this.clock = clock;
        this.intervalNanos = 1_000_000_000L / limits.handshakesPerSecond();
        this.burstNanos = (limits.handshakesPerSecond() - 1) * intervalNanos;
        this.places =
                new FairShare<>(limits.handshakes(), limits.handshakes() / 4, PATIENCE.toNanos(), this::known, clock);
        int forStrangers = Math.max(1, processors / 2);
        this.turns = new FairShare<>(forStrangers + processors, processors, FairShare.FOREVER, this::known, clock);
    }

    /**
     * Waits until this connection's handshake may begin, with a place, which it has until {@link #leave}.
     *
     * @param most the longest that may be waited for the rate of its address
     * @return false when that would be longer
     * @throws IOException when its time ran out, its place in the queue was taken by another connection, or the peer left
     */
    boolean begin(C caller, Duration most) throws IOException {
        InetAddress network = Admissions.network(caller.address());
        long wait = reserve(network);
        if (wait > most.toNanos()) {
            giveBack(network);
            return false;
        }
        boolean begun = false;
        try {
            if (wait > 0) {
                caller.pause(wait);
            }
            places.take(caller);
            begun = true;
            return true;
        } finally {
            if (!begun) {
                giveBack(network);
            }
        }
    }

    /** Waits for a turn on the processors. */
    void compute(C caller) throws IOException {
        turns.take(caller);
    }

    /** It waits for its peer, or is done; without a turn nothing happens. */
    void rest(C caller) {
        turns.leave(caller);
    }

    /** The handshake came to its end, and the peer's certificate is one of ours. */
    void identified(C caller) {
        InetAddress network = Admissions.network(caller.address());
        giveBack(network);
        if (identified.size() >= MOST_REMEMBERED && !identified.containsKey(network)) {
            identified.entrySet().stream()
                    .min(Map.Entry.comparingByValue())
                    .ifPresent(oldest -> identified.remove(oldest.getKey()));
        }
        identified.put(network, clock.getAsLong());
        places.identified(caller);
    }

    /** Gives back whatever it has. */
    void leave(C caller) {
        turns.leave(caller);
        places.leave(caller);
    }

    /** Looks whose patience is over; called from time to time. */
    void look() {
        places.look();
    }

    /** Handshakes under way. */
    int underWay() {
        return places.used();
    }

    private boolean known(InetAddress network) {
        Long when = identified.get(network);
        return when != null && clock.getAsLong() - when < REMEMBERED.toNanos();
    }

    /** Counts a handshake; returns how many nanoseconds it must wait for its rate. */
    private long reserve(InetAddress network) {
        lock.lock();
        try {
            long now = clock.getAsLong();
            if (atRest.size() >= MANY_RATES) {
                atRest.values().removeIf(rest -> rest - now <= 0);
            }
            long rest = atRest.getOrDefault(network, now);
            long from = rest - now > 0 ? rest : now;
            atRest.put(network, from + intervalNanos);
            return Math.max(0, from - now - burstNanos);
        } finally {
            lock.unlock();
        }
    }

    private void giveBack(InetAddress network) {
        lock.lock();
        try {
            atRest.computeIfPresent(network, (_, rest) -> rest - intervalNanos);
        } finally {
            lock.unlock();
        }
    }
}
