package org.strongroom.guard;

/** How much of the long tests is run: a sample in verify, all in the full check. */
final class Extent {
    private Extent() {}

    static int of(int sample, int full) {
        return "full".equals(System.getProperty("strongroom.extent")) ? full : sample;
    }
}
