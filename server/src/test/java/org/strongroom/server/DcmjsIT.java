package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.testkit.Programs;
import org.strongroom.testkit.StrongroomProcess;
import org.strongroom.testkit.TlsForward;
import tools.jackson.databind.JsonNode;

/**
 * dcmjs-dimse 0.3.3 on both ends, over TLS with client certificates: as user of the real server, and as the peer that our
 * commands call. Skipped where there is no node, or npm can't bring it.
 */
class DcmjsIT {
    private static final Path MODULES = Path.of("target", "dcmjs");
    private static final Uid CT = new Uid("1.2.840.10008.5.1.4.1.1.2");
    private static final String PEER = "DCMJS";
    private static final String SECOND = "DCMJS2";
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path work;

    @SuppressWarnings("NullAway.Init")
    private Clinic clinic;

    private final List<Process> started = new ArrayList<>();

    @BeforeEach
    void install() throws Exception {
        Programs.require("node");
        Path npm = Programs.require("npm");
        Files.createDirectories(MODULES);
        for (String name : List.of("package.json", "package-lock.json", "peer.js")) {
            try (InputStream in = DcmjsIT.class.getResourceAsStream("/dcmjs/" + name)) {
                Files.write(MODULES.resolve(name), in.readAllBytes());
            }
        }
        if (!Files.isDirectory(MODULES.resolve("node_modules").resolve("dcmjs-dimse"))) {
            Programs.Run run = Programs.run(
                    Duration.ofMinutes(3),
                    MODULES,
                    List.of(npm.toString(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"));
            Assumptions.assumeTrue(run.exit() == 0, "skipped: npm can't bring dcmjs-dimse");
        }
        clinic = Clinic.make(work);
    }

    @AfterEach
    void end() throws IOException {
        started.forEach(Peers::end);
        if (clinic != null) {
            clinic.close();
        }
    }

    @Test
    void dcmjs_echoes_stores_finds_gets_and_moves_with_the_server() throws Exception {
        int port = Programs.freePort();
        clinic.enrol(SECOND, "--services", "echo", "--address", "127.0.0.1:" + port);
        clinic.enrol(PEER, "--services", "echo,store,find,get,move", "--move-to", SECOND);
        clinic.start();
        List<Ct> study = study(5);
        List<String> files = new ArrayList<>();
        for (Ct instance : study) {
            files.add(file(instance).toString());
        }
        String uid = study.getFirst().study().value();
        Map<String, Object> config = config("127.0.0.1", clinic.port(), Clinic.AET.value(), clinic.credentials(PEER));
        config.put(
                "steps",
                List.of(
                        Map.of("operation", "echo", "user", "canary-user"),
                        Map.of("operation", "store", "files", files, "window", 4),
                        Map.of("operation", "find", "keys", Map.of("StudyInstanceUID", "", "PatientID", "T1")),
                        Map.of("operation", "get", "study", uid),
                        Map.of("operation", "move", "study", uid, "destination", SECOND)));
        try (Node scp = scp(SECOND, port);
                Node scu = new Node(config)) {
            assertThat(statuses(scu.next())).containsExactly(0);
            assertThat(statuses(scu.next())).containsExactly(0, 0, 0, 0, 0);
            JsonNode find = scu.next();
            assertThat(statuses(find)).containsExactly(0xFF00, 0);
            assertThat(find.get("matches").get(0).asString()).isEqualTo(uid);
            JsonNode get = scu.next();
            assertThat(statuses(get)).containsExactly(0xFF00, 0xFF00, 0xFF00, 0xFF00, 0);
            assertThat(texts(get.get("received"))).containsExactlyInAnyOrderElementsOf(instances(study));
            assertThat(get.get("counts").get("completed").asInt()).isEqualTo(5);
            JsonNode move = scu.next();
            assertThat(statuses(move)).containsExactly(0xFF00, 0xFF00, 0xFF00, 0xFF00, 0);
            assertThat(move.get("counts").get("completed").asInt()).isEqualTo(5);
            List<String> moved = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                moved.add(scp.next().get("stored").asString());
            }
            assertThat(moved).containsExactlyInAnyOrderElementsOf(instances(study));
        }
        assertThat(clinic.server().err()).doesNotContain("canary-user");
    }

    @Test
    void our_commands_echo_store_find_get_and_move_with_dcmjs() throws Exception {
        int port = Programs.freePort();
        int second = Programs.freePort();
        clinic.enrol(PEER, "--services", "echo", "--address", "127.0.0.1:" + port);
        clinic.enrol(SECOND, "--services", "echo", "--address", "127.0.0.1:" + second);
        try (Node there = scp(SECOND, second);
                Node scp = scp(PEER, port, Map.of("host", "127.0.0.1", "port", second, "called", SECOND))) {
            List<String> to = line(port);
            assertThat(run("echo", to).output()).contains("success");
            List<Ct> study = study(3);
            List<String> store = new ArrayList<>(to);
            for (Ct instance : study) {
                store.add(file(instance).toString());
            }
            assertThat(run("store", store).output()).contains("sent 3");
            for (int i = 0; i < 3; i++) {
                assertThat(scp.next().get("calling").asString()).isEqualTo(PEER);
            }
            List<String> find = new ArrayList<>(to);
            find.addAll(List.of("-k", "StudyInstanceUID="));
            assertThat(run("find", find).output())
                    .contains(study.getFirst().study().value());
            String key = "StudyInstanceUID=" + study.getFirst().study();
            Path out = work.resolve("got");
            List<String> get = new ArrayList<>(to);
            get.addAll(List.of("-k", key, "--out", out.toString()));
            assertThat(run("get", get).output()).contains("written 3").contains("failed 0");
            for (int i = 1; i <= 3; i++) {
                assertThat(out.resolve("00000" + i + ".dcm")).isNotEmptyFile();
            }
            List<String> move = new ArrayList<>(to);
            move.addAll(List.of("-k", key, "--to-aet", SECOND));
            assertThat(run("move", move).output()).contains("answered: success").contains("completed 3");
            List<String> moved = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                moved.add(there.next().get("stored").asString());
            }
            assertThat(moved).containsExactlyInAnyOrderElementsOf(instances(study));
        }
    }

    private static List<String> instances(List<Ct> study) {
        return study.stream().map(one -> one.sopInstance().value()).toList();
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(one -> texts.add(one.asString()));
        return texts;
    }

    private static Programs.Run run(String command, List<String> options) throws Exception {
        List<String> line = new ArrayList<>(List.of(command));
        line.addAll(options);
        return Clinic.check(StrongroomProcess.run(line.toArray(String[]::new)));
    }

    private List<String> line(int port) {
        TlsForward.Credentials own = clinic.credentials(PEER);
        return List.of(
                "--data", clinic.folder().toString(),
                "--to", "127.0.0.1:" + port,
                "--aet", PEER,
                "--calling", PEER,
                "--key", own.key().toString(),
                "--cert", own.certificate().toString(),
                "--ca", own.ca().toString());
    }

    private static List<Integer> statuses(JsonNode result) {
        assertThat(result.has("error")).as(result.toString()).isFalse();
        List<Integer> statuses = new ArrayList<>();
        result.get("statuses").forEach(status -> statuses.add(status.asInt()));
        return statuses;
    }

    /** CT, since dcmjs-dimse proposes the common storage classes alone for C-GET. */
    private record Ct(Uid study, Uid sopInstance) {
        DataSet dataSet() {
            return DataSet.empty()
                    .with(Attributes.SOPClassUID, CT)
                    .with(Attributes.SOPInstanceUID, sopInstance)
                    .with(Attributes.Modality, "CT")
                    .withText(Attributes.PatientName.tag(), Attributes.PatientName.vr(), List.of("TEST^DCMJS"))
                    .with(Attributes.PatientID, "T1")
                    .with(Attributes.StudyInstanceUID, study)
                    .with(Attributes.SeriesInstanceUID, new Uid(study + ".1"));
        }
    }

    private static List<Ct> study(int count) {
        List<Ct> study = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            study.add(new Ct(new Uid("2.25.8.1"), new Uid("2.25.8.1.1." + i)));
        }
        return study;
    }

