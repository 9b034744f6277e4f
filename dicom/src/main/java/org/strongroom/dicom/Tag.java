package org.strongroom.dicom;

/** A data element tag, PS3.5 section 7.1.1; ordered as unsigned numbers, as elements stand in a data set. */
public record Tag(int code) implements Comparable<Tag> {
    public static Tag of(int group, int element) {
        return new Tag((group << 16) | (element & 0xFFFF));
    }

    public int group() {
        return code >>> 16;
    }

    public int element() {
        return code & 0xFFFF;
    }

    /** Odd groups are private, PS3.5 section 7.8. */
    public boolean isPrivate() {
        return (code & 0x10000) != 0;
    }

    @Override
    public int compareTo(Tag other) {
        return Integer.compareUnsigned(code, other.code);
    }

    @Override
    public String toString() {
        return String.format("(%04X,%04X)", group(), element());
    }
}
