package org.strongroom.dicom;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where each element of one data set lies, sorted by tag: arrays of numbers, no object for an element. What was put in
 * by an edit stands beside its entry as a byte array (the value) or a list of items.
 *
 * <p>Built up by a reader with {@link #add}, then never changed; edits copy.
 */
final class ElementIndex {
    /** The length was undefined (FFFFFFFF); {@code lengths} is what the reader found, without the delimiter. */
    static final int UNDEFINED = 1;

    /** A delimiter of eight bytes follows the value. */
    static final int DELIMITED = 2;

    /** The value is a list of fragments, PS3.5 A.4. */
    static final int FRAGMENTS = 4;

    /** The value starts 12 bytes after the element does, else 8. */
    static final int LONG_HEADER = 8;

    /** The items are in implicit VR little endian, whatever the data set is in: UN of undefined length, PS3.5 6.2.2. */
    static final int IMPLICIT_ITEMS = 16;

    int count;
    int[] tags;
    int[] values;
    int[] lengths;
    byte[] vrs;
    byte[] flags;
    /** Byte array, List of DataSet, {@link PassedOver}, or null where the element lies in the data set's bytes; null before any edit. */
    @Nullable
    Object @Nullable [] edits;

    private static final int[] NO_NUMBERS = new int[0];
    private static final byte[] NO_BYTES = new byte[0];

    /** Of capacity 0 it costs next to nothing: a sequence may have a million empty items. */
    ElementIndex(int capacity) {
        tags = capacity == 0 ? NO_NUMBERS : new int[capacity];
        values = capacity == 0 ? NO_NUMBERS : new int[capacity];
        lengths = capacity == 0 ? NO_NUMBERS : new int[capacity];
        vrs = capacity == 0 ? NO_BYTES : new byte[capacity];
        flags = capacity == 0 ? NO_BYTES : new byte[capacity];
    }

    void add(int tag, int vr, int value, int length, int flag) {
        if (count == tags.length) {
            resize(Math.max(16, count * 2));
        }
        tags[count] = tag;
        values[count] = value;
        lengths[count] = length;
        vrs[count] = (byte) vr;
        flags[count] = (byte) flag;
        count++;
    }

    /** Adds one of another index; to be called only where {@code edits} has room for it. */
    void add(ElementIndex from, int at) {
        @Nullable Object @Nullable [] all = edits;
        if (all != null) {
            all[count] = from.edit(at);
        }
        add(from.tags[at], from.vrs[at], from.values[at], from.lengths[at], from.flags[at]);
    }

    /** Without elements, with room for so many edited ones. */
    static ElementIndex ofEdits(int capacity) {
        ElementIndex index = new ElementIndex(capacity);
        index.edits = new @Nullable Object[capacity];
        return index;
    }

    private void resize(int capacity) {
        tags = Arrays.copyOf(tags, capacity);
        values = Arrays.copyOf(values, capacity);
        lengths = Arrays.copyOf(lengths, capacity);
        vrs = Arrays.copyOf(vrs, capacity);
        flags = Arrays.copyOf(flags, capacity);
    }

    /** The first element with this tag, or -(insertion point) - 1. */
    int find(int tag) {
        int low = 0;
        int high = count - 1;
        int key = tag ^ Integer.MIN_VALUE;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if ((tags[middle] ^ Integer.MIN_VALUE) < key) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if (low == count) {
            return -low - 1;
        }
        int found = tags[low] ^ Integer.MIN_VALUE;
        return found == key ? low : found < key ? -low - 2 : -low - 1;
    }

    int start(int at) {
        return values[at] - ((flags[at] & LONG_HEADER) != 0 ? 12 : 8);
    }

    /** After the value and its delimiter. */
    int end(int at) {
        return values[at] + lengths[at] + ((flags[at] & DELIMITED) != 0 ? 8 : 0);
    }

    boolean has(int at, int flag) {
        return (flags[at] & flag) != 0;
    }

    @Nullable
    Object edit(int at) {
        @Nullable Object @Nullable [] all = edits;
        return all == null ? null : all[at];
    }

    @SuppressWarnings("unchecked") // a list among the edits is a list of items
    @Nullable
    List<DataSet> editedItems(int at) {
        return edit(at) instanceof List<?> list ? (List<DataSet>) list : null;
    }

    /** Sorts by tag where needed, elements of the same tag in the order they came; returns the irregularities seen. */
    int sort() {
        int seen = disorder();
        if ((seen & Irregularity.OUT_OF_ORDER.bit()) != 0) {
            long[] keys = new long[count];
            for (int i = 0; i < count; i++) {
                keys[i] = ((long) (tags[i] ^ Integer.MIN_VALUE) << 32) | i;
            }
            Arrays.sort(keys);
            arrange(keys);
            seen |= disorder();
        }
        return seen;
    }

    private int disorder() {
        int seen = 0;
        for (int i = 1; i < count; i++) {
            int order = Integer.compareUnsigned(tags[i - 1], tags[i]);
            seen |= order > 0 ? Irregularity.OUT_OF_ORDER.bit() : order == 0 ? Irregularity.DUPLICATE_ELEMENT.bit() : 0;
        }
        return seen;
    }

    private void arrange(long[] keys) {
        ElementIndex from = copy(0);
        for (int i = 0; i < keys.length; i++) {
            int at = (int) keys[i];
            tags[i] = from.tags[at];
            values[i] = from.values[at];
            lengths[i] = from.lengths[at];
            vrs[i] = from.vrs[at];
            flags[i] = from.flags[at];
        }
    }

    private ElementIndex copy(int room) {
        ElementIndex copy = new ElementIndex(0);
        copy.count = count;
        copy.tags = tags;
        copy.values = values;
        copy.lengths = lengths;
        copy.vrs = vrs;
        copy.flags = flags;
        copy.resize(count + room);
        @Nullable Object @Nullable [] all = edits;
        if (all != null) {
            copy.edits = Arrays.copyOf(all, count + room);
        }
        return copy;
    }

    /** A copy with this element, in place of those with the same tag. */
    ElementIndex with(int tag, int vr, int flag, Object edit) {
        ElementIndex copy = without(tag, 1);
        int at = -copy.find(tag) - 1;
        @Nullable Object[] all = copy.edits == null ? new @Nullable Object[copy.tags.length] : copy.edits;
        copy.edits = all;
        int moved = copy.count - at;
        for (Object array : new Object[] {copy.tags, copy.values, copy.lengths, copy.vrs, copy.flags, all}) {
            System.arraycopy(array, at, array, at + 1, moved);
        }
        copy.tags[at] = tag;
        copy.vrs[at] = (byte) vr;
        copy.flags[at] = (byte) flag;
        copy.values[at] = 0;
        copy.lengths[at] = edit instanceof byte[] bytes ? bytes.length : 0;
        all[at] = edit;
        copy.count++;
        return copy;
    }

    /**
     * A copy with another value (a byte array) or other items (a list) in each place that has one, without the lengths of
     * groups (retired above group 0002) that this makes wrong.
     */
    ElementIndex replaced(@Nullable Object[] by) {
        ElementIndex copy = ofEdits(count);
        int next;
        for (int first = 0; first < count; first = next) {
            boolean any = false;
            for (next = first; next < count && tags[next] >>> 16 == tags[first] >>> 16; next++) {
                any |= by[next] != null;
            }
            for (int at = first; at < next; at++) {
                if (by[at] != null) {
                    copy.add(tags[at], vrs[at], by[at]);
                } else if (!any || (tags[at] & 0xFFFF) != 0 || tags[at] >>> 16 <= 2) {
                    copy.add(this, at);
                }
            }
        }
        return copy;
    }

    private void add(int tag, int vr, Object edit) {
        @Nullable Object @Nullable [] all = edits;
        if (all != null) {
            all[count] = edit;
        }
        boolean value = edit instanceof byte[];
        add(tag, value ? vr : VR.SQ.code(), 0, edit instanceof byte[] bytes ? bytes.length : 0, 0);
    }

    /** A copy with these elements alone. */
    ElementIndex only(Collection<Tag> wanted) {
        int[] codes = wanted.stream()
                .mapToInt(tag -> tag.code() ^ Integer.MIN_VALUE)
                .sorted()
                .distinct()
                .toArray();
        ElementIndex some = new ElementIndex(codes.length);
        @Nullable Object @Nullable [] all = edits;
        @Nullable Object @Nullable [] kept = all == null ? null : new @Nullable Object[codes.length];
        for (int code : codes) {
            int at = find(code ^ Integer.MIN_VALUE);
            if (at >= 0) {
                if (all != null && kept != null) {
                    kept[some.count] = all[at];
                }
                some.add(tags[at], vrs[at], values[at], lengths[at], flags[at]);
            }
        }
        some.edits = kept;
        return some;
    }

    /** A copy without elements of this tag. */
    ElementIndex without(int tag) {
        return without(tag, 0);
    }

    private ElementIndex without(int tag, int room) {
        ElementIndex copy = copy(room);
        int at = copy.find(tag);
        if (at < 0) {
            return copy;
        }
        int next = at;
        while (next < count && tags[next] == tag) {
            next++;
        }
        int moved = count - next;
        for (Object array : new Object[] {copy.tags, copy.values, copy.lengths, copy.vrs, copy.flags}) {
            System.arraycopy(array, next, array, at, moved);
        }
        if (copy.edits != null) {
            System.arraycopy(copy.edits, next, copy.edits, at, moved);
        }
        copy.count = count - (next - at);
        return copy;
    }
}
