package org.strongroom.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.strongroom.archive.Disk.DiskFile;
import org.strongroom.archive.Disk.Mode;

/**
 * Brings packs and index together before anything is served: drops unfinished single-object packs, indexes the records
 * written since the index was last durable, and cuts off what a power cut left of the last batch.
 *
 * <p>A batch is written only when the one before it is on stable storage. So a broken record with a whole batch after it was
 * once whole: it is damage, which is logged and kept. Only what is broken at the end of the last pack is cut, since nobody
 * was told that it is stored.
 *
 * <p>A pack that was there and is missing or shorter is logged and marked in the {@link PackList}; the archive opens without
 * it, and once it is back all of it is indexed.
 *
 * <p>Objects are recorded in the order they were received, over shared and single-object packs, so that of two versions the
 * same one is visible as before.
 */
final class Recovery {
    private static final System.Logger LOG = System.getLogger(Recovery.class.getName());
    private static final int ROWS = 256;
    private static final int SCAN = 1 << 20;

    private final Disk disk;
    private final Path directory;
    private final Index index;
    private final PackReader reader;
    private final PackList list;
    private final Map<Integer, PackList.Pack> listed = new TreeMap<>();
    private final Set<Integer> back = new TreeSet<>();
    private final List<Entry> entries = new ArrayList<>();
    private final TreeSet<Integer> shared = new TreeSet<>();
    private final Deque<Integer> singles = new ArrayDeque<>();
    private Optional<PackReader.Checked> nextSingle = Optional.empty();
    private Position position = Position.START;
    private boolean resumes = true;
    private int damaged;
    private int withoutKey;

    Recovery(Disk disk, Path directory, Index index, PackReader reader, PackList list) {
        this.disk = disk;
        this.directory = directory;
        this.index = index;
        this.reader = reader;
        this.list = list;
    }

    /**
     * What recovery found.
     *
     * @param lastNumber the highest number of any pack there is or was
     * @param position where writing goes on
     * @param resumes whether the pack there is written on; else the next one is begun
     */
    record Found(
            int lastNumber,
            Position position,
            boolean resumes,
            int damaged,
            int withoutKey,
            List<MissingPack> missing) {}

    Found run() throws IOException {
        long start = System.nanoTime();
        for (String name : disk.list(directory)) {
            if (PackFormat.isUnfinished(name)) {
                disk.delete(directory.resolve(name));
            }
        }
        Inventory inventory = new Inventory(disk, directory);
        position = index.indexedTo();
        List<MissingPack> missing = compare(inventory);
        Set<Integer> alone = new TreeSet<>();
        for (String name : inventory.names()) {
            (PackFormat.isShared(name) ? shared : alone)
                    .add(PackFormat.number(name).orElseThrow());
        }
        replay(alone);
        resumes &= position.pack() == 0 || shared.contains(position.pack());
        int last = bringUp(inventory, alone);
        LOG.log(
                System.Logger.Level.INFO,
                "archive.opened packs=" + shared.size() + " singles=" + alone.size() + " damaged=" + damaged
                        + " withoutkey=" + withoutKey + " missing=" + missing.size() + " ms="
                        + (System.nanoTime() - start) / 1_000_000);
        return new Found(last, position, resumes, damaged, withoutKey, missing);
    }

