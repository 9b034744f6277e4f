package org.strongroom.dicom;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * A data set of any length in the memory of its shorter values, for files to be looked at: values of the outermost level that
 * are longer than asked for are passed over and are {@link Element.Bulk}, with their place in the stream. A sequence is
 * read whole. The data set can't be written.
 */
public final class Outline {
    private static final long UNDEFINED_LENGTH = 0xFFFFFFFFL;
    private static final int PIXEL_DATA = 0x7FE00010;
    private static final int ITEM = 0xFFFEE000;
    private static final int SEQUENCE_DELIMITATION = 0xFFFEE0DD;
    private static final int FIRST = 4096;
    /** So much at least that what is read ahead is moved rarely. */
    private static final int FIRST_AHEAD = 1 << 16;

    private final InputStream in;
    private final TransferSyntax syntax;
    private final Limits limits;
    private final long longest;
    private final int mostKept;
    private final PassedOver passed = new PassedOver();
    private byte[] kept = new byte[FIRST];
    private int keptCount;
    /** Bytes of the stream that are read and belong to no element yet. */
    private byte[] ahead = new byte[FIRST_AHEAD];

    private int aheadFrom;
    private int aheadCount;
    private long position;
    private int elements;
    /** How much was kept when Pixel Data was passed over; -1 before. */
    private int pixelDataAt = -1;
    /** After Pixel Data: where the element looked at last began, by what was kept and passed over before it. */
    private int lastAt;

    private int passedBefore;
    private int lastTag;
    /** Whether an element began there that does not belong there: bytes that follow a data set. */
    private boolean strange;
    /** Whether bytes that are no elements follow. */
    private boolean followed;

    private Outline(InputStream in, TransferSyntax syntax, Limits limits, long longest, int mostKept) {
        this.in = in;
        this.syntax = syntax;
        this.limits = limits;
        this.longest = longest;
        this.mostKept = mostKept;
    }

    /**
     * Reads to the end of the stream.
     *
     * @param syntax where it is deflated, the stream is inflated as it is read
     * @param longest most bytes of a value that is read; offsets of longer ones are counted from where the stream stood, of
     *     a deflated one in what it inflates to
     * @param mostKept most bytes of all that is read
     * @throws DicomFormatException when the bytes are no data set in this syntax, are cut off, exceed {@code limits}, or come
     *     to more than {@code mostKept}
     */
    public static DataSet read(InputStream in, TransferSyntax syntax, Limits limits, long longest, int mostKept)
            throws IOException {
        if (syntax.deflated()) {
            TransferSyntax plain = new TransferSyntax(
                    syntax.uid(), syntax.explicitVr(), syntax.bigEndian(), false, syntax.encapsulated());
            try (InflatingStream inflated = new InflatingStream(in, limits)) {
                DataSet read = read(inflated, plain, limits, longest, mostKept);
                return inflated.isFollowed() ? read.with(read.index(), Irregularity.TRAILING_BYTES.bit()) : read;
            }
        }
        Outline outline = new Outline(in, syntax, limits, longest, mostKept);
        outline.elements();
        DataSet read = outline.passed.among(outline.read());
        return outline.followed ? read.with(read.index(), Irregularity.TRAILING_BYTES.bit()) : read;
    }

    /**
     * Pixel Data passed over and then bytes that are no elements follow a data set, as its reader takes them too; elements
     * before those bytes stay.
     */
    private void elements() throws IOException {
        try {
            while (element()) {
                // Until the end.
            }
            if (pixelDataAt >= 0) {
                kept(keptCount);
            }
        } catch (DicomFormatException e) {
            if (pixelDataAt < 0) {
                throw e;
            }
            followed = true;
            passed.count = passedBefore;
            keptCount = reads(lastAt) ? lastAt : pixelDataAt;
        }
    }

    private boolean reads(int count) {
        try {
            kept(count);
            return true;
        } catch (DicomFormatException e) {
            return false;
        }
    }

