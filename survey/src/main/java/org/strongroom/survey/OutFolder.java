package org.strongroom.survey;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** Where a run is written: a folder that was empty, and files only their owner reads, since they are a list of targets. */
final class OutFolder {
    private final Path folder;

    private OutFolder(Path folder) {
        this.folder = folder;
    }

    /** @throws ScopeRefusedException when something lies there already */
    static OutFolder empty(Path folder) throws IOException {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new ScopeRefusedException("--out " + folder + " is a file; name a folder. Nothing was sent");
        }
        Files.createDirectories(folder, permissions("rwx------"));
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            if (entries.iterator().hasNext()) {
                throw new ScopeRefusedException("--out " + folder
                        + " is not empty; a run is evidence and never overwrites another. Nothing was sent");
            }
        }
        return new OutFolder(folder);
    }

    /** A new file, open for writing. */
    Writer create(String name) throws IOException {
        Path file = Files.createFile(folder.resolve(name), permissions("rw-------"));
        return Files.newBufferedWriter(file, StandardCharsets.UTF_8);
    }

    void write(String name, String content) throws IOException {
        try (Writer out = create(name)) {
            out.write(content);
        }
    }

    private static FileAttribute<?>[] permissions(String mode) {
        boolean posix =
                Path.of("").getFileSystem().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))}
                : new FileAttribute<?>[0];
    }
}
