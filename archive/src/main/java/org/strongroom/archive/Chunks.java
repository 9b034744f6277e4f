package org.strongroom.archive;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;

/** The memory for gathered objects: segments of ciphertext, a fixed number of them for all associations. */
final class Chunks {
    private final Semaphore left;
    private final ConcurrentLinkedQueue<byte[]> idle = new ConcurrentLinkedQueue<>();

    Chunks(int count) {
        left = new Semaphore(count);
    }

    /** An array of {@link StreamingCipher#SEGMENT} bytes; empty when all are in use. */
    Optional<byte[]> take() {
        if (!left.tryAcquire()) {
            return Optional.empty();
        }
        byte[] ready = idle.poll();
        return Optional.of(ready != null ? ready : new byte[StreamingCipher.SEGMENT]);
    }

    void give(List<byte[]> chunks) {
        idle.addAll(chunks);
        left.release(chunks.size());
    }

    int available() {
        return left.availablePermits();
    }
}
