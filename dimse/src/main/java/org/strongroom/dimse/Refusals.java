package org.strongroom.dimse;

import java.io.IOException;
import java.net.InetSocketAddress;
import javax.net.ssl.SSLException;

/**
 * Told of connections refused before anyone is known to be at the other end. Called by the connection's own thread, by
 * many at once; must neither block nor throw.
 */
public interface Refusals {
    /** Tells nobody. */
    Refusals UNHEARD = (address, cause, detail) -> {};

    /**
     * A connection was refused.
     *
     * @param detail a sentence for a log; holds no value of any data set
     */
    void refused(InetSocketAddress address, Cause cause, String detail);

    /**
     * A TLS handshake failed.
     *
     * @param failure what ended it; what the trust manager threw is among its causes
     */
    default void handshakeFailed(InetSocketAddress address, IOException failure) {
        refused(
                address,
                Cause.TLS_FAILED,
                failure instanceof SSLException ? "TLS: " + failure.getMessage() : "TLS: broken off");
    }

    /** Why. */
    enum Cause {
        /** No, unknown, expired or revoked certificate, or no common protocol. */
        TLS_FAILED,
        /** An association asked for in clear text where TLS is required. */
        CLEAR_TEXT,
        /** Neither TLS nor DICOM, or an A-ASSOCIATE-RQ that can't be read. */
        BAD_FIRST_PDU,
        /** No complete A-ASSOCIATE-RQ before the ARTIM timer ran out, PS3.8 section 9.1.5. */
        TIMED_OUT,
        /** Too many connections, or too many failed handshakes, of its address or in all. */
        LIMIT
    }
}
