package org.strongroom.guard;

/** The outcome of asking for a permit; a refusal is a value, not an exception. */
public sealed interface Decision<A extends Action> {
    record Granted<A extends Action>(Permit<A> permit) implements Decision<A> {}

    record Denied<A extends Action>(Reason reason) implements Decision<A> {}

    /** Why not; each says what the operator can do. */
    enum Reason {
        NOT_ENROLLED("not enrolled: strongroom device add"),
        REVOKED("revoked"),
        EXPIRED("the certificate has expired: device revoke, then device add"),
        SERVICE_NOT_ALLOWED("service not allowed for this device: device add --services"),
        DESTINATION_NOT_ALLOWED("destination not allowed for this device: device add --move-to"),
        PURPOSE_MISSING("a purpose and a reason are needed: --purpose, --reason"),
        REQUEST_TOO_LARGE("too many UIDs in one request: ask in several"),
        AUDIT_UNAVAILABLE("the audit log can't be written");

        private final String text;

        Reason(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }
}
