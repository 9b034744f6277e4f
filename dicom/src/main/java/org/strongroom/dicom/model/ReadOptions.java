package org.strongroom.dicom.model;

import java.util.Optional;
import org.strongroom.dicom.Limits;

/**
 * How models are read.
 *
 * @param limits nesting and number of elements and items in one data set
 * @param dataSetBytes most bytes that one data set may take in memory, inline and resolved bulk values included
 * @param bulk what stands where a model has a URI; without one a URI is an error
 */
public record ReadOptions(Limits limits, int dataSetBytes, Optional<BulkSource> bulk) {
    /** 64 MiB for a data set, no URIs. */
    public static final ReadOptions DEFAULT = new ReadOptions(Limits.DEFAULT, 64 << 20, Optional.empty());

    /** What an array in Java can hold. */
    public static final int MOST_BYTES = Integer.MAX_VALUE - 64;

    public ReadOptions {
        if (dataSetBytes < 0 || dataSetBytes > MOST_BYTES) {
            throw new IllegalArgumentException("limits out of range");
        }
    }

    public ReadOptions withLimits(Limits other) {
        return new ReadOptions(other, dataSetBytes, bulk);
    }

    public ReadOptions withDataSetBytes(int most) {
        return new ReadOptions(limits, most, bulk);
    }

    public ReadOptions withBulk(BulkSource source) {
        return new ReadOptions(limits, dataSetBytes, Optional.of(source));
    }
}
