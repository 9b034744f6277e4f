package org.strongroom.server;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.strongroom.dimse.AeTitle;

/**
 * The folder an archive lives in, DESIGN.md section 2: DIR/data (packs, index, audit), DIR/keys (0700; the configuration
 * may move it), DIR/run (control socket), DIR/demo (only where {@code demo} made it), DIR/lock and DIR/strongroom.toml.
 *
 * @param root DIR itself
 * @param keys where the keys lie
 */
record DataDirectory(Path root, Path keys) {
    private static final Set<PosixFilePermission> OTHERS = PosixFilePermissions.fromString("---rwxrwx");

    /** The folder as its configuration file describes it, or as {@code init} would lay it out where there is none. */
    static DataDirectory at(Path root) {
        Path file = root.resolve("strongroom.toml");
        return Files.exists(file)
                ? Configuration.read(file).directory()
                : new DataDirectory(root, root.resolve("keys"));
    }

    Path data() {
        return root.resolve("data");
    }

    Path audit() {
        return data().resolve("audit");
    }

    Path run() {
        return root.resolve("run");
    }

    Path control() {
        return run().resolve("control");
    }

    Path demo() {
        return root.resolve("demo");
    }

    Path demoFile() {
        return demo().resolve("demo.json");
    }

    Path configuration() {
        return root.resolve("strongroom.toml");
    }

    /** The archive's AE title as configured. */
    AeTitle title() {
        return Files.exists(configuration())
                ? Configuration.read(configuration()).aet()
                : new AeTitle("STRONGROOM");
    }

    boolean isInitialised() {
        return Files.isDirectory(data()) && Files.isDirectory(keys);
    }

    boolean isDemo() {
        return Files.exists(demo());
    }

    /** Makes the folders, readable by their owner alone. */
    void create() throws IOException {
        for (Path folder : new Path[] {root, data(), keys, run()}) {
            createPrivate(folder);
        }
    }

    static void createPrivate(Path folder) throws IOException {
        if (posix(folder.toAbsolutePath())) {
            Files.createDirectories(folder, owner("rwx------"));
        } else {
            Files.createDirectories(folder);
        }
    }

    /** Refuses keys that others on this machine could read. */
    void requirePrivateKeys() throws IOException {
        if (!isInitialised()) {
            throw new Failure("no archive in " + root + ": make one with: strongroom init " + root);
        }
        if (isOpenToOthers(keys)) {
            throw new Failure("others on this machine can open the keys in " + keys + ": chmod 700 " + keys);
        }
    }

    static boolean isOpenToOthers(Path path) throws IOException {
        return posix(path) && Files.getPosixFilePermissions(path).stream().anyMatch(OTHERS::contains);
    }

    /** Writes a whole file that only its owner may read: a new file, renamed when it is on disk. */
    static void writePrivate(Path file, byte[] content) throws IOException {
        Path unfinished = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(unfinished);
        Set<StandardOpenOption> create = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        FileAttribute<?>[] attributes =
                posix(file.toAbsolutePath()) ? new FileAttribute<?>[] {owner("rw-------")} : new FileAttribute<?>[0];
        try (FileChannel channel = FileChannel.open(unfinished, create, attributes)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        try {
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    static void writePrivate(Path file, String content) throws IOException {
        writePrivate(file, content.getBytes(StandardCharsets.UTF_8));
    }

    /** Takes DIR/lock, which one process at a time can hold; the operating system gives it back when the process ends. */
    Closeable lock() throws IOException {
        FileChannel channel =
                FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock();
        if (lock == null) {
            channel.close();
            throw new Failure("another process uses " + root + ": wait until it ends, or stop the server there");
        }
        return channel;
    }

    private static boolean posix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static FileAttribute<Set<PosixFilePermission>> owner(String permissions) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
    }
}
