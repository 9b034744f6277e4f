package org.strongroom.dicom;

import java.lang.foreign.MemorySegment;
import java.util.List;

/** What stands at a tag, PS3.5 section 7. Prints tag, VR and lengths only, never the value. */
public sealed interface Element {
    Tag tag();

    VR vr();

    /** A value as its encoded bytes (byte order of the data set it stands in). */
    record Encoded(Tag tag, VR vr, MemorySegment bytes) implements Element {
        @Override
        public String toString() {
            return tag + " " + vr + " #" + bytes.byteSize();
        }
    }

    /** A sequence of items, PS3.5 section 7.5. */
    record Sequence(Tag tag, List<DataSet> items) implements Element {
        @Override
        public VR vr() {
            return VR.SQ;
        }

        @Override
        public String toString() {
            return tag + " SQ items=" + items.size();
        }
    }

    /** Encapsulated pixel data, PS3.5 A.4: the first fragment is the Basic Offset Table. */
    record Fragments(Tag tag, VR vr, List<ByteRange> fragments) implements Element {}

    /**
     * A value left where it is stored.
     *
     * @param range of encapsulated data from the first fragment's header to the end of the last, without the delimiter
     * @param fragments of encapsulated data how many, the Basic Offset Table included; 0 for native
     */
    record Bulk(Tag tag, VR vr, ByteRange range, int fragments) implements Element {}
}
