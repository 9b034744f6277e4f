package org.strongroom.archive;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.strongroom.archive.Arrival.Body;
import org.strongroom.archive.Arrival.Copy;
import org.strongroom.archive.Arrival.Verdict;
import org.strongroom.archive.StoreOutcome.Cause;
import org.strongroom.archive.StoreOutcome.Refused;
import org.strongroom.dicom.Uid;

/**
 * The one thread that writes: takes all objects that wait, and for all of them together puts new keys, then the records,
 * then index rows in their places, before any of them is answered. Objects that come meanwhile make the next batch.
 *
 * <p>Order of durability: keys (synced) before records (synced) before rows (replayed from the records if lost) before the
 * answer. A failure anywhere refuses the whole batch; one that is not a full disk stops all storing.
 */
final class Committer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Committer.class.getName());
    private static final long BATCH_BYTES = 32L << 20;

    private final Index index;
    private final PackWriter writer;
    private final PackReader reader;
    private final KeyStore keys;
    private final StoreState state;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Deque<Arrival> waiting = new ArrayDeque<>();
    private final Thread thread;
    private boolean closed;

    Committer(Index index, PackWriter writer, PackReader reader, KeyStore keys, StoreState state) {
        this.index = index;
        this.writer = writer;
        this.reader = reader;
        this.keys = keys;
        this.state = state;
        this.thread = Thread.ofPlatform().name("pack-committer").daemon().start(this::run);
    }

    /** Returns when the object is durable and findable, or refused. */
    StoreOutcome commit(Arrival arrival) {
        Verdict verdict = submit(arrival);
        while (verdict instanceof Verdict.Look look) {
            arrival.copies().put(look.copy().place(), look(look.copy(), arrival.digest()));
            verdict = submit(arrival);
        }
        return ((Verdict.Done) verdict).outcome();
    }

    private Verdict submit(Arrival arrival) {
        lock.lock();
        try {
            if (closed) {
                if (arrival.sealed().body() instanceof Body.Single single) {
                    writer.drop(single);
                }
                return new Verdict.Done(refused("the archive is being closed"));
            }
            waiting.add(arrival);
            arrived.signal();
        } finally {
            lock.unlock();
        }
        return arrival.await();
    }

    /** Reads a copy to its end, in the thread that stores: others do not wait for it. */
    private Copy look(Located copy, Digest expected) {
        try {
            return reader.checkedDigest(copy).equals(expected) ? Copy.SAME : Copy.OTHER;
        } catch (ClosedByInterruptException | InterruptedIOException e) {
            return Copy.UNKNOWN;
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "object.damaged place=\"" + copy.place() + "\" what=\"" + e.getMessage()
                            + "; it came again, and what came is stored in its stead\"");
            return Copy.DAMAGED;
        }
    }

    private void run() {
        try {
            commitAll();
        } finally {
            lock.lock();
            try {
                closed = true;
                waiting.forEach(arrival ->
                        arrival.complete(new Verdict.Done(refused("storing has stopped; the log has the cause"))));
            } finally {
                lock.unlock();
            }
        }
    }

    private void commitAll() {
        for (List<Arrival> batch = take(); !batch.isEmpty(); batch = take()) {
            Map<Arrival, Verdict> outcomes = new HashMap<>();
            StoreOutcome otherwise = refused("storing failed inside; the log has the cause");
            try {
                store(batch, outcomes);
            } catch (IOException e) {
                outcomes.clear();
                otherwise =
                        state.refuse("a pack or the index can't be written", e).refused();
            } catch (Throwable e) {
                outcomes.clear();
                state.fail("storing failed inside", e);
                throw e;
            } finally {
                for (Arrival arrival : batch) {
                    finish(arrival, outcomes.getOrDefault(arrival, new Verdict.Done(otherwise)));
                }
            }
        }
    }

    private void finish(Arrival arrival, Verdict verdict) {
        boolean kept = !(verdict instanceof Verdict.Done(StoreOutcome outcome))
                || outcome instanceof StoreOutcome.Stored
                || outcome instanceof StoreOutcome.Conflict;
        if (!kept && arrival.sealed().body() instanceof Body.Single single) {
            writer.drop(single);
        }
        arrival.complete(verdict);
    }

    /** All that wait, up to a bound; nothing when the archive is closed and all are done. */
    private List<Arrival> take() {
        lock.lock();
        try {
            while (waiting.isEmpty() && !closed) {
                arrived.awaitUninterruptibly();
            }
            List<Arrival> batch = new ArrayList<>();
            long bytes = 0;
            while (!waiting.isEmpty() && bytes < BATCH_BYTES) {
                Arrival next = waiting.remove();
                batch.add(next);
                bytes += next.sealed().body() instanceof Body.Gathered
                        ? next.header().recordLength()
                        : 0;
            }
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private void store(List<Arrival> batch, Map<Arrival, Verdict> outcomes) throws IOException {
        if (state.failure().isPresent()) {
            throw new IOException(state.failure().get());
        }
        List<Arrival> gathered = new ArrayList<>();
        List<Arrival> singles = new ArrayList<>();
        for (Arrival arrival : withoutDuplicates(batch, outcomes)) {
            (arrival.sealed().body() instanceof Body.Gathered ? gathered : singles).add(arrival);
        }
        if (gathered.isEmpty() && singles.isEmpty()) {
            return;
        }
        writer.requireRoom(gathered);
        keys.sync(Stream.concat(gathered.stream(), singles.stream())
                .map(Arrival::key)
                .toList());
        List<Entry> entries = new ArrayList<>();
        enter(entries, gathered, gathered.isEmpty() ? List.of() : writer.append(gathered));
        enter(entries, singles, writer.adopt(singles));
        List<Index.Recorded> recorded = index.record(entries, writer.position());
        gathered.addAll(singles);
        for (int i = 0; i < gathered.size(); i++) {
            Arrival arrival = gathered.get(i);
            outcomes.put(
                    arrival,
                    new Verdict.Done(
                            switch (recorded.get(i)) {
                                case STORED -> new StoreOutcome.Stored(arrival.bytes());
                                case CONFLICT -> new StoreOutcome.Conflict(arrival.bytes());
                                case PRESENT -> new StoreOutcome.Duplicate(arrival.bytes());
                            }));
        }
    }

    private static void enter(List<Entry> entries, List<Arrival> arrivals, List<Place> places) {
        for (int i = 0; i < places.size(); i++) {
            entries.add(arrivals.get(i).at(places.get(i)));
        }
    }

    private record Key(Uid study, Uid series, Uid sopInstance) {}

    private List<Arrival> withoutDuplicates(List<Arrival> batch, Map<Arrival, Verdict> outcomes) throws IOException {
        Map<Key, Set<Digest>> inBatch = new LinkedHashMap<>();
        List<Arrival> fresh = new ArrayList<>(batch.size());
        for (Arrival arrival : batch) {
            Arrival.Identity is = arrival.identity();
            Key key = new Key(is.study(), is.series(), is.sopInstance());
            Set<Digest> before = inBatch.computeIfAbsent(key, _ -> new HashSet<>(2));
            Optional<Verdict> amongBatch = amongBatch(arrival, before);
            Optional<Verdict> known = amongBatch.isPresent() ? amongBatch : known(arrival);
            if (known.isPresent()) {
                outcomes.put(arrival, known.get());
            } else {
                before.add(arrival.digest()); // the whole batch is stored, or none of it is answered so
                fresh.add(arrival);
            }
        }
        return fresh;
    }

    private static Optional<Verdict> amongBatch(Arrival arrival, Set<Digest> before) {
        if (before.contains(arrival.digest())) {
            return Optional.of(new Verdict.Done(new StoreOutcome.Duplicate(arrival.bytes())));
        }
        long prefix = arrival.digest().prefix();
        return before.stream().anyMatch(digest -> digest.prefix() == prefix)
                ? Optional.of(
                        new Verdict.Done(refused("another object with this UID is being stored: send this one again")))
                : Optional.empty();
    }

    /**
     * What is to be said at once: the same bytes are stored. The index has eight bytes of their digest, the pack all of it; a
     * copy that is not whole any more is no ground for saying that the object is safe.
     */
    private Optional<Verdict> known(Arrival arrival) throws IOException {
        Arrival.Identity is = arrival.identity();
        for (Located version : index.versions(is.study(), is.series(), is.sopInstance())) {
            if (version.digestPrefix() == arrival.digest().prefix()) {
                Copy copy = arrival.copies().get(version.place());
                if (copy == null) {
                    return Optional.of(new Verdict.Look(version));
                }
                if (copy == Copy.SAME) {
                    return Optional.of(new Verdict.Done(new StoreOutcome.Duplicate(arrival.bytes())));
                }
                if (copy == Copy.UNKNOWN) {
                    return Optional.of(new Verdict.Done(
                            refused("the stored copy of this instance was not read to its end: " + version.place())));
                }
            }
        }
        return Optional.empty();
    }

    private static StoreOutcome refused(String why) {
        return new Refused(Cause.OUT_OF_RESOURCES, why, List.of());
    }

    /** Finishes what waits, refuses what comes later. */
    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            closed = true;
            arrived.signal();
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        writer.close();
    }
}
