package org.strongroom.archive;

import org.strongroom.dicom.Limits;

/**
 * Sizes of the object store.
 *
 * @param packBytes a shared pack is followed by the next when it would grow beyond this
 * @param gatherBytes an object longer than this gets a pack of its own
 * @param budgetBytes memory for gathered objects of all associations; beyond it objects get packs of their own
 * @param headsBytes memory for the parts before the bulk that are longer than 64 KiB and no longer than 1 MiB, of all
 *     associations; one device has a quarter. Longer ones share what one of {@code headBytes} takes, deflated
 * @param headBytes longest part of a data set before its bulk
 * @param reserveBytes kept free on the volume: below it nothing is stored, so that the index can still be written
 * @param limits bounds on data sets
 */
public record PackSettings(
        long packBytes,
        int gatherBytes,
        int budgetBytes,
        int headsBytes,
        int headBytes,
        long reserveBytes,
        Limits limits) {
    /** Fits the heap that the launcher gives: {@link #memoryBytes} is 124 MiB of 256. */
    public static final PackSettings DEFAULT =
            new PackSettings(1L << 30, 8 << 20, 48 << 20, 24 << 20, 16 << 20, 64L << 20, Limits.DEFAULT);

    /** With the usual memory for heads. */
    public PackSettings(
            long packBytes, int gatherBytes, int budgetBytes, int headBytes, long reserveBytes, Limits limits) {
        this(packBytes, gatherBytes, budgetBytes, 24 << 20, headBytes, reserveBytes, limits);
    }

    /** Most heap that the objects being stored take together, but for the buffers each association has of its own. */
    public long memoryBytes() {
        return budgetBytes + HeadMemory.Shares.of(this).bytes();
    }
}
