package org.strongroom.archive.sqlite;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.strongroom.archive.Index;
import org.strongroom.archive.IndexContract;
import org.strongroom.archive.KeyDerivation;

class SqliteIndexTest extends IndexContract {
    static final KeyDerivation KEYS = label -> {
        byte[] key = new byte[32];
        new Random(label.hashCode()).nextBytes(key);
        return key;
    };
    private static final SqliteSettings SMALL = new SqliteSettings(2048, 1024, 3, 20, 50, 16);

    @Override
    protected Index open(Path folder) throws IOException {
        return SqliteIndex.open(folder.resolve("index.db"), KEYS, SMALL);
    }
}
