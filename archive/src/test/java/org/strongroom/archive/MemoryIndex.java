package org.strongroom.archive;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.Uid;
import org.strongroom.guard.Action;

/** An index in memory. {@link #crashed} is what is left of it after a power cut: what was flushed. Closing flushes nothing. */
final class MemoryIndex implements Index {
    record Key(Uid study, Uid series, Uid sopInstance) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Key, List<Entry>> versions = new LinkedHashMap<>();
    private final List<Entry> durable = new ArrayList<>();
    private final List<Entry> recorded = new ArrayList<>();
    private Position durableTo = Position.START;
    private Position recordedTo = Position.START;
    private long conflicts;
    private int failAfter = Integer.MAX_VALUE;
    private volatile Runnable beforeVersions = () -> {};

    @Override
    public List<Located> versions(Uid study, Uid series, Uid sopInstance) {
        beforeVersions.run();
        lock.lock();
        try {
            return versions.getOrDefault(new Key(study, series, sopInstance), List.of()).stream()
                    .map(MemoryIndex::located)
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    private static Located located(Entry entry) {
        return new Located(
                entry.place(),
                entry.study(),
                entry.sopClass(),
                entry.sopInstance(),
                entry.syntax(),
                entry.dataSetLength(),
                entry.digest().prefix());
    }

    @Override
    public List<Recorded> record(List<Entry> entries, Position indexedTo) throws IOException {
        lock.lock();
        try {
            if (failAfter-- <= 0) {
                throw new IOException("index failure of the test");
            }
            List<Recorded> outcomes = entries.stream().map(this::record).toList();
            recordedTo = indexedTo;
            return outcomes;
        } finally {
            lock.unlock();
        }
    }

    private Recorded record(Entry entry) {
        List<Entry> known = versions.computeIfAbsent(
                new Key(entry.study(), entry.series(), entry.sopInstance()), _ -> new ArrayList<>());
        if (known.stream().anyMatch(version -> version.place().equals(entry.place()))) {
            return Recorded.PRESENT;
        }
        recorded.add(entry);
        if (!known.isEmpty() && known.getFirst().digest().equals(entry.digest())) {
            known.addFirst(entry);
            return Recorded.STORED;
        }
        known.add(entry);
        if (known.size() == 1) {
            return Recorded.STORED;
        }
        conflicts++;
        return Recorded.CONFLICT;
    }

    @Override
    public Position indexedTo() {
        return recordedTo;
    }

    @Override
    public Matches find(Query query, HeadReader heads, BooleanSupplier cancelled) {
        throw new UnsupportedOperationException("not in this fake");
    }

    @Override
    public Locations locate(Action.Retrieve keys) {
        lock.lock();
        try {
            return new OnePage(versions.entrySet().stream()
                    .filter(version -> keys.studies().contains(version.getKey().study()))
                    .map(version -> located(version.getValue().getFirst()))
                    .toList());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<PackUse> packs() {
        lock.lock();
        try {
            Map<Integer, PackUse> packs = new java.util.TreeMap<>();
            for (List<Entry> known : versions.values()) {
                Place place = known.getFirst().place();
                packs.merge(
                        place.pack(),
                        new PackUse(place.pack(), place.offset(), place.offset(), 1),
                        (a, b) -> new PackUse(
                                a.pack(),
                                Math.min(a.first(), b.first()),
                                Math.max(a.last(), b.last()),
                                a.instances() + b.instances()));
            }
            return List.copyOf(packs.values());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Conflicts conflicts() {
        lock.lock();
        try {
            Map<Uid, Set<String>> patients = new LinkedHashMap<>();
            recorded.forEach(entry -> patients.computeIfAbsent(entry.study(), _ -> new HashSet<>())
                    .add(entry.head().get(Attributes.PatientID).orElse("").strip()));
            return new Conflicts(
                    conflicts,
                    patients.values().stream()
                            .mapToLong(Set::size)
                            .map(ids -> ids - 1)
                            .sum());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long studies() {
        lock.lock();
        try {
            return versions.keySet().stream().map(Key::study).distinct().count();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void studies(StudyUse use) throws IOException {
        for (Uid study : versions.keySet().stream().map(Key::study).distinct().toList()) {
            use.take(study);
        }
    }

    @Override
    public void flush() {
        lock.lock();
        try {
            durable.clear();
            durable.addAll(recorded);
            durableTo = recordedTo;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {}

    /** What the committer does first for each object. */
    void beforeVersions(Runnable run) {
        beforeVersions = run;
    }

    /** Every entry, in the order recorded. */
    List<Entry> entries() {
        return List.copyOf(recorded);
    }

    void failAfter(int records) {
        failAfter = records;
    }

    /** What a restart finds. */
    MemoryIndex crashed() {
        MemoryIndex left = new MemoryIndex();
        durable.forEach(left::record);
        left.recordedTo = durableTo;
        left.flush();
        return left;
    }

    /** All of them at once. */
    static final class OnePage implements Locations {
        private final int count;
        private List<Located> left;

        OnePage(List<Located> all) {
            this.count = all.size();
            this.left = all;
        }

        @Override
        public long count() {
            return count;
        }

        @Override
        public List<Located> next() {
            List<Located> page = left;
            left = List.of();
            return page;
        }
    }
}
