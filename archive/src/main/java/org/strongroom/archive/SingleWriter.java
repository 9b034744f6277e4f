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
    private final Disk disk;
    private final Path path;
    private final DiskFile file;
    private final Blocks blocks;
    private long position = Blocks.SIZE;

    private SingleWriter(Disk disk, Path path, DiskFile file, Blocks blocks) {
        this.disk = disk;
        this.path = path;
        this.file = file;
        this.blocks = blocks;
    }

    static SingleWriter create(Disk disk, Path directory, long token, Blocks blocks) throws IOException {
        blocks.reset();
        Path path = directory.resolve(PackFormat.unfinishedName(token));
        return new SingleWriter(disk, path, disk.open(path, Mode.WRITE_BLOCKS), blocks);
    }

    void append(byte[] bytes, int length) throws IOException {
        position = blocks.append(file, position, bytes, 0, length);
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
