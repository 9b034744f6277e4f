package org.strongroom.dicom;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Writes data sets in one encoding, PS3.5 section 7. A data set as it was read, in the encoding it was read in, is one
 * copy of its bytes; else each element that is as it was read is copied, and the rest encoded in order of tag.
 */
final class DataSetWriter {
    private static final int ITEM = 0xFFFEE000;
    private static final int ITEM_DELIMITATION = 0xFFFEE00D;
    private static final int SEQUENCE_DELIMITATION = 0xFFFEE0DD;
    private static final long UNDEFINED_LENGTH = 0xFFFFFFFFL;

    private final OutputStream out;
    private final boolean explicit;
    private final boolean bigEndian;
    private final byte[] header = new byte[12];

    DataSetWriter(OutputStream out, boolean explicit, boolean bigEndian) {
        this.out = out;
        this.explicit = explicit;
        this.bigEndian = bigEndian;
    }

    boolean explicitVr() {
        return explicit;
    }

    boolean bigEndian() {
        return bigEndian;
    }

    void write(DataSet dataSet) throws IOException {
        if (isSame(dataSet) && !dataSet.isEdited()) {
            DataSet.Source source = dataSet.source();
            out.write(source.bytes(), source.from(), source.to() - source.from());
        } else {
            elements(dataSet);
        }
    }

    private boolean isSame(DataSet dataSet) {
        return dataSet.source().explicit() == explicit && dataSet.source().bigEndian() == bigEndian;
    }

    private void elements(DataSet dataSet) throws IOException {
        boolean same = isSame(dataSet);
        ElementIndex index = dataSet.index();
        for (int at = 0; at < index.count; at++) {
            if (same && isCopied(dataSet, at)) {
                at = copy(dataSet, at);
            } else {
                element(dataSet, at);
            }
        }
    }

    private static boolean isCopied(DataSet dataSet, int at) {
        ElementIndex index = dataSet.index();
        boolean ends = !index.has(at, ElementIndex.UNDEFINED) || index.has(at, ElementIndex.DELIMITED);
        return index.edit(at) == null
                && ends
                && index.lengths[at] % 2 == 0
                && (!dataSet.endsAreGuessed() || isSelfContained(dataSet, at));
    }

    /** Of a data set where ends are guessed: whether this element ends where it does wherever it stands. */
    private static boolean isSelfContained(DataSet dataSet, int at) {
        ElementIndex index = dataSet.index();
        byte[] bytes = dataSet.source().bytes();
        int letters = index.start(at) + 4;
        boolean named = !dataSet.source().explicit() || VR.codeOf(bytes[letters], bytes[letters + 1]) == index.vrs[at];
        return named && !dataSet.isSequence(at);
    }

    /** Copies this element and those that follow it in the bytes too; returns the last of them. */
    private int copy(DataSet dataSet, int at) throws IOException {
        ElementIndex index = dataSet.index();
        int last = at;
        while (last + 1 < index.count && isCopied(dataSet, last + 1) && index.start(last + 1) == index.end(last)) {
            last++;
        }
        out.write(dataSet.source().bytes(), index.start(at), index.end(last) - index.start(at));
        return last;
    }

    private void element(DataSet dataSet, int at) throws IOException {
        ElementIndex index = dataSet.index();
        byte[] bytes = dataSet.source().bytes();
        if (index.edit(at) instanceof PassedOver) {
            throw new IllegalStateException("an outline is not the whole data set");
        }
        if (index.has(at, ElementIndex.IMPLICIT_ITEMS)) {
            header(index.tags[at], VR.UN, UNDEFINED_LENGTH);
            // What follows a UN of undefined length is implicit VR little endian up to and with its delimiter.
            DataSetWriter implicit = new DataSetWriter(out, false, false);
            if (dataSet.endsAreGuessed()) {
                implicit.items(dataSet.itemsAt(at));
            } else {
                out.write(bytes, index.values[at], index.lengths[at]);
            }
            implicit.tag(SEQUENCE_DELIMITATION, 0);
        } else if (dataSet.isSequence(at)) {
            sequence(index.tags[at], dataSet.itemsAt(at), index.has(at, ElementIndex.UNDEFINED));
        } else if (index.has(at, ElementIndex.FRAGMENTS)) {
            fragments(dataSet, at);
        } else {
            Value value = dataSet.value(at, VR.UN);
            byte[] swapped = value.bigEndian() == bigEndian && value.length() % 2 == 0
                    ? null
                    : ValueType.padded(transcoded(value, bigEndian, value.characterSet()), value.vr());
            header(index.tags[at], value.vr(), swapped == null ? value.length() : swapped.length);
            if (swapped == null) {
                out.write(value.bytes(), value.offset(), value.length());
            } else {
                out.write(swapped);
            }
        }
    }

    private void sequence(int tag, List<DataSet> items, boolean undefined) throws IOException {
        if (undefined) {
            header(tag, VR.SQ, UNDEFINED_LENGTH);
            items(items);
            tag(SEQUENCE_DELIMITATION, 0);
            return;
        }
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        new DataSetWriter(content, explicit, bigEndian).items(items);
        header(tag, VR.SQ, content.size());
        content.writeTo(out);
    }

