package org.strongroom.dimse;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A number of places, given out fairly between networks: known ones first, then those that hold the fewest, then those
 * served longest ago. Some places are kept for known networks.
 *
 * <p>Where {@code patienceNanos} says so, holders make room: the oldest of the network with the most places for a network
 * that has at least two fewer, or any fewer once it has had that patience; strangers at once for a known network. A place
 * is given on only when its holder has left, so that there are never more holders than places.
 */
final class FairShare<C extends FairShare.Caller> {
    /** Whoever needs a place; its line ends the waiting. */
    interface Caller extends Admissions.Caller {
        Line line();

        /**
         * Lets time pass.
         *
         * @throws IOException when the peer has left, or our line ended
         */
        void pause(long nanos) throws IOException;

        /** Leaves, soon, since another one needs the place. */
        void makeWay();
    }

    /** Holders never make room. */
    static final long FOREVER = Long.MAX_VALUE;

    private final int places;
    private final int reserved;
    private final long patienceNanos;
    private final Predicate<InetAddress> known;
    private final LongSupplier clock;
    private final ReentrantLock lock = new ReentrantLock();

    /** In the order of when they were last served. */
    private final LinkedHashMap<InetAddress, Deque<Waiting<C>>> queues = new LinkedHashMap<>();

    private final Map<InetAddress, LinkedHashMap<C, Place>> held = new HashMap<>();
    private int used;
    private int usedByStrangers;
    private int leaving;

    private static final class Waiting<C> {
        private final C caller;
        private volatile boolean granted;

        Waiting(C caller) {
            this.caller = caller;
        }
    }

    private static final class Place {
        private final long since;
        private boolean stranger;
        private boolean leaving;

        Place(long since, boolean stranger) {
            this.since = since;
            this.stranger = stranger;
        }
    }

    /** Whom to wake and whom to send away, once the lock is free again. */
    private record Settled<C>(List<C> granted, List<C> out) {}

    FairShare(int places, int reserved, long patienceNanos, Predicate<InetAddress> known, LongSupplier clock) {
        this.places = places;
        this.reserved = reserved;
        this.patienceNanos = patienceNanos;
        this.known = known;
        this.clock = clock;
    }

    /**
     * Waits for a place.
     *
     * @throws AssociationAborted when the caller's line ended before; it then has none
     */
    void take(C caller) throws AssociationAborted {
        InetAddress network = Admissions.network(caller.address());
        Waiting<C> waiting = new Waiting<>(caller);
        lock.lock();
        try {
            queues.computeIfAbsent(network, _ -> new ArrayDeque<>(2)).add(waiting);
        } finally {
            lock.unlock();
        }
        look();
        boolean taken = false;
        try {
            caller.line().await(() -> waiting.granted);
            taken = true;
        } finally {
            if (!taken) {
                withdraw(network, waiting);
            }
        }
    }

    /** Gives the place back, if there is one. */
    void leave(C caller) {
        lock.lock();
        try {
            release(caller);
        } finally {
            lock.unlock();
        }
        look();
    }

