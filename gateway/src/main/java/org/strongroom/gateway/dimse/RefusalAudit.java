package org.strongroom.gateway.dimse;

import java.net.InetSocketAddress;
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
}
