package org.strongroom.dicom;

/**
 * Decides what becomes of each element that passes through a {@link Rewriter}, in the order in which they come. Elements
 * of items that are dropped or replaced are not asked about; nor are group lengths, which never go out.
 */
public interface ElementEditor {
    /** {@link #edit} gets this length where the length is undefined. */
    long UNDEFINED = -1;

    /**
     * What to do with an element.
     *
     * @param depth 0 in the data set itself, 1 in the items of its sequences, and so on
     * @param vr what its header says; in implicit VR what the dictionary says
     * @param length of the value in bytes, or {@link #UNDEFINED}
     */
    Edit edit(int depth, Tag tag, VR vr, long length);

    /** An item of a kept sequence begins. */
    default void beginItem(Tag sequence) {}

    /** The item that began last and did not end yet ends. */
    default void endItem() {}

    /** Elements that the data set itself gets, in the place of its own with the same tags. */
    default DataSet added() {
        return DataSet.empty();
    }
}
