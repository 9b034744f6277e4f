package org.strongroom.archive;

import java.util.OptionalLong;

/**
 * A pack file that was there and is not, or is shorter than it was.
 *
 * @param file its name in the folder of the packs
 * @param expectedBytes how long it was at least; 0 where only the index knows that it was there
 * @param foundBytes how long it is; empty when it is not there
 * @param instances how many the index knows in it: what of them lies in the part that is there can be read; 0 when the index
 *     was made anew without it
 */
public record MissingPack(String file, long expectedBytes, OptionalLong foundBytes, long instances) {
    @Override
    public String toString() {
        String had = expectedBytes > 0 ? " (it had " + expectedBytes + " bytes)" : "";
        String what = foundBytes.isPresent()
                ? file + " has only " + foundBytes.getAsLong() + " of " + expectedBytes + " bytes"
                : file + " is missing" + had;
        return what + (instances > 0 ? "; instances the index names in it: " + instances : "");
    }
}
