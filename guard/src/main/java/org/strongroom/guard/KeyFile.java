package org.strongroom.guard;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;

/** The master key as a file of 32 random bytes, {@code master.key}, readable by its owner only. */
public final class KeyFile implements MasterKey {
    static final int LENGTH = 32;
    private static final String NAME = "master.key";

    private final Path file;

    /** The key file in {@code directory}, which need not exist until it is unlocked. */
    public KeyFile(Path directory) {
        this.file = directory.resolve(NAME);
    }

    /**
     * Makes {@code directory} (0700) where it is missing, and a new master key in it.
     *
     * @throws IOException when a master key is there already: replacing it would lose everything it protects
     */
    public static KeyFile create(Path directory) throws IOException {
        PrivateFiles.createDirectories(directory);
        PrivateFiles.check(directory);
        byte[] key = new byte[LENGTH];
        new SecureRandom().nextBytes(key);
        PrivateFiles.create(directory.resolve(NAME), key);
        Arrays.fill(key, (byte) 0);
        return new KeyFile(directory);
    }

    /**
     * Puts a master key back that was kept elsewhere.
     *
     * @throws IOException when a master key is there already
     */
    public static void restore(Path directory, byte[] key) throws IOException {
        PrivateFiles.createDirectories(directory);
        PrivateFiles.check(directory);
        PrivateFiles.create(directory.resolve(NAME), key);
    }

    @Override
    public byte[] unlock() throws IOException {
        byte[] key;
        try {
            PrivateFiles.check(file);
            if (Files.size(file) != LENGTH) {
                throw new IOException(file + ": a master key has " + LENGTH + " bytes, this file has "
                        + Files.size(file) + "; move it away and restore it from a copy or with: strongroom recover");
            }
            key = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new IOException(
                    file + ": no master key here: set keys = PATH in strongroom.toml, or type the recovery"
                            + " sheet: strongroom recover",
                    e);
        }
        return key;
    }

    @Override
    public boolean liesOnThisMachine() {
        return true;
    }
}
