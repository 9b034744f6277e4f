package org.strongroom.dicom;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Writes a data set in another native transfer syntax (PS3.5 annex A) while it comes in, in memory that does not depend on
 * its length: headers are encoded anew, values pass through a buffer.
 *
 * <p>Since a header goes out before what it stands for has come in, sequences and items that are not empty get undefined
 * lengths (PS3.5 section 7.5), and group lengths, which would no longer be right, are left out (retired, section 7.2).
 * Otherwise what comes out is what {@link DataSet#writeTo} writes, in the order of the bytes that came in. Pixel data is
 * not transcoded. An {@link ElementEditor}, where one is given, decides about each element.
 *
 * <p>It follows the data set with a stack of what is open: the data set itself, the items of a sequence, an item,
 * fragments. Each knows where it must end at the latest, so that no length is believed beyond what is around it.
 */
public final class Rewriter extends OutputStream {
    /** Any value with a length of 16 bits, and the headers around it, fit in. */
    private static final int BUFFER = (1 << 16) + 64;

    private static final int ITEM = 0xFFFEE000;
    private static final int ITEM_DELIMITATION = 0xFFFEE00D;
    private static final int SEQUENCE_DELIMITATION = 0xFFFEE0DD;
    private static final int PIXEL_DATA = 0x7FE00010;
    private static final int PIXEL_REPRESENTATION = 0x00280103;
    private static final long UNDEFINED = 0xFFFFFFFFL;
    private static final int NO_PADDING = -1;

    private enum Kind {
        DATA_SET,
        ITEMS,
        ITEM,
        FRAGMENTS
    }

    /** What is open. */
    private static final class Open {
        final Kind kind;
        final int tag;
        final long end;
        final boolean undefined;
        final boolean explicit;
        final boolean big;
        final DataSetWriter to;
        int pixelRepresentation;
        /** Of duplicates the first counts, as for the reader. */
        boolean represented;
        /** Nothing in it goes out. */
        boolean dropped;

        Open(Kind kind, int tag, long end, boolean undefined, boolean explicit, boolean big, DataSetWriter to) {
            this.kind = kind;
            this.tag = tag;
            this.end = end;
            this.undefined = undefined;
            this.explicit = explicit;
            this.big = big;
            this.to = to;
        }
    }

    private final OutputStream out;
    private final Limits limits;
    private final DataSetWriter implicit;
    private final Deque<Open> open = new ArrayDeque<>();
    private final Open root;
    private final Inflater inflater;
    private final boolean deflated;
    private final byte[] buffer = new byte[BUFFER];
    private final @Nullable ElementEditor editor;
    private final DataSetWriter nowhere = new DataSetWriter(OutputStream.nullOutputStream(), true, false);

    private int from;
    private int to;
    private long position;
    private boolean ended;
    private boolean zeros;
    private boolean zerosMayFollow = true;
    private boolean pixelsPassed;
    private int elements;
    private int depth;

    // The value that passes.
    private long left;
    private int unit = 1;
    private int padding = NO_PADDING;
    private boolean dropped;

    // The value that is examined, and whose it is.
    private @Nullable ByteArrayOutputStream examined;
    private Edit.@Nullable Examine examine;
    private int examinedTag;
    private VR examinedVr = VR.UN;

    // What is added to the outermost data set: from here on it has not gone out yet.
    private int addedNext;
    private final List<Tag> added;

    // The header that header() found.
    private int vr;
    private int headerLength;
    private long length;

    /**
     * A rewriter of one data set.
     *
     * @param from the syntax of the bytes that come; a deflated one is inflated, bounded by {@code limits}
     * @param to not deflated
     * @param pixelRepresentation what the data set says in (0028,0103): in implicit VR it settles whether a VR is US or SS,
     *     also for elements before it. {@link #pixelRepresentation} tells after a first pass; 0 if unknown
     */
    public Rewriter(OutputStream out, TransferSyntax from, TransferSyntax to, int pixelRepresentation, Limits limits) {
        this(out, from, to, pixelRepresentation, limits, null);
    }

    /** As above, with an editor; the two syntaxes must have the same byte order. */
    public Rewriter(
            OutputStream out,
            TransferSyntax from,
            TransferSyntax to,
            int pixelRepresentation,
            Limits limits,
            @Nullable ElementEditor editor) {
        if (editor != null && from.bigEndian() != to.bigEndian()) {
            throw new IllegalArgumentException("values are not edited while their byte order changes");
        }
        this.editor = editor;
        this.added = editor == null ? List.of() : editor.added().tags();
        if (to.deflated()) {
            throw new IllegalArgumentException("a data set is not rewritten in a deflated transfer syntax");
        }
        this.out = out;
        this.limits = limits;
        this.implicit = new DataSetWriter(out, false, false);
        this.deflated = from.deflated();
        this.inflater = new Inflater(true);
        DataSetWriter writer = new DataSetWriter(out, to.explicitVr(), to.bigEndian());
        root = new Open(Kind.DATA_SET, 0, Long.MAX_VALUE, false, from.explicitVr(), from.bigEndian(), writer);
        root.pixelRepresentation = pixelRepresentation;
        open.push(root);
    }

    /** What (0028,0103) of the data set said, if it has come already; else what was given. */
    public int pixelRepresentation() {
        return root.pixelRepresentation;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    /** @throws DicomFormatException when what came is no data set in the syntax named, or exceeds the limits */
    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
        if (deflated) {
            inflate(bytes, offset, count);
            return;
        }
        int at = offset;
        int end = offset + count;
        while (at < end) {
            int n;
            if (from == to && left > 0 && unit == 1) {
                n = (int) Math.min(end - at, left);
                pass(bytes, at, n);
            } else {
                n = Math.min(end - at, buffer.length - to);
                System.arraycopy(bytes, at, buffer, to, n);
                to += n;
                drain();
            }
            at += n;
        }
    }

    private void inflate(byte[] bytes, int offset, int count) throws IOException {
        inflater.setInput(bytes, offset, count);
        try {
            int n;
            while ((n = inflater.inflate(buffer, to, buffer.length - to)) > 0) {
                to += n;
                drain();
                Inflation.check(inflater.getBytesWritten(), inflater.getBytesRead(), limits);
            }
        } catch (DataFormatException e) {
            throw new DicomFormatException("the deflated data set is damaged", inflater.getBytesRead(), "");
        }
    }

    /**
     * Says that all has come, and writes what is still open.
     *
     * @throws DicomFormatException when something is missing
     */
    public void finish() throws IOException {
        if (deflated && !inflater.finished()) {
            throw new DicomFormatException("the deflated data set is cut off", inflater.getBytesRead(), "");
        }
        ended = true;
        drain();
        addBefore(0xFFFFFFFF);
    }

    /** Ends the use of this rewriter; what it writes to stays open. */
    @Override
    public void close() {
        inflater.end();
    }

    private void drain() throws IOException {
        while (step()) {
            // Until more is needed.
        }
        System.arraycopy(buffer, from, buffer, 0, to - from);
        to -= from;
        from = 0;
    }

    /** Says whether it came any further. */
    private boolean step() throws IOException {
        Open top = open.element();
        if (zeros) {
            return passZeros();
        }
        if (left > 0) {
            return copy();
        }
        if (examine != null) {
            examined();
            return true;
        }
        if (padding != NO_PADDING) {
            out.write(padding);
            padding = NO_PADDING;
        }
        if (position == top.end) {
            closeTop();
            return true;
        }
        if (from == to) {
            if (!ended || top.kind == Kind.DATA_SET) {
                return false;
            }
            if (top.end != Long.MAX_VALUE) {
                throw fail("the data set is cut off");
            }
            closeTop(); // a missing delimiter at the end is what readers put up with
            return true;
        }
        if (ended && to - from < 8 && top.kind == Kind.DATA_SET && pixelsPassed && restIsZero()) {
            zeros = true;
            return true;
        }
        if (!has(8, top)) {
            return false;
        }
        int tag = tagAt(from, top.big);
        return switch (top.kind) {
            case ITEMS -> item(top, tag);
            case FRAGMENTS -> fragment(top, tag);
            case DATA_SET, ITEM -> tag >>> 16 == 0xFFFE ? delimiter(top, tag) : element(top, tag);
        };
    }

    private boolean has(int count, Open top) {
        if (top.end - position < count || (ended && to - from < count)) {
            throw fail("a header is cut off");
        }
        return to - from >= count;
    }

    private boolean restIsZero() {
        for (int i = from; i < to; i++) {
            if (buffer[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /** Eight bytes at a time: what turns out not to be padding was elements (0000,0000), group lengths, which go nowhere. */
    private boolean passZeros() {
        int count = Math.min(8, to - from);
        for (int i = 0; i < count; i++) {
            if (buffer[from + i] != 0) {
                zeros = false;
                zerosMayFollow = false;
                return true;
            }
        }
        if (count < 8 && !ended) {
            return false;
        }
        skip(count);
        return count > 0;
    }

    private boolean copy() throws IOException {
        int n = (int) Math.min(left, to - from);
        if (n == 0 && ended) {
            throw fail("a value is cut off by " + left + " bytes");
        }
        if (unit > 1 && n < left) {
            n -= n % unit;
        }
        if (unit > 1) {
            DataSetWriter.swap(buffer, from, from + n, unit);
        }
        pass(buffer, from, n);
        from += n;
        return n > 0;
    }

    private void pass(byte[] bytes, int offset, int count) throws IOException {
        if (examined != null) {
            examined.write(bytes, offset, count);
        } else if (!dropped) {
            out.write(bytes, offset, count);
        }
        position += count;
        left -= count;
    }

    private boolean delimiter(Open top, int tag) throws IOException {
        if (top.kind == Kind.DATA_SET) {
            throw fail("a delimiter " + new Tag(tag) + " outside any sequence");
        }
        if (tag == ITEM) {
            throw fail("an item where an element must begin");
        }
        // Without its own delimiter an item ends where its sequence does.
        if (!top.undefined || tag == ITEM_DELIMITATION) {
            skip(8);
        }
        if (top.undefined) {
            closeTop();
        }
        return true;
    }

    private boolean item(Open top, int tag) throws IOException {
        if (tag == SEQUENCE_DELIMITATION || tag == ITEM_DELIMITATION) {
            skip(8);
            if (top.undefined && tag == SEQUENCE_DELIMITATION) {
                closeTop();
            }
            return true;
        }
        if (tag != ITEM) {
            throw fail("no item where one must begin");
        }
        long itemLength = lengthAt(from + 4, top.big);
        skip(8);
        if (editor != null && !top.dropped) {
            editor.beginItem(new Tag(top.tag));
        }
        if (itemLength == 0) {
            top.to.tag(ITEM, 0);
            if (editor != null && !top.dropped) {
                editor.endItem();
            }
            return true;
        }
        top.to.tag(ITEM, UNDEFINED);
        push(Kind.ITEM, top.tag, itemLength, top.explicit, top.big, top.to);
        return true;
    }

    private boolean fragment(Open top, int tag) throws IOException {
        if (tag == SEQUENCE_DELIMITATION) {
            skip(8);
            closeTop();
            return true;
        }
        long fragment = lengthAt(from + 4, top.big);
        if (tag != ITEM || fragment > top.end - position - 8) {
            throw fail("no fragment where one must begin");
        }
        skip(8);
        top.to.tag(ITEM, fragment);
        value(fragment, 1, NO_PADDING, top.dropped);
        return true;
    }

    private boolean element(Open top, int tag) throws IOException {
        if (tag == 0 && position > 0 && top.kind == Kind.DATA_SET && zerosMayFollow) {
            zeros = true; // what some devices pad with
            return true;
        }
        if (!header(top, tag)) {
            return false;
        }
        boolean representation = tag == PIXEL_REPRESENTATION && length == 2;
        if (representation && to - from < headerLength + 2 && !ended) {
            return false;
        }
        if (++elements > limits.elements()) {
            throw fail("more than " + limits.elements() + " elements");
        }
        if (representation && !top.represented && to - from >= headerLength + 2) {
            top.represented = true;
            top.pixelRepresentation = Value.unsignedShort(buffer, from + headerLength, top.big);
        }
        VR is = vr == Dictionary.US_OR_SS ? (top.pixelRepresentation == 1 ? VR.SS : VR.US) : VR.at(vr);
        skip(headerLength);
        pixelsPassed |= tag == PIXEL_DATA && top.kind == Kind.DATA_SET;
        if (length != UNDEFINED && length > top.end - position) {
            throw fail("a value of " + length + " bytes in " + new Tag(tag) + " beyond its item");
        }
        if ((tag & 0xFFFF) == 0 && length != UNDEFINED && !(is == VR.SQ && length > 0)) {
            value(length, 1, NO_PADDING, true);
        } else if (editor == null || top.dropped) {
            keep(top, tag, is);
        } else {
            edit(top, tag, is, editor);
        }
        return true;
    }

    private void keep(Open top, int tag, VR is) throws IOException {
        if (length == UNDEFINED) {
            openUndefined(top, tag, is, false);
        } else if (is == VR.SQ && length > 0) {
            top.to.header(tag, VR.SQ, UNDEFINED);
            push(Kind.ITEMS, tag, length, top.explicit, top.big, top.to);
        } else {
            boolean odd = (length & 1) != 0;
            top.to.header(tag, is, odd ? length + 1 : length);
            boolean swapped = top.big != top.to.bigEndian() && is != VR.UN;
            int pad = odd && !top.dropped ? is.padding() : NO_PADDING;
            value(length, swapped ? is.unit() : 1, pad, top.dropped);
        }
    }

    private void edit(Open top, int tag, VR is, ElementEditor by) throws IOException {
        if (top.kind == Kind.DATA_SET) {
            addBefore(tag);
            if (added.contains(new Tag(tag))) {
                drop(top, tag, is);
                return;
            }
        }
        switch (by.edit(depth, new Tag(tag), is, length == UNDEFINED ? ElementEditor.UNDEFINED : length)) {
            case Edit.Keep() -> keep(top, tag, is);
            case Edit.Drop() -> drop(top, tag, is);
            case Edit.AsItems() -> asItems(top, tag, is);
            case Edit.Replace replace -> {
                write(top, tag, replace);
                drop(top, tag, is);
            }
            case Edit.ReplaceItems(List<DataSet> items) -> {
                top.to.write(DataSet.empty().withItems(new Tag(tag), items));
                drop(top, tag, is);
            }
            case Edit.Examine one -> examine(tag, is, one);
        }
    }

    private void drop(Open top, int tag, VR is) throws IOException {
        if (length == UNDEFINED) {
            openUndefined(top, tag, is, true);
        } else {
            value(length, 1, NO_PADDING, true);
        }
    }

    private void asItems(Open top, int tag, VR is) throws IOException {
        if (length == UNDEFINED || is == VR.SQ || length == 0) {
            keep(top, tag, is);
            return;
        }
        top.to.header(tag, top.explicit ? VR.UN : VR.SQ, UNDEFINED);
        boolean big = !top.explicit && top.big;
        push(Kind.ITEMS, tag, length, false, big, top.explicit ? implicit : top.to);
    }

    private void examine(int tag, VR is, Edit.Examine one) {
        if (length == UNDEFINED || length > limits.valueBytes()) {
            throw fail("a value of " + new Tag(tag) + " that is longer than " + limits.valueBytes() + " bytes");
        }
        examined = new ByteArrayOutputStream();
        examine = one;
        examinedTag = tag;
        examinedVr = is;
        value(length, 1, NO_PADDING, false);
    }

    private void examined() throws IOException {
        Edit.Examine one = examine;
        ByteArrayOutputStream held = examined;
        examine = null;
        examined = null;
        if (one == null || held == null) {
            return;
        }
        byte[] bytes = held.toByteArray();
        switch (one.decision().apply(bytes)) {
            case Edit.Keep() -> write(open.element(), examinedTag, new Edit.Replace(examinedVr, bytes));
            case Edit.Replace replace -> write(open.element(), examinedTag, replace);
            case Edit.Drop() -> {}
            case Edit.AsItems(), Edit.ReplaceItems _, Edit.Examine _ ->
                throw new IllegalStateException("an examined value is kept, dropped or replaced");
        }
    }

    private void write(Open top, int tag, Edit.Replace replace) throws IOException {
        byte[] value = ValueType.padded(replace.value(), replace.vr());
        if (top.to.explicitVr() && !replace.vr().longLength() && value.length > 0xFFFE) {
            throw fail("a value of " + new Tag(tag) + " too long for its VR");
        }
        top.to.header(tag, replace.vr(), value.length);
        out.write(value);
    }

    /** What is added goes out where it belongs in the order of tags. */
    private void addBefore(int tag) throws IOException {
        while (editor != null
                && addedNext < added.size()
                && Integer.compareUnsigned(added.get(addedNext).code(), tag) <= 0) {
            root.to.write(editor.added().only(List.of(added.get(addedNext))));
            addedNext++;
        }
    }

    private void openUndefined(Open top, int tag, VR is, boolean drop) throws IOException {
        boolean gone = drop || top.dropped;
        DataSetWriter to = gone ? nowhere : top.to;
        if (DataSetReader.isFragments(tag, is.code())) {
            to.header(tag, is, UNDEFINED);
            push(Kind.FRAGMENTS, tag, UNDEFINED, top.explicit, top.big, to);
        } else if (is == VR.UN && top.explicit) {
            // What follows is implicit VR little endian, whatever the data set is in, PS3.5 section 6.2.2.
            to.header(tag, VR.UN, UNDEFINED);
            push(Kind.ITEMS, tag, UNDEFINED, false, false, gone ? nowhere : implicit);
        } else if (is == VR.UN || is == VR.SQ) {
            to.header(tag, VR.SQ, UNDEFINED);
            push(Kind.ITEMS, tag, UNDEFINED, top.explicit, top.big, to);
        } else {
            throw fail("undefined length in " + new Tag(tag));
        }
        open.element().dropped = gone;
    }

    private void value(long bytes, int swappedUnit, int pad, boolean drop) {
        left = bytes;
        unit = swappedUnit;
        padding = pad;
        dropped = drop;
    }

    /** Finds VR, length, and how long the header is; false when more bytes are needed. */
    private boolean header(Open top, int tag) {
        headerLength = 8;
        if (!top.explicit) {
            vr = DataSetReader.implicitVr(tag);
            length = lengthAt(from + 4, top.big);
            return true;
        }
        vr = VR.codeOf(buffer[from + 4], buffer[from + 5]);
        if (vr < 0) {
            return headerWithoutVr(top, tag);
        }
        if (!VR.at(vr).longLength()) {
            length = Value.unsignedShort(buffer, from + 6, top.big);
            return true;
        }
        return longHeader(top);
    }

    private boolean longHeader(Open top) {
        if (!has(12, top)) {
            return false;
        }
        headerLength = 12;
        length = lengthAt(from + 8, top.big);
        return true;
    }

    /**
     * As {@link DataSetReader} takes them, but that it can look ahead to where the next element would be: here, of two letters
     * that are no VR and no length in 16 bits, the length has 32 bits unless the next element begins there.
     */
    private boolean headerWithoutVr(Open top, int tag) {
        if (!DataSetReader.isVrAt(buffer, from + 4)) {
            return headerOfNoVr(top, tag);
        }
        vr = VR.UN.code();
        length = Value.unsignedShort(buffer, from + 6, top.big);
        long rest = top.end - position - 8;
        if (length > 0 || rest < 4 || (ended && to - from < 12)) {
            return true;
        }
        int looked = rest < 6 || (ended && to - from < 14) ? 12 : 14;
        if (to - from < looked) {
            return false;
        }
        int next = tagAt(from + 8, top.big);
        boolean begins = next >>> 16 == 0xFFFE
                || (looked == 14 && Integer.compareUnsigned(next, tag) > 0 && DataSetReader.isVrAt(buffer, from + 12));
        return begins || longHeader(top);
    }

    private boolean headerOfNoVr(Open top, int tag) {
        int shorter = Value.unsignedShort(buffer, from + 6, top.big);
        int whole = 8 + shorter;
        long within = ended ? Math.min(to - from, top.end - position) : top.end - position;
        if (within >= whole + 6 && to - from < whole + 6) {
            return false;
        }
        if (within == whole || (within >= whole + 6 && DataSetReader.begins(buffer, from + whole, top.big, tag))) {
            vr = DataSetReader.vrOfSpoilt(tag);
            length = shorter;
        } else {
            vr = DataSetReader.implicitVr(tag);
            length = lengthAt(from + 4, top.big);
        }
        return true;
    }

    private void push(Kind kind, int tag, long bytes, boolean explicit, boolean big, DataSetWriter writer) {
        Open top = open.element();
        boolean undefined = bytes == UNDEFINED;
        if (!undefined && bytes > top.end - position) {
            throw fail("an item of " + bytes + " bytes beyond its sequence");
        }
        if (kind == Kind.ITEMS && ++depth > limits.nesting()) {
            throw fail("sequences nested deeper than " + limits.nesting());
        }
        Open inner = new Open(kind, tag, undefined ? top.end : position + bytes, undefined, explicit, big, writer);
        inner.pixelRepresentation = top.pixelRepresentation;
        inner.dropped = top.dropped;
        open.push(inner);
    }

    private void closeTop() throws IOException {
        Open closed = open.pop();
        closed.to.tag(closed.kind == Kind.ITEM ? ITEM_DELIMITATION : SEQUENCE_DELIMITATION, 0);
        depth -= closed.kind == Kind.ITEMS ? 1 : 0;
        if (editor != null && closed.kind == Kind.ITEM && !closed.dropped) {
            editor.endItem();
        }
    }

    private void skip(int count) {
        from += count;
        position += count;
    }

    private int tagAt(int at, boolean big) {
        int code = Value.intAt(buffer, at, big);
        return big ? code : (code << 16) | (code >>> 16);
    }

    private long lengthAt(int at, boolean big) {
        return Value.intAt(buffer, at, big) & 0xFFFFFFFFL;
    }

    private DicomFormatException fail(String what) {
        StringBuilder path = new StringBuilder();
        for (Open around : open.reversed()) {
            if (around.kind == Kind.ITEMS) {
                path.append(path.isEmpty() ? "" : " ").append(new Tag(around.tag));
            }
        }
        return new DicomFormatException(what, position, path.toString());
    }
}
