package org.strongroom.server;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.strongroom.guard.PrivateFiles;

/**
 * The mark of an archive that is being made, DIR/unfinished. While it is there nothing opens the archive, so nothing can
 * have been stored: what a creation that was cut short left behind is removed and made anew.
 */
final class Unfinished implements Closeable {
    private static final String NAME = "unfinished";

    private final Path mark;
    private final FileChannel locked;

    private Unfinished(Path mark, FileChannel locked) {
        this.mark = mark;
        this.locked = locked;
    }

    static boolean in(Path root) {
        return Files.exists(root.resolve(NAME));
    }

    /**
     * Begins an archive in a folder that is new, empty, or holds one that was not made to its end.
     *
     * @throws Failure when it holds something else, or another process makes an archive there
     */
    static Unfinished begin(DataDirectory directory) throws IOException {
        Path root = directory.root();
        boolean again = in(root);
        if (!again && holdsMoreThanMark(root)) {
            throw notEmpty(root);
        }
        PrivateFiles.createDirectories(root);
        Path mark = root.resolve(NAME);
        FileChannel channel;
        try {
            channel = again
                    ? PrivateFiles.open(mark, StandardOpenOption.WRITE)
                    : PrivateFiles.open(mark, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (FileAlreadyExistsException | NoSuchFileException e) {
            throw another(root);
        }
        boolean ours = false;
        try {
            // The mark may have been removed, with an archive made, while this process came to lock it.
            if (!locks(channel) || !in(root)) {
                throw another(root);
            }
            if (again) {
                clear(directory);
            } else if (holdsMoreThanMark(root)) {
                Files.delete(mark);
                throw notEmpty(root);
            }
            ours = true;
            return new Unfinished(mark, channel);
        } finally {
            if (!ours) {
                channel.close();
            }
        }
    }

    private static boolean locks(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // this process has it
        }
    }

    private static Failure another(Path root) {
        return new Failure("another process is making an archive in " + root + ": wait until it has, then start again");
    }

    private static Failure notEmpty(Path root) {
        return new Failure(root + " is not empty: name a folder that is empty or not there yet");
    }

    private static boolean holdsMoreThanMark(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (DirectoryStream<Path> content = Files.newDirectoryStream(folder)) {
            for (Path path : content) {
                if (!path.endsWith(NAME)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Removes what this program makes, and nothing else that lies there. */
    private static void clear(DataDirectory directory) throws IOException {
        requireNoPacks(directory.data().resolve("packs"));
        for (Path path : List.of(
                directory.data(),
                directory.root().resolve("keys"),
                directory.run(),
                directory.demo(),
                directory.root().resolve("lock"),
                directory.configuration())) {
            remove(path);
        }
    }

    private static void requireNoPacks(Path packs) throws IOException {
        if (!Files.isDirectory(packs)) {
            return;
        }
        try (DirectoryStream<Path> found = Files.newDirectoryStream(packs, "*.{pack,single}")) {
            if (found.iterator().hasNext()) {
                throw new Failure(
                        "there are images in " + packs + ", though the file " + NAME
                                + " says that this archive was not made to its end: see who put that file there, and remove it");
            }
        }
    }

    /** Symbolic links are removed and not followed. */
    private static void remove(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failed) throws IOException {
                if (failed != null) {
                    throw failed;
                }
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** All is there: from now on the archive can be opened. */
    void finish() throws IOException {
        PrivateFiles.delete(mark);
    }

    /** Lets go of the mark; unless finished, it stays. */
    @Override
    public void close() throws IOException {
        locked.close();
    }
}
