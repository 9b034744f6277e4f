package org.strongroom.archive;

import java.io.IOException;
import java.nio.file.Path;
import org.strongroom.archive.Disk.DiskFile;
import org.strongroom.archive.Disk.Mode;

/**
 * Writes a single-object pack while the object comes in. The first block, with the record's header, is written last; until
 * the committer gives the file its number it is an unfinished one, which recovery drops.
 */
final class SingleWriter {
    private static final long CHECK_BYTES = 16L << 20;

    private final Disk disk;
    private final Path directory;
    private final Path path;
    private final DiskFile file;
    private final Blocks blocks;
    private final long reserve;
    private long position = Blocks.SIZE;
    private long checkedTo;

    private SingleWriter(Disk disk, Path directory, Path path, DiskFile file, Blocks blocks, long reserve) {
        this.disk = disk;
        this.directory = directory;
        this.path = path;
        this.file = file;
        this.blocks = blocks;
        this.reserve = reserve;
    }

    /** Begins a pack in {@code directory} that leaves {@code reserve} bytes free on its volume. */
    static SingleWriter create(Disk disk, Path directory, long token, Blocks blocks, long reserve) throws IOException {
        blocks.reset();
        checkRoom(disk, directory, reserve);
        Path path = directory.resolve(PackFormat.unfinishedName(token));
        return new SingleWriter(disk, directory, path, disk.open(path, Mode.WRITE_BLOCKS), blocks, reserve);
    }

    void append(byte[] bytes, int length) throws IOException {
        if (position - checkedTo > CHECK_BYTES) {
            checkRoom(disk, directory, reserve);
            checkedTo = position;
        }
        position = blocks.append(file, position, bytes, 0, length);
    }

    private static void checkRoom(Disk disk, Path directory, long reserve) throws IOException {
        if (disk.usableBytes(directory) < reserve) {
            throw new Disk.DiskFullException("less than the reserve is free");
        }
    }

    /** Completes the file and puts it on stable storage. */
    Path finish(RecordHeader header) throws IOException {
        blocks.finish(file, position);
        byte[] start = new byte[Blocks.SIZE];
        System.arraycopy(PackFormat.header(0), 0, start, 0, PackFormat.HEADER);
        System.arraycopy(header.bytes(), 0, start, (int) PackFormat.SINGLE_RECORD, RecordHeader.LENGTH);
        blocks.append(file, 0, start, 0, start.length);
        blocks.finish(file, 0);
        file.sync();
        file.close();
        return path;
    }

    /** Drops the file; what can't be deleted now is dropped by recovery. */
    void abandon() {
        try {
            file.close();
            disk.delete(path);
        } catch (IOException e) {
            System.getLogger(SingleWriter.class.getName())
                    .log(System.Logger.Level.WARNING, "pack.unfinished kept, dropped at the next start");
        }
    }
}
