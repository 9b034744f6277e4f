package org.strongroom.archive;

import org.strongroom.dicom.Limits;

/**
 * Sizes of the object store.
 *
 * @param packBytes a shared pack is followed by the next when it would grow beyond this
 * @param gatherBytes an object longer than this gets a pack of its own
 * @param budgetBytes memory for gathered objects of all associations; beyond it objects get packs of their own
 * @param headBytes longest part of a data set before its bulk
 * @param reserveBytes kept free on the volume: below it nothing is stored, so that the index can still be written
 * @param limits bounds on data sets
 */
public record PackSettings(
        long packBytes, int gatherBytes, int budgetBytes, int headBytes, long reserveBytes, Limits limits) {
    public static final PackSettings DEFAULT =
            new PackSettings(1L << 30, 8 << 20, 64 << 20, 16 << 20, 64L << 20, Limits.DEFAULT);
}
