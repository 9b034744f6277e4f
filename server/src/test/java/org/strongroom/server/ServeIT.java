package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
import org.strongroom.testkit.Programs;
import org.strongroom.testkit.StrongroomArchive;
import org.strongroom.testkit.StrongroomArchive.Device;
import org.strongroom.testkit.StrongroomProcess;

/** The real server with DCMTK as its devices; those it must refuse are in {@link RefusalIT}. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ServeIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    static Path folder = Path.of("");

    private static StrongroomArchive archive = new StrongroomArchive(Path.of(""));
    private static Device device = new Device("", Path.of(""), Path.of(""), Path.of(""));
    private static Optional<StrongroomProcess> running = Optional.empty();

    @BeforeAll
    static void start() throws Exception {
        archive = StrongroomArchive.create(folder.resolve("archive"));
        device = archive.device("CT1");
        running = Optional.of(archive.serve());
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

    @Test
    @Order(1)
    void an_enrolled_device_echoes_stores_and_finds_at_every_level() throws Exception {
        assertThat(dcmtk(device, "echoscu").exit()).isZero();
        Programs.Run stored = dcmtk(device, "storescu", sample(121).toString());
        assertThat(stored.exit()).as(stored.output()).isZero();

        for (String level : List.of("PATIENT", "STUDY", "SERIES", "IMAGE")) {
            Programs.Run found = findKeysOfAllLevels(level);
            assertThat(found.exit()).as(found.output()).isZero();
            assertThat(found.output()).as(level).containsOnlyOnce("(Pending)");
        }
    }

    private static Programs.Run findKeysOfAllLevels(String level, String... more)
            throws IOException, InterruptedException {
        String model = level.equals("PATIENT") ? "-P" : "-S";
        String study = List.of("SERIES", "IMAGE").contains(level)
                ? "=" + DemoStudies.studies().get(1)
                : "";
        String series = level.equals("IMAGE") ? "=" + DemoStudies.series("t1") : "";
        List<String> options = new ArrayList<>(List.of(model));
        for (String key : List.of(
                "QueryRetrieveLevel=" + level,
                "PatientName=DEMO^BARTH*",
                "StudyInstanceUID" + study,
                "SeriesInstanceUID" + series,
                "SOPInstanceUID")) {
            options.addAll(List.of("-k", key));
        }
        options.addAll(List.of(more));
        return dcmtk(device.dcmtk("findscu", options.toArray(String[]::new)));
    }

    /**
     * PS3.4 C.4.1.1.4: FF01 where keys were not supported. A key of a lower level can't be compared with a patient: with a
     * value, there are more answers than were asked for, and the status says so. Without a value it asks for nothing, and the answer is
     * as good as without it: viewers ask for the keys of all levels at once, and some take any status but FF00 for the end.
     * dcmqrscp, Orthanc and dcm4chee answer FF00 to that too, the last two with an empty value as we do.
     */
    @Test
    @Order(2)
    void a_key_of_a_lower_level_is_warned_of_only_if_it_would_have_narrowed_the_answers() throws Exception {
        Programs.Run returned = findKeysOfAllLevels("PATIENT", "-k", "StudyDate", "-k", "Modality=*", "-k", "Rows");
        assertThat(returned.output()).containsOnlyOnce("(Pending)").doesNotContain("WarningUnsupportedOptionalKeys");
        assertThat(returned.output()).contains("(0008,0020) DA (no value available)");

        for (String key : List.of("StudyDate=18000101", "Modality=XX", "Rows=1")) {
            Programs.Run narrowed = findKeysOfAllLevels("PATIENT", "-k", key);
            assertThat(narrowed.exit()).as(narrowed.output()).isZero();
            assertThat(narrowed.output()).as(key).containsOnlyOnce("(Pending: WarningUnsupportedOptionalKeys)");
        }
        assertThat(findKeysOfAllLevels("STUDY", "-k", "Modality=XX").output())
                .containsOnlyOnce("(Pending: WarningUnsupportedOptionalKeys)");
        assertThat(findKeysOfAllLevels("STUDY", "-k", "StudyDate=18000101").output())
                .doesNotContain("(Pending");
    }

    @Test
    @Order(3)
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
    @Order(7)
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
    @Order(8)
    void sigterm_stops_with_status_0_and_the_audit_log_is_sound() throws Exception {
        assertThat(server().stop()).isZero();
        assertThat(server().err()).contains("server.stopped");
        assertThat(archive.folder().resolve("run/control")).doesNotExist();
        assertThat(run("audit", "verify", "--data", archive.folder().toString()).output())
                .startsWith("sound");
    }
}
