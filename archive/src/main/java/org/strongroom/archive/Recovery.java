package org.strongroom.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
    private final List<Entry> entries = new ArrayList<>();
    private final Deque<Integer> singles = new ArrayDeque<>();
    private Optional<PackReader.Checked> nextSingle = Optional.empty();
    private Position position = Position.START;
    private int damaged;
    private int withoutKey;

    Recovery(Disk disk, Path directory, Index index, PackReader reader) {
        this.disk = disk;
        this.directory = directory;
        this.index = index;
        this.reader = reader;
    }

    /**
     * What recovery found.
     *
     * @param lastNumber the highest number of any pack
     * @param position where writing goes on
     */
    record Found(int lastNumber, Position position, int damaged, int withoutKey) {}

    Found run() throws IOException {
        long start = System.nanoTime();
        position = index.indexedTo();
        TreeSet<Integer> shared = new TreeSet<>();
        TreeSet<Integer> alone = new TreeSet<>();
        for (String name : disk.list(directory)) {
            if (PackFormat.isUnfinished(name)) {
                disk.delete(directory.resolve(name));
            } else if (PackFormat.isShared(name)) {
                shared.add(PackFormat.number(name).orElseThrow());
            } else if (PackFormat.isSingle(name)) {
                alone.add(PackFormat.number(name).orElseThrow());
            }
        }
        checkIndexed(shared, alone);
        singles.addAll(alone.tailSet(position.single(), false));
        for (int number : List.copyOf(shared.tailSet(Math.max(1, position.pack())))) {
            if (!replay(number, number == shared.last())) {
                disk.delete(directory.resolve(PackFormat.sharedName(number)));
                shared.remove(number);
            }
        }
        addSinglesUntil(Instant.MAX);
        flush();
        int last = Math.max(shared.isEmpty() ? 0 : shared.last(), alone.isEmpty() ? 0 : alone.last());
        LOG.log(
                System.Logger.Level.INFO,
                "archive.opened packs=" + shared.size() + " singles=" + alone.size() + " damaged=" + damaged
                        + " withoutkey=" + withoutKey + " ms=" + (System.nanoTime() - start) / 1_000_000);
        return new Found(last, position, damaged, withoutKey);
    }

    /** The index may lag behind the packs, never the other way round. */
    private void checkIndexed(Set<Integer> shared, Set<Integer> alone) throws IOException {
        if (position.pack() > 0 && !shared.contains(position.pack())) {
            throw missing(PackFormat.sharedName(position.pack()));
        }
        if (position.single() > 0 && !alone.contains(position.single())) {
            throw missing(PackFormat.singleName(position.single()));
        }
    }

    private IOException missing(String name) {
        return new IOException("the index knows pack " + directory.resolve(name)
                + ", which is not there: bring it back from a backup, or remove the index to have it made anew");
    }

    /** Indexes a shared pack; false when the power went while it was made, before anything was put in. */
    private boolean replay(int number, boolean last) throws IOException {
        String name = PackFormat.sharedName(number);
        long from = number == position.pack() ? position.offset() : PackFormat.FIRST_BATCH;
        try (DiskFile file = disk.open(directory.resolve(name), Mode.READ)) {
            long size = file.size();
            if (size < from && number == position.pack()) {
                throw new IOException("pack " + directory.resolve(name) + " has " + size + " bytes, the index knows "
                        + from + ": bring it back from a backup");
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
            position = new Position(number, from, position.single());
            walk(file, number, size, last);
            return true;
        }
    }

    private void walk(DiskFile file, int number, long size, boolean last) throws IOException {
        long at = position.offset();
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
            broken += add(new Place(number, at)) ? 0 : 1;
            at += header.get().recordLength();
        }
        if (broken > 0 && !last) {
            damaged += broken;
        } else if (broken > 0) {
            LOG.log(System.Logger.Level.INFO, "pack.torn number=" + number + " records=" + broken);
        }
        if (last && size > position.offset()) {
            flush();
            cut(number, position.offset());
        }
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
        long end = place.offset() + checked.header().recordLength();
        add(checked, new Position(place.pack(), end, position.single()));
        return true;
    }

    private void addSinglesUntil(Instant time) throws IOException {
        while (!singles.isEmpty()) {
            int number = singles.element();
            Position after = new Position(position.pack(), position.offset(), number);
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
                position = after;
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
        position = after;
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
