package org.strongroom.dicom;

import java.util.List;
import java.util.Optional;

/**
 * The elements of one private creator in one group of a data set, PS3.5 section 7.8.1: the creator's own number is
 * looked up, since each data set may reserve another block.
 */
public final class PrivateBlock {
    private final DataSet dataSet;
    private final int first;

    private PrivateBlock(DataSet dataSet, int first) {
        this.dataSet = dataSet;
        this.first = first;
    }

    static Optional<PrivateBlock> find(DataSet dataSet, int group, String creator) {
        for (int block = 0x10; block <= 0xFF; block++) {
            Tag reservation = Tag.of(group, block);
            if (dataSet.contains(reservation) && dataSet.text(reservation).equals(List.of(creator))) {
                return Optional.of(
                        new PrivateBlock(dataSet, Tag.of(group, block << 8).code()));
            }
        }
        return Optional.empty();
    }

    /** Where element {@code xx} of the creator's documentation (0 to 255) stands in this data set. */
    public Tag tag(int element) {
        if (element < 0 || element > 0xFF) {
            throw new IllegalArgumentException("a private block has elements 0 to 255");
        }
        return new Tag(first | element);
    }

    public Optional<Element> element(int element) {
        return dataSet.element(tag(element));
    }

    /** All values as text; empty for VR UN, which says nothing of what its bytes are. */
    public List<String> text(int element) {
        return dataSet.text(tag(element));
    }

    public List<DataSet> items(int element) {
        return dataSet.items(tag(element));
    }
}
