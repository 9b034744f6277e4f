package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.strongroom.dicom.Attributes.PatientID;
import static org.strongroom.dicom.Attributes.SOPClassUID;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Element;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.Uid;
import org.strongroom.server.Instances.Stored;
import org.strongroom.testkit.Corpus;
import org.strongroom.testkit.Extent;
import org.strongroom.testkit.Programs;
import org.strongroom.testkit.StrongroomProcess;

/**
 * {@code ./strongroom echo/store/find/get/move} as a person types them, against other people's archives: dcmqrscp and Orthanc, both
 * in clear text on loopback. And what a person reads where the other side refuses, isn't there, hangs up, or does
 * not know what it is asked.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PeersIT {

    /** What every call without TLS says first. */
    private static final String WARNING = "NOT ENCRYPTED: ";

    @TempDir
    Path work = Path.of("");

    private Optional<Corpus> corpus = Optional.empty();

    /** An instance of each transfer syntax that DCMTK has an option for; all of the first round in the full check. */
    private final Map<String, List<Stored>> bySyntax = new TreeMap<>();

    @BeforeAll
    void choose() throws IOException {
        corpus = Corpus.find();
        assumeTrue(corpus.isPresent(), Corpus.ABSENT);
        for (Stored one : Instances.rounds(Instances.sort(corpus.orElseThrow()).storable())
                .getFirst()) {
            String option = Dcmtk.PREFER.get(one.syntax().uid().value());
            // dcmqrscp 3.6.7 reads no deflated data set, and neither peer some files of one maker or a data set of odd
            // length, nor some SOP classes; Orthanc wants a Patient ID.
            boolean usable = option != null
                    && !option.equals("+xd")
                    && !one.file().path().contains("CTImage.dcm_")
                    && one.bytes().length < 2_000_000
                    && one.bytes().length % 2 == 0
                    && !Dcmtk.UNKNOWN.contains(one.sopClass())
                    && !Questions.text(one.elements(), PatientID.tag()).isEmpty();
            List<Stored> group = usable ? bySyntax.computeIfAbsent(option, _ -> new ArrayList<>()) : new ArrayList<>();
            if (Extent.FULL || group.isEmpty()) {
                group.add(one);
            }
        }
        assertThat(bySyntax).hasSizeGreaterThan(8);
    }

    private static List<String> to(int port, String called) {
        return List.of("--to", "127.0.0.1:" + port, "--aet", called, "--calling", "TESTER", "--clear");
    }

    private static Programs.Run strongroom(String command, List<String> line, String... more)
            throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(line);
        all.addAll(Arrays.asList(more));
        return StrongroomProcess.run(all.toArray(String[]::new));
    }

    private String[] files(List<Stored> instances) {
        return instances.stream()
                .map(one -> corpus.orElseThrow().path(one.file()).toString())
                .toArray(String[]::new);
    }

    private static Set<String> studies(List<Stored> instances) {
        return instances.stream().map(one -> one.study().value()).collect(Collectors.toCollection(TreeSet::new));
    }

    /** The UIDs that {@code find} prints for a level. */
    private static Set<String> found(List<String> line, String keyword, String... more)
            throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("find"));
        all.addAll(line);
        all.add("--json");
        all.addAll(Arrays.asList(more));
        Programs.Run run = StrongroomProcess.runForOutput(all.toArray(String[]::new));
        assertThat(run.exit()).as(run.output()).isZero();
        Set<String> uids = new TreeSet<>();
        Json.parse(run.output())
                .findValues(keyword)
                .forEach(values -> uids.add(values.required(0).stringValue()));
        return uids;
    }

    @Test
    void dcmqrscp_takes_finds_and_gives_back_each_transfer_syntax() throws Exception {
        Path folder = Files.createDirectories(work.resolve("qrscp"));
        int identical = 0;
        int all = 0;
        for (var group : bySyntax.entrySet()) {
            // It knows one compressed transfer syntax at a time; the big endian one is converted when it isn't
            // preferred.
            try (Qrscp peer = Qrscp.start(folder, Map.of(), group.getKey())) {
                List<String> line = to(peer.port(), "QRSCP");
                Programs.Run stored = strongroom("store", line, files(group.getValue()));
                assertThat(stored.output()).as(group.getKey()).contains("sent");
                assertThat(stored.exit()).as(stored.output()).isZero();
                Path out = work.resolve("got" + group.getKey());
                for (Stored one : group.getValue()) {
                    Path own = out.resolve(one.sopInstance().value());
                    Programs.Run got = strongroom(
                            "get",
                            line,
                            "--level",
                            "image",
                            "-k",
                            "StudyInstanceUID=" + one.study(),
                            "-k",
                            "SeriesInstanceUID=" + one.series(),
                            "-k",
                            "SOPInstanceUID=" + one.sopInstance(),
                            "--out",
                            own.toString());
                    assertThat(got.exit()).as(one + got.output()).isZero();
                    identical += assertReturned(one, own);
                    all++;
                }
            }
        }
        System.out.println("from dcmqrscp: " + identical + " of " + all + " byte for byte, the rest rewritten by it");
        assertThat(identical).isGreaterThan(all / 3);
    }

    /** Orthanc parses what comes and writes it anew; it keeps every transfer syntax. */
    @Test
    void orthanc_takes_finds_and_gives_back_each_transfer_syntax_and_passes_on_to_dcmqrscp() throws Exception {
        List<Stored> instances =
                bySyntax.values().stream().flatMap(List::stream).toList();
        Path folder = Files.createDirectories(work.resolve("third"));
        try (Qrscp third = Qrscp.start(folder, Map.of());
                Orthanc peer = Orthanc.start(
                        Files.createDirectories(work.resolve("orthanc")), Map.of("QRSCP", third.port()))) {
            List<String> line = to(peer.port(), "ORTHANC");
            assertThat(strongroom("echo", line).output()).contains("ORTHANC answered: success");
            Programs.Run stored = strongroom("store", line, files(instances));
            assertThat(stored.exit()).as(stored.output()).isZero();
            assertThat(found(line, "StudyInstanceUID")).isEqualTo(studies(instances));
            int identical = 0;
            Path out = work.resolve("from-orthanc");
            for (List<Stored> group : bySyntax.values()) {
                Stored one = group.getFirst();
                Path own = out.resolve(one.sopInstance().value());
                Programs.Run got =
                        strongroom("get", line, "-k", "StudyInstanceUID=" + one.study(), "--out", own.toString());
                assertThat(got.exit()).as(one + got.output()).isZero();
                identical += assertReturned(one, own);
            }
            System.out.println("from Orthanc: " + identical + " of " + bySyntax.size() + " byte for byte");

            Stored plain = bySyntax.getOrDefault("+xe", List.of()).getFirst();
            Programs.Run moved =
                    strongroom("move", line, "--to-aet", "QRSCP", "-k", "StudyInstanceUID=" + plain.study());
            assertThat(moved.exit()).as(moved.output()).isZero();
            assertThat(moved.output()).contains("ORTHANC answered: success");
            assertThat(found(to(third.port(), "QRSCP"), "StudyInstanceUID"))
                    .containsExactly(plain.study().value());
        }
    }

    @Test
    void dcmqrscp_and_our_own_archive_move_to_orthanc() throws Exception {
        List<Stored> plain = bySyntax.getOrDefault("+xe", List.of());
        Stored first = plain.getFirst();
        Stored second = bySyntax.getOrDefault("+xs", List.of()).getFirst();
        try (Orthanc third = Orthanc.start(Files.createDirectories(work.resolve("orthanc3")), Map.of());
                Qrscp peer =
                        Qrscp.start(Files.createDirectories(work.resolve("qrscp3")), Map.of("ORTHANC", third.port()));
                Clinic clinic = Clinic.make(work.resolve("own"))) {
            List<String> line = to(peer.port(), "QRSCP");
            Clinic.check(strongroom("store", line, files(plain)));
            for (String level : List.of("patient", "study", "series", "image")) {
                assertFound(line, level, first);
            }
            Programs.Run moved =
                    strongroom("move", line, "--to-aet", "ORTHANC", "-k", "StudyInstanceUID=" + first.study());
            assertThat(moved.exit()).as(moved.output()).isZero();
            assertThat(found(to(third.port(), "ORTHANC"), "StudyInstanceUID"))
                    .containsExactly(first.study().value());

            // To a peer without TLS our archive moves only while a dated exception lasts.
            clinic.enrol(
                    "ORTHANC",
                    "--services",
                    "echo",
                    "--address",
                    "127.0.0.1:" + third.port(),
                    "--clear-until",
                    LocalDate.now(ZoneOffset.UTC).plusDays(2).toString());
            clinic.enrol("CT1", "--services", "echo,store,find,move", "--move-to", "ORTHANC");
            clinic.start();
            List<String> home = clinic.to("CT1");
            Clinic.check(strongroom("store", home, files(List.of(second))));
            Programs.Run sent =
                    strongroom("move", home, "--to-aet", "ORTHANC", "-k", "StudyInstanceUID=" + second.study());
            assertThat(sent.exit()).as(sent.output()).isZero();
            assertThat(sent.output()).contains("completed 1, failed 0");
            assertThat(found(to(third.port(), "ORTHANC"), "StudyInstanceUID"))
                    .containsExactlyInAnyOrder(
                            first.study().value(), second.study().value());
            Path out = work.resolve("moved");
            Clinic.check(strongroom(
                    "get",
                    to(third.port(), "ORTHANC"),
                    "-k",
                    "StudyInstanceUID=" + second.study(),
                    "--out",
                    out.toString()));
            assertReturned(second, out);

            // The archive itself calls an enrolled device by its name.
            Programs.Run echo = clinic.command("echo", "--to", "ORTHANC");
            assertThat(echo.output()).contains(WARNING).contains("ORTHANC answered: success");
            clinic.stop();
        }
    }

    private static void assertFound(List<String> line, String level, Stored one)
            throws IOException, InterruptedException {
        Map<String, String> keys = new LinkedHashMap<>();
        keys.put("PatientID", Questions.text(one.elements(), PatientID.tag()));
        keys.put("StudyInstanceUID", one.study().value());
        keys.put("SeriesInstanceUID", one.series().value());
        keys.put("SOPInstanceUID", one.sopInstance().value());
        List<String> names = List.copyOf(keys.keySet());
        int depth = List.of("patient", "study", "series", "image").indexOf(level);
        List<String> more = new ArrayList<>(List.of("--level", level));
        for (int i = depth == 0 ? 0 : 1; i <= depth; i++) {
            more.addAll(List.of("-k", names.get(i) + "=" + keys.get(names.get(i))));
        }
        assertThat(found(line, names.get(depth), more.toArray(String[]::new)))
                .as(level)
                .containsExactly(keys.getOrDefault(names.get(depth), ""));
    }

    /** The instance is there, with its elements; 1 when its bytes are those that were sent. */
    private static int assertReturned(Stored one, Path folder) throws IOException {
        Dcmtk.Received back = Dcmtk.received(folder).get(one.sopInstance());
        assertThat(back).as(one.toString()).isNotNull();
        if (back == null || Arrays.equals(back.bytes(), one.bytes())) {
            return 1;
        }
        assertThat(back.syntax()).as("transfer syntax of " + one).isEqualTo(one.syntax());
        DataSet elements = DataSet.read(back.bytes(), back.syntax(), Limits.DEFAULT);
        assertThat(differences(one.elements(), elements)).as(one.toString()).isEmpty();
        return 0;
    }

    /** Paths of elements that differ; group lengths and padding, which DCMTK writes anew or not, don't count. */
    private static List<String> differences(DataSet one, DataSet other) {
        List<String> paths = new ArrayList<>();
        one.tags().stream()
                .filter(tag -> tag.element() != 0 && tag.code() != 0xFFFCFFFC)
                .filter(tag -> !same(one, other, tag))
                .forEach(tag -> paths.add(Keys.name(tag)));
        return paths;
    }

    private static boolean same(DataSet one, DataSet other, Tag tag) {
        Element mine = one.element(tag).orElseThrow();
        Optional<Element> theirs = other.element(tag);
        if (theirs.isEmpty()) {
            return false;
        }
        return switch (mine) {
            case Element.Sequence sequence -> {
                List<DataSet> items = other.items(tag);
                yield items.size() == sequence.items().size()
                        && IntStream.range(0, items.size())
                                .allMatch(i -> differences(sequence.items().get(i), items.get(i))
                                        .isEmpty());
            }
            case Element.Encoded value ->
                theirs.get() instanceof Element.Encoded back
                        && (value.bytes().mismatch(back.bytes()) < 0
                                || one.text(tag).equals(other.text(tag)));
            case Element.Fragments _ -> theirs.get() instanceof Element.Fragments;
            case Element.Bulk _ -> true;
        };
    }

    private static void assertRefused(Programs.Run run, String... contains) {
        assertOneLine(run, 1, contains);
    }

    private static void assertOneLine(Programs.Run run, int exit, String... contains) {
        assertThat(run.exit()).as(run.output()).isEqualTo(exit);
        List<String> lines = run.output()
                .lines()
                .filter(line -> !line.startsWith(WARNING) && !line.contains("DLL loaded"))
                .toList();
        assertThat(lines).as(run.output()).hasSize(1);
        assertThat(lines.getFirst()).contains(contains).doesNotContain("Exception");
    }

    private Map<String, String[]> everyCommand() {
        Map<String, String[]> commands = new LinkedHashMap<>();
        commands.put("echo", new String[0]);
        commands.put("store", files(bySyntax.getOrDefault("+xe", List.of())));
        commands.put("find", new String[0]);
        commands.put("get", new String[] {
            "-k", "StudyInstanceUID=1.2.3", "--out", work.resolve("none").toString()
        });
        commands.put("move", new String[] {"-k", "StudyInstanceUID=1.2.3", "--to-aet", "NOBODY"});
        return commands;
    }

    @Test
    void a_peer_that_is_not_there_or_hangs_up_is_one_line_for_every_command() throws Exception {
        int closed = Programs.freePort();
        try (ServerSocket rude = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> hangUp(rude));
            for (var command : everyCommand().entrySet()) {
                assertRefused(
                        strongroom(command.getKey(), to(closed, "NOBODY"), command.getValue()), "127.0.0.1:" + closed);
                assertRefused(
                        strongroom(command.getKey(), to(rude.getLocalPort(), "RUDE"), command.getValue()),
                        "127.0.0.1:" + rude.getLocalPort());
            }
        }
    }

    private static void hangUp(ServerSocket rude) {
        try {
            while (true) {
                rude.accept().close();
            }
        } catch (IOException e) {
            // Closed at the end of the test.
        }
    }

    @Test
    void a_peer_that_refuses_is_one_line_for_every_command() throws Exception {
        try (Qrscp peer = Qrscp.start(Files.createDirectories(work.resolve("refusing")), Map.of())) {
            for (var command : everyCommand().entrySet()) {
                assertRefused(
                        strongroom(command.getKey(), to(peer.port(), "OTHER"), command.getValue()),
                        "OTHER",
                        "called AE title not recognised");
            }
            List<String> line = to(peer.port(), "QRSCP");
            Stored plain = bySyntax.getOrDefault("+xe", List.of()).getFirst();
            Clinic.check(strongroom("store", line, files(List.of(plain))));
            Programs.Run moved =
                    strongroom("move", line, "--to-aet", "NOBODY", "-k", "StudyInstanceUID=" + plain.study());
            assertRefused(moved, "QRSCP does not send to NOBODY (status A801)");
            // One compressed file that dcmqrscp, started without an option, takes in no presentation context.
            Stored compressed = bySyntax.getOrDefault("+xs", List.of()).getFirst();
            Programs.Run stored = strongroom("store", line, files(List.of(compressed)));
            assertThat(stored.exit()).isEqualTo(1);
            assertThat(stored.output())
                    .contains("refused ")
                    .contains(compressed.file().path())
                    .contains("sent 0, refused 1");
            // TLS to a peer that has none.
            Path keys = Files.createDirectories(work.resolve("keys"));
            Clinic.check(StrongroomProcess.run("init", keys.resolve("a").toString()));
            Clinic.check(StrongroomProcess.run(
                    "device",
                    "add",
                    "X",
                    "--aet",
                    "X",
                    "--out",
                    keys.toString(),
                    "--data",
                    keys.resolve("a").toString()));
            assertRefused(
                    strongroom(
                            "echo",
                            List.of(
                                    "--to",
                                    "127.0.0.1:" + peer.port(),
                                    "--key",
                                    keys.resolve("X.key").toString(),
                                    "--cert",
                                    keys.resolve("X.pem").toString(),
                                    "--ca",
                                    keys.resolve("ca.pem").toString())),
                    "127.0.0.1:" + peer.port());
            assertOneLine(strongroom("echo", List.of("--to", "127.0.0.1:" + peer.port())), 2, "--clear");
        }
    }

    /** storescp knows C-ECHO and C-STORE: query, get and move are services it does not have. */
    @Test
    void a_peer_that_does_not_know_the_sop_class_is_one_line() throws Exception {
        Path program = Programs.require("storescp");
        int port = Programs.freePort();
        Path folder = Files.createDirectories(work.resolve("storescp"));
        List<String> line = List.of(program.toString(), "-od", folder.toString(), "--fork", Integer.toString(port));
        Process process = Peers.start(line, port, folder.resolve("log"));
        try {
            Map<String, String[]> commands = everyCommand();
            for (String command : List.of("find", "get", "move")) {
                assertRefused(
                        strongroom(command, to(port, "STORESCP"), commands.getOrDefault(command, new String[0])),
                        "127.0.0.1:" + port);
            }
            // A SOP class nobody knows.
            Path unknown = work.resolve("unknown.dcm");
            Stored one = bySyntax.getOrDefault("+xe", List.of()).getFirst();
            DataSet changed = one.elements().with(SOPClassUID, new Uid("1.2.3.4.5.6.7"));
            Files.write(
                    unknown,
                    concat(
                            Part10.header(new Uid("1.2.3.4.5.6.7"), one.sopInstance(), one.syntax(), Optional.empty()),
                            changed.toBytes(one.syntax())));
            Programs.Run stored = strongroom(
                    "store",
                    to(port, "STORESCP"),
                    Stream.concat(Stream.of(unknown.toString()), Stream.of(files(List.of(one))))
                            .toArray(String[]::new));
            assertThat(stored.exit()).isEqualTo(1);
            assertThat(stored.output()).contains("refused " + unknown).contains("sent 1, refused 1");
        } finally {
            Peers.end(process);
        }
    }

    private static byte[] concat(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }
}
