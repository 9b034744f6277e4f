package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.testkit.Programs;
import org.strongroom.testkit.StrongroomProcess;
import tools.jackson.databind.JsonNode;

/** The end of the tour: {@code ./strongroom survey} beside an archive left open and the demo. */
class SurveyIT {
    private static final Path ROOT = Path.of(System.getProperty("strongroom.root", "."));

    @TempDir
    static Path folder = Path.of("");

    @BeforeAll
    static void built() {
        assumeTrue(Files.exists(ROOT.resolve("survey/target/built")), "skipped: the survey is not built");
    }

    @Test
    void an_open_dcmqrscp_lists_three_studies_the_demo_none_and_a_closed_port_is_silent() throws Exception {
        Programs.require("dcmqrscp");
        int closed = Programs.freePort();
        int open = Programs.freePort();
        Path data = folder.resolve("demo");
        Process leftOpen = leftOpen(open);
        try (StrongroomProcess demo = StrongroomProcess.demo(data)) {
            int strongroom = demo.dicomPort();
            Path scope = scope("tour.json", open + "," + strongroom + "," + closed);
            Path out = folder.resolve("survey-out");
            Programs.Run run = StrongroomProcess.runForOutput(
                    "survey", "run", "--scope", scope.toString(), "--out", out.toString(), "--json");

            assertThat(run.exit()).as(run.output()).isZero();
            JsonNode targets = Json.parse(run.output());
            assertThat(targets.propertyNames()).containsExactly("targets");
            assertThat(states(targets))
                    .containsExactlyInAnyOrder(open + " open 3", strongroom + " closed 0", closed + " silent 0");
            assertNothingOfPatients(run.output(), out);
            assertThat(StrongroomProcess.run("survey", "verify", out.toString()).exit())
                    .isZero();
        } finally {
            leftOpen.destroy();
            leftOpen.waitFor();
        }
    }

    private static Process leftOpen(int port) throws IOException, InterruptedException {
        Path log = folder.resolve("left-open.log");
        Process process = new ProcessBuilder(ROOT.resolve("tools/left-open").toString(), Integer.toString(port))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!Files.readString(log).contains("open on") && process.isAlive() && System.nanoTime() < end) {
            Thread.sleep(50);
        }
        assertThat(Files.readString(log)).contains("open on");
        return process;
    }

    private static Set<String> states(JsonNode targets) {
        Set<String> states = new TreeSet<>();
        for (JsonNode target : targets.required("targets")) {
            assertThat(target.required("address").stringValue()).isEqualTo("127.0.0.1");
            states.add(target.required("port").intValue() + " "
                    + target.required("state").stringValue() + " "
                    + target.required("studies").intValue());
        }
        return states;
    }

    private static void assertNothingOfPatients(String output, Path out) throws IOException {
        Needles needles = new Needles();
        for (String value : List.of(
                "LEFTOPEN",
                "LEFT-OPEN-1",
                "LEFTOPEN^PATIENT",
                "2.25.33027441582967914",
                "AURELIA",
                "BARTHOLOMEW",
                "CELESTINE",
                "DEMO-CT-470211",
                "DEMOACC",
                "upper abdomen")) {
            needles.add(value);
        }
        assertThat(needles.in(output)).isEmpty();
        try (Stream<Path> files = Files.walk(out)) {
            List<Path> written = files.filter(Files::isRegularFile).toList();
            assertThat(written).hasSize(3);
            for (Path file : written) {
                assertThat(needles.in(file)).as(file.toString()).isEmpty();
            }
        }
    }

    private static Path scope(String name, String ports) throws IOException, InterruptedException {
        Path file = folder.resolve(name);
        Programs.Run made = survey(
                "scope",
                "new",
                "--owner",
                "Clinic North",
                "--contact",
                "it@clinic.example",
                "--network",
                "127.0.0.1/32",
                "--ports",
                ports,
                "--out",
                file.toString());
        assertThat(made.exit()).as(made.output()).isZero();
        return file;
    }

    private static Programs.Run survey(String... arguments) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of("survey"));
        line.addAll(Arrays.asList(arguments));
        return StrongroomProcess.run(line.toArray(String[]::new));
    }

    @Test
    void without_a_scope_that_allows_it_nothing_is_sent() throws Exception {
        try (ServerSocket target = new ServerSocket(0, 16, InetAddress.getLoopbackAddress())) {
            Path good = scope("good.json", Integer.toString(target.getLocalPort()));
            String out = folder.resolve("refused").toString();
            String text = Files.readString(good);
            Path far = folder.resolve("far.json");
            Files.writeString(far, text.replace("127.0.0.1/32", "192.0.2.0/24"));
            Path torn = folder.resolve("torn.json");
            Files.writeString(torn, text.substring(0, text.length() / 2));
            Path noise = folder.resolve("noise.json");
            Files.writeString(noise, "\0\1\2".repeat(100), StandardCharsets.ISO_8859_1);
            Path empty = Files.createFile(folder.resolve("empty.json"));
            Path other = folder.resolve("other.json");
            Files.writeString(other, "[1, 2, 3]");
            List<List<String>> refused = List.of(
                    List.of("run"),
                    List.of("run", "--out", out),
                    List.of("run", "--json", "--out", out),
                    List.of("run", "--scope", folder.resolve("none.json").toString(), "--out", out),
                    List.of("run", "--scope", folder.toString(), "--out", out),
                    List.of("run", "--scope", far.toString(), "--out", out),
                    List.of("run", "--scope", torn.toString(), "--out", out),
                    List.of("run", "--scope", noise.toString(), "--out", out),
                    List.of("run", "--scope", empty.toString(), "--out", out),
                    List.of("run", "--scope", other.toString(), "--out", out),
                    List.of("run", "--scope", good.toString()),
                    List.of("run", "--scope", good.toString(), "--out", out, "--target", "192.0.2.1:104"));
            for (List<String> line : refused) {
                Programs.Run run = survey(line.toArray(String[]::new));
                assertThat(run.exit()).as(line + run.output()).isNotZero();
                assertThat(run.output().strip().lines())
                        .as(line + ": " + run.output())
                        .hasSize(1);
                assertThat(run.output()).doesNotContain("Exception", "\tat ");
            }
            assertThat(Path.of(out)).doesNotExist();
            target.setSoTimeout(200);
            assertThat(org.assertj.core.api.Assertions.catchThrowable(target::accept))
                    .as("nobody called")
                    .isInstanceOf(SocketTimeoutException.class);
        }
    }
}
