package org.strongroom.guard;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** A guard with everything behind it, in a temporary directory. */
final class House implements AutoCloseable {
    final Path root;
    final FakeClock clock = new FakeClock();
    final KeyRing keys;
    final FakeGuardStore store = new FakeGuardStore();
    final AuditLog audit;
    final DeviceRegistry registry;
    final Guard guard;
    final Identity.Local admin = new Identity.Local("anna");
    private static final AtomicInteger DEVICES = new AtomicInteger();

    House(Path root) throws Exception {
        this(root, AuditDisk.FILES);
    }

    House(Path root, AuditDisk disk) throws Exception {
        this.root = root;
        this.keys = Files.exists(root.resolve("keys"))
                ? KeyRing.open(root.resolve("keys"))
                : KeyRing.create(root.resolve("keys"));
        this.audit = AuditLog.open(auditDirectory(), keys, clock, disk, AuditLog.SEGMENT_BYTES);
        this.registry = DeviceRegistry.open(store, keys, audit, clock);
        this.guard = new Guard(registry, audit, clock);
        registry.addFirstAdministrator("anna");
    }

    Path auditDirectory() {
        return root.resolve("audit");
    }

    Permit<Action.Administer> administer(String command) {
        return granted(guard.decide(admin, Purpose.HSYSADMIN, new Action.Administer(command)));
    }

    static <A extends Action> Permit<A> granted(Decision<A> decision) {
        return switch (decision) {
            case Decision.Granted<A>(Permit<A> permit) -> permit;
            case Decision.Denied<A>(Decision.Reason reason) -> throw new AssertionError("denied: " + reason);
        };
    }

    static Decision.Reason denied(Decision<?> decision) {
        return switch (decision) {
            case Decision.Denied<?>(Decision.Reason reason) -> reason;
            case Decision.Granted<?> _ -> throw new AssertionError("granted");
        };
    }

    /** A device named and titled {@code name}, with a made-up fingerprint. */
    DeviceRecord record(String name, Set<DeviceRecord.Service> services, Set<String> moveTo) {
        String fingerprint = "%064x".formatted(DEVICES.incrementAndGet());
        return record(name, services, moveTo, fingerprint);
    }

    DeviceRecord record(String name, Set<DeviceRecord.Service> services, Set<String> moveTo, String fingerprint) {
        return new DeviceRecord(
                name,
                Set.of(name),
                services,
                moveTo,
                fingerprint,
                clock.instant().plusSeconds(86_400),
                Optional.empty(),
                Purpose.TREAT,
                Optional.empty());
    }

    Identity.Device enrol(DeviceRecord device) throws IOException, EnrolmentException {
        registry.add(administer("device add " + device.name()), device);
        return new Identity.Device(device, device.aeTitles().iterator().next(), "127.0.0.1");
    }

    /** All records written so far. */
    List<AuditRecord> records() throws IOException {
        List<AuditRecord> records = new ArrayList<>();
        try (AuditReader reader = AuditReader.open(auditDirectory(), keys)) {
            for (Optional<AuditRecord> r = reader.next(); r.isPresent(); r = reader.next()) {
                records.add(r.get());
            }
        }
        return records;
    }

    @Override
    public void close() throws IOException {
        guard.close();
        audit.close();
    }
}
