package org.strongroom.dicom;

import java.util.List;
import java.util.function.Function;

/** What becomes of one element that passes through a {@link Rewriter}, as an {@link ElementEditor} decides. */
public sealed interface Edit {
    /** It goes out as it came; of a sequence, the elements of its items are asked about in turn. */
    Edit KEEP = new Keep();

    /** It does not go out, nor does anything in it. */
    Edit DROP = new Drop();

    /** A value of VR UN (or another that lies) is read as items in implicit VR little endian, PS3.5 section 6.2.2. */
    Edit AS_ITEMS = new AsItems();

    record Keep() implements Edit {}

    record Drop() implements Edit {}

    record AsItems() implements Edit {}

    /** This value goes out instead, little endian if it is a number; padded to even length. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Replace(VR vr, byte[] value) implements Edit {}

    /** A sequence of these items goes out instead. */
    record ReplaceItems(List<DataSet> items) implements Edit {}

    /**
     * The value is held in memory, within {@link Limits#valueBytes}, and then decided upon: the function gets its bytes as
     * they came and gives KEEP, DROP or Replace. Not for undefined lengths.
     */
    record Examine(Function<byte[], Edit> decision) implements Edit {}
}