    /** Takes note of where an element begins after Pixel Data, up to the first that can't belong there. */
    private void begins(int tag, boolean named) {
        if (pixelDataAt < 0 || strange) {
            return;
        }
        lastAt = keptCount;
        passedBefore = passed.count;
        strange = Integer.compareUnsigned(tag, lastTag) <= 0 || tag >>> 16 == 0xFFFE || (syntax.explicitVr() && !named);
        lastTag = tag;
    }

    /** What was kept. Zeros behind elements that were all passed over would be taken for elements. */
    private DataSet read() {
        boolean zeros = passed.count > 0 && passed.areBefore(1) && keptCount > 0;
        for (int i = 0; zeros && i < keptCount; i++) {
            zeros = kept[i] == 0;
        }
        return zeros ? kept(0).with(new ElementIndex(0), Irregularity.TRAILING_ZEROS.bit()) : kept(keptCount);
    }

    private DataSet kept(int count) {
        return DataSet.read(Arrays.copyOf(kept, count), syntax, limits);
    }

    private boolean element() throws IOException {
        if (!has(8)) {
            begins(0xFFFFFFFF, false);
            keep(aheadCount); // nothing, or a rest that the reader judges
            return false;
        }
        boolean big = syntax.bigEndian();
        int tag = tagAt(0);
        int header = 8;
        int vr = DataSetReader.implicitVr(tag);
        long length = lengthAt(4);
        int named = VR.codeOf(ahead[aheadFrom + 4], ahead[aheadFrom + 5]);
        begins(tag, named >= 0);
        if (++elements > limits.elements()) {
            throw new DicomFormatException("more than " + limits.elements() + " elements", position, "");
        }
        if (syntax.explicitVr() && named < 0 && tag >>> 16 != 0xFFFE) {
            whole(tag);
            return true;
        }
        if (syntax.explicitVr() && named >= 0) {
            vr = named;
            length = Value.unsignedShort(ahead, aheadFrom + 6, big);
            if (VR.at(vr).longLength()) {
                header = 12;
                if (!has(12)) {
                    keep(aheadCount);
                    return false;
                }
                length = lengthAt(8);
            }
        }
        if (length == UNDEFINED_LENGTH && DataSetReader.isFragments(tag, vr)) {
            fragments(tag, vr, header);
        } else if (length != UNDEFINED_LENGTH && length > longest && vr != VR.SQ.code() && tag >>> 16 != 0xFFFE) {
            drop(header);
            pass(tag, vr, position, length, 0);
            skip(length, tag);
            passedPixelData(tag);
        } else if (length != UNDEFINED_LENGTH) {
            keep(header);
            keepFromStream(length, tag);
        } else {
            whole(tag);
        }
        return true;
    }

    /** Encapsulated data: kept where it is short, else passed over fragment by fragment. */
    private void fragments(int tag, int vr, int header) throws IOException {
        int headerAt = keptCount;
        keep(header);
        long from = position;
        int count = 0;
        while (has(8) && tagAt(0) == ITEM) {
            long length = lengthAt(4);
            boolean fits = position + 8 + length - from <= longest && keptCount > headerAt;
            if (++elements > limits.elements()) {
                throw new DicomFormatException("more than " + limits.elements() + " fragments", position, "");
            }
            count++;
            if (fits) {
                keep(8);
                keepFromStream(length, tag);
            } else {
                keptCount = headerAt;
                drop(8);
                skip(length, tag);
            }
        }
        if (keptCount == headerAt) {
            pass(tag, vr, from, position - from, count);
            if (has(8) && tagAt(0) != SEQUENCE_DELIMITATION) {
                throw new DicomFormatException("no fragment where one must begin", position, "" + new Tag(tag));
            }
            drop(Math.min(8, aheadCount));
            passedPixelData(tag);
        } else if (has(8)) {
            keep(8);
        }
    }

