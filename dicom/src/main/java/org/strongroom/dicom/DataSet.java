package org.strongroom.dicom;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;

/**
 * A data set, PS3.5 section 7: immutable bytes and a sorted index of where each element lies. Safe to share between
 * threads; values are decoded on each access; unchanged ranges are written back byte for byte.
 */
public final class DataSet {
    private DataSet() {}

    /** No elements, explicit VR little endian; built up by {@link #with}. */
    public static DataSet empty() {
        throw new IllegalStateException("being written");
    }

    /** Reads a whole data set in one pass; no value is decoded. {@code bytes} must not be changed afterwards. */
    public static DataSet read(byte[] bytes, TransferSyntax syntax, Limits limits) {
        throw new IllegalStateException("being written");
    }

    /**
     * Reads the part of a data set that stands before its bulk: top-level elements up to the first with a tag of
     * (7FE0,0008) or above, or with a value longer than {@code limits.valueBytes()}.
     *
     * @param bytes the first {@code length} bytes of the data set as received (deflated ones too)
     * @param complete whether these bytes are the whole data set
     * @return empty when more bytes are needed to say
     */
    public static Optional<Head> readHead(
            byte[] bytes, int length, boolean complete, TransferSyntax syntax, Limits limits) {
        throw new IllegalStateException("being written");
    }

    /** The elements before the bulk, and where (offset in bytes as received; after inflation for deflated) it begins. */
    public record Head(DataSet elements, long endOffset) {}

    /** The first value; empty when absent, of zero length, or not decodable. */
    public <T> Optional<T> get(Attribute<T> attribute) {
        throw new IllegalStateException("being written");
    }

    /** All values in order; empty when absent or of zero length. */
    public <T> List<T> all(Attribute<T> attribute) {
        throw new IllegalStateException("being written");
    }

    /** All values as text, whatever the VR (numbers in decimal, AT as 8 hex digits), for matching and display. */
    public List<String> text(Tag tag) {
        throw new IllegalStateException("being written");
    }

    /** The items of a sequence; empty when absent. */
    public List<DataSet> items(Tag sequence) {
        throw new IllegalStateException("being written");
    }

    public boolean contains(Tag tag) {
        throw new IllegalStateException("being written");
    }

    public Optional<Element> element(Tag tag) {
        throw new IllegalStateException("being written");
    }

    /** Tags in order. */
    public List<Tag> tags() {
        throw new IllegalStateException("being written");
    }

    public <T> DataSet with(Attribute<T> attribute, T value) {
        throw new IllegalStateException("being written");
    }

    public <T> DataSet withAll(Attribute<T> attribute, List<T> values) {
        throw new IllegalStateException("being written");
    }

    /** An element of zero length. */
    public DataSet withEmpty(Tag tag, VR vr) {
        throw new IllegalStateException("being written");
    }

    /** Text values in the data set's character set, for any VR that is text, a number in decimal, or a UID. */
    public DataSet withText(Tag tag, VR vr, List<String> values) {
        throw new IllegalStateException("being written");
    }

    public DataSet withItems(Tag sequence, List<DataSet> items) {
        throw new IllegalStateException("being written");
    }

    /** A copy of one element of another data set, as it stands there (its character set is honoured). */
    public DataSet withElementOf(DataSet other, Tag tag) {
        throw new IllegalStateException("being written");
    }

    public DataSet without(Tag tag) {
        throw new IllegalStateException("being written");
    }

    /** The character set of this data set, inherited by items. */
    public SpecificCharacterSet characterSet() {
        throw new IllegalStateException("being written");
    }

    /** Writes in a native (not encapsulated) syntax; ranges that need no change are copied. */
    public void writeTo(OutputStream out, TransferSyntax syntax) throws IOException {
        throw new IllegalStateException("being written");
    }

    public byte[] toBytes(TransferSyntax syntax) {
        throw new IllegalStateException("being written");
    }
}
