package org.strongroom.dicom.model;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Function;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.VR;

/**
 * Puts a data set together as a reader of a model meets its elements: explicit VR little endian bytes in one array that grows
 * with what comes, lengths written when an element or item ends. Texts are put in UTF-8; {@link CharacterSets} rewrites them
 * in the character set that the data set names once it is whole.
 *
 * <p>Elements that come out of order are sorted when their data set or item ends. Twice the same tag is an error.
 */
final class ElementEncoder {
    private static final int ITEM = 0xFFFEE000;
    private static final int SEQUENCE_DELIMITATION = 0xFFFEE0DD;
    private static final int PIXEL_DATA = 0x7FE00010;
    private static final int UNDEFINED_LENGTH = -1;
    /** Longest value of a short header that is even. */
    private static final int LONGEST_SHORT = 0xFFFE;

    private final ReadOptions options;
    private final Function<String, DicomFormatException> fail;
    private byte[] bytes = new byte[4096];
    private int count;
    private int elements;
    private boolean plain;
    private boolean tooLong;
    private Level[] levels = new Level[0];
    private int depth;

    /** One data set or item that is open. */
    private static final class Level {
        int start;
        int[] starts = new int[16];
        int count;
        boolean sorted;
        VR vr = VR.UN;
    }

    /** @param fail makes the error for a reason: the reader knows where it is */
    ElementEncoder(ReadOptions options, Function<String, DicomFormatException> fail) {
        this.options = options;
        this.fail = fail;
    }

    void startDataSet() {
        count = 0;
        elements = 0;
        plain = true;
        tooLong = false;
        depth = 0;
        open();
    }

    /** @throws DicomFormatException when a limit is exceeded */
    DataSet endDataSet() {
        close();
        byte[] whole = Arrays.copyOf(bytes, count);
        DataSet dataSet = DataSet.read(whole, TransferSyntax.ExplicitVRLittleEndian, options.limits());
        return tooLong ? CharacterSets.unicode(dataSet) : CharacterSets.settled(dataSet, plain);
    }

    void startElement(int tag, VR vr) {
        if (tag >>> 16 == 0xFFFE) {
            throw fail.apply("a delimiter " + new Tag(tag) + " is no element");
        }
        counted();
        Level level = levels[depth - 1];
        if (level.count == level.starts.length) {
            level.starts = Arrays.copyOf(level.starts, level.count * 2);
        }
        if (level.count > 0) {
            int order = Integer.compareUnsigned(tagAt(level.starts[level.count - 1]), tag);
            level.sorted &= order < 0;
            if (order == 0) {
                throw fail.apply("the element " + new Tag(tag) + " twice");
            }
        }
        level.starts[level.count++] = count;
        level.vr = vr;
        ensure(12);
        putTag(tag);
        bytes[count++] = (byte) vr.name().charAt(0);
        bytes[count++] = (byte) vr.name().charAt(1);
        count += vr.longLength() ? 6 : 2;
        Arrays.fill(bytes, valueStart() - (vr.longLength() ? 6 : 2), valueStart(), (byte) 0);
    }

    /** Ends the value: pads it and writes its length. One too long for its VR becomes UN, PS3.5 section 6.2.2 note 3. */
    void endElement() {
        Level level = levels[depth - 1];
        int start = level.starts[level.count - 1];
        int value = start + (level.vr.longLength() ? 12 : 8);
        if (((count - value) & 1) != 0) {
            put(level.vr.padding());
        }
        int length = count - value;
        if (level.vr.longLength()) {
            putIntAt(start + 8, length);
        } else if (length <= LONGEST_SHORT) {
            bytes[start + 6] = (byte) length;
            bytes[start + 7] = (byte) (length >>> 8);
        } else {
            // Nobody sees that it is text any more, so nothing would rewrite it in another character set.
            tooLong |= level.vr.takesCharacterSet() && !isPlain(bytes, value, length);
            ensure(4);
            System.arraycopy(bytes, value, bytes, value + 4, length);
            count += 4;
            bytes[start + 4] = 'U';
            bytes[start + 5] = 'N';
            putIntAt(start + 6, 0);
            putIntAt(start + 8, length);
        }
    }

    /**
     * As {@link #endElement}, for bytes that may be encapsulated pixel data: fragments that end in their delimiter, or, as pydicom
     * writes them, without it.
     */
    void endBinary() {
        Level level = levels[depth - 1];
        int start = level.starts[level.count - 1];
        int items = tagAt(start) == PIXEL_DATA && level.vr.longLength() ? itemsEnd(start + 12) : -1;
        if (items == count && count > start + 12) {
            ensure(8);
            putTag(SEQUENCE_DELIMITATION);
            number(0, 4);
        }
        if (items > start + 12
                && count - items == 8
                && tagAt(items) == SEQUENCE_DELIMITATION
                && intAt(items + 4) == 0) {
            putIntAt(start + 8, UNDEFINED_LENGTH);
        } else {
            endElement();
        }
    }

    /** The value of the element that ended last, as text without padding. */
    String lastText() {
        int start = levels[depth - 1].starts[levels[depth - 1].count - 1];
        int value = start + (levels[depth - 1].vr.longLength() ? 12 : 8);
        return new String(bytes, value, count - value, StandardCharsets.UTF_8)
                .replace("\0", "")
                .strip();
    }

