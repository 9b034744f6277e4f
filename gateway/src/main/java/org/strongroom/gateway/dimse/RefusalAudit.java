package org.strongroom.gateway.dimse;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.strongroom.dimse.Refusals;
import org.strongroom.guard.Guard;
import org.strongroom.guard.Refusal;

/** Hands refusals of a DICOM listener, from before an association is asked for, to the audit log. */
public final class RefusalAudit implements Refusals {
    private final Guard guard;

    public RefusalAudit(Guard guard) {
        this.guard = guard;
    }

    @Override
    public void refused(InetSocketAddress address, Cause cause, String detail) {
        Refusal refusal = switch (cause) {
            case TLS_FAILED, CLEAR_TEXT -> Refusal.HANDSHAKE;
            case BAD_FIRST_PDU -> Refusal.PROTOCOL;
            case TIMED_OUT, LIMIT -> Refusal.LIMIT;
        };
        guard.refused(address.getAddress(), refusal, detail);
    }

    /** Names what the trust manager found: no, an unknown, a revoked or an expired certificate. */
    @Override
    public void handshakeFailed(InetSocketAddress address, IOException failure) {
        String detail = failure instanceof SSLException
                ? Optional.ofNullable(failure.getMessage()).orElse("")
                : "broken off";
        // The JDK has no exception of its own for it; under another wording it would be a failed handshake.
        Refusal refusal =
                detail.contains("Empty client certificate chain") ? Refusal.NO_CERTIFICATE : Refusal.of(failure);
        guard.refused(address.getAddress(), refusal, "TLS: " + detail);
    }
}
