package org.strongroom.dicom;

import java.util.Arrays;
import java.util.Optional;

/**
 * Finds the frames of pixel data in bytes as they arrive, in pieces of any size, without keeping them: for each
 * fragment two numbers stay, and the offset tables. To be fed from where {@link DataSet.Head#endOffset} is, or from any
 * other top-level element before the pixel data; of deflated data sets, what is inflated.
 *
 * <p>It never fails: bytes that it does not understand end its work, and {@link #finish} tells of what was found until
 * then. Not safe for use by several threads.
 */
public final class FrameScanner {
    private static final int ITEM = 0xFFFEE000;
    private static final int ITEM_DELIMITATION = 0xFFFEE00D;
    private static final int SEQUENCE_DELIMITATION = 0xFFFEE0DD;
    private static final long UNDEFINED = 0xFFFFFFFFL;

    private enum Phase {
        /** The header of an element, item or fragment. */
        HEADER,
        /** Bytes of no interest. */
        SKIP,
        /** An offset table. */
        TABLE,
        /** The first bytes of a fragment. */
        PEEK,
        /** The rest of a fragment, of which only the last bytes count. */
        FRAGMENT,
        /** The value of native pixel data. */
        PIXELS,
        DONE
    }

    private final TransferSyntax syntax;
    private final Limits limits;
    private final FragmentList fragments = new FragmentList();
    private final byte[] small = new byte[FragmentList.PEEK];

    private Phase phase = Phase.HEADER;
    private long position;
    private long left;
    private int gathered;
    private int needed = 8;
    private byte[] table = new byte[0];
    private int tableLength;
    private int tableTag;

    /** Sequences and items of undefined length that are open, and from which of them on implicit VR holds. */
    private int depth;

    private int implicitDepth = Integer.MAX_VALUE;
    private int elements;

    private boolean encapsulated;
    private boolean basicTableSeen;
    private long fragmentOffset;
    private long fragmentLength;
    private boolean starts;
    private int lastBytes;

    private long pixelsOffset = -1;
    private long pixelsLength;

    /**
     * A scanner that was not fed yet.
     *
     * @param position of the first byte that will be fed, from the first byte of the data set
     */
    public FrameScanner(TransferSyntax syntax, long position, Limits limits) {
        this.syntax = syntax;
        this.position = position;
        this.limits = limits;
    }

    /** Whether more bytes would tell nothing new. */
    public boolean isDone() {
        return phase == Phase.DONE;
    }

    public void accept(byte[] bytes, int from, int length) {
        int at = from;
        int end = Math.addExact(from, length);
        while (at < end && phase != Phase.DONE) {
            int taken = switch (phase) {
                case HEADER, PEEK -> gather(bytes, at, end);
                case TABLE -> collect(bytes, at, end);
                case FRAGMENT -> pass(bytes, at, end, true);
                default -> pass(bytes, at, end, false);
            };
            at += taken;
            position += taken;
            settle();
        }
    }

    /** The frames that the bytes so far hold; empty where they have no pixel data. */
    public Optional<Frames> finish(PixelShape shape) {
        if (encapsulated) {
            fragments.delimited = fragments.delimited && phase == Phase.DONE;
            return Optional.of(FrameAssembly.encapsulated(shape, syntax, fragments));
        }
        if (pixelsOffset < 0) {
            return Optional.empty();
        }
        ByteRange there = new ByteRange(pixelsOffset, Math.min(pixelsLength, position - pixelsOffset));
        return Optional.of(FrameAssembly.uncompressed(shape, syntax, there));
    }

    private int gather(byte[] bytes, int at, int end) {
        int taken = Math.min(needed - gathered, end - at);
        System.arraycopy(bytes, at, small, gathered, taken);
        gathered += taken;
        return taken;
    }

    /** Grows with the bytes that are there. */
    private int collect(byte[] bytes, int at, int end) {
        int taken = (int) Math.min(left, end - at);
        if (tableLength + taken > table.length) {
            table = Arrays.copyOf(
                    table, Math.max(tableLength + taken, (int) Math.min(left + tableLength, 2L * table.length)));
        }
        System.arraycopy(bytes, at, table, tableLength, taken);
        tableLength += taken;
        left -= taken;
        return taken;
    }

    private int pass(byte[] bytes, int at, int end, boolean remember) {
        int taken = (int) Math.min(left, end - at);
        left -= taken;
        for (int i = Math.max(at, at + taken - 3); remember && i < at + taken; i++) {
            lastBytes = lastBytes << 8 | (bytes[i] & 0xFF);
        }
        return taken;
    }

    /** What follows when a phase has all it wanted, once or more: a fragment may be empty. */
    private void settle() {
        while (phase != Phase.DONE) {
            if (phase == Phase.HEADER || phase == Phase.PEEK) {
                if (gathered < needed) {
                    return;
                }
                if (phase == Phase.HEADER) {
                    header();
                } else {
                    peeked();
                }
            } else {
                if (left > 0) {
                    return;
                }
                ended();
            }
        }
    }

