package org.strongroom.gateway.dimse;

import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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
 * with the counts when the association ends. Used by one thread at a time.
 */
final class StoreService {
    private final Guard guard;
    private final Archive archive;
    private final InstantSource clock;
    private final Identity.Device who;
    private final Map<String, Long> counts = new TreeMap<>();

    private @Nullable Permit<Action.Store> permit;

    StoreService(Guard guard, Archive archive, InstantSource clock, Identity.Device who) {
        this.guard = guard;
        this.archive = archive;
        this.clock = clock;
        this.who = who;
    }

    Status store(CStore request) throws IOException {
        Permit<Action.Store> current = permit;
        if (current == null || !clock.instant().isBefore(current.until())) {
            settle();
            switch (guard.decide(who, who.device().purpose(), new Action.Store(who.aeTitle()))) {
                case Decision.Denied(Decision.Reason reason) -> {
                    return Statuses.of(reason);
                }
                case Decision.Granted(Permit<Action.Store> granted) -> current = granted;
            }
            permit = current;
        }
        StoreRequest instance = new StoreRequest(
                Optional.of(request.sopClass()),
                Optional.of(request.sopInstance()),
                request.syntax(),
                request.body(),
                who.aeTitle());
        boolean answered = false;
        try {
            StoreOutcome outcome = archive.store(current, instance);
            count(outcome);
            answered = true;
            return Statuses.of(outcome);
        } finally {
            if (!answered) {
                add("failed", 1);
            }
        }
    }

    private void count(StoreOutcome outcome) {
        switch (outcome) {
            case StoreOutcome.Stored(long bytes) -> add("instances", 1, bytes);
            case StoreOutcome.Duplicate _ -> add("duplicates", 1);
            case StoreOutcome.Conflict(long bytes) -> add("conflicts", 1, bytes);
            case StoreOutcome.Refused _ -> add("failed", 1);
        }
    }

    private void add(String name, long number, long bytes) {
        add(name, number);
        add("bytes", bytes);
    }

    private void add(String name, long number) {
        counts.merge(name, number, Long::sum);
    }

    /** The association ended, or the permit did. */
    void settle() {
        Permit<Action.Store> ended = permit;
        if (ended != null) {
            permit = null;
            guard.settle(ended, new Outcome(!counts.containsKey("failed"), Map.copyOf(counts)));
            counts.clear();
        }
    }
}
