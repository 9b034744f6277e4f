package org.strongroom.guard;

import java.security.cert.CertificateException;

/** Why somebody was turned away before there was an identity. */
public enum Refusal {
    /** No TLS, or one too old, or a handshake that failed or stalled. */
    HANDSHAKE,
    NO_CERTIFICATE,
    /** Not issued by our CA, or not enrolled. */
    UNKNOWN_CERTIFICATE,
    REVOKED,
    EXPIRED,
    /** Enrolled, but calling with an AE title of somebody else. */
    AE_TITLE_NOT_BOUND,
    CALLED_AE_TITLE_UNKNOWN,
    /** Bytes that are no DICOM upper layer PDU, or not the one that had to come. */
    PROTOCOL,
    /** Too many connections, or too slow. */
    LIMIT;

    /** The cause in an exception of a TLS handshake: what our trust manager found, else {@link #HANDSHAKE}. */
    public static Refusal of(Throwable handshakeFailure) {
        Throwable t = handshakeFailure;
        for (int depth = 0; t != null && depth < 16; depth++) {
            if (t instanceof PeerRefusedException refused) {
                return refused.refusal;
            }
            t = t.getCause();
        }
        return HANDSHAKE;
    }

    /** What our trust managers throw, so that the cause survives the TLS engine. */
    static final class PeerRefusedException extends CertificateException {
        private static final long serialVersionUID = 1;
        final transient Refusal refusal;

        PeerRefusedException(Refusal refusal, String message) {
            super(message);
            this.refusal = refusal;
        }
    }
}
