package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.Association;
import org.strongroom.guard.AuditReader;
import org.strongroom.guard.AuditRecord;
import org.strongroom.guard.KeyRing;
import org.strongroom.guard.Refusal;
import org.strongroom.testkit.Extent;
import org.strongroom.testkit.Programs;
import org.strongroom.testkit.TlsForward;
import org.strongroom.testkit.TlsForward.Credentials;
import org.strongroom.testkit.TlsForward.Dial;

/**
 * DCMTK's clients as somebody who must be refused: without a certificate, with a self-signed one, with one of another
 * archive's CA, with a revoked one, with a known one and another AE title (calling or called), in clear text. Each time
 * nothing is stored, nothing is listed or sent, and the audit log has one record for an address and minute and counts the
 * rest. That the same command lines work for a permitted device is shown first, so that a refusal is no mistyped option.
 */
class RefusalIT {
    /** How long the short run may wait for the clock to begin another minute. */
    private static final int PATIENCE_SECONDS = 12;

    private static final Uid STUDY_ROOT_FIND = new Uid("1.2.840.10008.5.1.4.1.2.2.1");
    private static final String HANDSHAKE_ENDED =
            "(?s).*(TLS|Peer aborted|Connection reset|Association Request Failed).*";
    private static final String CALLING = "(?s).*Calling AE Title Not Recognized.*";
    private static final String CALLED = "(?s).*Called AE Title Not Recognized.*";
    private static final String CLEAR_TEXT = "(?s).*Rejected Permanent.*ACSE.*";

    /** Addresses of their own, so that what each did can be told apart in the audit log. */
    private static final String DIRECT = "127.0.0.1";

    @TempDir
    static Path folder = Path.of("");

    private static Optional<Clinic> made = Optional.empty();
    private static Path self = Path.of("");
    private static Optional<Credentials> stranger = Optional.empty();
    private static Synthetic kept = instance(1);
    private static Path wanted = Path.of("");

    /** What the audit log must say, kept by what the test did. */
    private final Map<Refusal, Long> causes = new EnumMap<>(Refusal.class);

    private final Map<String, Long> addresses = new TreeMap<>();

    /** @param answer what DCMTK must print */
    private record Attacker(
            String name,
            Optional<Credentials> own,
            boolean tls,
            String calling,
            String called,
            Refusal cause,
            String answer,
            String address) {}

    @BeforeAll
    static void make() throws Exception {
        Clinic clinic = Clinic.make(folder);
        made = Optional.of(clinic);
        self = selfSigned();
        try (Clinic other = Clinic.make(folder.resolve("other"))) {
            // The same name and AE title, from another archive's authority.
            stranger = Optional.of(other.enrol("CT1"));
        }
        clinic.enrol("GONE");
        Clinic.check(clinic.command("device", "revoke", "GONE"));
        wanted = part10(instance(2), "wanted.dcm");
    }

    @Test
    void strangers_are_refused_whatever_they_try_and_the_audit_log_says_so_once_an_address_and_minute()
            throws Exception {
        try (Clinic clinic = made.orElseThrow();
                Capture capture = new Capture()) {
            clinic.enrol(
                    "SINK",
                    "--address",
                    "127.0.0.1:" + capture.port(),
                    "--clear-until",
                    LocalDate.now(ZoneOffset.UTC).plusDays(7).toString());
            clinic.enrol("CT1", "--services", "echo,store,find,get,move", "--move-to", "SINK");
            clinic.start();
            permittedDeviceMayAllThis(clinic, capture);
            List<String> before = listed(clinic);
            Map<String, Long> stored = packs(clinic);

            for (Attacker attacker : attackers(clinic)) {
                tryAll(clinic, attacker);
            }
            assertThat(listed(clinic)).isEqualTo(before).hasSize(1);
            assertThat(packs(clinic)).isEqualTo(stored);
            assertThat(capture.captured()).hasSize(1);

            fromManyAddresses(clinic, 4);
            scanPort(clinic);
            intoTheNextMinute(clinic);
            clinic.stop();
            assertAudited(clinic);
        }
    }