    /** A sequence of undefined length, or a header that is none: more and more is looked at until the end is there. */
    private void whole(int tag) throws IOException {
        int wanted = FIRST;
        while (true) {
            boolean complete = !has(wanted);
            int end = endOfFirst(Math.min(aheadCount, wanted), complete);
            if (end != DataSetReader.MORE) {
                keep(end);
                return;
            }
            if (wanted >= mostKept) {
                throw tooMuch(tag);
            }
            wanted = Math.min(wanted * 2, mostKept);
        }
    }

    /** What is no element is taken to the end of the stream: the reader of the whole knows what may follow a data set. */
    private int endOfFirst(int available, boolean complete) {
        try {
            int end = new DataSetReader(ahead, aheadFrom + available, complete, limits)
                    .endOfFirst(aheadFrom, syntax.explicitVr(), syntax.bigEndian());
            return end == DataSetReader.MORE ? end : end - aheadFrom;
        } catch (DicomFormatException e) {
            return complete ? available : DataSetReader.MORE;
        }
    }

    private void pass(int tag, int vr, long from, long length, int fragments) {
        VR known = vr == Dictionary.US_OR_SS ? VR.US : VR.at(vr);
        passed.add(tag, known, new ByteRange(from, length), fragments, keptCount);
    }

    private void passedPixelData(int tag) {
        if (tag == PIXEL_DATA && pixelDataAt < 0) {
            pixelDataAt = keptCount;
            lastTag = tag;
        }
    }

    private void keepFromStream(long length, int tag) throws IOException {
        long left = length;
        while (left > 0) {
            if (aheadCount == 0 && !has(1)) {
                return; // cut off: the reader says so
            }
            int n = (int) Math.min(left, aheadCount);
            if (n > mostKept - keptCount) {
                throw tooMuch(tag);
            }
            keep(n);
            left -= n;
        }
    }

    private void keep(int count) {
        if (count > mostKept - keptCount) {
            throw tooMuch(count < 4 ? 0 : tagAt(0));
        }
        if (count > kept.length - keptCount) {
            kept = Arrays.copyOf(kept, (int) Math.min(Math.max(kept.length * 2L, (long) keptCount + count), mostKept));
        }
        System.arraycopy(ahead, aheadFrom, kept, keptCount, count);
        keptCount += count;
        drop(count);
    }

    private DicomFormatException tooMuch(int tag) {
        return new DicomFormatException(
                "more than " + mostKept + " bytes besides long values", position, new Tag(tag).toString());
    }

    private void drop(int count) {
        aheadFrom += count;
        aheadCount -= count;
        position += count;
    }

    private void skip(long length, int tag) throws IOException {
        int there = (int) Math.min(length, aheadCount);
        drop(there);
        try {
            in.skipNBytes(length - there);
        } catch (EOFException e) {
            throw new DicomFormatException(
                    "a value of " + length + " bytes that is cut off", position, "" + new Tag(tag));
        }
        position += length - there;
    }

    /** Reads until so many bytes are there; false where the stream ends before. */
    private boolean has(int count) throws IOException {
        if (aheadCount < count && aheadFrom + count > ahead.length) {
            compact();
            ahead = count > ahead.length ? Arrays.copyOf(ahead, count) : ahead;
        }
        while (aheadCount < count) {
            int end = aheadFrom + aheadCount;
            int n = in.read(ahead, end, ahead.length - end);
            if (n < 0) {
                return false;
            }
            aheadCount += n;
        }
        return true;
    }

    private void compact() {
        System.arraycopy(ahead, aheadFrom, ahead, 0, aheadCount);
        aheadFrom = 0;
    }

    private int tagAt(int at) {
        int code = Value.intAt(ahead, aheadFrom + at, syntax.bigEndian());
        return syntax.bigEndian() ? code : (code << 16) | (code >>> 16);
    }

    private long lengthAt(int at) {
        return Value.intAt(ahead, aheadFrom + at, syntax.bigEndian()) & 0xFFFFFFFFL;
    }
}
