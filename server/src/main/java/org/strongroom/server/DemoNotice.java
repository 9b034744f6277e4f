package org.strongroom.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;

/** demo.json while its demo runs, and never after: a signal may come before it is written, and while it is. */
final class DemoNotice {
    private final Path place;
    private final ReentrantLock turn = new ReentrantLock();
    private boolean removed;

    DemoNotice(Path place) {
        this.place = place;
    }

    /** Writes it, unless the demo has ended already. */
    void post(DemoFile file) throws IOException {
        turn.lock();
        try {
            if (!removed) {
                file.write(place);
            }
        } finally {
            turn.unlock();
        }
    }

    /** Removes it for good. */
    void remove() throws IOException {
        turn.lock();
        try {
            removed = true;
            Files.deleteIfExists(place);
        } finally {
            turn.unlock();
        }
    }
}
