package org.strongroom.server;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.strongroom.dimse.AeTitle;
import org.strongroom.guard.PrivateFiles;

/**
 * The folder an archive lives in, DESIGN.md section 2: DIR/data (packs, index, audit), DIR/keys (0700; the configuration
 * may move it), DIR/run (control socket), DIR/demo (only where {@code demo} made it), DIR/lock and DIR/strongroom.toml.
 *
 * @param root DIR itself
 * @param keys where the keys lie
 */
record DataDirectory(Path root, Path keys) {
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

    /** Says which keys the archive was made with. */
    Path binding() {
        return data().resolve("binding");
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

    /** Whether a thief of the disk has keys and data together. */
    boolean sharesVolume() throws IOException {
        return Files.getFileStore(keys).equals(Files.getFileStore(data()));
    }

    /** Makes the folders, readable by their owner alone. */
    void create() throws IOException {
        for (Path folder : new Path[] {root, data(), keys, run()}) {
            PrivateFiles.createDirectories(folder);
        }
    }

    /** Refuses an archive that was not made to its end, and keys that others on this machine could read. */
    void requirePrivateKeys() throws IOException {
        if (Unfinished.in(root)) {
            throw new Failure(
                    "the archive in " + root + " was not made to its end, so nothing is in it: give the command"
                            + " that made it again, init or demo");
        }
        if (Files.isDirectory(root) && !Files.isExecutable(root)) {
            throw new Failure("permission denied: " + root + " is closed to " + System.getProperty("user.name")
                    + "; run this as the user who owns it");
        }
        boolean keysThere = Files.isDirectory(keys);
        if (keysThere != Files.isDirectory(data())) {
            throw new Failure("half an archive in " + root + ": the folder " + (keysThere ? data() : keys)
                    + " is missing; bring it back from a backup, or make a new archive in an empty folder");
        }
        if (!isInitialised()) {
            throw new Failure("no archive in " + root + ": make one with: strongroom init " + root);
        }
        if (PrivateFiles.isOpenToOthers(keys)) {
            throw new Failure("others on this machine can open the keys in " + keys + ": chmod 700 " + keys);
        }
    }

    /** Takes DIR/lock, which one process at a time can hold; the operating system gives it back when the process ends. */
    Closeable lock() throws IOException {
        FileChannel channel =
                PrivateFiles.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock();
        if (lock == null) {
            channel.close();
            throw new Failure("another process uses " + root + ": wait until it ends, or stop the server there");
        }
        return channel;
    }
}