    private static List<Attacker> attackers(Clinic clinic) {
        Credentials ct1 = clinic.credentials("CT1");
        Optional<Credentials> none = Optional.empty();
        Optional<Credentials> selfSigned = Optional.of(
                new Credentials(self.resolveSibling("self.key"), self.resolveSibling("self.pem"), ct1.ca()));
        // It trusts us, so that the refusal is ours.
        Optional<Credentials> foreign = stranger.map(own -> new Credentials(own.key(), own.certificate(), ct1.ca()));
        Optional<Credentials> known = Optional.of(ct1);
        Optional<Credentials> gone = Optional.of(clinic.credentials("GONE"));
        String us = Clinic.AET.value();
        return List.of(
                new Attacker(
                        "no certificate", none, true, "CT1", us, Refusal.NO_CERTIFICATE, HANDSHAKE_ENDED, "127.0.1.1"),
                new Attacker(
                        "self-signed",
                        selfSigned,
                        true,
                        "CT1",
                        us,
                        Refusal.UNKNOWN_CERTIFICATE,
                        HANDSHAKE_ENDED,
                        "127.0.1.2"),
                new Attacker(
                        "other CA",
                        foreign,
                        true,
                        "CT1",
                        us,
                        Refusal.UNKNOWN_CERTIFICATE,
                        HANDSHAKE_ENDED,
                        "127.0.1.3"),
                new Attacker("revoked", gone, true, "GONE", us, Refusal.REVOKED, HANDSHAKE_ENDED, "127.0.1.4"),
                new Attacker("other title", known, true, "SINK", us, Refusal.AE_TITLE_NOT_BOUND, CALLING, "127.0.1.5"),
                new Attacker(
                        "other called title",
                        known,
                        true,
                        "CT1",
                        "ANY-SCP",
                        Refusal.CALLED_AE_TITLE_UNKNOWN,
                        CALLED,
                        "127.0.1.6"),
                new Attacker("clear text", none, false, "CT1", us, Refusal.HANDSHAKE, CLEAR_TEXT, "127.0.1.7"));
    }

    /** Each program once; those with TLS of their own dial directly, the others through a forwarder. */
    private void tryAll(Clinic clinic, Attacker attacker) throws Exception {
        Path received = Files.createDirectories(folder.resolve("received " + attacker.name()));
        List<String> tls = !attacker.tls()
                ? List.of()
                : attacker.own()
                        .map(own -> List.of(
                                "+tls",
                                own.key().toString(),
                                own.certificate().toString(),
                                "+cf",
                                own.ca().toString()))
                        .orElse(List.of(
                                "+tla", "+cf", clinic.credentials("CT1").ca().toString()));
        try (TlsForward forward = TlsForward.dialling(0, dial(clinic, attacker))) {
            for (Line line : lines(received)) {
                boolean direct = line.hasTls();
                Programs.Run run = Dcmtk.call(
                        received,
                        attacker.calling(),
                        attacker.called(),
                        direct ? clinic.port() : forward.port(),
                        line.program(),
                        direct ? Dcmtk.join(tls, line.options()) : line.options(),
                        line.files());
                refused(direct ? DIRECT : attacker.address(), attacker.cause());
                String what = attacker.name() + ", " + line.program() + ": " + run.output();
                assertThat(run.exit()).as(what).isNotZero();
                // A forwarder answers a failed handshake by ending the connection.
                // getscu alone does not print the reason of an A-ASSOCIATE-RJ.
                assertThat(run.output())
                        .as(what)
                        .matches(attacker.answer()
                                + (line.program().equals("getscu") ? "|(?s).*DUL Association Rejected.*" : ""));
                assertThat(run.output()).as(what).doesNotContain("Pending", "TEST^", "2.25.7.1");
            }
        }
        assertThat(received).isEmptyDirectory();
    }

    private record Line(String program, boolean hasTls, List<String> options, List<String> files) {}

    private static List<Line> lines(Path received) {
        List<String> study = List.of("-S", "-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID=" + kept.study());
        return List.of(
                new Line("echoscu", true, List.of("-v"), List.of()),
                new Line("storescu", true, List.of("-v"), List.of(wanted.toString())),
                new Line(
                        "findscu",
                        true,
                        List.of("-v", "-S", "-k", "QueryRetrieveLevel=STUDY", "-k", "PatientName"),
                        List.of()),
                new Line("getscu", false, Dcmtk.join(List.of("-v", "-od", received.toString()), study), List.of()),
                new Line("movescu", false, Dcmtk.join(List.of("-v", "-aem", "SINK"), study), List.of()));
    }

