package org.strongroom.guard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/**
 * Files and directories for their owner only (0600, 0700), from the moment they exist. On a file system without POSIX
 * permissions they are made as that file system makes them.
 */
public final class PrivateFiles {
    private static final Set<PosixFilePermission> OTHERS = EnumSet.complementOf(EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE));

    private PrivateFiles() {}

    /** Makes a directory and those above it that are missing; one that is there stays as it is. */
    public static void createDirectories(Path directory) throws IOException {
        Files.createDirectories(directory, attributes(directory, "rwx------"));
    }

    /** Opens a file; {@link #check} says whether one that is there already is private. */
    public static FileChannel open(Path file, OpenOption... options) throws IOException {
        return FileChannel.open(file, Set.of(options), ownerOnly(file));
    }

    /** What a new file is to be made with. */
    public static FileAttribute<?>[] ownerOnly(Path file) {
        return attributes(file, "rw-------");
    }

    /** Makes an empty file where there is none, for a library that would make it open to others. */
    public static void ensure(Path file) throws IOException {
        open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE).close();
    }

    /**
     * Writes a new file and syncs it and its directory.
     *
     * @throws IOException when the file is there already
     */
    public static void create(Path file, byte[] content) throws IOException {
        try (FileChannel channel = open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        } catch (FileAlreadyExistsException e) {
            throw new IOException(file + " is there already and is not overwritten; move it away first", e);
        }
        syncDirectory(file);
    }

    /** Replaces {@code file} as a whole: after a crash the old or the new content is there. */
    public static void replace(Path file, byte[] content) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        create(fresh, content);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        syncDirectory(file);
    }

    /** Removes a file, and syncs its directory: a power cut does not bring it back. */
    public static void delete(Path file) throws IOException {
        Files.delete(file);
        syncDirectory(file);
    }

    /** Syncs the directory {@code file} stands in, so that its name survives a power cut. */
    static void syncDirectory(Path file) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        if (parent == null || !posix(parent)) {
            return; // Windows has no handle on a directory and needs none
        }
        try (FileChannel channel = FileChannel.open(parent, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Refuses a file or directory that others than its owner may touch, and one that is a symbolic link. */
    public static void check(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new NoSuchFileException(path.toString());
        }
        if (Files.isSymbolicLink(path)) {
            throw new IOException(path + " is a symbolic link; name the real place instead");
        }
        if (isOpenToOthers(path)) {
            String wanted = Files.isDirectory(path) ? "700" : "600";
            throw new IOException(
                    path + " is open to others (" + PosixFilePermissions.toString(Files.getPosixFilePermissions(path))
                            + "); close it with: chmod " + wanted + " " + path);
        }
    }

    /** Whether anyone but its owner may touch it. */
    public static boolean isOpenToOthers(Path path) throws IOException {
        return posix(path) && Files.getPosixFilePermissions(path).stream().anyMatch(OTHERS::contains);
    }

    private static FileAttribute<?>[] attributes(Path path, String permissions) {
        return posix(path)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    /** Whether the file system there can keep a file for its owner only; Windows' can't, in these terms. */
    public static boolean posix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
