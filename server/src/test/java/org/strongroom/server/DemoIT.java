package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.testkit.Programs;
import org.strongroom.testkit.StrongroomProcess;
import tools.jackson.databind.JsonNode;

/** The first thing a visitor starts. */
class DemoIT {
    /** What identifies the demo's three patients; none of it may lie in the data directory. */
    private static final List<String> IDENTIFYING = List.of(
            "AURELIA",
            "BARTHOLOMEW",
            "CELESTINE",
            "DEMO-CT-470211",
            "DEMO-MR-815307",
            "DEMO-DX-092664",
            "DEMOACC",
            "upper abdomen",
            "DEMO^REFERRER");

    @TempDir
    Path folder = Path.of("");

    @Test
    void starts_loads_stops_and_finds_everything_again() throws Exception {
        Path data = folder.resolve("data");
        Path file = data.resolve("demo/demo.json");
        try (StrongroomProcess demo = StrongroomProcess.demo(data)) {
            JsonNode json = Json.parse(Files.readString(file));
            assertThat(json.propertyNames())
                    .containsExactlyInAnyOrder(
                            "aet", "callingAet", "dicomHost", "dicomPort", "deviceKey", "deviceCertificate", "ca");
            assertThat(json.required("dicomPort").intValue()).isEqualTo(demo.dicomPort());
            assertThat(json.required("dicomHost").stringValue()).isEqualTo("127.0.0.1");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            assertThat(studies(data)).hasSize(3);
            assertThat(demo.stop()).isZero();
        }
        assertThat(file).doesNotExist();
        assertNothingIdentifying(data);
        assertThat(StrongroomProcess.run(
                                "serve",
                                "--config",
                                data.resolve("strongroom.toml").toString())
                        .exit())
                .isNotZero();

        try (StrongroomProcess again = StrongroomProcess.demo(data)) {
            assertThat(again.err()).doesNotContain("Making and storing");
            assertThat(file).exists();
            assertThat(studies(data)).hasSize(3);
            tour(data, again);
            again.kill();
        }
        // What a kill leaves behind does not keep the next start from working.
        try (StrongroomProcess afterKill = StrongroomProcess.demo(data)) {
            assertThat(studies(data)).hasSize(3);
            assertThat(afterKill.stop()).isZero();
        }
        Programs.Run verified = StrongroomProcess.run("audit", "verify", "--data", data.toString());
        assertThat(verified.exit()).as(verified.output()).isZero();
    }

    /** The commands it prints, run as a shell would. */
    private void tour(Path data, StrongroomProcess demo) throws IOException, InterruptedException {
        List<String> lines = demo.out()
                .lines()
                .map(String::strip)
                .filter(line ->
                        line.startsWith("./strongroom") || line.startsWith("echoscu") || line.startsWith("findscu"))
                .toList();
        assertThat(lines).hasSizeGreaterThan(8);
        for (String line : lines) {
            if (line.contains("store")
                    || line.contains("--to-aet")
                    || (line.startsWith("echo") && !line.contains("+tls"))) {
                continue;
            }
            if (!line.startsWith("./strongroom")) {
                Programs.require(line.substring(0, line.indexOf(' ')));
            }
            Programs.Run run = Programs.run(
                    Duration.ofSeconds(90), folder, List.of("/bin/sh", "-c", "STRONGROOM_BUILD=never " + atRoot(line)));
            assertThat(run.exit()).as(line + "\n" + run.output()).isZero();
        }
        assertThat(folder.resolve("ct")).isDirectoryContaining("glob:**.dcm");
        assertThat(Files.exists(data.resolve("run/control"))).isTrue();
    }

    private static String atRoot(String line) {
        return line.startsWith("./") ? System.getProperty("strongroom.root") + line.substring(1) : line;
    }

    private static List<String> studies(Path data) throws IOException, InterruptedException {
        Programs.Run run = StrongroomProcess.runForOutput("find", "--data", data.toString(), "--json");
        assertThat(run.exit()).as(run.output()).isZero();
        return Json.parse(run.output()).findValues("StudyInstanceUID").stream()
                .map(values -> values.required(0).stringValue())
                .toList();
    }

    private static void assertNothingIdentifying(Path data) throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String content = Files.readString(file, StandardCharsets.ISO_8859_1);
                for (String value : IDENTIFYING) {
                    assertThat(content.contains(value))
                            .as(value + " in " + file)
                            .isFalse();
                }
            }
        }
    }

    @Test
    void an_empty_demo_has_no_studies_and_binds_loopback_whatever_is_asked() throws Exception {
        Path data = folder.resolve("empty");
        try (StrongroomProcess demo = StrongroomProcess.demo(data, "--empty", "--https-port", "0")) {
            assertThat(studies(data)).isEmpty();
            assertThat(demo.out()).contains("ready dicom=127.0.0.1:");
            assertThat(demo.stop()).isZero();
        }
    }

    @Test
    void a_folder_that_is_no_demo_is_left_alone() throws Exception {
        Path data = folder.resolve("real");
        assertThat(StrongroomProcess.run("init", data.toString()).exit()).isZero();

        Programs.Run run = StrongroomProcess.run("demo", "--data", data.toString());

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.output()).contains("holds an archive that is no demo");
        assertThat(data.resolve("demo")).doesNotExist();
    }
}