    private static Dial dial(Clinic clinic, Attacker attacker) throws IOException {
        Optional<InetAddress> from = Optional.of(InetAddress.ofLiteral(attacker.address()));
        return attacker.tls()
                ? TlsForward.tls(
                        from,
                        "127.0.0.1",
                        clinic.port(),
                        attacker.own(),
                        clinic.credentials("CT1").ca())
                : TlsForward.clear(from, "127.0.0.1", clinic.port());
    }

    private static void permittedDeviceMayAllThis(Clinic clinic, Capture capture) throws Exception {
        Path received = Files.createDirectories(folder.resolve("received"));
        try (TlsForward forward = TlsForward.toTls(0, "127.0.0.1", clinic.port(), clinic.credentials("CT1"))) {
            String file = part10(kept, "kept.dcm").toString();
            for (Line line : lines(received)) {
                Programs.Run run = Dcmtk.call(
                        received,
                        "CT1",
                        Clinic.AET.value(),
                        forward.port(),
                        line.program(),
                        line.options(),
                        line.program().equals("storescu") ? List.of(file) : line.files());
                assertThat(run.exit()).as(line.program() + ": " + run.output()).isZero();
            }
        }
        assertThat(received).isNotEmptyDirectory();
        assertThat(capture.captured()).containsKey(kept.sopInstance());
    }

    /** The same refusal from many addresses, several times each: as many records as addresses and minutes. */
    private void fromManyAddresses(Clinic clinic, int times) throws Exception {
        for (int host = 100; host < 120; host++) {
            InetAddress from = InetAddress.ofLiteral("127.0.1." + host);
            for (int i = 0; i < times; i++) {
                sendClear(clinic, from);
                refused(from.getHostAddress(), Refusal.PROTOCOL);
            }
        }
    }

    private static void sendClear(Clinic clinic, InetAddress from) throws IOException {
        try (Socket socket =
                TlsForward.clear(Optional.of(from), "127.0.0.1", clinic.port()).connect()) {
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            socket.setSoTimeout(20_000);
            assertThat(answer(socket)).isLessThanOrEqualTo(10);
        }
    }

    /** How many bytes come back; an end by reset is an end. */
    private static int answer(Socket socket) throws IOException {
        try (InputStream in = socket.getInputStream()) {
            return in.readNBytes(64).length;
        } catch (java.net.SocketException e) {
            return 0;
        }
    }

