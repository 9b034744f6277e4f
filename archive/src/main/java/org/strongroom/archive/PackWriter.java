package org.strongroom.archive;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.strongroom.archive.Arrival.Body;
import org.strongroom.archive.Disk.DiskFile;
import org.strongroom.archive.Disk.Mode;

/**
 * Appends batches of records to the shared pack and numbers finished single-object packs; the committer's alone.
 *
 * <p>Each batch begins at a new block and ends with one sync, so a block that was synced is never written again: a power cut
 * can tear only what nobody was told is stored.
 */
final class PackWriter implements Closeable {
    private static final System.Logger LOG = System.getLogger(PackWriter.class.getName());

    private final Disk disk;
    private final Path directory;
    private final PackSettings settings;
    private final Blocks blocks;
    private final PackList list;
    private boolean resumes;
    private @Nullable DiskFile file;
    private int lastNumber;
    private Position position;

    /** A writer that goes on where recovery ended. */
    PackWriter(Disk disk, Path directory, PackSettings settings, Blocks blocks, PackList list, Recovery.Found found) {
        this.disk = disk;
        this.directory = directory;
        this.settings = settings;
        this.blocks = blocks;
        this.list = list;
        this.lastNumber = found.lastNumber();
        this.position = found.position();
        this.resumes = found.resumes();
    }

    /** Up to where there are records. */
    Position position() {
        return position;
    }

    /** @throws Disk.DiskFullException when the reserve would be touched; asked before their keys are stored */
    void requireRoom(List<Arrival> batch) throws IOException {
        if (!batch.isEmpty() && disk.usableBytes(directory) < settings.reserveBytes() + length(batch)) {
            throw new Disk.DiskFullException("less than the reserve would be left");
        }
    }

    private static long length(List<Arrival> batch) {
        return batch.stream()
                .mapToLong(arrival -> arrival.header().recordLength())
                .sum();
    }

    /**
     * Writes the gathered objects as one batch and puts them on stable storage.
     *
     * @throws Disk.DiskFullException when they do not fit; the pack is as before
     * @throws IOException for any other failure, which is final
     */
    List<Place> append(List<Arrival> batch) throws IOException {
        long length = length(batch);
        DiskFile pack = packFor(length);
        long start = Blocks.roundUp(position.offset());
        List<Place> places;
        try {
            blocks.reset();
            places = write(pack, start, batch);
            pack.sync();
        } catch (Disk.DiskFullException e) {
            pack.truncate(start);
            throw e;
        }
        position = new Position(position.pack(), start + length, position.single());
        list.grown(position.pack(), position.offset());
        return places;
    }

    private List<Place> write(DiskFile pack, long start, List<Arrival> batch) throws IOException {
        List<Place> places = new ArrayList<>(batch.size());
        long record = start;
        long at = start;
        for (Arrival arrival : batch) {
            RecordHeader header = arrival.header().inBatch(start);
            at = blocks.append(pack, at, header.bytes(), 0, RecordHeader.LENGTH);
            long left = header.bodyLength();
            for (byte[] chunk : ((Body.Gathered) arrival.sealed().body()).chunks()) {
                int n = (int) Math.min(left, chunk.length);
                at = blocks.append(pack, at, chunk, 0, n);
                left -= n;
            }
            byte[] note = arrival.sealed().note();
            at = blocks.append(pack, at, note, 0, note.length);
            at = blocks.append(pack, at, header.trailer(arrival.sealed().crc()), 0, RecordHeader.TRAILER);
            places.add(new Place(position.pack(), record));
            record += header.recordLength();
        }
        blocks.finish(pack, at);
        return places;
    }

    /** The current shared pack, or the next when this one would grow too long. */
    private DiskFile packFor(long length) throws IOException {
        DiskFile current = file;
        if (resumes && position.pack() > 0 && Blocks.roundUp(position.offset()) + length <= settings.packBytes()) {
            if (current == null) {
                current = disk.open(directory.resolve(PackFormat.sharedName(position.pack())), Mode.WRITE_BLOCKS);
                file = current;
            }
            return current;
        }
        int number = lastNumber + 1;
        DiskFile next = disk.open(directory.resolve(PackFormat.sharedName(number)), Mode.WRITE_BLOCKS);
        try {
            blocks.reset();
            byte[] header = PackFormat.header(number);
            blocks.append(next, 0, header, 0, header.length);
            blocks.finish(next, 0);
            next.sync();
            disk.syncDirectory(directory);
            list.add(number, false, PackFormat.FIRST_BATCH, false);
            list.sync();
        } catch (IOException e) {
            next.close();
            throw e;
        }
        closePack();
        file = next;
        resumes = true;
        lastNumber = number;
        position = new Position(number, PackFormat.FIRST_BATCH, position.single());
        return next;
    }

    /** Gives finished single-object packs their numbers, and puts their names on stable storage. */
    List<Place> adopt(List<Arrival> singles) throws IOException {
        List<Place> places = new ArrayList<>(singles.size());
        for (Arrival arrival : singles) {
            int number = lastNumber + 1;
            Path part = ((Body.Single) arrival.sealed().body()).file();
            disk.rename(part, directory.resolve(PackFormat.singleName(number)));
            lastNumber = number;
            places.add(new Place(number, PackFormat.SINGLE_RECORD));
        }
        if (!singles.isEmpty()) {
            disk.syncDirectory(directory);
            position = new Position(position.pack(), position.offset(), lastNumber);
            for (int i = 0; i < singles.size(); i++) {
                long length = PackFormat.SINGLE_RECORD + singles.get(i).header().recordLength();
                list.add(places.get(i).pack(), true, length, false);
            }
        }
        return places;
    }

    /** Deletes an unfinished pack that is not kept: a duplicate, or refused. What can't be deleted is at the next start. */
    void drop(Body.Single single) {
        try {
            disk.delete(single.file());
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "pack.unfinished kept until the next start; file=" + single.file());
        }
    }

    @Override
    public void close() throws IOException {
        closePack();
        list.close();
    }

    private void closePack() throws IOException {
        if (file != null) {
            file.close();
            file = null;
        }
    }
}