    /** Compares what is there with what list and index say, and marks in the list what is missed. */
    private List<MissingPack> compare(Inventory inventory) throws IOException {
        list.packs().forEach(pack -> listed.put(pack.number(), pack));
        List<Index.PackUse> used = list.isFresh() ? index.packs() : List.of();
        used.stream().map(Inventory::of).forEach(pack -> listed.putIfAbsent(pack.number(), pack));
        Position indexed = position;
        if (indexed.pack() > 0) {
            expect(new PackList.Pack(indexed.pack(), false, indexed.offset(), false, -1, 0));
        }
        if (indexed.single() > 0) {
            expect(new PackList.Pack(indexed.single(), true, 0, false, -1, 0));
        }
        boolean anew = list.isFresh() && !inventory.names().isEmpty();
        if (anew) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "packlist.new what=\"there was no list of packs: packs lost before now can't be told by it\"");
        }
        boolean any = false;
        for (PackList.Pack pack : List.copyOf(listed.values())) {
            boolean whole = inventory.isWhole(pack.name(), pack.length());
            any |= !whole;
            if (whole && pack.missed()) {
                back.add(pack.number());
            } else if (!whole && pack.entry() < 0) {
                list.add(pack.number(), pack.single(), pack.length(), true);
            } else if (!whole && !pack.missed()) {
                list.change(pack, pack.length(), true);
            }
        }
        List<MissingPack> missing = any ? inventory.missing(listed.values(), index.packs()) : List.of();
        missing.forEach(pack -> LOG.log(System.Logger.Level.ERROR, "pack.missing what=\"" + pack + "\""));
        return missing;
    }

    private void expect(PackList.Pack pack) {
        listed.merge(
                pack.number(),
                pack,
                (known, more) -> new PackList.Pack(
                        known.number(),
                        known.single(),
                        Math.max(known.length(), more.length()),
                        known.missed(),
                        known.entry(),
                        known.version()));
    }

    private long mark(int number) {
        PackList.Pack pack = listed.get(number);
        return pack == null ? 0 : pack.length();
    }

    /** Indexes what is behind the position, and packs that were missed and are back. */
    private void replay(Set<Integer> alone) throws IOException {
        Position indexed = position;
        for (int number : alone) {
            if (number > indexed.single() || back.contains(number)) {
                singles.add(number);
            }
        }
        for (int number : List.copyOf(shared)) {
            boolean again = number < indexed.pack() || back.contains(number);
            if (again && !back.contains(number)) {
                continue;
            }
            long from = number == indexed.pack() && !again ? indexed.offset() : PackFormat.FIRST_BATCH;
            if (!replay(number, from, number == shared.last())) {
                disk.delete(directory.resolve(PackFormat.sharedName(number)));
                shared.remove(number);
            }
        }
        addSinglesUntil(Instant.MAX);
        flush();
    }

    /** Enters in the list what it lacks; returns the highest number. All that it then names is on stable storage. */
    private int bringUp(Inventory inventory, Set<Integer> alone) throws IOException {
        disk.syncDirectory(directory);
        if (!back.isEmpty()) {
            index.flush();
        }
        Set<Integer> known = new TreeSet<>();
        for (PackList.Pack pack : list.packs()) {
            known.add(pack.number());
            long length = pack.number() == position.pack() && resumes
                    ? Math.max(pack.length(), position.offset())
                    : pack.length();
            if (length > pack.length() || back.contains(pack.number())) {
                list.change(pack, length, false);
            }
        }
        for (int number : shared) {
            if (!known.contains(number)) {
                long size = inventory.length(PackFormat.sharedName(number)).orElse(0);
                list.add(number, false, number == position.pack() ? Math.min(size, position.offset()) : size, false);
            }
        }
        for (int number : alone) {
            if (!known.contains(number)) {
                long size = inventory.length(PackFormat.singleName(number)).orElse(0);
                list.add(number, true, size, false);
            }
        }
        list.sync();
        list.goOnWith(position.pack());
        int last = Math.max(position.pack(), position.single());
        for (Set<Integer> numbers : List.of(shared, alone, known)) {
            for (int number : numbers) {
                last = Math.max(last, number);
            }
        }
        return last;
    }

    /** Indexes a shared pack; false when the power went while it was made, before anything was put in. */
    private boolean replay(int number, long from, boolean last) throws IOException {
        String name = PackFormat.sharedName(number);
        try (DiskFile file = disk.open(directory.resolve(name), Mode.READ)) {
            long size = file.size();
            boolean isShort = size < mark(number);
            if (isShort && size <= from) {
                resumes &= !last;
                return true;
            }
            byte[] header = new byte[PackFormat.HEADER];
            file.read(ByteBuffer.wrap(header), 0);
            if (!PackFormat.isHeader(header, number, name)) {
                if (last && size <= PackFormat.FIRST_BATCH) {
                    return false;
                }
                damaged++;
                LOG.log(System.Logger.Level.WARNING, "pack.header damaged, its records are read; pack=" + name);
            }
            moveTo(new Position(number, from, 0));
            long end = walk(file, number, from, size, last);
            if (last && end < mark(number)) {
                resumes = false; // what was acknowledged stands or stood behind: nothing is cut, nothing written there
            } else if (last) {
                flush();
                cut(number, end);
            }
            return true;
        }
    }

    private void moveTo(Position to) {
        boolean further =
                to.pack() > position.pack() || (to.pack() == position.pack() && to.offset() > position.offset());
        Position of = further ? to : position;
        position = new Position(of.pack(), of.offset(), Math.max(to.single(), position.single()));
    }

    /** Indexes the records from an offset on; returns where the last whole one ends. */
    private long walk(DiskFile file, int number, long from, long size, boolean last) throws IOException {
        long at = from;
        long end = from;
        int broken = 0;
        while (at < size) {
            Optional<RecordHeader> header = headerAt(file, number, at);
            if (header.isEmpty()) {
                boolean padding = at % Blocks.SIZE != 0 && restOfBlockIsZero(file, at);
                broken += padding ? 0 : 1;
                at = padding ? Blocks.roundUp(at) : nextBatch(file, at, size);
                continue;
            }
            if (header.get().batch() == at) {
                damaged += broken; // a later batch stands after them
                broken = 0;
            }
            boolean added = add(new Place(number, at));
            broken += added ? 0 : 1;
            at += header.get().recordLength();
            end = added ? at : end;
        }
        boolean isShort = size < mark(number);
        if (broken > 0 && !isShort && (!last || end < mark(number))) {
            damaged += broken;
        } else if (broken > 0) {
            LOG.log(System.Logger.Level.INFO, "pack.torn number=" + number + " records=" + broken);
        }
        return end;
    }

    private static Optional<RecordHeader> headerAt(DiskFile file, int number, long at) throws IOException {
        byte[] bytes = new byte[RecordHeader.LENGTH];
        int n = file.read(ByteBuffer.wrap(bytes), at);
        if (n < bytes.length || !RecordHeader.standsAt(bytes, 0)) {
            return Optional.empty();
        }
        return Optional.of(RecordHeader.read(bytes, 0, new Place(number, at)));
    }

    private static boolean restOfBlockIsZero(DiskFile file, long at) throws IOException {
        byte[] rest = new byte[(int) (Blocks.roundUp(at) - at)];
        file.read(ByteBuffer.wrap(rest), at);
        for (byte b : rest) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    /** The next block after {@code at} at which a batch begins, or {@code size}. */
    private static long nextBatch(DiskFile file, long at, long size) throws IOException {
        byte[] bytes = new byte[SCAN];
        for (long from = Blocks.roundUp(at + 1); from < size; from += SCAN) {
            int n = file.read(ByteBuffer.wrap(bytes), from);
            for (int i = 0; i + RecordHeader.LENGTH <= n; i += Blocks.SIZE) {
                if (RecordHeader.standsAt(bytes, i) && RecordHeader.batchAt(bytes, i) == from + i) {
                    return from + i;
                }
            }
        }
        return size;
    }

    /** Checks and indexes a record of a shared pack; false when it is broken. */
    private boolean add(Place place) throws IOException {
        PackReader.Checked checked;
        try {
            checked = reader.check(place);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "record.broken " + e.getMessage());
            return false;
        }
        addSinglesUntil(checked.header().received());
        add(
                checked,
                new Position(place.pack(), place.offset() + checked.header().recordLength(), 0));
        return true;
    }

    private void addSinglesUntil(Instant time) throws IOException {
        while (!singles.isEmpty()) {
            int number = singles.element();
            Position after = new Position(0, 0, number);
            Optional<PackReader.Checked> next = nextSingle.isPresent() ? nextSingle : readSingle(number);
            if (next.isPresent() && next.get().header().received().isAfter(time)) {
                nextSingle = next;
                return;
            }
            nextSingle = Optional.empty();
            singles.remove();
            if (next.isPresent()) {
                add(next.get(), after);
            } else {
                damaged++;
                moveTo(after);
            }
        }
    }

    /** The record of a single-object pack, empty when it is damaged: it was whole when it got its number. */
    private Optional<PackReader.Checked> readSingle(int number) {
        try {
            return Optional.of(reader.check(new Place(number, PackFormat.SINGLE_RECORD)));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "record.broken " + e.getMessage());
            return Optional.empty();
        }
    }

    private void add(PackReader.Checked checked, Position after) throws IOException {
        moveTo(after);
        if (checked.entry().isEmpty()) {
            withoutKey++;
            return;
        }
        entries.add(checked.entry().get());
        if (entries.size() == ROWS) {
            flush();
        }
    }

    private void flush() throws IOException {
        if (!entries.isEmpty()) {
            index.record(List.copyOf(entries), position);
            entries.clear();
        }
    }

    private void cut(int number, long size) throws IOException {
        try (DiskFile file = disk.open(directory.resolve(PackFormat.sharedName(number)), Mode.WRITE)) {
            file.truncate(size);
            file.sync();
        }
    }
}
