package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.dicom.Part10;
import org.strongroom.guard.AuditReader;
import org.strongroom.guard.AuditRecord;
import org.strongroom.guard.KeyRing;
import org.strongroom.testkit.Programs;
import org.strongroom.testkit.StrongroomArchive;
import org.strongroom.testkit.StrongroomArchive.Device;
import org.strongroom.testkit.StrongroomProcess;

/** The real server with DCMTK as its devices, and those it must refuse. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ServeIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    static Path folder = Path.of("");

    private static StrongroomArchive archive = new StrongroomArchive(Path.of(""));
    private static Device device = new Device("", Path.of(""), Path.of(""), Path.of(""));
    private static Device revoked = device;
    private static Device stranger = device;
    private static Optional<StrongroomProcess> running = Optional.empty();
    private static int refusals;

    @BeforeAll
    static void start() throws Exception {
        archive = StrongroomArchive.create(folder.resolve("archive"));
        device = archive.device("CT1");
        // The same name and AE title, from another archive's authority.
        stranger = StrongroomArchive.create(folder.resolve("other")).device("CT1");
        running = Optional.of(archive.serve());
        revoked = archive.device("CT2");
        run("device", "revoke", "CT2", "--data", archive.folder().toString());
    }

    @AfterAll
    static void end() throws Exception {
        if (running.isPresent()) {
            running.get().close();
        }
    }

    private static StrongroomProcess server() {
        return running.orElseThrow();
    }

    private static Programs.Run run(String... arguments) throws IOException, InterruptedException {
        Programs.Run run = StrongroomProcess.run(arguments);
        assertThat(run.exit()).as(run.output()).isZero();
        return run;
    }

    private static Programs.Run dcmtk(Device as, String program, String... rest)
            throws IOException, InterruptedException {
        return dcmtk(as.dcmtk(program), rest);
    }

    private static Programs.Run dcmtk(List<String> line, String... rest) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(line);
        all.addAll(List.of("127.0.0.1", Integer.toString(server().dicomPort())));
        all.addAll(Arrays.asList(rest));
        return Programs.run(LIMIT, folder, all);
    }

    private static Path sample(int number) throws IOException {
        Path file = folder.resolve("sample" + number + ".dcm");
        DemoStudies.Instance instance = DemoStudies.makers().get(number).make();
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(Part10.header(
                    instance.sopClass(), instance.sopInstance(), DemoStudies.Instance.SYNTAX, Optional.empty()));
            out.write(instance.dataSet().array());
        }
        return file;
    }

    private static List<String> studies() throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of("find"));
        line.addAll(device.strongroom(server().dicomPort()));
        line.add("--json");
        Programs.Run run = StrongroomProcess.runForOutput(line.toArray(String[]::new));
        assertThat(run.exit()).as(run.output()).isZero();
        return Json.parse(run.output()).findValues("StudyInstanceUID").stream()
                .map(values -> values.required(0).stringValue())
                .toList();
    }

    @Test
    @Order(1)
    void an_enrolled_device_echoes_stores_and_finds_at_every_level() throws Exception {
        assertThat(dcmtk(device, "echoscu").exit()).isZero();
        Programs.Run stored = dcmtk(device, "storescu", sample(121).toString());
        assertThat(stored.exit()).as(stored.output()).isZero();

        for (String level : List.of("PATIENT", "STUDY", "SERIES", "IMAGE")) {
            String model = level.equals("PATIENT") ? "-P" : "-S";
            Programs.Run found = dcmtk(device.dcmtk(
                    "findscu",
                    model,
                    "-k",
                    "QueryRetrieveLevel=" + level,
                    "-k",
                    "PatientName=DEMO^BARTH*",
                    "-k",
                    "StudyInstanceUID"
                            + (List.of("SERIES", "IMAGE").contains(level)
                                    ? "=" + DemoStudies.studies().get(1)
                                    : ""),
                    "-k",
                    "SeriesInstanceUID" + (level.equals("IMAGE") ? "=" + DemoStudies.series("t1") : ""),
                    "-k",
                    "SOPInstanceUID"));
            assertThat(found.exit()).as(found.output()).isZero();
            assertThat(found.output()).as(level).containsOnlyOnce("(Pending");
        }
    }

    @Test
    @Order(2)
    void our_own_client_gets_back_what_was_stored() throws Exception {
        List<String> line = new ArrayList<>(List.of("get"));
        line.addAll(device.strongroom(server().dicomPort()));
        Path out = folder.resolve("got");
        line.addAll(List.of("-k", "StudyInstanceUID=" + DemoStudies.studies().get(1), "--out", out.toString()));

        run(line.toArray(String[]::new));

        byte[] stored = DemoStudies.makers().get(121).make().dataSet().array();
        byte[] file = Files.readAllBytes(out.resolve("000001.dcm"));
        assertThat(Arrays.copyOfRange(file, file.length - stored.length, file.length))
                .isEqualTo(stored);
    }

    @Test
    @Order(3)
    void strangers_are_refused_whatever_they_try_and_nothing_is_stored_or_listed() throws Exception {
        List<String> before = studies();
        List<String> clear = List.of(Programs.require("echoscu").toString(), "-aet", "CT1", "-aec", "STRONGROOM");
        List<String> anonymous = Stream.concat(
                        clear.stream(),
                        Stream.of("--anonymous-tls", "+cf", device.ca().toString()))
                .toList();
        List<String> otherTitle = new ArrayList<>(device.dcmtk("echoscu"));
        otherTitle.set(otherTitle.indexOf("-aet") + 1, "CT9");
        List<String> otherCalled = new ArrayList<>(device.dcmtk("echoscu"));
        otherCalled.set(otherCalled.indexOf("-aec") + 1, "ANY");
        List<String> unknown = new ArrayList<>(stranger.dcmtk("echoscu"));
        // It trusts us, so that the refusal is ours.
        unknown.set(unknown.indexOf("+cf") + 1, device.ca().toString());

        for (List<String> refused :
                List.of(clear, anonymous, otherTitle, otherCalled, unknown, revoked.dcmtk("echoscu"))) {
            Programs.Run run = dcmtk(refused);
            assertThat(run.exit()).as(String.join(" ", refused) + run.output()).isNotZero();
            refusals++;
            List<String> store = new ArrayList<>(refused);
            store.set(0, Programs.require("storescu").toString());
            assertThat(dcmtk(store, sample(0).toString()).exit()).isNotZero();
            refusals++;
            List<String> find = new ArrayList<>(refused);
            find.set(0, Programs.require("findscu").toString());
            find.addAll(List.of("-S", "-k", "QueryRetrieveLevel=STUDY", "-k", "PatientName"));
            Programs.Run found = dcmtk(find);
            assertThat(found.exit()).isNotZero();
            assertThat(found.output()).doesNotContain("Pending").doesNotContain("DEMO^");
            refusals++;
        }
        assertThat(studies()).isEqualTo(before);
    }

    @Test
    @Order(4)
    void a_port_scanner_gets_no_byte() throws Exception {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server().dicomPort()));
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            socket.setSoTimeout(20_000);
            byte[] answer = socket.getInputStream().readNBytes(64);
            assertThat(answer.length).as("at most an alert or an abort").isLessThanOrEqualTo(10);
        }
        refusals++;
    }

    @Test
    @Order(5)
    void revoking_a_device_ends_its_open_association() throws Exception {
        Device brief = archive.device("BRIEF");
        Programs.require("storescu");
        // Many repetitions keep the association open while the device is revoked.
        Process storing = new ProcessBuilder(Stream.concat(
                                brief.dcmtk("storescu", "--repeat", "100000").stream(),
                                Stream.of(
                                        "127.0.0.1",
                                        Integer.toString(server().dicomPort()),
                                        sample(121).toString()))
                        .toList())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("storing.out").toFile())
                .start();
        try {
            waitForAssociation("BRIEF");
            run("device", "revoke", "BRIEF", "--data", archive.folder().toString());

            assertThat(storing.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(storing.exitValue()).isNotZero();
        } finally {
            storing.destroyForcibly();
        }
    }

    private static void waitForAssociation(String title) throws IOException, InterruptedException {
        for (int i = 0; i < 600 && !server().err().contains("calling=" + title); i++) {
            Thread.sleep(50);
        }
        assertThat(server().err()).contains("calling=" + title);
    }

    @Test
    @Order(6)
    void commands_reach_the_running_server_and_no_second_one_starts_there() throws Exception {
        assertThat(run("device", "list", "--data", archive.folder().toString()).output())
                .contains("CT1")
                .contains("revoked");
        assertThat(run("doctor", "--data", archive.folder().toString()).output())
                .contains("server: runs");

        Programs.Run second = StrongroomProcess.run(
                "serve", "--config", archive.configuration().toString());

        assertThat(second.exit()).isEqualTo(1);
        assertThat(second.output()).contains("another process uses");
    }

    @Test
    @Order(7)
    void sigterm_stops_with_status_0_and_each_address_and_minute_has_one_refusal_record() throws Exception {
        assertThat(server().stop()).isZero();
        assertThat(server().err()).contains("server.stopped");
        assertThat(archive.folder().resolve("run/control")).doesNotExist();

        List<AuditRecord> records = records();
        List<String> minutes = new ArrayList<>();
        long counted = 0;
        for (AuditRecord one : records) {
            if (one.event() instanceof AuditRecord.Refused refused) {
                minutes.add(refused.address() + one.time().truncatedTo(ChronoUnit.MINUTES));
                counted++;
            } else if (one.event() instanceof AuditRecord.RefusedMore more) {
                counted += more.causes().values().stream()
                        .mapToLong(Long::longValue)
                        .sum();
            }
        }
        assertThat(minutes).isNotEmpty().doesNotHaveDuplicates();
        assertThat(counted).isEqualTo(refusals);
        assertThat(run("audit", "verify", "--data", archive.folder().toString()).output())
                .startsWith("sound");
    }

    private static List<AuditRecord> records() throws IOException {
        List<AuditRecord> records = new ArrayList<>();
        try (AuditReader reader = AuditReader.open(archive.data().resolve("audit"), KeyRing.open(archive.keys()))) {
            for (Optional<AuditRecord> one = reader.next(); one.isPresent(); one = reader.next()) {
                records.add(one.get());
            }
        }
        return records;
    }
}
