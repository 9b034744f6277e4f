package org.strongroom.server;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.strongroom.guard.PrivateFiles;

/**
 * A folder outside the archive that images in clear are written to. It is made for its owner alone (0700, files 0600); one
 * that is there is used only when nobody else can put anything in it, since the server may write there as root: no
 * symbolic link is followed.
 *
 * <p>The folder is opened once and everything is done below that handle, so renaming it or what stands above it changes
 * nothing. Where the system has no such handles (Windows), paths are used, and its own access lists hold.
 */
final class PlainFolder implements Closeable {
    private static final Set<OpenOption> FRESH =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    private final Path folder;
    private final DirectoryStream<Path> stream;
    private final @Nullable SecureDirectoryStream<Path> secure;

    /** Writes the content of one file. */
    interface Content {
        void writeTo(Counting out) throws IOException;
    }

    private PlainFolder(Path folder, DirectoryStream<Path> stream) {
        this.folder = folder;
        this.stream = stream;
        this.secure = stream instanceof SecureDirectoryStream<Path> handle ? handle : null;
    }

    /**
     * Opens a folder, and makes it where there is none.
     *
     * @throws Failure when it is a symbolic link, or others may write in it or own it
     */
    static PlainFolder open(Path path) throws IOException {
        Path folder = path.toAbsolutePath().normalize();
        if (Files.isSymbolicLink(folder)) {
            throw link(folder);
        }
        PrivateFiles.createDirectories(folder);
        PlainFolder opened = new PlainFolder(folder, handle(folder));
        boolean good = false;
        try {
            opened.requireOwn();
            good = true;
            return opened;
        } finally {
            if (!good) {
                opened.close();
            }
        }
    }

    /** Opened from the one above it, where that can be done without following a link; the caller closes it. */
    @SuppressWarnings("StreamResourceLeak")
    private static DirectoryStream<Path> handle(Path folder) throws IOException {
        Path parent = folder.getParent();
        Path name = folder.getFileName();
        if (parent == null || name == null) {
            return Files.newDirectoryStream(folder);
        }
        try (DirectoryStream<Path> above = Files.newDirectoryStream(parent)) {
            return above instanceof SecureDirectoryStream<Path> handle
                    ? handle.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)
                    : Files.newDirectoryStream(folder);
        } catch (FileSystemException e) {
            if (Files.isSymbolicLink(folder)) {
                throw link(folder);
            }
            throw e;
        }
    }

    private static Failure link(Path folder) {
        return new Failure(folder + " is a symbolic link: name the folder it leads to, or a new one, with --out");
    }

    private void requireOwn() throws IOException {
        PosixFileAttributeView view = secure == null ? null : secure.getFileAttributeView(PosixFileAttributeView.class);
        if (view == null) {
            return;
        }
        PosixFileAttributes attributes = view.readAttributes();
        Set<PosixFilePermission> permissions = attributes.permissions();
        if (permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new Failure("other users may write in " + folder
                    + ", and these files are not encrypted: name a new folder with --out, or: chmod go-w " + folder);
        }
        UserPrincipal owner = attributes.owner();
        if (!owner.equals(self())) {
            throw new Failure(folder + " belongs to " + owner.getName()
                    + ", and these files are not encrypted: name a new folder with --out");
        }
    }

    /** Whoever owns what this process makes. */
    private UserPrincipal self() throws IOException {
        Path probe = Path.of(".strongroom-" + Long.toHexString(System.nanoTime()));
        create(probe).close();
        try {
            return attributes(probe, PosixFileAttributeView.class)
                    .orElseThrow(() -> new NoSuchFileException(probe.toString()))
                    .readAttributes()
                    .owner();
        } finally {
            delete(probe);
        }
    }

    Path path() {
        return folder;
    }

    /**
     * Whether a file of this name is there.
     *
     * @throws Failure when it is something else, as a symbolic link
     */
    boolean has(String name) throws IOException {
        Optional<BasicFileAttributeView> view = attributes(Path.of(name), BasicFileAttributeView.class);
        try {
            if (view.isPresent() && !view.get().readAttributes().isRegularFile()) {
                throw new Failure(folder.resolve(name) + " is not a file: remove it, or name a new folder with --out");
            }
            return view.isPresent();
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Whether the file of this name holds just this content; false where there is none. */
    boolean holds(String name, Content content) throws IOException {
        if (!has(name)) {
            return false;
        }
        Set<OpenOption> read = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        Path file = Path.of(name);
        try (SeekableByteChannel channel = secure == null
                        ? Files.newByteChannel(folder.resolve(file), read)
                        : secure.newByteChannel(file, read);
                Comparing comparing = new Comparing(Channels.newInputStream(channel));
                Counting counting = new Counting(comparing)) {
            content.writeTo(counting);
            return channel.size() == counting.bytes();
        } catch (Comparing.DifferentException e) {
            return false;
        }
    }

    /** Takes what a file should hold, and ends where it holds other bytes. */
    private static final class Comparing extends OutputStream {
        private final InputStream there;

        private static final class DifferentException extends IOException {
            private static final long serialVersionUID = 1;
        }

        Comparing(InputStream there) {
            this.there = there;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) throws IOException {
            byte[] held = there.readNBytes(count);
            if (!Arrays.equals(held, 0, held.length, bytes, offset, offset + count)) {
                throw new DifferentException();
            }
        }
    }

    /**
     * Writes a file, which appears under its name when it is whole; what an export that was killed left of it is made anew.
     *
     * @return its length in bytes
     */
    long write(String name, Content content) throws IOException {
        Path unfinished = Path.of(name + ".part");
        delete(unfinished);
        boolean whole = false;
        try {
            long bytes;
            try (SeekableByteChannel channel = create(unfinished);
                    Counting counting =
                            new Counting(new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16))) {
                content.writeTo(counting);
                counting.flush();
                bytes = counting.bytes();
            }
            move(unfinished, Path.of(name));
            whole = true;
            return bytes;
        } finally {
            if (!whole) {
                delete(unfinished);
            }
        }
    }

    private SeekableByteChannel create(Path name) throws IOException {
        return secure == null
                ? Files.newByteChannel(folder.resolve(name), FRESH, PrivateFiles.ownerOnly(folder))
                : secure.newByteChannel(name, FRESH, PrivateFiles.ownerOnly(folder));
    }

    private void move(Path from, Path to) throws IOException {
        if (secure == null) {
            Files.move(folder.resolve(from), folder.resolve(to), StandardCopyOption.ATOMIC_MOVE);
        } else {
            secure.move(from, secure, to);
        }
    }

    /** A name and what it stands for; of a symbolic link the link itself. */
    private void delete(Path name) throws IOException {
        try {
            if (secure == null) {
                Files.deleteIfExists(folder.resolve(name));
            } else {
                secure.deleteFile(name);
            }
        } catch (NoSuchFileException e) {
            // Nothing was left behind.
        }
    }

    private <V extends FileAttributeView> Optional<V> attributes(Path name, Class<V> type) {
        return Optional.ofNullable(
                secure == null
                        ? Files.getFileAttributeView(folder.resolve(name), type, LinkOption.NOFOLLOW_LINKS)
                        : secure.getFileAttributeView(name, type, LinkOption.NOFOLLOW_LINKS));
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
