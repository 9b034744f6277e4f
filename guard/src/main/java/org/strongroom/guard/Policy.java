package org.strongroom.guard;

import java.time.Instant;
import java.util.Optional;

/**
 * What an identity may do. For devices: what was enrolled with them; for local administrators: what administers, and
 * reading with a purpose and a reason.
 */
final class Policy {
    /** More UIDs than any C-FIND or C-GET identifier of 256 KiB can hold. */
    static final int MAX_UIDS = 5000;

    private final DeviceRegistry registry;

    Policy(DeviceRegistry registry) {
        this.registry = registry;
    }

    /** Why not; empty when allowed. */
    Optional<Decision.Reason> refusal(Identity who, Purpose purpose, Action action) {
        Optional<Decision.Reason> reason = switch (who) {
            case Identity.Device device -> device(device, action);
            case Identity.Local local -> local(local, purpose, action);
        };
        return reason.isEmpty() && uids(action) > MAX_UIDS ? Optional.of(Decision.Reason.REQUEST_TOO_LARGE) : reason;
    }

    private Optional<Decision.Reason> device(Identity.Device who, Action action) {
        // Asked anew each time: the identity may be older than a revocation.
        Optional<Refusal> refusal = registry.refusal(who.device().fingerprint());
        if (refusal.isPresent()) {
            return Optional.of(
                    switch (refusal.get()) {
                        case REVOKED -> Decision.Reason.REVOKED;
                        case EXPIRED -> Decision.Reason.EXPIRED;
                        default -> Decision.Reason.NOT_ENROLLED;
                    });
        }
        DeviceRecord device = registry.byFingerprint(who.device().fingerprint()).orElseThrow();
        if (!device.aeTitles().contains(who.aeTitle())) {
            return Optional.of(Decision.Reason.NOT_ENROLLED);
        }
        return switch (action) {
            case Action.Store _ -> service(device, DeviceRecord.Service.STORE);
            case Action.Query _ -> service(device, DeviceRecord.Service.FIND);
            case Action.Retrieve retrieve -> retrieve(device, retrieve.destination());
            case Action.Administer _ -> Optional.of(Decision.Reason.SERVICE_NOT_ALLOWED);
        };
    }

    /** To itself by C-GET or C-MOVE; the door offers only the one the device has. To others by C-MOVE. */
    private Optional<Decision.Reason> retrieve(DeviceRecord device, String destination) {
        if (device.aeTitles().contains(destination.strip())) {
            return device.services().contains(DeviceRecord.Service.GET)
                    ? Optional.empty()
                    : service(device, DeviceRecord.Service.MOVE);
        }
        Optional<Decision.Reason> service = service(device, DeviceRecord.Service.MOVE);
        if (service.isPresent()) {
            return service;
        }
        boolean allowed = registry.byAeTitle(destination)
                .filter(d -> device.moveTo().contains(d.name()))
                .isPresent();
        return allowed ? Optional.empty() : Optional.of(Decision.Reason.DESTINATION_NOT_ALLOWED);
    }

    private static Optional<Decision.Reason> service(DeviceRecord device, DeviceRecord.Service service) {
        return device.services().contains(service)
                ? Optional.empty()
                : Optional.of(Decision.Reason.SERVICE_NOT_ALLOWED);
    }

    private Optional<Decision.Reason> local(Identity.Local who, Purpose purpose, Action action) {
        if (!registry.administrators().contains(who.user())) {
            return Optional.of(Decision.Reason.NOT_ENROLLED);
        }
        Optional<String> reason = switch (action) {
            case Action.Query query -> query.reason();
            case Action.Retrieve retrieve -> retrieve.reason();
            case Action.Store _, Action.Administer _ -> Optional.of("none is needed");
        };
        boolean reads = action instanceof Action.Query || action instanceof Action.Retrieve;
        boolean stated = reason.filter(r -> !r.isBlank()).isPresent();
        // System administration is no reason to read a patient's images.
        return stated && !(reads && purpose == Purpose.HSYSADMIN)
                ? Optional.empty()
                : Optional.of(Decision.Reason.PURPOSE_MISSING);
    }

    /** The purpose that counts: a device's is enrolled with it, whatever the door says. */
    Purpose purpose(Identity who, Purpose stated) {
        if (!(who instanceof Identity.Device device)) {
            return stated;
        }
        DeviceRecord claimed = device.device();
        return registry.byFingerprint(claimed.fingerprint()).orElse(claimed).purpose();
    }

    /** When a permit ends that could last until {@code most}: no later than the certificate it was asked with. */
    Instant until(Identity who, Instant most) {
        if (!(who instanceof Identity.Device device)) {
            return most;
        }
        DeviceRecord claimed = device.device();
        Instant expires =
                registry.byFingerprint(claimed.fingerprint()).orElse(claimed).expires();
        return expires.isBefore(most) ? expires : most;
    }

    static int uids(Action action) {
        return action instanceof Action.Retrieve r
                ? r.studies().size() + r.series().size() + r.instances().size()
                : 0;
    }
}
