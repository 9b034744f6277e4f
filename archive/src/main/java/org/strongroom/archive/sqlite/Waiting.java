package org.strongroom.archive.sqlite;

import java.util.Arrays;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Tokens of the studies that arrived since the last run was begun, in memory: token to places of studies
 * ({@link Order}). An open-addressing table of tokens, each with the head of a chain through arrays of entries, since
 * two million tokens as objects would take ten times the room: here 8 bytes an entry and 12 a slot.
 *
 * <p>One thread adds, any number read.
 */
final class Waiting {
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private long[] slots = new long[1 << 12];
    /** Entry at the head of the slot's chain, plus one; 0 for a free slot. */
    private int[] heads = new int[slots.length];

    private int tokens;

    private long[] orders = new long[64];
    private int rows;

    private int[] entryRow = new int[1 << 10];
    /** The next entry of the chain, plus one; 0 at its end. */
    private int[] entryNext = new int[entryRow.length];

    private int entries;

    /** Adds tokens of the study at this place. */
    void add(long order, long[] added) {
        lock.writeLock().lock();
        try {
            if (rows == orders.length) {
                orders = Arrays.copyOf(orders, rows * 2);
            }
            orders[rows] = order;
            for (long token : added) {
                link(token, rows);
            }
            rows++;
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void link(long token, int row) {
        if (entries == entryRow.length) {
            entryRow = Arrays.copyOf(entryRow, entries * 2);
            entryNext = Arrays.copyOf(entryNext, entries * 2);
        }
        if (tokens * 3L > slots.length * 2L) {
            grow();
        }
        int slot = slot(token);
        if (heads[slot] == 0) {
            slots[slot] = token;
            tokens++;
        }
        entryRow[entries] = row;
        entryNext[entries] = heads[slot];
        heads[slot] = ++entries;
    }

    /** The slot of a token, or the free one where it belongs. Tokens are hashes already. */
    private int slot(long token) {
        int mask = slots.length - 1;
        int slot = (int) (token ^ token >>> 32) & mask;
        while (heads[slot] != 0 && slots[slot] != token) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        long[] oldSlots = slots;
        int[] oldHeads = heads;
        slots = new long[oldSlots.length * 2];
        heads = new int[slots.length];
        for (int i = 0; i < oldSlots.length; i++) {
            if (oldHeads[i] != 0) {
                int slot = slot(oldSlots[i]);
                slots[slot] = oldSlots[i];
                heads[slot] = oldHeads[i];
            }
        }
    }

    /** The places of the studies that have this token, from high to low, each once. */
    long[] orders(long token) {
        lock.readLock().lock();
        try {
            int count = 0;
            int head = heads[slot(token)];
            for (int entry = head; entry != 0; entry = entryNext[entry - 1]) {
                count++;
            }
            long[] found = new long[count];
            for (int entry = head; entry != 0; entry = entryNext[entry - 1]) {
                found[--count] = -orders[entryRow[entry - 1]];
            }
            return descending(found);
        } finally {
            lock.readLock().unlock();
        }
    }

    /** From negated places in any order. */
    private static long[] descending(long[] negated) {
        Arrays.sort(negated);
        int kept = 0;
        for (int i = 0; i < negated.length; i++) {
            if (i == 0 || negated[i] != negated[i - 1]) {
                negated[kept++] = negated[i];
            }
        }
        long[] orders = Arrays.copyOf(negated, kept);
        for (int i = 0; i < kept; i++) {
            orders[i] = -orders[i];
        }
        return orders;
    }

    /** All tokens, ascending. */
    long[] tokens() {
        lock.readLock().lock();
        try {
            long[] all = new long[tokens];
            int at = 0;
            for (int slot = 0; slot < slots.length; slot++) {
                if (heads[slot] != 0) {
                    all[at++] = slots[slot];
                }
            }
            Arrays.sort(all);
            return all;
        } finally {
            lock.readLock().unlock();
        }
    }

    /** How often {@link #add} was called. */
    int size() {
        lock.readLock().lock();
        try {
            return rows;
        } finally {
            lock.readLock().unlock();
        }
    }
}
