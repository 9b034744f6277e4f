package org.strongroom.dicom;

import java.util.List;

/**
 * Walks the elements of one data set in order of tag, each tag once, without an object for an element: for what writes a
 * data set in another form and must be fast. {@link DataSet#element} is the way for everything else.
 *
 * <p>What the methods after {@link #next} tell is of the element that it moved to. One thread at a time.
 */
public final class ElementCursor {
    private final DataSet dataSet;
    private final ElementIndex index;
    private final boolean romanDiffers;
    private int at = -1;

    ElementCursor(DataSet dataSet) {
        this.dataSet = dataSet;
        this.index = dataSet.index();
        this.romanDiffers = romanDiffers(dataSet.characterSet());
    }

    /** What stands at the element. */
    public enum Form {
        /** A value of {@link #length} bytes, to be read here. */
        VALUE,
        /** A sequence: {@link #items}. */
        ITEMS,
        /** Encapsulated, or left where it is stored: {@link #element} tells where. */
        ELSEWHERE
    }

    /** Moves to the next element; false after the last. Of several with the same tag the first counts. */
    public boolean next() {
        int before = at < 0 ? 0 : index.tags[at];
        do {
            at++;
        } while (at > 0 && at < index.count && index.tags[at] == before);
        return at < index.count;
    }

    /** The code of the tag, see {@link Tag#code}. */
    public int tag() {
        return index.tags[at];
    }

    /** The VR; SQ for everything that is read as a sequence, a UN of undefined length for one. */
    public VR vr() {
        return dataSet.isSequence(at) ? VR.SQ : dataSet.vr(at);
    }

    public Form form() {
        return dataSet.isSequence(at) ? Form.ITEMS : dataSet.isValue(at) ? Form.VALUE : Form.ELSEWHERE;
    }

    /** Length in bytes of a value. */
    public int length() {
        return index.lengths[at];
    }

    /** Where the value begins in the bytes that the data set was read from; -1 where an edit put it in. */
    public long position() {
        return index.edit(at) == null ? index.values[at] : -1;
    }

    /** Whether numbers in the value have their most significant byte first. */
    public boolean bigEndian() {
        return dataSet.source().bigEndian();
    }

    /** Copies bytes of a value, {@code from} counted in the value; they lie as the data set has them. */
    public void read(int from, byte[] into, int offset, int count) {
        if (from < 0 || count < 0 || count > index.lengths[at] - from) {
            throw new IndexOutOfBoundsException("bytes beyond the value");
        }
        if (index.edit(at) instanceof byte[] bytes) {
            System.arraycopy(bytes, from, into, offset, count);
        } else {
            System.arraycopy(dataSet.source().bytes(), index.values[at] + from, into, offset, count);
        }
    }

    /**
     * A text value as characters, nothing trimmed, backslashes and all; bytes that stand for no character are U+FFFD. For
     * bytes below 0x80 without escapes it's what they are in ASCII, but for {@link #romanDiffers}.
     */
    public String decoded() {
        Value value = dataSet.value(at, VR.UN);
        return value.characterSet().decode(value.bytes(), value.offset(), value.length(), value.vr());
    }

    /** Whether the character set of the data set has other characters than ASCII below 0x80: JIS X 0201 (IR 13, 14). */
    public boolean romanDiffers() {
        return romanDiffers;
    }

    private static boolean romanDiffers(SpecificCharacterSet set) {
        List<String> terms = set.terms();
        for (int i = 0; i < terms.size(); i++) {
            if (terms.get(i).endsWith("13") || terms.get(i).endsWith("14")) {
                return true;
            }
        }
        return false;
    }

    public List<DataSet> items() {
        return dataSet.itemsAt(at);
    }

    /** The element as {@link DataSet#element} gives it. */
    public Element element() {
        return dataSet.elementAt(at);
    }
}