    /** The holder is no stranger any more: others do not make it leave so easily. */
    void identified(C caller) {
        lock.lock();
        try {
            Map<C, Place> near = held.getOrDefault(Admissions.network(caller.address()), new LinkedHashMap<>());
            @Nullable Place place = near.get(caller);
            if (place != null && place.stranger) {
                place.stranger = false;
                usedByStrangers--;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Gives out what is free, and makes room where that is fair; from time to time, as patience ends. */
    void look() {
        Settled<C> settled = new Settled<>(new ArrayList<>(2), new ArrayList<>(2));
        lock.lock();
        try {
            settle(settled);
        } finally {
            lock.unlock();
        }
        settled.granted().forEach(caller -> caller.line().wake());
        settled.out().forEach(Caller::makeWay);
    }

    int used() {
        lock.lock();
        try {
            return used;
        } finally {
            lock.unlock();
        }
    }

    private void settle(Settled<C> settled) {
        while (!queues.isEmpty()) {
            @Nullable InetAddress next = first(true);
            boolean stranger = next == null && (next = first(false)) != null;
            if (next == null) {
                return;
            }
            if (used < places && (!stranger || usedByStrangers < places - reserved)) {
                settled.granted().add(grant(next, stranger));
            } else {
                // One after the other: each place that comes free may serve whoever waits.
                if (leaving == 0) {
                    makeRoom(next, stranger, settled);
                }
                return;
            }
        }
    }

    /** The network to be served next among the known, or among the others. */
    private @Nullable InetAddress first(boolean ofKnown) {
        @Nullable InetAddress best = null;
        int fewest = Integer.MAX_VALUE;
        for (InetAddress network : queues.keySet()) {
            int count = holding(network);
            if (count < fewest && known.test(network) == ofKnown) {
                best = network;
                fewest = count;
            }
        }
        return best;
    }

    private int holding(InetAddress network) {
        @Nullable Map<C, Place> near = held.get(network);
        return near == null ? 0 : near.size();
    }

    private C grant(InetAddress network, boolean stranger) {
        Deque<Waiting<C>> queue = Objects.requireNonNull(queues.remove(network));
        Waiting<C> waiting = queue.remove();
        if (!queue.isEmpty()) {
            queues.put(network, queue);
        }
        held.computeIfAbsent(network, _ -> new LinkedHashMap<>(4))
                .put(waiting.caller, new Place(clock.getAsLong(), stranger));
        used++;
        usedByStrangers += stranger ? 1 : 0;
        waiting.granted = true;
        return waiting.caller;
    }

    private void makeRoom(InetAddress network, boolean stranger, Settled<C> settled) {
        if (patienceNanos == FOREVER) {
            return;
        }
        @Nullable C out = stranger ? null : oldestOfMost(true, 0, 0);
        int own = holding(network);
        out = out != null ? out : oldestOfMost(stranger, own + 1, own + 2);
        if (out != null) {
            leaving++;
            settled.out().add(out);
        }
    }

    /**
     * Marks one as leaving.
     *
     * @param ofStrangers whether only strangers come into question
     * @param fewest how many places its network must have once its patience is over
     * @param many how many it must have before
     */
    private @Nullable C oldestOfMost(boolean ofStrangers, int fewest, int many) {
        Map.@Nullable Entry<C, Place> best = null;
        int most = Math.max(fewest, 1) - 1;
        for (LinkedHashMap<C, Place> near : held.values()) {
            Map.@Nullable Entry<C, Place> oldest = null;
            int count = 0;
            for (Map.Entry<C, Place> entry : near.entrySet()) {
                Place place = entry.getValue();
                if (!place.leaving && (place.stranger || !ofStrangers)) {
                    oldest = oldest == null ? entry : oldest;
                    count++;
                }
            }
            if (oldest != null
                    && count > most
                    && (count >= many || clock.getAsLong() - oldest.getValue().since >= patienceNanos)) {
                best = oldest;
                most = count;
            }
        }
        if (best == null) {
            return null;
        }
        best.getValue().leaving = true;
        return best.getKey();
    }

    private void withdraw(InetAddress network, Waiting<C> waiting) {
        lock.lock();
        try {
            if (waiting.granted) {
                release(waiting.caller);
            } else {
                Deque<Waiting<C>> queue = queues.get(network);
                if (queue != null && queue.remove(waiting) && queue.isEmpty()) {
                    queues.remove(network);
                }
            }
        } finally {
            lock.unlock();
        }
        look();
    }

    private void release(C caller) {
        InetAddress network = Admissions.network(caller.address());
        @Nullable Map<C, Place> near = held.get(network);
        @Nullable Place place = near == null ? null : near.remove(caller);
        if (near == null || place == null) {
            return;
        }
        if (near.isEmpty()) {
            held.remove(network);
        }
        used--;
        usedByStrangers -= place.stranger ? 1 : 0;
        leaving -= place.leaving ? 1 : 0;
    }
}
