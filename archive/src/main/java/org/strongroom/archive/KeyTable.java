package org.strongroom.archive;

import java.util.Arrays;

/**
 * From key ids to record numbers: an open-addressed table of 8 bytes an entry, half of it a part of the id and half the
 * record number, at most three quarters full. Ids are uniform, so the id itself is the hash.
 */
final class KeyTable {
    private static final long FREE = -1;

    private long[] slots = new long[64];
    private int size;
    private int cursor;

    KeyTable() {
        Arrays.fill(slots, FREE);
    }

    void put(KeyId id, int record) {
        if (++size > slots.length / 4 * 3) {
            long[] old = slots;
            slots = new long[old.length * 2];
            Arrays.fill(slots, FREE);
            for (long slot : old) {
                if (slot != FREE) {
                    insert(slot);
                }
            }
        }
        insert((id.high() & 0xFFFFFFFF_00000000L) | record);
    }

    private void insert(long slot) {
        int at = home(slot);
        while (slots[at] != FREE) {
            at = (at + 1) & (slots.length - 1);
        }
        slots[at] = slot;
    }

    /** A record that may hold the id, or -1; the record itself must be asked. */
    int first(KeyId id) {
        cursor = home(id.high());
        return scan(id);
    }

    /** The next after {@link #first}, or -1. */
    int next(KeyId id) {
        cursor = (cursor + 1) & (slots.length - 1);
        return scan(id);
    }

    private int scan(KeyId id) {
        while (slots[cursor] != FREE) {
            if ((slots[cursor] ^ id.high()) >>> 32 == 0) {
                return (int) slots[cursor];
            }
            cursor = (cursor + 1) & (slots.length - 1);
        }
        return -1;
    }

    private int home(long slot) {
        return (int) (slot >>> 32) & (slots.length - 1);
    }
}
