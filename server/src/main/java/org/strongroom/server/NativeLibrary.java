package org.strongroom.server;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where SQLite's native library, which sqlite-jdbc unpacks at each start, lies until it is loaded: DIR/run instead of the
 * folder for temporary files, where each server that was killed would leave a megabyte for good, and where others could
 * write too. Whoever holds DIR/lock is alone there.
 */
final class NativeLibrary {
    private static final String PLACE = "org.sqlite.tmpdir";

    private NativeLibrary() {}

    /** Before SQLite is used for the first time. A folder whose file system runs no code is passed over by that option. */
    static void unpackTo(Path run) throws IOException {
        clear(run);
        if (System.getProperty(PLACE) == null) {
            System.setProperty(PLACE, run.toString());
        }
    }

    /** Once it is loaded its file is not needed; Windows keeps it until the next start. */
    static void clear(Path run) throws IOException {
        if (!Files.isDirectory(run)) {
            return;
        }
        try (DirectoryStream<Path> left = Files.newDirectoryStream(run, "sqlite-*")) {
            for (Path file : left) {
                try {
                    Files.delete(file);
                } catch (FileSystemException e) {
                    // In use, on Windows.
                }
            }
        }
    }
}
