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
 * @param handshakesPerSecond of one address, begun and not ended with an identified peer; more wait for their turn, and
 *     after as many that failed its connections are closed at once for the rest of the second
 * @param dataPduBytes longest P-DATA-TF taken; what is announced as maximum length is less
 * @param handshakes TLS connections that have no association yet, beyond their ClientHello; a quarter is kept for
 *     addresses of known peers
 * @param helloBytes buffers in all of ClientHellos that wait, or have not come to their end
 */
public record ListenerLimits(
        int perAddress,
        int waiting,
        int perIdentity,
        int associations,
        int handshakesPerSecond,
        int dataPduBytes,
        int handshakes,
        int helloBytes) {
    /** Of the heap: a sixteenth for ClientHellos, and a MiB for each handshake, which takes up to a tenth of that. */
    public static final ListenerLimits DEFAULT = new ListenerLimits(
            256,
            12_000,
            32,
            2_000,
            50,
            1 << 20,
            Math.clamp(Runtime.getRuntime().maxMemory() >> 20, 64, 512),
            Math.clamp(Runtime.getRuntime().maxMemory() >> 4, 4 << 20, 64 << 20));

    /** {@link #waiting}, or half the file descriptors of this process where that is less. */
    int waitingHere() {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            return (int) Math.min(waiting, Math.max(1, system.getMaxFileDescriptorCount() / 2));
        }
        return waiting;
    }
}
