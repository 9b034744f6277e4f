package org.strongroom.guard;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Decides who may do what, and writes it down first. The one place permits come from.
 *
 * <p>Fails closed: what can't be written to the audit log is not allowed.
 */
public final class Guard implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Guard.class.getName());
    /** An association that stores may last; it ends when its device is revoked. */
    private static final Duration STORE = Duration.ofHours(24);

    private static final Duration READ = Duration.ofHours(1);
    private static final Duration ADMINISTER = Duration.ofMinutes(10);

    private final DeviceRegistry registry;
    private final AuditLog audit;
    private final InstantSource clock;
    private final Policy policy;
    private final Refusals refusals;

    public Guard(DeviceRegistry registry, AuditLog audit, InstantSource clock) {
        this.registry = registry;
        this.audit = audit;
        this.clock = clock;
        this.policy = new Policy(registry);
        this.refusals = Refusals.start(audit, clock);
    }

    /**
     * Decides; the decision is in the audit log, on stable storage, when this returns.
     *
     * @param purpose of use as a person stated it; a device's is the one it was enrolled with
     */
    public <A extends Action> Decision<A> decide(Identity who, Purpose purpose, A action) {
        Instant now = clock.instant();
        Purpose counted = policy.purpose(who, purpose);
        Optional<Decision.Reason> refused = policy.refusal(who, purpose, action);
        Instant until = policy.until(who, now.plus(validity(action)));
        AuditRecord.Event event = new AuditRecord.Decided(
                AuditRecord.Actor.of(who),
                counted,
                AuditText.bounded(action),
                refused,
                refused.isPresent() ? Optional.empty() : Optional.of(until));
        AuditId id;
        try {
            id = audit.append(event);
        } catch (AuditUnavailableException e) {
            LOG.log(Level.DEBUG, "guard.audit_unavailable who=" + who.name()); // the log itself said so once, loudly
            return new Decision.Denied<>(Decision.Reason.AUDIT_UNAVAILABLE);
        }
        if (refused.isPresent()) {
            LOG.log(
                    Level.INFO,
                    "guard.denied who=" + who.name() + " reason=" + refused.get() + " audit=" + id.sequence());
            return new Decision.Denied<>(refused.get());
        }
        return new Decision.Granted<>(new Permit<>(who, counted, action, id, until));
    }

    /** Writes down what came of a permit; on stable storage within a second, and at {@link #close}. */
    public void settle(Permit<?> permit, Outcome outcome) {
        try {
            audit.appendLater(new AuditRecord.Settled(permit.audit(), AuditText.bounded(outcome)));
        } catch (AuditUnavailableException e) {
            LOG.log(Level.ERROR, "guard.not_settled audit=" + permit.audit().sequence());
        }
    }

    /**
     * Who a peer is that proved possession of {@code certificate} in a TLS handshake and called with an AE title.
     *
     * @param callingAeTitle as received; spaces around it do not count, PS3.8 section 9.3.2
     */
    public Identification identify(X509Certificate certificate, String callingAeTitle, InetAddress address) {
        String fingerprint = Pem.fingerprint(certificate);
        Optional<DeviceRecord> device = registry.byFingerprint(fingerprint);
        Optional<String> name = device.map(DeviceRecord::name);
        Optional<Refusal> refusal = registry.refusal(fingerprint);
        if (refusal.isPresent() || device.isEmpty()) {
            return new Identification.Refused(refusal.orElse(Refusal.UNKNOWN_CERTIFICATE), name);
        }
        String title = callingAeTitle.strip();
        if (!device.get().aeTitles().contains(title)) {
            return new Identification.Refused(Refusal.AE_TITLE_NOT_BOUND, name);
        }
        return new Identification.Known(new Identity.Device(device.get(), title, address.getHostAddress()));
    }

    /**
     * Notes that somebody without an identity was turned away. Returns at once, whatever the audit log does.
     *
     * @param detail what an operator needs, as the AE titles called; never a value of a data set
     */
    public void refused(InetAddress address, Refusal cause, String detail) {
        refusals.note(address, cause, detail);
    }

    /** What an operator must look at now, one line each; empty when all is well. */
    public List<String> problems() {
        List<String> problems = new ArrayList<>(registry.problems());
        audit.trouble().ifPresent(problems::add);
        return problems;
    }

    /** Whether decisions can be written down; when not, everything is denied. */
    public boolean healthy() {
        return audit.trouble().isEmpty();
    }

    private static Duration validity(Action action) {
        return switch (action) {
            case Action.Store _ -> STORE;
            case Action.Query _, Action.Retrieve _ -> READ;
            case Action.Administer _ -> ADMINISTER;
        };
    }

    /** Writes down what was counted. Does not close the audit log. */
    @Override
    public void close() throws IOException {
        refusals.close();
    }
}
