package org.strongroom.guard;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A test with a guard of its own. */
abstract class InHouse {
    @TempDir
    Path root;

    House house;

    @BeforeEach
    void open() throws Exception {
        house = new House(root);
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }
}
