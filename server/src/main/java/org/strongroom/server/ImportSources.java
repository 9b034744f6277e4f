package org.strongroom.server;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code import} was pointed at, handed out file by file: folders with all below them (symbolic links are not
 * followed), the folder of a DICOMDIR, the entries of a zip, single files. It is walked once to count and once to hand
 * out: no list is held, since the medium says how long that would be and a running server reads it.
 */
final class ImportSources implements AutoCloseable {
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

    /** A zip file whose directory can't be read, from there on. */
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
        long size = 0;
        try (Walk count = new Walk(paths)) {
            while (count.next() != null) {
                size++;
            }
        }
        return new ImportSources(size, new Walk(paths));
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
        private @Nullable Stream<Path> folder;
        private @Nullable Iterator<Path> files;
        private @Nullable ZipDirectory zip;

        Walk(List<Path> paths) {
            this.paths = paths.iterator();
        }

        /** Null at the end. */
        @Nullable
        Source next() throws IOException {
            while (true) {
                Source found = null;
                if (zip != null) {
                    found = entry(zip);
                } else if (files != null) {
                    found = file(files);
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
            } catch (Failure e) {
                from.close();
                zip = null;
                return new Broken(from.file(), Failure.describe(e));
            }
            from.close();
            zip = null;
            return null;
        }

        private @Nullable Source file(Iterator<Path> from) throws IOException {
            try {
                if (!from.hasNext()) {
                    leave();
                    return null;
                }
                Path file = from.next();
                return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) ? plain(file) : null;
            } catch (UncheckedIOException e) {
                throw e.getCause() == null ? new IOException(e) : e.getCause();
            }
        }

        private @Nullable Source look(Path path) throws IOException {
            String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
            if (!Files.exists(path)) {
                throw new Failure("no such file or folder: " + path);
            } else if (Files.isDirectory(path)) {
                enter(path);
            } else if (name.equals("dicomdir") && path.getParent() != null) {
                enter(path.getParent());
            } else {
                return plain(path);
            }
            return null;
        }

        private @Nullable Source plain(Path file) throws IOException {
            if (file.toString().toLowerCase(Locale.ROOT).endsWith(".zip")) {
                try {
                    zip = ZipDirectory.open(file);
                } catch (Failure e) {
                    return new Broken(file, Failure.describe(e));
                }
                return null;
            }
            return new PlainFile(file);
        }

        /** What it opens is closed by {@link #leave}. */
        @SuppressWarnings("StreamResourceLeak")
        private void enter(Path path) throws IOException {
            folder = Files.walk(path);
            files = folder.iterator();
        }

        private void leave() {
            if (folder != null) {
                folder.close();
            }
            folder = null;
            files = null;
        }

        @Override
        public void close() throws IOException {
            leave();
            if (zip != null) {
                zip.close();
            }
        }
    }
}
