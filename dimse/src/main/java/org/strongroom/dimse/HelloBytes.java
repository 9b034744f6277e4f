package org.strongroom.dimse;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Memory that strangers' ClientHellos take in all. Where it is used up, the oldest connection of the network that takes
 * the most makes room.
 */
final class HelloBytes<C extends FairShare.Caller> {
    private final long most;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<InetAddress, Share<C>> byNetwork = new HashMap<>();
    private long total;

    private static final class Share<C> {
        private final LinkedHashMap<C, Integer> bytes = new LinkedHashMap<>(4);
        private long sum;
    }

    HelloBytes(long most) {
        this.most = most;
    }

    /** From now on the connection has a buffer of so many bytes, instead of the one before. */
    void resize(C caller, int bytes) {
        List<C> out = new ArrayList<>(2);
        lock.lock();
        try {
            add(caller, bytes);
            while (total > most) {
                out.add(dropOne());
            }
        } finally {
            lock.unlock();
        }
        out.forEach(FairShare.Caller::makeWay);
    }

    void release(C caller) {
        lock.lock();
        try {
            remove(caller);
        } finally {
            lock.unlock();
        }
    }

    long total() {
        lock.lock();
        try {
            return total;
        } finally {
            lock.unlock();
        }
    }

    private void add(C caller, int bytes) {
        Share<C> share = byNetwork.computeIfAbsent(Admissions.network(caller.address()), _ -> new Share<>());
        Integer before = share.bytes.put(caller, bytes);
        long more = bytes - (before == null ? 0L : before);
        share.sum += more;
        total += more;
    }

    private C dropOne() {
        @Nullable Share<C> largest = null;
        for (Share<C> share : byNetwork.values()) {
            if (largest == null || share.sum > largest.sum) {
                largest = share;
            }
        }
        if (largest == null) {
            throw new IllegalStateException("bytes without a connection: " + total);
        }
        C out = largest.bytes.firstEntry().getKey();
        remove(out);
        return out;
    }

    private void remove(C caller) {
        InetAddress network = Admissions.network(caller.address());
        @Nullable Share<C> share = byNetwork.get(network);
        @Nullable Integer bytes = share == null ? null : share.bytes.remove(caller);
        if (share == null || bytes == null) {
            return;
        }
        share.sum -= bytes;
        total -= bytes;
        if (share.bytes.isEmpty()) {
            byNetwork.remove(network);
        }
    }
}
