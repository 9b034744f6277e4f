package org.strongroom.gateway.dimse;

import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.strongroom.archive.Archive;
import org.strongroom.archive.StoreOutcome;
import org.strongroom.archive.StoreRequest;
import org.strongroom.dimse.DimseRequest.CStore;
import org.strongroom.dimse.Status;
import org.strongroom.guard.Action;
import org.strongroom.guard.Decision;
import org.strongroom.guard.Guard;
import org.strongroom.guard.Identity;
import org.strongroom.guard.Outcome;
import org.strongroom.guard.Permit;

/**
 * C-STORE, PS3.4 annex B, for one association: one permit and one audit record, asked for at the first instance and settled
 * with the counts when the association ends, or the permit did and the last instance under it. Safe for several threads.
 */
final class StoreService {
    private final Guard guard;
    private final Archive archive;
    private final InstantSource clock;
    private final Identity.Device who;

    /** Held while guard is asked, which may wait for a disk: an instance that comes meanwhile needs the same answer. */
    private final ReentrantLock lock = new ReentrantLock();

    private @Nullable Grant current;

    StoreService(Guard guard, Archive archive, InstantSource clock, Identity.Device who) {
        this.guard = guard;
        this.archive = archive;
        this.clock = clock;
        this.who = who;
    }

    /** A permit and what became of the instances under it; touched under the lock alone. */
    private static final class Grant {
        private final Permit<Action.Store> permit;
        private final Map<String, Long> counts = new TreeMap<>();
        private int underWay;
        private boolean closed;

        Grant(Permit<Action.Store> permit) {
            this.permit = permit;
        }

        void add(String name, long number) {
            counts.merge(name, number, Long::sum);
        }
    }

    Status store(CStore request) throws IOException {
        Begun begun = begin();
        if (begun.denied().isPresent()) {
            return Statuses.of(begun.denied().get());
        }
        Grant grant = begun.grant().orElseThrow();
        StoreRequest instance = new StoreRequest(
                Optional.of(request.sopClass()),
                Optional.of(request.sopInstance()),
                request.syntax(),
                request.body(),
                who.aeTitle(),
                who.device().assumed());
        Optional<StoreOutcome> outcome = Optional.empty();
        try {
            outcome = Optional.of(archive.store(grant.permit, instance));
            return Statuses.of(outcome.get());
        } finally {
            end(grant, outcome);
        }
    }

    private record Begun(Optional<Grant> grant, Optional<Decision.Reason> denied) {}

    private Begun begin() {
        lock.lock();
        try {
            Grant grant = current;
            if (grant == null || !clock.instant().isBefore(grant.permit.until())) {
                settleCurrent();
                switch (guard.decide(who, who.device().purpose(), new Action.Store(who.aeTitle()))) {
                    case Decision.Denied(Decision.Reason reason) -> {
                        return new Begun(Optional.empty(), Optional.of(reason));
                    }
                    case Decision.Granted(Permit<Action.Store> permit) -> grant = new Grant(permit);
                }
                current = grant;
            }
            grant.underWay++;
            return new Begun(Optional.of(grant), Optional.empty());
        } finally {
            lock.unlock();
        }
    }

    /** @param outcome empty when there is none, since reading or writing failed */
    private void end(Grant grant, Optional<StoreOutcome> outcome) {
        lock.lock();
        try {
            switch (outcome.orElse(null)) {
                case null -> grant.add("failed", 1);
                case StoreOutcome.Stored(long bytes) -> {
                    grant.add("instances", 1);
                    grant.add("bytes", bytes);
                }
                case StoreOutcome.Duplicate _ -> grant.add("duplicates", 1);
                case StoreOutcome.Conflict(long bytes) -> {
                    grant.add("conflicts", 1);
                    grant.add("bytes", bytes);
                }
                case StoreOutcome.Refused _ -> grant.add("failed", 1);
            }
            grant.underWay--;
            settleIfDone(grant);
        } finally {
            lock.unlock();
        }
    }

    /** The association ended. */
    void settle() {
        lock.lock();
        try {
            settleCurrent();
        } finally {
            lock.unlock();
        }
    }

    private void settleCurrent() {
        Grant grant = current;
        if (grant != null) {
            current = null;
            grant.closed = true;
            settleIfDone(grant);
        }
    }

    private void settleIfDone(Grant grant) {
        if (grant.closed && grant.underWay == 0) {
            guard.settle(grant.permit, new Outcome(!grant.counts.containsKey("failed"), Map.copyOf(grant.counts)));
        }
    }
}
