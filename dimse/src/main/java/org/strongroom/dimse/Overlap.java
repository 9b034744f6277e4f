package org.strongroom.dimse;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * C-STOREs of one association performed while earlier ones wait to be durable, PS3.7 D.3.3.3. Each has a thread of its own
 * that reads its body; the thread that reads messages goes on when the body is at its end, and not before, so that one
 * reads at a time. As many as the negotiated window are performed at once: the next waits in the socket.
 */
final class Overlap {
    private final int window;
    private final Semaphore places;
    private volatile @Nullable Exception failure;

    /** Performs and answers one request whose data set is {@code body}. */
    interface Work {
        void run(InputStream body) throws IOException;
    }

    Overlap(int window) {
        this.window = window;
        this.places = new Semaphore(window);
    }

    /** Whether any is being performed. */
    boolean isBusy() {
        return places.availablePermits() < window;
    }

    /**
     * Has one performed; returns when its body has been read, or will not be read further.
     *
     * @throws IOException what ended this one before that, or an earlier one since; the association can't go on
     */
    void perform(InputStream body, Work work) throws IOException {
        places.acquireUninterruptibly();
        Handed handed = new Handed(body);
        Thread.ofVirtual().name("storing").start(() -> {
            try {
                work.run(handed);
            } catch (IOException | RuntimeException e) {
                failure = e;
            } finally {
                handed.giveBack();
                places.release();
            }
        });
        handed.awaitEnd();
        check();
    }

    /** Waits until all have been answered. */
    void settle() {
        places.acquireUninterruptibly(window);
        places.release(window);
    }

    /** Throws what ended one of them. */
    void check() throws IOException {
        switch (failure) {
            case null -> {}
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Exception e -> throw new IllegalStateException("a C-STORE failed", e);
        }
    }

    /** A body read by another thread than the messages; nothing is read from it once that thread goes on. */
    private static final class Handed extends BlockInput {
        private final InputStream body;
        private final CountDownLatch ended = new CountDownLatch(1);

        Handed(InputStream body) {
            this.body = body;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (ended.getCount() == 0) {
                return -1;
            }
            int count = body.read(bytes, offset, length);
            if (count < 0) {
                giveBack();
            }
            return count;
        }

        void giveBack() {
            ended.countDown();
        }

        void awaitEnd() {
            boolean interrupted = false;
            while (ended.getCount() > 0) {
                try {
                    ended.await();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