    private Path file(Ct instance) throws IOException {
        Path file = work.resolve(instance.sopInstance() + ".dcm");
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(
                    Part10.header(CT, instance.sopInstance(), TransferSyntax.ExplicitVRLittleEndian, Optional.empty()));
            out.write(instance.dataSet().toBytes(TransferSyntax.ExplicitVRLittleEndian));
        }
        return file;
    }

    private static Map<String, Object> config(String host, int port, String called, TlsForward.Credentials own) {
        Map<String, Object> config = new TreeMap<>();
        config.put("role", "scu");
        config.put("host", host);
        config.put("port", port);
        config.put("called", called);
        config.put("calling", PEER);
        config.put(
                "tls",
                Map.of(
                        "key", own.key().toString(),
                        "certificate", own.certificate().toString(),
                        "ca", own.ca().toString()));
        return config;
    }

    private Node scp(String title, int port) throws Exception {
        return scp(title, port, Map.of());
    }

    /** @param destination where it sends what it is asked to move */
    private Node scp(String title, int port, Map<String, Object> destination) throws Exception {
        Map<String, Object> config = config("127.0.0.1", port, title, clinic.credentials(title));
        config.put("role", "scp");
        config.put("calling", title);
        config.put("destination", destination);
        Node scp = new Node(config);
        assertThat(scp.next().get("listening").asInt()).isEqualTo(port);
        return scp;
    }

    /** The script, as a process that answers in lines of JSON. */
    private final class Node implements AutoCloseable {
        private final Process process;
        private final BufferedReader out;

        Node(Map<String, Object> config) throws IOException {
            process = new ProcessBuilder("node", "peer.js")
                    .directory(MODULES.toFile())
                    .redirectError(work.resolve("node.err").toFile())
                    .start();
            started.add(process);
            out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            OutputStream in = process.getOutputStream();
            in.write(Json.text(config).replaceAll("[\r\n]+", " ").getBytes(StandardCharsets.UTF_8));
            in.write('\n');
            in.flush();
        }

        JsonNode next() throws Exception {
            Thread watch = Thread.ofVirtual().start(() -> {
                try {
                    Thread.sleep(LIMIT);
                    process.destroyForcibly();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            String line = out.readLine();
            while (line != null && !line.startsWith("{")) {
                line = out.readLine(); // what the library logs
            }
            watch.interrupt();
            if (line == null) {
                throw new AssertionError("node ended: " + Files.readString(work.resolve("node.err")));
            }
            return Json.parse(line);
        }

        @Override
        public void close() {
            Peers.end(process);
        }
    }
}