    /** Takes back the element that was put last. */
    void dropElement() {
        Level level = levels[depth - 1];
        count = level.starts[--level.count];
    }

    void startItem() {
        counted();
        if (depth > options.limits().nesting()) {
            throw fail.apply("sequences nested deeper than " + options.limits().nesting());
        }
        ensure(8);
        putTag(ITEM);
        count += 4;
        open();
    }

    void endItem() {
        int start = levels[depth - 1].start;
        close();
        putIntAt(start - 4, count - start);
    }

    void put(int b) {
        ensure(1);
        bytes[count++] = (byte) b;
    }

    void put(byte[] from, int offset, int length) {
        ensure(length);
        System.arraycopy(from, offset, bytes, count, length);
        count += length;
    }

    /** Characters in UTF-8. */
    void text(byte[] from, int offset, int length) {
        put(from, offset, length);
        plain = plain && isPlain(from, offset, length);
    }

    private static boolean isPlain(byte[] from, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (from[i] < 0 || from[i] == 0x1B) {
                return false;
            }
        }
        return true;
    }

    /** Characters of ASCII. */
    @SuppressWarnings("deprecation") // copies the low bytes, which is what ASCII needs
    void ascii(String text) {
        int length = text.length();
        ensure(length);
        text.getBytes(0, length, bytes, count);
        count += length;
    }

    /** Says that what was put into the open value as bytes may be text. */
    void sawText(VR vr) {
        plain &= !vr.takesCharacterSet();
    }

    /** @throws DicomFormatException when the data set may not grow by so many bytes */
    void checkRoom(int more) {
        if (more > options.dataSetBytes() - count) {
            throw fail.apply("a data set of more than " + options.dataSetBytes() + " bytes");
        }
    }

    /** A number of so many bytes. */
    void number(long value, int width) {
        ensure(width);
        for (int i = 0; i < width; i++) {
            bytes[count++] = (byte) (value >>> (8 * i));
        }
    }

    private int valueStart() {
        Level level = levels[depth - 1];
        return level.starts[level.count - 1] + (level.vr.longLength() ? 12 : 8);
    }

    private void counted() {
        if (++elements > options.limits().elements()) {
            throw fail.apply("more than " + options.limits().elements() + " elements and items");
        }
    }

    private void open() {
        if (depth == levels.length) {
            levels = Arrays.copyOf(levels, depth + 4);
        }
        Level level = levels[depth];
        if (level == null) {
            level = new Level();
            levels[depth] = level;
        }
        level.start = count;
        level.count = 0;
        level.sorted = true;
        depth++;
    }

    private void close() {
        Level level = levels[depth - 1];
        if (!level.sorted) {
            sort(level);
        }
        depth--;
    }

    private void sort(Level level) {
        long[] keys = new long[level.count];
        for (int i = 0; i < level.count; i++) {
            keys[i] = ((long) (tagAt(level.starts[i]) ^ Integer.MIN_VALUE) << 32) | i;
        }
        Arrays.sort(keys);
        byte[] old = Arrays.copyOfRange(bytes, level.start, count);
        int at = level.start;
        for (int i = 0; i < keys.length; i++) {
            if (i > 0 && keys[i] >> 32 == keys[i - 1] >> 32) {
                throw fail.apply("the element " + new Tag((int) (keys[i] >> 32) ^ Integer.MIN_VALUE) + " twice");
            }
            int element = (int) keys[i];
            int from = level.starts[element];
            int to = element + 1 < level.count ? level.starts[element + 1] : count;
            System.arraycopy(old, from - level.start, bytes, at, to - from);
            at += to - from;
        }
    }

    /** Where items that begin here (PS3.5 section A.4) end, the last of them within what is there; -1 where none does. */
    private int itemsEnd(int from) {
        long at = from;
        while (count - at >= 8 && tagAt((int) at) == ITEM) {
            at += 8 + (intAt((int) at + 4) & 0xFFFFFFFFL);
        }
        return at > from && at <= count ? (int) at : -1;
    }

    private void ensure(int more) {
        checkRoom(more);
        if (more > bytes.length - count) {
            long doubled = Math.min((long) bytes.length * 2, ReadOptions.MOST_BYTES);
            bytes = Arrays.copyOf(bytes, (int) Math.max(doubled, (long) count + more));
        }
    }

    private void putTag(int tag) {
        bytes[count++] = (byte) (tag >>> 16);
        bytes[count++] = (byte) (tag >>> 24);
        bytes[count++] = (byte) tag;
        bytes[count++] = (byte) (tag >>> 8);
    }

    private int tagAt(int at) {
        int code = intAt(at);
        return (code << 16) | (code >>> 16);
    }

    private int intAt(int at) {
        return (bytes[at] & 0xFF)
                | (bytes[at + 1] & 0xFF) << 8
                | (bytes[at + 2] & 0xFF) << 16
                | (bytes[at + 3] & 0xFF) << 24;
    }

    private void putIntAt(int at, int value) {
        for (int i = 0; i < 4; i++) {
            bytes[at + i] = (byte) (value >>> (8 * i));
        }
    }
}
