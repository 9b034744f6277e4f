package org.strongroom.dimse;

import java.net.InetSocketAddress;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * Where an association is asked for.
 *
 * @param tls our key and whom we trust; empty for clear text, which only a dated exception of the policy may choose
 */
public record PeerAddress(InetSocketAddress address, Optional<SSLContext> tls) {
    /** Over TLS. */
    public PeerAddress(InetSocketAddress address, SSLContext tls) {
        this(address, Optional.of(tls));
    }

    /** The same place, its name looked up once more where that failed before. */
    PeerAddress resolvedAgain() {
        return address.isUnresolved()
                ? new PeerAddress(new InetSocketAddress(address.getHostString(), address.getPort()), tls)
                : this;
    }

    @Override
    public String toString() {
        return address + (tls.isPresent() ? " (TLS)" : " (clear text)");
    }
}
