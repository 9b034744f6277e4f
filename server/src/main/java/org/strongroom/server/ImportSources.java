package org.strongroom.server;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What {@code import} was pointed at, handed out file by file: folders with all below them, the folder of a DICOMDIR, the
 * entries of a zip, single files. It is walked once to count and once to hand out: no list is held, since the medium says
 * how long that would be and a running server reads it. A folder or zip that can't be read, a symbolic link and a pipe is
 * one source whose opening says why.
 */
final class ImportSources implements AutoCloseable {
    private static final String NO_FILE = "neither a file nor a folder";

    private final long size;
    private final ReentrantLock turn = new ReentrantLock();
    private final Walk walk;

    /** A file to import; its name is for the person who imports, and for nobody else. */
    interface Source {
        String name();

        /** Where it lies as a file of its own; empty for an entry of a zip. */
        default Optional<Path> path() {
            return Optional.empty();
        }

        /** The caller closes it. */
        InputStream open() throws IOException;
    }

    private record PlainFile(Path file) implements Source {
        @Override
        public String name() {
            return file.toString();
        }

        @Override
        public InputStream open() throws IOException {
            return new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        }

        @Override
        public Optional<Path> path() {
            return Optional.of(file);
        }
    }

    private record Entry(Path file, ZipDirectory zip, ZipDirectory.Entry entry) implements Source {
        @Override
        public String name() {
            return file + " entry " + entry.name();
        }

        @Override
        public InputStream open() throws IOException {
            return zip.open(entry);
        }
    }

    /** How a folder is opened; who asks closes it. */
    @FunctionalInterface
    interface FolderOpener {
        DirectoryStream<Path> open(Path folder) throws IOException;
    }

    /** What can't be read, or only up to there. */
    private record Broken(Path file, String why) implements Source {
        @Override
        public String name() {
            return file.toString();
        }

        @Override
        public InputStream open() throws IOException {
            throw new IOException(why);
        }
    }

    private ImportSources(long size, Walk walk) {
        this.size = size;
        this.walk = walk;
    }

    /**
     * Looks what there is; nothing is read but names.
     *
     * @throws Failure when a path is not there
     */
    static ImportSources of(List<Path> paths) throws IOException {
        return of(paths, Files::newDirectoryStream);
    }

    static ImportSources of(List<Path> paths, FolderOpener opener) throws IOException {
        long size = 0;
        try (Walk count = new Walk(paths, opener)) {
            while (count.next() != null) {
                size++;
            }
        }
        return new ImportSources(size, new Walk(paths, opener));
    }

    /** Whether a path that is no folder stands for the folder around it. */
    static boolean isFileSet(Path path) {
        return String.valueOf(path.getFileName()).equalsIgnoreCase("dicomdir") && !Files.isDirectory(path);
    }

    /** How many there were when they were counted. */
    long size() {
        return size;
    }

    /** The next one, for whichever thread asks; empty when all were handed out. */
    Optional<Source> next() throws IOException {
        turn.lock();
        try {
            return Optional.ofNullable(walk.next());
        } finally {
            turn.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        walk.close();
    }

    /** One walk through all paths; it holds a folder, a zip file and what is open above them. */
    private static final class Walk implements AutoCloseable {
        private final Iterator<Path> paths;
        private final FolderOpener opener;
        private final Deque<Folder> folders = new ArrayDeque<>();
        private @Nullable ZipDirectory zip;

        private record Folder(Path path, DirectoryStream<Path> files, Iterator<Path> names) {}

        Walk(List<Path> paths, FolderOpener opener) {
            this.paths = paths.iterator();
            this.opener = opener;
        }

        /** Null at the end. */
        @Nullable
        Source next() throws IOException {
            while (true) {
                Source found = null;
                if (zip != null) {
                    found = entry(zip);
                } else if (!folders.isEmpty()) {
                    found = file(folders.element());
                } else if (paths.hasNext()) {
                    found = look(paths.next());
                } else {
                    return null;
                }
                if (found != null) {
                    return found;
                }
            }
        }

        private @Nullable Source entry(ZipDirectory from) throws IOException {
            try {
                Optional<ZipDirectory.Entry> entry = from.next();
                if (entry.isPresent()) {
                    return entry.get().folder() ? null : new Entry(from.file(), from, entry.get());
                }
            } catch (Failure | IOException e) {
                from.close();
                zip = null;
                return new Broken(from.file(), Failure.describe(e));
            }
            from.close();
            zip = null;
            return null;
        }

        private @Nullable Source file(Folder from) throws IOException {
            Path file;
            try {
                if (!from.names().hasNext()) {
                    leave();
                    return null;
                }
                file = from.names().next();
            } catch (DirectoryIteratorException e) {
                leave();
                return new Broken(
                        from.path(),
                        Failure.describe(Objects.requireNonNullElse(
                                e.getCause(), new IOException("the folder can't be read to its end"))));
            }
            if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
                return enter(file);
            }
            if (Files.isSymbolicLink(file)) {
                return new Broken(file, "a symbolic link, which is followed only where it is named itself");
            }
            return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) ? plain(file) : new Broken(file, NO_FILE);
        }

        private @Nullable Source look(Path path) {
            if (!Files.exists(path)) {
                throw new Failure("no such file or folder: " + path);
            } else if (Files.isDirectory(path)) {
                return enter(path);
            } else if (isFileSet(path) && path.getParent() != null) {
                return enter(path.getParent());
            } else if (!Files.isRegularFile(path)) {
                throw new Failure(path + ": " + NO_FILE); // opening a pipe would wait for who writes it
            }
            return plain(path);
        }

        private @Nullable Source plain(Path file) {
            if (file.toString().toLowerCase(Locale.ROOT).endsWith(".zip")) {
                try {
                    zip = ZipDirectory.open(file);
                } catch (Failure | IOException e) {
                    return new Broken(file, Failure.describe(e));
                }
                return null;
            }
            return new PlainFile(file);
        }

        private @Nullable Source enter(Path path) {
            try {
                DirectoryStream<Path> files = opener.open(path);
                folders.push(new Folder(path, files, files.iterator()));
                return null;
            } catch (IOException e) {
                return new Broken(path, Failure.describe(e));
            }
        }

        private void leave() throws IOException {
            folders.pop().files().close();
        }

        @Override
        public void close() throws IOException {
            if (zip != null) {
                zip.close();
            }
            while (!folders.isEmpty()) {
                leave();
            }
        }
    }
}
