package org.strongroom.dicom;

/**
 * Bounds on what is read from outside; exceeding one is a {@link DicomFormatException}.
 *
 * @param nesting sequences within sequences
 * @param elements elements and items of sequences in the whole data set, those within items included
 * @param valueBytes longest value a reader holds in memory; bulk values are left where they are
 * @param inflateRatio most bytes out per byte in of a deflated data set, above {@code inflateFreeBytes}
 * @param inflateFreeBytes what a deflated data set may inflate to whatever the ratio
 * @param inflateBytes most bytes a deflated data set may inflate to
 */
public record Limits(
        int nesting, int elements, long valueBytes, int inflateRatio, long inflateFreeBytes, long inflateBytes) {
    public static final Limits DEFAULT = new Limits(64, 1_000_000, 1 << 20, 100, 16L << 20, 4L << 30);

    /** Deepest nesting that may be asked for: readers use the thread's stack for each level. */
    static final int MOST_NESTING = 1000;

    public Limits {
        if (nesting < 0 || nesting > MOST_NESTING || elements < 1 || valueBytes < 0 || inflateRatio < 1) {
            throw new IllegalArgumentException("limits out of range");
        }
    }
}
