package org.strongroom.archive;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Supplier;

/** Things that are dear to make, kept for the next who needs one; at most {@code kept} of them lie idle. */
final class Pool<T> {
    private final ArrayBlockingQueue<T> idle;
    private final Supplier<T> maker;

    Pool(int kept, Supplier<T> maker) {
        this.idle = new ArrayBlockingQueue<>(kept);
        this.maker = maker;
    }

    T take() {
        T ready = idle.poll();
        return ready != null ? ready : maker.get();
    }

    void give(T thing) {
        idle.offer(thing); // when enough lie idle, this one is left to the collector
    }
}