    private void next() {
        phase = Phase.HEADER;
        gathered = 0;
        needed = 8;
    }

    private void skip(long length) {
        phase = Phase.SKIP;
        left = length;
    }

    private void ended() {
        switch (phase) {
            case TABLE -> keepTable();
            case FRAGMENT ->
                fragments.add(fragmentOffset, fragmentLength, starts, FragmentList.endsCodestream(lastBytes));
            case PIXELS -> {
                phase = Phase.DONE;
                return;
            }
            default -> {}
        }
        next();
    }

    private void keepTable() {
        byte[] whole = Arrays.copyOf(table, tableLength);
        if (encapsulated) {
            fragments.basicTable = whole;
        } else if (tableTag == Frames.EXTENDED_OFFSETS.code()) {
            fragments.extendedOffsets = whole;
        } else {
            fragments.extendedLengths = whole;
        }
    }

    /** A table longer than any that fits is not kept, only that there was one. */
    private void startTable(int tag, long length) {
        tableTag = tag;
        tableLength = 0;
        table = new byte[(int) Math.min(length, 1 << 12)];
        if (length > 8L * limits.elements()) {
            tableLength = 1;
            keepTable();
            skip(length);
        } else {
            phase = Phase.TABLE;
            left = length;
        }
    }

    private void header() {
        boolean big = syntax.bigEndian() && depth < implicitDepth;
        int code = Value.intAt(small, 0, big);
        int tag = big ? code : (code << 16) | (code >>> 16);
        if (tag >>> 16 == 0xFFFE || encapsulated) {
            delimiterOrItem(tag, Value.intAt(small, 4, big) & 0xFFFFFFFFL);
            return;
        }
        boolean explicit = syntax.explicitVr() && depth < implicitDepth && DataSetReader.isVrAt(small, 4);
        int vr = explicit ? VR.codeOf(small[4], small[5]) : DataSetReader.implicitVr(tag);
        boolean longHeader = explicit && vr >= 0 && VR.at(vr).longLength();
        if (longHeader && needed == 8) {
            needed = 12;
            return;
        }
        long length = longHeader
                ? Value.intAt(small, 8, big) & 0xFFFFFFFFL
                : explicit ? Value.unsignedShort(small, 6, big) : Value.intAt(small, 4, big) & 0xFFFFFFFFL;
        element(tag, vr, explicit, length);
    }

    private void element(int tag, int vr, boolean explicit, long length) {
        boolean pixels = depth == 0
                && (tag == Frames.PIXEL_DATA.code()
                        || tag == Frames.FLOAT_PIXEL_DATA.code()
                        || tag == Frames.DOUBLE_FLOAT_PIXEL_DATA.code());
        if (++elements > limits.elements()) {
            phase = Phase.DONE;
        } else if (pixels && length == UNDEFINED) {
            encapsulated = true;
            next();
        } else if (pixels) {
            pixelsOffset = position;
            pixelsLength = length;
            phase = Phase.PIXELS;
            left = length;
        } else if (length == UNDEFINED) {
            depth++;
            if (explicit && vr == VR.UN.code()) {
                implicitDepth = depth;
            }
            next();
        } else if (depth == 0 && (tag == Frames.EXTENDED_OFFSETS.code() || tag == Frames.EXTENDED_LENGTHS.code())) {
            startTable(tag, length);
        } else {
            skip(length);
        }
    }

    private void delimiterOrItem(int tag, long length) {
        if (encapsulated) {
            fragmentItem(tag, length);
            return;
        }
        if (tag == ITEM && length != UNDEFINED && depth > 0) {
            skip(length);
            return;
        }
        boolean closes = tag == ITEM_DELIMITATION || tag == SEQUENCE_DELIMITATION;
        depth += tag == ITEM ? 1 : closes ? -1 : 0;
        if (depth < 0 || depth > 2 * limits.nesting() || (tag == ITEM && depth == 1) || !(closes || tag == ITEM)) {
            phase = Phase.DONE;
            return;
        }
        if (depth < implicitDepth) {
            implicitDepth = Integer.MAX_VALUE;
        }
        next();
    }

    private void fragmentItem(int tag, long length) {
        if (tag != ITEM || length == UNDEFINED || ++elements > limits.elements()) {
            fragments.delimited = tag == SEQUENCE_DELIMITATION;
            phase = Phase.DONE;
        } else if (!basicTableSeen) {
            basicTableSeen = true;
            startTable(0, length);
        } else {
            fragmentOffset = position;
            fragmentLength = length;
            phase = Phase.PEEK;
            gathered = 0;
            needed = (int) Math.min(FragmentList.PEEK, length);
        }
    }

    private void peeked() {
        starts = FragmentList.startsCodestream(small, 0, gathered);
        lastBytes = 0;
        for (int i = Math.max(0, gathered - 3); i < gathered; i++) {
            lastBytes = lastBytes << 8 | (small[i] & 0xFF);
        }
        phase = Phase.FRAGMENT;
        left = fragmentLength - gathered;
    }
}
