package org.strongroom.dicom.model;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.strongroom.dicom.ByteRange;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Element;
import org.strongroom.dicom.ElementCursor;
import org.strongroom.dicom.VR;

/** Writes the bytes of values as base64, little endian whatever the data set is in, through one chunk. */
final class ValueBytes {
    private static final int ITEM = 0xFFFEE000;
    private static final int SEQUENCE_DELIMITATION = 0xFFFEE0DD;

    private final Utf8Out out;
    private final byte[] header = new byte[8];

    ValueBytes(Utf8Out out) {
        this.out = out;
    }

    /** The value that the cursor is at. */
    void value(ElementCursor cursor) throws IOException {
        VR vr = cursor.vr();
        int unit = cursor.bigEndian() ? vr.unit() : 1;
        byte[] chunk = out.chunk();
        int length = cursor.length();
        for (int at = 0; at < length; ) {
            int n = Math.min(length - at, out.chunkRoom());
            cursor.read(at, chunk, 0, n);
            swap(chunk, n, unit);
            out.chunkFilled(n);
            at += n;
        }
        out.endBase64();
    }

    /** Encapsulated data as PS3.5 section A.4 has it: items, the delimiter at the end. */
    void fragments(DataSet dataSet, Element.Fragments encapsulated) throws IOException {
        for (ByteRange range : encapsulated.fragments()) {
            mark(ITEM, range.length());
            copy(dataSet.bytes(range));
        }
        mark(SEQUENCE_DELIMITATION, 0);
        out.endBase64();
    }

    /** Where the first fragment's header begins in the bytes the data set was read from; -1 where there is none. */
    static long position(Element.Fragments encapsulated) {
        return encapsulated.fragments().isEmpty()
                ? -1
                : encapsulated.fragments().getFirst().offset() - 8;
    }

    /** Bytes of all fragments with their headers. */
    static long length(Element.Fragments encapsulated) {
        long length = 0;
        for (ByteRange range : encapsulated.fragments()) {
            length += 8 + range.length();
        }
        return length;
    }

    private void mark(int tag, long length) throws IOException {
        header[0] = (byte) (tag >>> 16);
        header[1] = (byte) (tag >>> 24);
        header[2] = (byte) tag;
        header[3] = (byte) (tag >>> 8);
        for (int i = 0; i < 4; i++) {
            header[4 + i] = (byte) (length >>> (8 * i));
        }
        out.base64(header, 0, 8);
    }

    private void copy(MemorySegment bytes) throws IOException {
        byte[] chunk = out.chunk();
        for (long at = 0; at < bytes.byteSize(); ) {
            int n = (int) Math.min(bytes.byteSize() - at, out.chunkRoom());
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, chunk, out.chunkLength(), n);
            out.chunkFilled(n);
            at += n;
        }
    }

    private static void swap(byte[] bytes, int length, int unit) {
        for (int from = 0; unit > 1 && from + unit <= length; from += unit) {
            for (int i = 0; i < unit / 2; i++) {
                byte kept = bytes[from + i];
                bytes[from + i] = bytes[from + unit - 1 - i];
                bytes[from + unit - 1 - i] = kept;
            }
        }
    }
}