    /** Connecting and leaving, as a port scanner does, asks for nothing and is no refusal. */
    private static void scanPort(Clinic clinic) throws IOException {
        for (int i = 0; i < 5; i++) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), clinic.port()));
            }
        }
    }

    /** In another minute each address has a record again; in the short run only when that minute is near. */
    private void intoTheNextMinute(Clinic clinic) throws Exception {
        Instant next = Instant.now().truncatedTo(ChronoUnit.MINUTES).plus(1, ChronoUnit.MINUTES);
        Duration wait = Duration.between(Instant.now(), next).plusMillis(200);
        if (!Extent.FULL && wait.toSeconds() > PATIENCE_SECONDS) {
            System.out.println("refusals: the next minute is " + wait.toSeconds() + " s away; not waited for");
            return;
        }
        Thread.sleep(wait);
        fromManyAddresses(clinic, 2);
    }

    private void refused(String address, Refusal cause) {
        causes.merge(cause, 1L, Long::sum);
        addresses.merge(address, 1L, Long::sum);
    }

    private void assertAudited(Clinic clinic) throws Exception {
        List<String> minutes = new ArrayList<>();
        Map<Refusal, Long> toldCauses = new EnumMap<>(Refusal.class);
        Map<String, Long> toldAddresses = new TreeMap<>();
        TreeSet<Instant> times = new TreeSet<>();
        for (AuditRecord one : records(clinic)) {
            if (one.event() instanceof AuditRecord.Refused refused) {
                minutes.add(refused.address() + " " + one.time().truncatedTo(ChronoUnit.MINUTES));
                times.add(one.time().truncatedTo(ChronoUnit.MINUTES));
                toldCauses.merge(refused.cause(), 1L, Long::sum);
                toldAddresses.merge(refused.address(), 1L, Long::sum);
            } else if (one.event() instanceof AuditRecord.RefusedMore more) {
                more.causes().forEach((cause, count) -> toldCauses.merge(cause, count, Long::sum));
                more.addresses().forEach((address, count) -> toldAddresses.merge(address, count, Long::sum));
                assertThat(more.elsewhere()).isZero();
            }
        }
        System.out.println("refusals: " + toldCauses + " in " + minutes.size() + " records of single refusals, "
                + times.size() + " minutes, " + toldAddresses.size() + " addresses");
        assertThat(minutes).as("one record for an address and minute").doesNotHaveDuplicates();
        assertThat(toldCauses).isEqualTo(causes);
        assertThat(toldAddresses).isEqualTo(addresses);
        assertThat(Clinic.check(clinic.command("audit", "verify")).output()).startsWith("sound");
    }

    private static List<AuditRecord> records(Clinic clinic) throws IOException {
        List<AuditRecord> records = new ArrayList<>();
        try (AuditReader reader = AuditReader.open(
                clinic.folder().resolve("data/audit"),
                KeyRing.open(clinic.folder().resolve("keys")))) {
            for (Optional<AuditRecord> one = reader.next(); one.isPresent(); one = reader.next()) {
                records.add(one.get());
            }
        }
        return records;
    }

    /** What a permitted device lists: the SOP Instance UIDs of all there can be. */
    private static List<String> listed(Clinic clinic) throws IOException {
        List<String> listed = new ArrayList<>();
        try (Association a = clinic.associate(
                "CT1",
                clinic.proposal("CT1").context(STUDY_ROOT_FIND, List.of(TransferSyntax.ExplicitVRLittleEndian)))) {
            for (Synthetic one : List.of(kept, instance(2))) {
                DataSet keys = DataSet.empty()
                        .with(Attributes.QueryRetrieveLevel, "IMAGE")
                        .with(Attributes.StudyInstanceUID, one.study())
                        .with(Attributes.SeriesInstanceUID, one.series())
                        .withEmpty(Attributes.SOPInstanceUID.tag(), Attributes.SOPInstanceUID.vr());
                for (DataSet match : a.find(STUDY_ROOT_FIND, keys)) {
                    listed.add(
                            match.get(Attributes.SOPInstanceUID).orElseThrow().value());
                }
            }
        }
        return listed;
    }

    private static Map<String, Long> packs(Clinic clinic) throws IOException {
        Map<String, Long> packs = new TreeMap<>();
        try (Stream<Path> files = Files.walk(clinic.folder().resolve("data/packs"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                packs.put(
                        file.getFileName().toString(),
                        Files.getLastModifiedTime(file).toMillis());
            }
        }
        assertThat(packs).isNotEmpty();
        return packs;
    }

    private static Synthetic instance(int study) {
        return Synthetic.make(study, 1, 1, 4096, new Random(study));
    }

    private static Path part10(Synthetic instance, String name) throws IOException {
        Path file = folder.resolve(name);
        try (var out = Files.newOutputStream(file)) {
            out.write(Part10.header(instance.sopClass(), instance.sopInstance(), instance.syntax(), Optional.empty()));
            out.write(instance.bytes());
        }
        return file;
    }

    /** A key and a certificate for it that nobody else signed, made by keytool, as PEM files. */
    private static Path selfSigned() throws IOException, InterruptedException, GeneralSecurityException {
        Path store = folder.resolve("self.p12");
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        String password = "not secret";
        Clinic.check(Programs.run(
                Duration.ofMinutes(1),
                folder,
                List.of(
                        keytool,
                        "-genkeypair",
                        "-alias",
                        "self",
                        "-keyalg",
                        "RSA",
                        "-keysize",
                        "2048",
                        "-dname",
                        "CN=CT1",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        password)));
        KeyStore keys = KeyStore.getInstance(store.toFile(), password.toCharArray());
        pem(
                "self.key",
                "PRIVATE KEY",
                keys.getKey("self", password.toCharArray()).getEncoded());
        pem("self.pem", "CERTIFICATE", keys.getCertificate("self").getEncoded());
        return store;
    }

    private static void pem(String name, String type, byte[] der) throws IOException {
        Files.writeString(
                folder.resolve(name),
                "-----BEGIN " + type + "-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                        + "\n-----END " + type + "-----\n");
    }
}
