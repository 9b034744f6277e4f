package org.strongroom.guard;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One record of the audit log: what happened, in terms of the archive. DICOM PS3.15 A.5 messages and FHIR AuditEvents are
 * renderings of it.
 *
 * @param sequence position in the log, from 0
 */
public record AuditRecord(long sequence, Instant time, Event event) {
    /** What happened. */
    public sealed interface Event {}

    /**
     * Somebody asked for a permit; written before the permit exists.
     *
     * @param refused why not; empty = granted
     * @param until end of the permit; empty when refused
     */
    public record Decided(
            Actor actor, Purpose purpose, Action action, Optional<Decision.Reason> refused, Optional<Instant> until)
            implements Event {}

    /** What came of a permit. Several may refer to one permit, each with the counts since the one before. */
    public record Settled(AuditId permit, Outcome outcome) implements Event {}

    /** A refusal before there was an identity: the first of an address in a minute. */
    public record Refused(String address, Refusal cause, String detail) implements Event {}

    /**
     * Refusals of one minute that have no record of their own.
     *
     * @param causes how often each
     * @param addresses how often from each address, the most frequent ones
     * @param elsewhere how many came from addresses not named
     */
    public record RefusedMore(Instant from, Map<Refusal, Long> causes, Map<String, Long> addresses, long elsewhere)
            implements Event {}

    /**
     * A change of a device, an administrator or the policy; written before the change is.
     *
     * @param permit under which it is made; empty only for the first administrator
     * @param subject what is changed, as {@code device:CT1}
     * @param content the row after the change
     */
    public record Administered(Optional<AuditId> permit, String change, String subject, String content)
            implements Event {}

    /**
     * The log was opened.
     *
     * @param notes what opening found: records after the last signed head, a torn end cut off, a missing head
     */
    public record Started(String program, List<String> notes) implements Event {}

    /** The log was closed in order. */
    public record Stopped() implements Event {}

    /**
     * Who asked, as text that outlives the registry.
     *
     * @param name {@code device:NAME} or {@code os:NAME}
     * @param fingerprint of the device's certificate
     */
    public record Actor(String name, Optional<String> fingerprint, Optional<String> aeTitle, Optional<String> address) {
        static Actor of(Identity identity) {
            return switch (identity) {
                case Identity.Device d ->
                    new Actor(
                            d.name(),
                            Optional.of(d.device().fingerprint()),
                            Optional.of(d.aeTitle()),
                            Optional.of(d.address()));
                case Identity.Local l -> new Actor(l.name(), Optional.empty(), Optional.empty(), Optional.empty());
            };
        }
    }

    /** Tells nothing but the kind, since the event may name a patient. */
    @Override
    public String toString() {
        return "audit record " + sequence + " " + event.getClass().getSimpleName();
    }
}
