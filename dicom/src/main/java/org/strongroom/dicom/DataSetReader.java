package org.strongroom.dicom;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the elements of a data set in its bytes, PS3.5 section 7: one pass over all headers, nested ones included, no
 * value looked at.
 *
 * <p>Elements of the level asked for go into an {@link ElementIndex}; those below are passed over, checked against the
 * limits and the lengths around them. Every end is a position in the bytes that are there, so that nothing is read,
 * skipped or allocated from a length that was not compared with it. The depth of recursion is bounded by
 * {@link Limits#nesting}. Where bytes are only the beginning of a data set ({@code complete} is false), running out of
 * them is {@link #MORE} and not an error.
 */
final class DataSetReader {
    /** Instead of a position: more bytes are needed. */
    static final int MORE = -1;

    private static final int ITEM = 0xFFFEE000;
    private static final int ITEM_DELIMITATION = 0xFFFEE00D;
    private static final int SEQUENCE_DELIMITATION = 0xFFFEE0DD;
    private static final int PIXEL_DATA = 0x7FE00010;
    private static final int BULK = 0x7FE00008;
    /** Up to this tag stands what identifies an instance: readHead reads these values whatever their length. */
    private static final int LAST_IDENTIFYING = 0x0020FFFF;

    /** Times {@link Limits#valueBytes}: the longest beginning that readHead reads. */
    static final int IDENTIFYING_TIMES = 16;

    /** Elements, those of items not counted, that readHead puts in an index: real data sets have some hundreds. */
    static final int MOST_IN_HEAD = 1 << 16;

    private static final long UNDEFINED_LENGTH = 0xFFFFFFFFL;
    private static final long LONG_VRS = longVrs();
    private static final int SQ = VR.SQ.code();
    private static final int UN = VR.UN.code();

    private final byte[] bytes;
    private final int available;
    private final boolean complete;
    private final Limits limits;

    private int elements;
    private int irregularities;
    private boolean zerosMayFollow;
    private boolean otherBytesMayFollow;
    private boolean pixelsPassed;
    private int lastTag;
    private int depth;
    private int[] pathTags = new int[4];
    private int[] pathItems = new int[4];

    // What header() found.
    private int tag;
    private int vr;
    private int value;
    private long length;
    private int flags;

    // What passValue() found: where the content ends, and the flags of the element.
    private int contentEnd;
    private int contentFlags;

    /** Where to put the places of the items of the outermost sequence. */
    private @Nullable ItemPlaces places;

    /** Where readHead's bulk ends, when it says so; else -1. */
    private long bulkEnd = -1;

    DataSetReader(byte[] bytes, int available, boolean complete, Limits limits) {
        this.bytes = bytes;
        this.available = available;
        this.complete = complete;
        this.limits = limits;
        this.zerosMayFollow = complete;
        this.otherBytesMayFollow = complete;
    }

    int irregularities() {
        return irregularities;
    }

    long bulkEnd() {
        return bulkEnd;
    }

    /**
     * Reads the elements of the outermost level.
     *
     * @param head whether to stop where {@link DataSet#readHead} does
     * @return where it stopped, or {@link #MORE}
     */
    int read(ElementIndex into, int from, boolean explicit, boolean big, boolean head) {
        int at = from;
        while (at < available) {
            if (pixelsPassed && otherBytesMayFollow && !head && endsWithOtherBytes(at, explicit, big)) {
                break;
            }
            if (complete && pixelsPassed && available - at < 8 && restIsZeroFrom(at)) {
                irregularities |= Irregularity.TRAILING_ZEROS.bit();
                break;
            }
            if (!header(at, available, explicit, big)) {
                return MORE;
            }
            if (tag >>> 16 == 0xFFFE) {
                throw fail("a delimiter " + new Tag(tag) + " outside any sequence", at);
            }
            if (tag == 0 && at > from && zerosMayFollow && restIsZero(at)) {
                irregularities |= Irregularity.TRAILING_ZEROS.bit();
                break;
            }
            if (head && stops(at)) {
                bulkEnd = (flags & ElementIndex.UNDEFINED) == 0 ? value + length : -1;
                if (complete) {
                    passValue(available, explicit, big);
                }
                break;
            }
            int elementTag = tag;
            int elementVr = vr;
            int elementValue = value;
            int next = passValue(available, explicit, big);
            boolean stoppable = head && Integer.compareUnsigned(elementTag, LAST_IDENTIFYING) > 0;
            if (stoppable && (next == MORE ? available : next) - at > limits.valueBytes() + 20) {
                break;
            }
            if (next == MORE) {
                return MORE;
            }
            if (head && into.count == MOST_IN_HEAD) {
                throw fail("more than " + MOST_IN_HEAD + " elements before the bulk, items not counted", at);
            }
            into.add(elementTag, elementVr, elementValue, contentEnd - elementValue, contentFlags);
            lastTag = elementTag;
            pixelsPassed |= elementTag == PIXEL_DATA;
            at = next;
        }
        if (head && !complete && at >= available) {
            return MORE;
        }
        irregularities |= into.sort();
        return at;
    }

    /** Where the element that begins here ends; {@link #MORE} where its end is not there yet. */
    int endOfFirst(int at, boolean explicit, boolean big) {
        return header(at, available, explicit, big) ? passValue(available, explicit, big) : MORE;
    }

    /** Reads the items in the value of a sequence that an earlier pass has found sound. */
    List<ItemRange> items(int from, int to, boolean explicit, boolean big) {
        List<ItemRange> items = new ArrayList<>();
        passItems(from, to, false, explicit, big, items);
        return items;
    }

    /** The same without an index for each: where they lie, and no more. */
    ItemPlaces itemPlaces(int from, int to, boolean explicit, boolean big) {
        ItemPlaces found = new ItemPlaces();
        places = found;
        passItems(from, to, false, explicit, big, null);
        return found;
    }

    /** Reads the elements of one item that an earlier pass has found. */
    ElementIndex item(int from, int to, boolean explicit, boolean big) {
        ElementIndex index = new ElementIndex(Math.min(16, (to - from) / 8));
        passElements(from, to, false, explicit, big, index);
        irregularities |= index.sort();
        return index;
    }

    /** One item of a sequence: where its elements lie and how it was delimited. */
    record ItemRange(ElementIndex index, int from, int to, boolean undefinedLength) {}

    /** Where the explicit little endian element at {@code at} ends as it declares itself; {@link #MORE} if cut off. */
    long elementEnd(int at) {
        if (!header(at, available, true, false)) {
            return MORE;
        }
        if (length == UNDEFINED_LENGTH) {
            throw fail("undefined length in " + new Tag(tag), at);
        }
        return value + length;
    }

    /** Where the fragments of encapsulated data lie, the Basic Offset Table first. */
    List<ByteRange> fragments(int from, int to, boolean big) {
        List<ByteRange> fragments = new ArrayList<>();
        passFragments(from, to, big, fragments);
        return fragments;
    }

    private boolean stops(int at) {
        if (Integer.compareUnsigned(tag, BULK) >= 0) {
            return true;
        }
        if (length <= limits.valueBytes() || length == UNDEFINED_LENGTH) {
            return false;
        }
        if (Integer.compareUnsigned(tag, LAST_IDENTIFYING) > 0) {
            return true;
        }
        if (length > limits.valueBytes() * IDENTIFYING_TIMES) {
            throw fail("a value of " + length + " bytes in " + new Tag(tag) + " before the instance is identified", at);
        }
        return false;
    }

    /**
     * Whether what follows the pixel data (or an element after it) cannot be read as elements and does not even begin
     * as one that belongs there: what an element cut off leaves is not taken for that. The rest is read for it once.
     */
    private boolean endsWithOtherBytes(int at, boolean explicit, boolean big) {
        boolean begins = available - at >= 8
                && Integer.compareUnsigned(tagAt(at, big), lastTag) > 0
                && tagAt(at, big) >>> 16 != 0xFFFE
                && (!explicit || VR.codeOf(bytes[at + 4], bytes[at + 5]) >= 0);
        if (begins) {
            return false;
        }
        otherBytesMayFollow = false;
        if (restIsZeroFrom(at)) {
            return false;
        }
        try {
            DataSetReader rest = new DataSetReader(bytes, available, true, limits);
            rest.otherBytesMayFollow = false;
            rest.read(new ElementIndex(16), at, explicit, big, false);
            return false;
        } catch (DicomFormatException e) {
            irregularities |= Irregularity.TRAILING_BYTES.bit();
            return true;
        }
    }

    /** Looked at once: for each of many elements (0000,0000) it would take quadratic time. */
    private boolean restIsZero(int at) {
        zerosMayFollow = false;
        return restIsZeroFrom(at);
    }

    private boolean restIsZeroFrom(int at) {
        for (int i = at; i < available; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private boolean header(int at, int end, boolean explicit, boolean big) {
        if (end - at < 8) {
            return runsOut(at, end, "an element header");
        }
        int t = tagAt(at, big);
        tag = t;
        value = at + 8;
        flags = 0;
        if (!explicit || t >>> 16 == 0xFFFE) {
            length = Value.intAt(bytes, at + 4, big) & 0xFFFFFFFFL;
            vr = explicit ? UN : implicitVr(t);
        } else {
            vr = VR.codeOf(bytes[at + 4], bytes[at + 5]);
            if (vr < 0) {
                return headerWithoutVr(at, end, big);
            }
            if (((LONG_VRS >>> vr) & 1) == 0) {
                length = Value.unsignedShort(bytes, at + 6, big);
                return true;
            }
            if (end - at < 12) {
                return runsOut(at, end, "an element header");
            }
            setLong(at, big);
        }
        if (length == UNDEFINED_LENGTH) {
            flags |= ElementIndex.UNDEFINED;
        }
        return true;
    }

    private void setLong(int at, boolean big) {
        length = Value.intAt(bytes, at + 8, big) & 0xFFFFFFFFL;
        value = at + 12;
        flags = ElementIndex.LONG_HEADER;
    }

    /**
     * Two letters that are no VR: a VR of the future has a 32-bit length (PS3.5 section 7.1.2), a mistaken one mostly 16
     * bits; what fits decides. Anything else: two spoilt bytes where the VR stood, if an element begins where a length of 16
     * bits leads; else an element without VR, which some devices put among explicit ones.
     */
    private boolean headerWithoutVr(int at, int end, boolean big) {
        if (isVrAt(bytes, at + 4)) {
            return headerOfUnknownVr(at, end, big);
        }
        int next = at + 8 + Value.unsignedShort(bytes, at + 6, big);
        if (!complete && end == available && next + 6 > end) {
            return false;
        }
        if (next == end || (next + 6 <= end && begins(bytes, next, big, tag))) {
            irregularities |= Irregularity.UNKNOWN_VR.bit();
            vr = vrOfSpoilt(tag);
            length = Value.unsignedShort(bytes, at + 6, big);
            return true;
        }
        vr = implicitVr(tag);
        length = Value.intAt(bytes, at + 4, big) & 0xFFFFFFFFL;
        if (length == UNDEFINED_LENGTH) {
            flags = ElementIndex.UNDEFINED;
        } else if (length > end - value && (complete || end != available || length > limits.valueBytes())) {
            throw fail("neither a VR nor a length that fits in " + new Tag(tag), at);
        }
        irregularities |= Irregularity.IMPLICIT_ELEMENT.bit();
        return true;
    }

    /** Whether an explicit element after {@code tag}, or the end of an item or a sequence, seems to begin there. */
    static boolean begins(byte[] bytes, int at, boolean big, int tag) {
        int code = Value.intAt(bytes, at, big);
        int next = big ? code : (code << 16) | (code >>> 16);
        return next == ITEM_DELIMITATION
                || next == SEQUENCE_DELIMITATION
                || (Integer.compareUnsigned(next, tag) > 0 && VR.codeOf(bytes[at + 4], bytes[at + 5]) >= 0);
    }

    /** The dictionary's, but no sequence: items have a 32-bit length before them. */
    static int vrOfSpoilt(int tag) {
        int known = implicitVr(tag);
        return known == SQ ? UN : known;
    }

    private boolean headerOfUnknownVr(int at, int end, boolean big) {
        boolean beginning = !complete && end == available;
        irregularities |= Irregularity.UNKNOWN_VR.bit();
        vr = UN;
        length = Value.unsignedShort(bytes, at + 6, big);
        if (length > 0 || end - at < 12) {
            return length > 0 || !beginning;
        }
        long longer = Value.intAt(bytes, at + 8, big) & 0xFFFFFFFFL;
        long next = at + 12 + longer;
        if (beginning && next + 8 > end) {
            if (longer <= limits.valueBytes()) {
                return false;
            }
            if (!follows(at + 8, big)) {
                setLong(at, big);
            }
        } else if (next == end || (next + 8 <= end && follows((int) next, big))) {
            setLong(at, big);
        }
        return true;
    }

    private boolean follows(int next, boolean big) {
        return Integer.compareUnsigned(tagAt(next, big), tag) > 0;
    }

    /** Two letters where a VR stands, be it one of the standard or not; without them the element has none. */
    static boolean isVrAt(byte[] bytes, int at) {
        return isLetter(bytes[at]) && isLetter(bytes[at + 1]);
    }

    private static boolean isLetter(byte b) {
        return b >= 'A' && b <= 'Z';
    }

    /** PS3.5 section 6.2.2 and annex A.1: the dictionary's VR, LO for private creators, UL for group lengths, else UN. */
    static int implicitVr(int tag) {
        if ((tag & 0xFFFF) == 0) {
            return VR.UL.code();
        }
        if ((tag & 0x10000) != 0) {
            int element = tag & 0xFFFF;
            return element >= 0x10 && element <= 0xFF ? VR.LO.code() : UN;
        }
        byte code = Dictionary.standard().vrCode(tag);
        return code == Dictionary.UNKNOWN ? UN : code;
    }

    /** Passes over the value of the element whose header was just read; the next position or {@link #MORE}. */
    private int passValue(int end, boolean explicit, boolean big) {
        int from = value;
        int elementFlags = flags;
        count(from);
        if ((elementFlags & ElementIndex.UNDEFINED) == 0) {
            return passDefined(from, end, elementFlags, explicit, big);
        }
        int next;
        if (isFragments(tag, vr)) {
            elementFlags |= ElementIndex.FRAGMENTS;
            next = passFragments(from, end, big, null);
        } else if (vr == SQ) {
            next = passItems(from, end, true, explicit, big, null);
        } else if (vr == UN) {
            elementFlags |= explicit ? ElementIndex.IMPLICIT_ITEMS : 0;
            next = passItems(from, end, true, false, big && !explicit, null);
        } else {
            throw fail("undefined length in " + new Tag(tag), from);
        }
        contentFlags |= elementFlags;
        return next;
    }

    /** An item costs as much as an element, even one that holds none. */
    private void count(int at) {
        if (++elements > limits.elements()) {
            throw fail("more than " + limits.elements() + " elements and items", at);
        }
    }

    private int passDefined(int from, int end, int elementFlags, boolean explicit, boolean big) {
        long next = from + length;
        if (next > end) {
            runsOut(from, end, "a value of " + length + " bytes in " + new Tag(tag));
            return MORE;
        }
        if ((length & 1) != 0) {
            irregularities |= Irregularity.ODD_LENGTH.bit();
        }
        if (vr == SQ && length > 0 && passItems(from, (int) next, false, explicit, big, null) == MORE) {
            return MORE;
        }
        contentEnd = (int) next;
        contentFlags = elementFlags;
        return (int) next;
    }

    /** Undefined length means fragments for pixel data and for the VRs that cannot be sequences, PS3.5 A.4. */
    static boolean isFragments(int tag, int vr) {
        return (tag == PIXEL_DATA && vr != SQ)
                || switch (VR.at(vr & 63)) {
                    case OB, OW, OD, OF, OL, OV -> vr < 64;
                    default -> false;
                };
    }

    private int passItems(
            int from, int end, boolean undefined, boolean explicit, boolean big, @Nullable List<ItemRange> sink) {
        enter(from);
        int at = from;
        while (at < end) {
            if (end - at < 8) {
                runsOut(at, end, "an item header");
                return MORE;
            }
            int itemTag = tagAt(at, big);
            if (itemTag == ITEM) {
                pathItems[depth - 1]++;
                at = passItem(at, end, explicit, big, sink);
                if (at == MORE) {
                    return MORE;
                }
            } else if (itemTag == SEQUENCE_DELIMITATION && undefined) {
                return leave(at, at + 8);
            } else if (itemTag == SEQUENCE_DELIMITATION || itemTag == ITEM_DELIMITATION) {
                irregularities |= Irregularity.STRAY_DELIMITER.bit();
                at += 8;
            } else {
                throw fail("no item where one must begin", at);
            }
        }
        if (undefined && !delimiterMissing(end)) {
            return MORE;
        }
        return leave(end, end);
    }

    private int passItem(int at, int end, boolean explicit, boolean big, @Nullable List<ItemRange> sink) {
        long itemLength = Value.intAt(bytes, at + 4, big) & 0xFFFFFFFFL;
        boolean undefined = itemLength == UNDEFINED_LENGTH;
        long to = undefined ? end : at + 8 + itemLength;
        if (to > end) {
            runsOut(at, end, "an item of " + itemLength + " bytes");
            return MORE;
        }
        count(at);
        ElementIndex index = sink == null ? null : new ElementIndex((int) Math.min(16, (to - at - 8) / 8));
        int next = passElements(at + 8, (int) to, undefined, explicit, big, index);
        if (next != MORE && sink != null && index != null) {
            irregularities |= index.sort();
            sink.add(new ItemRange(index, at + 8, contentEnd, undefined));
        }
        if (next != MORE && places != null && depth == 1) {
            places.add(at + 8, contentEnd, undefined);
        }
        return next;
    }

    private int passElements(
            int from, int end, boolean undefined, boolean explicit, boolean big, @Nullable ElementIndex into) {
        int at = from;
        while (at < end) {
            if (!header(at, end, explicit, big)) {
                return MORE;
            }
            if (tag >>> 16 == 0xFFFE) {
                if (tag == ITEM) {
                    throw fail("an item where an element must begin", at);
                }
                if (undefined) {
                    contentEnd = at;
                    // Without its own delimiter an item ends where its sequence does.
                    irregularities |= tag == ITEM_DELIMITATION ? 0 : Irregularity.MISSING_DELIMITER.bit();
                    return tag == ITEM_DELIMITATION ? at + 8 : at;
                }
                irregularities |= Irregularity.STRAY_DELIMITER.bit();
                at += 8;
                continue;
            }
            int elementTag = tag;
            int elementVr = vr;
            int elementValue = value;
            at = passValue(end, explicit, big);
            if (at == MORE) {
                return MORE;
            }
            if (into != null) {
                into.add(elementTag, elementVr, elementValue, contentEnd - elementValue, contentFlags);
            }
        }
        if (undefined && !delimiterMissing(end)) {
            return MORE;
        }
        contentEnd = end;
        return end;
    }

    private int passFragments(int from, int end, boolean big, @Nullable List<ByteRange> sink) {
        int at = from;
        while (at < end) {
            if (end - at < 8) {
                runsOut(at, end, "a fragment header");
                return MORE;
            }
            int itemTag = tagAt(at, big);
            long itemLength = Value.intAt(bytes, at + 4, big) & 0xFFFFFFFFL;
            if (itemTag == SEQUENCE_DELIMITATION) {
                contentEnd = at;
                contentFlags = ElementIndex.DELIMITED;
                return at + 8;
            }
            if (itemTag != ITEM) {
                throw fail("no fragment where one must begin", at);
            }
            if (sink == null) {
                count(at);
                irregularities |= (itemLength & 1) != 0 ? Irregularity.ODD_LENGTH.bit() : 0;
            }
            if (at + 8 + itemLength > end) {
                runsOut(at, end, "a fragment of " + itemLength + " bytes");
                return MORE;
            }
            if (sink != null) {
                sink.add(new ByteRange(at + 8, itemLength));
            }
            at += (int) (8 + itemLength);
        }
        if (sink == null && !delimiterMissing(end)) {
            return MORE;
        }
        contentEnd = end;
        contentFlags = 0;
        return end;
    }

    /** At the end without a delimiter: false when more bytes may bring it, else it is missing. */
    private boolean delimiterMissing(int end) {
        if (!complete && end == available) {
            return false;
        }
        irregularities |= Irregularity.MISSING_DELIMITER.bit();
        return true;
    }

    private void enter(int at) {
        if (depth == limits.nesting()) {
            throw fail("sequences nested deeper than " + limits.nesting(), at);
        }
        if (depth == pathTags.length) {
            pathTags = Arrays.copyOf(pathTags, depth * 2);
            pathItems = Arrays.copyOf(pathItems, depth * 2);
        }
        pathTags[depth] = tag;
        pathItems[depth] = 0;
        depth++;
    }

    private int leave(int content, int next) {
        depth--;
        contentEnd = content;
        contentFlags = next > content ? ElementIndex.DELIMITED : 0;
        return next;
    }

    private int tagAt(int at, boolean big) {
        int code = Value.intAt(bytes, at, big);
        return big ? code : (code << 16) | (code >>> 16);
    }

    /** False when more bytes may come; otherwise what was to stand here is cut off. */
    private boolean runsOut(int at, int end, String what) {
        if (!complete && end == available) {
            return false;
        }
        throw fail(what + " but only " + (end - at) + " bytes are left", at);
    }

    private DicomFormatException fail(String what, int at) {
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < depth; i++) {
            path.append(i == 0 ? "" : " ").append(new Tag(pathTags[i]));
            if (pathItems[i] > 0) {
                path.append('[').append(pathItems[i]).append(']');
            }
        }
        return new DicomFormatException(what, at, path.toString());
    }

    private static long longVrs() {
        long bits = 0;
        for (VR vr : VR.values()) {
            bits |= vr.longLength() ? 1L << vr.code() : 0;
        }
        return bits;
    }
}
