package org.strongroom.server;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * What {@code import} was pointed at, as a list of files: folders with all below them (symbolic links are not followed),
 * the folder of a DICOMDIR, the entries of a zip, single files.
 */
final class ImportSources implements AutoCloseable {
    private static final int MOST_FILES = 10_000_000;
    private static final int MOST_ZIPS = 500;
    /** Bytes out per byte in that a zip may claim, above {@link #FREE_BYTES}; and the longest entry. */
    private static final long RATIO = 100;

    private static final long FREE_BYTES = 16L << 20;
    private static final long ENTRY_BYTES = 4L << 30;

    private final List<Source> sources = new ArrayList<>();
    private final List<ZipFile> zips = new ArrayList<>();

    /** A file to import; its name is for the person who imports, and for nobody else. */
    interface Source {
        String name();

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
    }

    private record Entry(ZipFile zip, ZipEntry entry) implements Source {
        @Override
        public String name() {
            return zip.getName() + " entry " + Failure.oneLine(entry.getName());
        }

        @Override
        public InputStream open() throws IOException {
            long limit = Math.min(ENTRY_BYTES, Math.max(FREE_BYTES, RATIO * entry.getCompressedSize()));
            return new Bounded(zip.getInputStream(entry), limit);
        }
    }

    /** Looks what there is; nothing is read but names. */
    static ImportSources of(List<Path> paths) throws IOException {
        ImportSources found = new ImportSources();
        boolean whole = false;
        try {
            for (Path path : paths) {
                found.look(path);
            }
            whole = true;
            return found;
        } finally {
            if (!whole) {
                found.close();
            }
        }
    }

    int size() {
        return sources.size();
    }

    Source get(int number) {
        return sources.get(number);
    }

    private void look(Path path) throws IOException {
        String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
        if (!Files.exists(path)) {
            throw new Failure("no such file or folder: " + path);
        } else if (Files.isDirectory(path)) {
            walk(path);
        } else if (name.equals("dicomdir") && path.getParent() != null) {
            walk(path.getParent());
        } else if (name.endsWith(".zip")) {
            entries(path);
        } else {
            add(new PlainFile(path));
        }
    }

    private void walk(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile()) {
                    if (file.toString().toLowerCase(Locale.ROOT).endsWith(".zip")) {
                        entries(file);
                    } else {
                        add(new PlainFile(file));
                    }
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private void entries(Path path) throws IOException {
        if (zips.size() == MOST_ZIPS) {
            throw new Failure("more than " + MOST_ZIPS + " zip files: import them in several calls");
        }
        try {
            ZipFile zip = new ZipFile(path.toFile());
            zips.add(zip);
            for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
                ZipEntry entry = all.nextElement();
                if (!entry.isDirectory()) {
                    add(new Entry(zip, entry));
                }
            }
        } catch (ZipException e) {
            throw new Failure("not a zip file, or damaged: " + path);
        }
    }

    private void add(Source source) {
        if (sources.size() == MOST_FILES) {
            throw new Failure("more than " + MOST_FILES + " files: import the folders one after the other");
        }
        sources.add(source);
    }

    @Override
    public void close() throws IOException {
        for (ZipFile zip : zips) {
            zip.close();
        }
    }

    /** Ends with an error where an entry holds more than a zip may claim. */
    private static final class Bounded extends InputStream {
        private final InputStream in;
        private long left;

        Bounded(InputStream in, long limit) {
            this.in = in;
            this.left = limit;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int count = in.read(into, offset, length);
            left -= Math.max(count, 0);
            if (left < 0) {
                throw new ZipException("an entry inflates beyond " + RATIO + ":1 or 4 GiB");
            }
            return count;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
