package org.strongroom.guard;

import java.time.Instant;

/**
 * Proof that guard allowed an action and that its audit record is durable. Only guard makes one; the archive's methods
 * take one. A final class and not a record, since a record cannot hide its constructor.
 */
public final class Permit<A extends Action> {
    private final Identity identity;
    private final Purpose purpose;
    private final A action;
    private final AuditId audit;
    private final Instant until;

    Permit(Identity identity, Purpose purpose, A action, AuditId audit, Instant until) {
        this.identity = identity;
        this.purpose = purpose;
        this.action = action;
        this.audit = audit;
        this.until = until;
    }

    public Identity identity() {
        return identity;
    }

    public Purpose purpose() {
        return purpose;
    }

    public A action() {
        return action;
    }

    public AuditId audit() {
        return audit;
    }

    /** Checked again by the archive at the place of use. */
    public Instant until() {
        return until;
    }

    @Override
    public String toString() {
        return "permit audit=" + audit.sequence();
    }
}