    private void items(List<DataSet> items) throws IOException {
        for (DataSet item : items) {
            if (item.undefinedLength()) {
                tag(ITEM, UNDEFINED_LENGTH);
                item(item);
                tag(ITEM_DELIMITATION, 0);
            } else {
                ByteArrayOutputStream content = new ByteArrayOutputStream();
                new DataSetWriter(content, explicit, bigEndian).item(item);
                tag(ITEM, content.size());
                content.writeTo(out);
            }
        }
    }

    private void item(DataSet item) throws IOException {
        if (item.endsAreGuessed()) {
            elements(item);
        } else {
            write(item);
        }
    }

    private void fragments(DataSet dataSet, int at) throws IOException {
        ElementIndex index = dataSet.index();
        Tag tag = new Tag(index.tags[at]);
        header(tag.code(), dataSet.vr(at), UNDEFINED_LENGTH);
        if (dataSet.element(tag).orElseThrow() instanceof Element.Fragments encapsulated) {
            for (ByteRange range : encapsulated.fragments()) {
                tag(ITEM, range.length());
                out.write(dataSet.source().bytes(), Math.toIntExact(range.offset()), Math.toIntExact(range.length()));
            }
        }
        tag(SEQUENCE_DELIMITATION, 0);
    }

    void header(int tag, VR vr, long length) throws IOException {
        if (!explicit) {
            tag(tag, length);
            return;
        }
        // What does not fit the short form is UN, PS3.5 section 6.2.2 note 3.
        VR written = !vr.longLength() && length > 0xFFFF ? VR.UN : vr;
        putTag(tag);
        header[4] = (byte) written.name().charAt(0);
        header[5] = (byte) written.name().charAt(1);
        header[6] = 0;
        header[7] = 0;
        if (written.longLength()) {
            put(8, 4, length);
            out.write(header, 0, 12);
        } else {
            put(6, 2, length);
            out.write(header, 0, 8);
        }
    }

    void tag(int tag, long length) throws IOException {
        putTag(tag);
        put(4, 4, length);
        out.write(header, 0, 8);
    }

    private void putTag(int tag) {
        put(0, 2, tag >>> 16);
        put(2, 2, tag & 0xFFFF);
    }

    private void put(int at, int width, long number) {
        for (int i = 0; i < width; i++) {
            int shift = 8 * (bigEndian ? width - 1 - i : i);
            header[at + i] = (byte) (number >>> shift);
        }
    }

    /** The bytes of a value in another byte order and, for a text, another character set. */
    static byte[] transcoded(Value value, boolean bigEndian, SpecificCharacterSet to) {
        VR vr = value.vr();
        byte[] bytes = value.segment().toArray(ValueLayout.JAVA_BYTE);
        if (vr.kind() == VR.Kind.TEXT) {
            return isRecoded(value, to) ? recoded(value, to) : bytes;
        }
        if (value.bigEndian() != bigEndian && vr != VR.UN) {
            swap(bytes, 0, bytes.length, vr.unit());
        }
        return bytes;
    }

    /** Whether the bytes of a text change: those below 0x80 without ESC mean the same in every character set. */
    static boolean isRecoded(Value value, SpecificCharacterSet to) {
        if (value.vr().kind() != VR.Kind.TEXT || value.characterSet().equals(to)) {
            return false;
        }
        for (int at = value.offset(); at < value.offset() + value.length(); at++) {
            byte b = value.bytes()[at];
            if (b < 0 || b == 0x1B) {
                return true;
            }
        }
        return false;
    }

    /** Whether each character of a text can be written in the other set; U+FFFD stands for none. */
    static boolean fits(Value value, SpecificCharacterSet to) {
        return !isRecoded(value, to) || to.encodes(text(value).replace(CharacterTable.NONE, '?'), value.vr());
    }

    private static String text(Value value) {
        return value.characterSet().decode(value.bytes(), value.offset(), value.length(), value.vr());
    }

    /** Without the byte that made its length even, which says nothing of the length that it gets. */
    private static Value unpadded(Value value) {
        int length = value.length();
        int last = length == 0 ? -1 : value.bytes()[value.offset() + length - 1];
        boolean padded = length % 2 == 0 && (last == ' ' || last == 0);
        return padded
                ? new Value(
                        value.bytes(), value.offset(), length - 1, value.vr(), value.bigEndian(), value.characterSet())
                : value;
    }

    private static byte[] recoded(Value value, SpecificCharacterSet to) {
        VR vr = value.vr();
        String text = text(unpadded(value));
        if (to.encodes(text, vr)) {
            return ValueType.padded(to.encode(text, vr), vr);
        }
        StringBuilder fitting = new StringBuilder(text.length());
        text.codePoints()
                .mapToObj(Character::toString)
                .forEach(character -> fitting.append(to.encodes(character, vr) ? character : "?"));
        return ValueType.padded(to.encode(fitting.toString(), vr), vr);
    }

    /** Turns each whole unit between two positions around. */
    static void swap(byte[] bytes, int start, int end, int unit) {
        for (int from = start; from + unit <= end; from += unit) {
            for (int i = 0; i < unit / 2; i++) {
                byte kept = bytes[from + i];
                bytes[from + i] = bytes[from + unit - 1 - i];
                bytes[from + unit - 1 - i] = kept;
            }
        }
    }
}
