package org.strongroom.dimse;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * What a listener lets strangers and devices take.
 *
 * @param perAddress connections of one address (one /64 network of IPv6) without an accepted association
 * @param waiting connections in all without an accepted association; at most half the file descriptors are used for them
 * @param perIdentity associations of one identity
 * @param associations accepted associations in all
 * @param failedHandshakesPerSecond of one address; beyond, its connections are closed at once for the rest of the second
 * @param dataPduBytes longest P-DATA-TF taken; what is announced as maximum length is less
 */
public record ListenerLimits(
        int perAddress,
        int waiting,
        int perIdentity,
        int associations,
        int failedHandshakesPerSecond,
        int dataPduBytes) {
    public static final ListenerLimits DEFAULT = new ListenerLimits(256, 12_000, 32, 2_000, 50, 1 << 20);

    /** {@link #waiting}, or half the file descriptors of this process where that is less. */
    int waitingHere() {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            return (int) Math.min(waiting, Math.max(1, system.getMaxFileDescriptorCount() / 2));
        }
        return waiting;
    }
}
