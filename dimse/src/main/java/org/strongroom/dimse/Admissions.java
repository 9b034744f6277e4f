package org.strongroom.dimse;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.strongroom.dimse.AssociationPolicy.Rejection;

/**
 * Who waits at a listener, and who is in. Strangers can't keep others out: where a limit is reached the oldest connection
 * that never sent a byte makes room, or else the oldest that has no association, in either case rather one of a network
 * with many, so whoever comes with an A-ASSOCIATE-RQ at once is served.
 */
final class Admissions<C extends Admissions.Caller> {
    /** A connection, as far as its admission goes. */
    interface Caller {
        InetAddress address();
    }

    /** So many of the oldest come into question when all places are taken; a flood finds itself among them. */
    private static final int LOOKED_AT = 64;

    private final ListenerLimits limits;
    private final int mostWaiting;
    private final ReentrantLock lock = new ReentrantLock();
    private final Waiting<C> all = new Waiting<>();
    private final Map<InetAddress, Waiting<C>> byNetwork = new HashMap<>();
    private final Map<C, Optional<String>> admitted = new HashMap<>();
    private final Map<String, Integer> byIdentity = new HashMap<>();
    private final Map<InetAddress, Integer> failures = new HashMap<>();
    private long failuresSecond;

    private static final class Waiting<C> {
        private final LinkedHashSet<C> silent = new LinkedHashSet<>();
        private final LinkedHashSet<C> speaking = new LinkedHashSet<>();

        int size() {
            return silent.size() + speaking.size();
        }

        C oldest() {
            return silent.isEmpty() ? speaking.getFirst() : silent.getFirst();
        }

        void remove(C caller) {
            if (!silent.remove(caller)) {
                speaking.remove(caller);
            }
        }
    }

    Admissions(ListenerLimits limits) {
        this.limits = limits;
        this.mostWaiting = limits.waitingHere();
    }

    /** Lets a new connection wait; returns the one that must be closed for it. */
    Optional<C> enter(C caller) {
        InetAddress network = network(caller.address());
        lock.lock();
        try {
            Waiting<C> near = byNetwork.computeIfAbsent(network, _ -> new Waiting<>());
            @Nullable C out = near.size() >= limits.perAddress() ? near.oldest() : null;
            if (out == null && all.size() >= mostWaiting) {
                out = toGo();
            }
            if (out != null) {
                forget(out);
            }
            byNetwork.computeIfAbsent(network, _ -> new Waiting<>()).silent.add(caller);
            all.silent.add(caller);
            return Optional.ofNullable(out);
        } finally {
            lock.unlock();
        }
    }

    /** The connection that should be closed where no file descriptor is left for another. */
    Optional<C> giveWay() {
        lock.lock();
        try {
            if (all.size() == 0) {
                return Optional.empty();
            }
            C out = toGo();
            forget(out);
            return Optional.of(out);
        } finally {
            lock.unlock();
        }
    }

    /** The first byte came. */
    void spoke(C caller) {
        lock.lock();
        try {
            if (all.silent.remove(caller)) {
                all.speaking.add(caller);
                Waiting<C> near = byNetwork.get(network(caller.address()));
                if (near != null && near.silent.remove(caller)) {
                    near.speaking.add(caller);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Counts an association that the policy accepted; empty when it may be. */
    Optional<Rejection> admit(C caller, Optional<String> identity) {
        lock.lock();
        try {
            if (admitted.size() >= limits.associations()) {
                return Optional.of(Rejection.TEMPORARY_CONGESTION);
            }
            if (identity.isPresent()) {
                int count = byIdentity.getOrDefault(identity.get(), 0);
                if (count >= limits.perIdentity()) {
                    return Optional.of(Rejection.LOCAL_LIMIT_EXCEEDED);
                }
                byIdentity.put(identity.get(), count + 1);
            }
            forget(caller);
            admitted.put(caller, identity);
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    void leave(C caller) {
        lock.lock();
        try {
            forget(caller);
            Optional<String> identity = admitted.remove(caller);
            if (identity != null && identity.isPresent()) {
                byIdentity.computeIfPresent(identity.get(), (_, count) -> count == 1 ? null : count - 1);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Counts a handshake that failed. */
    void handshakeFailed(InetAddress address, long nowNanos) {
        lock.lock();
        try {
            turnSecond(nowNanos);
            failures.merge(network(address), 1, Integer::sum);
        } finally {
            lock.unlock();
        }
    }

    /** Whether an address has not failed too often in this second. */
    boolean mayTry(InetAddress address, long nowNanos) {
        lock.lock();
        try {
            turnSecond(nowNanos);
            return failures.getOrDefault(network(address), 0) < limits.handshakesPerSecond();
        } finally {
            lock.unlock();
        }
    }

    int admitted() {
        lock.lock();
        try {
            return admitted.size();
        } finally {
            lock.unlock();
        }
    }

    int waiting() {
        lock.lock();
        try {
            return all.size();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Of the connections that wait longest, silent or not, the oldest of the network that has most: who comes once is not
     * sent away for those who come a hundred times.
     */
    private C toGo() {
        C out = all.oldest();
        int most = near(out);
        for (LinkedHashSet<C> some : List.of(all.silent, all.speaking)) {
            Iterator<C> callers = some.iterator();
            for (int i = 0; i < LOOKED_AT && callers.hasNext(); i++) {
                C caller = callers.next();
                int count = near(caller);
                if (count > most) {
                    out = caller;
                    most = count;
                }
            }
        }
        return out;
    }

    private int near(C caller) {
        Waiting<C> near = byNetwork.get(network(caller.address()));
        return near == null ? 0 : near.size();
    }

    private void turnSecond(long nowNanos) {
        long second = nowNanos / 1_000_000_000L;
        if (second != failuresSecond) {
            failuresSecond = second;
            failures.clear();
        }
    }

    private void forget(C caller) {
        all.remove(caller);
        InetAddress network = network(caller.address());
        Waiting<C> near = byNetwork.get(network);
        if (near != null) {
            near.remove(caller);
            if (near.size() == 0) {
                byNetwork.remove(network);
            }
        }
    }

    /** One holder of IPv6 addresses has 2^64 of them; its network counts as one address. */
    static InetAddress network(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address;
        }
        byte[] bytes = address.getAddress();
        Arrays.fill(bytes, 8, 16, (byte) 0);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an IPv6 address has 16 bytes", e);
        }
    }
}
