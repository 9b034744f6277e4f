package org.strongroom.gateway.dimse;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.AeTitle;
import org.strongroom.dimse.AssociationPolicy.Answer;
import org.strongroom.dimse.AssociationPolicy.Peer;
import org.strongroom.guard.Action;
import org.strongroom.guard.AuditLog;
import org.strongroom.guard.AuditReader;
import org.strongroom.guard.AuditRecord;
import org.strongroom.guard.CertificateAuthority;
import org.strongroom.guard.Decision;
import org.strongroom.guard.DeviceRecord;
import org.strongroom.guard.DeviceRecord.Service;
import org.strongroom.guard.DeviceRegistry;
import org.strongroom.guard.EnrolmentException;
import org.strongroom.guard.Guard;
import org.strongroom.guard.GuardStore;
import org.strongroom.guard.Identity;
import org.strongroom.guard.IssuedCertificate;
import org.strongroom.guard.KeyRing;
import org.strongroom.guard.Permit;
import org.strongroom.guard.Purpose;
import org.strongroom.guard.TlsContexts;

/** A guard in a temporary directory, an archive in memory, and the door between them. */
final class Premises implements AutoCloseable {
    static final String TITLE = "STRONGROOM";
    static final InstantSource CLOCK = Clock.systemUTC();

    final FakeArchive archive = new FakeArchive();
    final KeyRing keys;
    final CertificateAuthority authority;
    final DeviceRegistry registry;
    final Guard guard;
    final DimseDoor door;
    private final Path root;
    private final AuditLog audit;

    /** Opens an archive in an empty folder, with an authority made before: its keys take seconds to make. */
    Premises(Path root, CertificateAuthority authority) throws IOException, EnrolmentException {
        this.root = root;
        this.authority = authority;
        keys = KeyRing.create(root.resolve("keys"));
        audit = AuditLog.open(root.resolve("audit"), keys, CLOCK);
        registry = DeviceRegistry.open(new Rows(), keys, audit, CLOCK);
        registry.addFirstAdministrator("anna");
        guard = new Guard(registry, audit, CLOCK);
        door = new DimseDoor(
                guard,
                registry,
                archive,
                new AeTitle(TITLE),
                Set.of(new AeTitle("ARCHIVE")),
                device -> TlsContexts.toDevice(own(), authority, registry, device),
                CLOCK);
    }

    static CertificateAuthority authority(Path root) throws IOException {
        return CertificateAuthority.create(KeyRing.create(root.resolve("authority")), CLOCK);
    }

    private List<IssuedCertificate> own() throws IOException {
        return authority.serverCertificates(List.of("localhost", "127.0.0.1"));
    }

    SSLContext serverTls() throws IOException {
        return TlsContexts.server(own(), authority, registry);
    }

    /** A device that may use some services, with a certificate of its own. */
    IssuedCertificate enrol(String name, Set<Service> services) throws IOException, EnrolmentException {
        return enrol(name, services, Set.of(), Optional.empty());
    }

    IssuedCertificate enrol(
            String name, Set<Service> services, Set<String> moveTo, Optional<DeviceRecord.Destination> destination)
            throws IOException, EnrolmentException {
        IssuedCertificate certificate = issue(name);
        enrol(name, certificate, services, moveTo, destination);
        return certificate;
    }

    IssuedCertificate issue(String name) {
        return authority.issueDevice(name, List.of("127.0.0.1"), CertificateAuthority.KeyType.EC, Duration.ofDays(2));
    }

    void enrol(
            String name,
            IssuedCertificate certificate,
            Set<Service> services,
            Set<String> moveTo,
            Optional<DeviceRecord.Destination> destination)
            throws IOException, EnrolmentException {
        registry.add(
                administer("device add"),
                new DeviceRecord(
                        name,
                        Set.of(name, name + "2"),
                        services,
                        moveTo,
                        certificate.fingerprint(),
                        certificate.expires(),
                        destination,
                        Purpose.TREAT,
                        Optional.empty()));
    }

    Permit<Action.Administer> administer(String command) {
        return switch (guard.decide(new Identity.Local("anna"), Purpose.HSYSADMIN, new Action.Administer(command))) {
            case Decision.Granted(Permit<Action.Administer> permit) -> permit;
            case Decision.Denied(Decision.Reason reason) -> throw new AssertionError(reason.toString());
        };
    }

    /** What the door answers to a request for one CT Image Storage context. */
    Answer ask(String calling, String called, IssuedCertificate certificate) throws IOException {
        Asked request = new Asked(
                called,
                calling,
                false,
                new Uid("1.2.840.10008.5.1.4.1.1.2"),
                List.of(TransferSyntax.ExplicitVRLittleEndian));
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 40_000);
        return door.answer(request, new Peer(address, Optional.of(certificate.certificate())));
    }

    /** All audit records so far; the log is closed for it. */
    List<AuditRecord.Event> events() throws IOException {
        guard.close();
        audit.close();
        List<AuditRecord.Event> events = new ArrayList<>();
        try (AuditReader reader = AuditReader.open(root.resolve("audit"), keys)) {
            for (Optional<AuditRecord> r = reader.next(); r.isPresent(); r = reader.next()) {
                events.add(r.get().event());
            }
        }
        return events;
    }

    <E extends AuditRecord.Event> List<E> events(Class<E> kind) throws IOException {
        return events().stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    @Override
    public void close() throws IOException {
        guard.close();
        audit.close();
    }

    /** Rows in memory. */
    private static final class Rows implements GuardStore {
        private final TreeMap<String, Row> rows = new TreeMap<>();

        @Override
        public List<Row> rows() {
            return List.copyOf(rows.values());
        }

        @Override
        public void put(List<Row> changed) {
            changed.forEach(row -> rows.put(row.kind() + " " + row.name(), row));
        }

        @Override
        public void close() {}
    }
}
