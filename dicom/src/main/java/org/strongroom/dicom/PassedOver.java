package org.strongroom.dicom;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The elements whose values an {@link Outline} passed over, in the order of the file; no object for each, since there may be
 * a million. In the index that they go into, this stands as the edit of each of them and {@code values} tells which it is.
 */
final class PassedOver {
    /** How many there are; those after it are forgotten. */
    int count;

    private int[] tags = new int[4];
    private byte[] vrs = new byte[4];
    private long[] offsets = new long[4];
    private long[] lengths = new long[4];
    private int[] fragments = new int[4];
    private int[] keptBefore = new int[4];

    /** @param kept how many bytes were kept of what stands before it */
    void add(int tag, VR vr, ByteRange range, int fragmentCount, int kept) {
        if (count == tags.length) {
            int capacity = count * 2;
            tags = Arrays.copyOf(tags, capacity);
            vrs = Arrays.copyOf(vrs, capacity);
            offsets = Arrays.copyOf(offsets, capacity);
            lengths = Arrays.copyOf(lengths, capacity);
            fragments = Arrays.copyOf(fragments, capacity);
            keptBefore = Arrays.copyOf(keptBefore, capacity);
        }
        tags[count] = tag;
        vrs[count] = (byte) vr.code();
        offsets[count] = range.offset();
        lengths[count] = range.length();
        fragments[count] = fragmentCount;
        keptBefore[count++] = kept;
    }

    boolean isOdd(int which) {
        return lengths[which] % 2 != 0;
    }

    /** Whether so few bytes were kept of what stands before the last of them. */
    boolean areBefore(int kept) {
        return keptBefore[count - 1] < kept;
    }

    Element.Bulk element(int which) {
        ByteRange range = new ByteRange(offsets[which], lengths[which]);
        return new Element.Bulk(new Tag(tags[which]), VR.at(vrs[which]), range, fragments[which]);
    }

    /**
     * With what was read beside them. Of several elements with the same tag the first of the file stands first, as it does
     * where all is read.
     */
    DataSet among(DataSet read) {
        if (count == 0) {
            return read;
        }
        ElementIndex kept = read.index();
        ElementIndex all = ElementIndex.ofEdits(kept.count + count);
        @Nullable Object @Nullable [] edits = all.edits;
        int at = 0;
        int odd = 0;
        for (long key : inOrderOfTag()) {
            int which = (int) key;
            while (at < kept.count && isBefore(kept, at, which)) {
                all.add(kept, at++);
            }
            if (edits != null) {
                edits[all.count] = this;
            }
            all.add(tags[which], vrs[which], which, 0, ElementIndex.FRAGMENTS);
            odd |= (int) lengths[which] & 1;
        }
        while (at < kept.count) {
            all.add(kept, at++);
        }
        return read.with(all, disorder(all) | odd * Irregularity.ODD_LENGTH.bit());
    }

    /** Those of the same tag in order of the file; the low half of each tells which it is. */
    private long[] inOrderOfTag() {
        long[] keys = new long[count];
        for (int i = 0; i < count; i++) {
            keys[i] = ((long) (tags[i] ^ Integer.MIN_VALUE) << 32) | i;
        }
        Arrays.sort(keys);
        return keys;
    }

    private boolean isBefore(ElementIndex kept, int at, int which) {
        int order = Integer.compareUnsigned(kept.tags[at], tags[which]);
        return order < 0 || (order == 0 && kept.values[at] <= keptBefore[which]);
    }

    /** What the kept ones alone don't show. */
    private static int disorder(ElementIndex all) {
        int seen = 0;
        for (int i = 1; i < all.count; i++) {
            seen |= all.tags[i - 1] == all.tags[i] ? Irregularity.DUPLICATE_ELEMENT.bit() : 0;
        }
        int[] order = inFileOrder(all);
        for (int i = 1; i < order.length; i++) {
            boolean ascends = Integer.compareUnsigned(all.tags[order[i - 1]], all.tags[order[i]]) <= 0;
            seen |= ascends ? 0 : Irregularity.OUT_OF_ORDER.bit();
        }
        return seen;
    }

    /** Whether no other edits are in an index. */
    static boolean hasOnly(ElementIndex index) {
        for (int at = 0; index.edits != null && at < index.count; at++) {
            Object edit = index.edit(at);
            if (edit != null && !(edit instanceof PassedOver)) {
                return false;
            }
        }
        return true;
    }

    /** Places in the index, in the order in which the elements stand in what was read. No edits but these are in it. */
    static int[] inFileOrder(ElementIndex index) {
        long[] keys = new long[index.count];
        for (int at = 0; at < keys.length; at++) {
            int kept = index.edit(at) instanceof PassedOver passed
                    ? passed.keptBefore[index.values[at]]
                    : index.values[at];
            keys[at] = ((long) kept << 32) | at;
        }
        Arrays.sort(keys);
        for (int from = 0, to; from < keys.length; from = to) {
            to = from + 1;
            while (to < keys.length && keys[to] >>> 32 == keys[from] >>> 32) {
                to++;
            }
            if (to > from + 1) {
                settle(index, keys, from, to);
            }
        }
        return Arrays.stream(keys).mapToInt(key -> (int) key).toArray();
    }

    /** Of one place among the kept bytes: an element that is kept (it's empty) first, then those passed over behind it. */
    private static void settle(ElementIndex index, long[] keys, int from, int to) {
        for (int i = from; i < to; i++) {
            int at = (int) keys[i];
            long which = index.edit(at) instanceof PassedOver ? index.values[at] + 1L : 0;
            keys[i] = (which << 32) | at;
        }
        Arrays.sort(keys, from, to);
    }
}
