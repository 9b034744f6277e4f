package org.strongroom.testkit;

/** How much of the long tests is run: a sample in {@code ./check}, all in {@code ./check --full}. */
public final class Extent {
    /** Whether all is run. */
    public static final boolean FULL = "full".equals(System.getProperty("strongroom.extent"));

    private Extent() {}

    /** The one number or the other. */
    public static int of(int sample, int full) {
        return FULL ? full : sample;
    }
}
