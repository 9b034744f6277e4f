package org.strongroom.survey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.strongroom.survey.Neighbours.closed;
import static org.strongroom.survey.Neighbours.rejection;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.dimse.Status;
import org.strongroom.testkit.Programs;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The command line against services on loopback. */
final class SurveyRunTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-21T10:00:00Z"), ZoneOffset.UTC);

    @TempDir
    private Path folder;

    private final Neighbours neighbours = new Neighbours();
    private int runs;

    private record Answer(int exit, String out, String err) {}

    @AfterEach
    void go_home() {
        neighbours.close();
    }

    private static Answer survey(String... arguments) {
        return survey(CLOCK, arguments);
    }

    private static Answer survey(Clock clock, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exit = Main.run(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                clock,
                arguments);
        return new Answer(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private Path scope(int... ports) {
        Path file = folder.resolve("scope" + ++runs + ".json");
        String list = IntStream.of(ports).mapToObj(Integer::toString).collect(Collectors.joining(","));
        Answer answer = survey(
                "scope",
                "new",
                "--owner",
                "Clinic North",
                "--contact",
                "it@clinic.example",
                "--network",
                "127.0.0.1/32",
                "--ports",
                list,
                "--out",
                file.toString());
        assertThat(answer.exit()).as(answer.err()).isZero();
        return file;
    }

    /** Shorter waits, which no option gives. */
    private static Path hurried(Path scope) throws IOException {
        Files.writeString(
                scope,
                Files.readString(scope)
                        .replace("\"answerMillis\" : 5000", "\"answerMillis\" : 1500")
                        .replace("\"countMillis\" : 30000", "\"countMillis\" : 3000"));
        return scope;
    }

    private JsonNode run(Path scope) {
        Path out = folder.resolve("run" + ++runs);
        Answer answer = survey("run", "--scope", scope.toString(), "--out", out.toString(), "--json");
        assertThat(answer.exit()).as(answer.err()).isZero();
        assertThat(answer.err()).isEmpty();
        JsonNode targets = new JsonMapper().readTree(answer.out());
        assertThat(targets.propertyNames()).containsExactly("targets");
        return targets.get("targets");
    }

    private static String told(JsonNode targets, int port) {
        for (JsonNode target : targets) {
            if (target.get("port").intValue() == port) {
                return target.get("state").stringValue() + "/"
                        + target.get("studies").intValue() + "/"
                        + target.get("verdict").stringValue();
            }
        }
        return "not told";
    }

    @Test
    void open_closed_and_silent_are_told_apart() throws IOException {
        int open = neighbours.archive(3);
        int empty = neighbours.archive(0);
        int rejecting = neighbours.answerer(rejection(1, 1, 3));
        int congested = neighbours.answerer(rejection(2, 3, 2));
        int aborting = neighbours.answerer(Neighbours.abort());
        int ssh = neighbours.greeter("SSH-2.0-OpenSSH_9.2\r\n");
        int web = neighbours.answerer(
                "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        int tarpit = neighbours.tarpit();
        int reset = neighbours.resetter();
        int closed = closed();
        JsonNode told =
                run(hurried(scope(open, empty, rejecting, congested, aborting, ssh, web, tarpit, reset, closed)));
        assertThat(told(told, open)).isEqualTo("open/3/answered");
        assertThat(told(told, empty)).isEqualTo("open/0/answered");
        assertThat(told(told, rejecting)).isEqualTo("closed/0/rejected");
        assertThat(told(told, congested)).isEqualTo("closed/0/rejected");
        assertThat(told(told, aborting)).isEqualTo("closed/0/aborted");
        assertThat(told(told, ssh)).isEqualTo("closed/0/not-dicom");
        assertThat(told(told, web)).isEqualTo("closed/0/not-dicom");
        assertThat(told(told, tarpit)).isEqualTo("closed/0/mute");
        assertThat(told(told, reset)).isEqualTo("closed/0/hung-up");
        assertThat(told(told, closed)).isEqualTo("silent/0/refused");
        assertThat(neighbours.requests())
                .as("nothing but an echo and a search for study UIDs")
                .containsOnly("C-ECHO", "C-FIND [(0008,0052), (0020,000D)]");
    }

    @Test
    void a_certificate_closes_and_tls_alone_does_not()
            throws IOException, InterruptedException, GeneralSecurityException {
        SSLContext tls = Neighbours.tls(folder);
        int mutual = neighbours.archive(3, Status.SUCCESS, Optional.of(tls));
        int anyone = neighbours.tlsFront(neighbours.archive(3), tls);
        int anyone12 = neighbours.tlsFront(neighbours.archive(4), tls, "TLSv1.2");
        JsonNode told = run(scope(mutual, anyone, anyone12));
        assertThat(told(told, mutual)).isEqualTo("closed/0/tls-refused");
        assertThat(told(told, anyone)).isEqualTo("open/3/answered");
        assertThat(told(told, anyone12)).isEqualTo("open/4/answered");
        assertThat(told.toString()).contains("\"protocol\":\"TLSv1.3\"").contains("\"protocol\":\"TLSv1.2\"");
    }

    @Test
    void an_archive_that_refuses_what_is_asked_is_closed() throws IOException {
        int refusing = neighbours.archive(0, Status.NOT_AUTHORIZED, Optional.empty());
        assertThat(told(run(scope(refusing)), refusing)).isEqualTo("closed/0/denied");
    }

    @Test
    void counting_stops_at_the_cap() throws IOException {
        int large = neighbours.archive(100_000);
        Path scope = scope(large);
        Files.writeString(scope, Files.readString(scope).replace("\"countCap\" : 10000", "\"countCap\" : 50"));
        JsonNode told = run(scope);
        assertThat(told(told, large)).isEqualTo("open/50/answered");
        assertThat(told.get(0).get("count").get("atLeast").booleanValue()).isTrue();
    }

    private static JsonNode target(JsonNode targets, int port) {
        for (JsonNode target : targets) {
            if (target.get("port").intValue() == port) {
                return target;
            }
        }
        throw new AssertionError("not told: " + port);
    }

    /** Open, at least so many, and why the count ended. */
    private static void assertAtLeast(JsonNode targets, int port, int studies, String... ended) {
        JsonNode target = target(targets, port);
        assertThat(target.get("state").stringValue()).isEqualTo("open");
        assertThat(target.get("studies").intValue()).isEqualTo(studies);
        assertThat(target.get("studiesAtLeast").booleanValue()).isTrue();
        assertThat(target.get("count").get("ended").stringValue()).isIn((Object[]) ended);
        assertThat(target.get("count").get("error").isNull()).isTrue();
    }

    @Test
    void what_came_is_told_whatever_the_service_does_then() throws IOException {
        int breaking = neighbours.hostile(line -> line.matches(7));
        int babbling = neighbours.hostile(line -> {
            line.matches(8);
            line.raw("HTTP/1.1 400 Bad Request\r\n".getBytes(StandardCharsets.US_ASCII));
            Thread.sleep(Duration.ofMinutes(1));
        });
        int silent = neighbours.hostile(line -> {
            line.matches(9);
            Thread.sleep(Duration.ofMinutes(1));
        });
        int dripping = neighbours.hostile(line -> {
            line.matches(10);
            line.pending();
            while (true) {
                line.piece(new byte[10]);
                Thread.sleep(100);
            }
        });
        int deaf = neighbours.hostile(line -> {
            while (true) {
                line.match();
                Thread.sleep(2);
            }
        });
        int fat = neighbours.hostile(line -> {
            line.matches(11);
            line.pending();
            while (true) {
                line.piece(new byte[16_000]);
            }
        });
        int never = neighbours.hostile(line -> {
            line.pending();
            line.piece(new byte[10]);
        });
        Path scope = hurried(scope(breaking, babbling, silent, dripping, deaf, fat, never));
        Files.writeString(scope, Files.readString(scope).replace("\"countCap\" : 10000", "\"countCap\" : 50"));
        JsonNode told = run(scope);
        assertAtLeast(told, breaking, 7, "broken");
        assertAtLeast(told, babbling, 8, "broken");
        assertAtLeast(told, silent, 9, "time");
        assertAtLeast(told, dripping, 10, "time");
        assertAtLeast(told, deaf, 50, "cap");
        // Aborted for the length of one identifier, or for all that comes while it is aborted.
        assertAtLeast(told, fat, 11, "broken", "bytes");
        assertAtLeast(told, never, 0, "broken");
        Path out = folder.resolve("words");
        Answer answer = survey("run", "--scope", scope(breaking, never).toString(), "--out", out.toString());
        assertThat(answer.out())
                .contains("a stranger lists at least 7 studies", "broke off before the first was whole")
                .doesNotContain("lists nothing");
        assertThat(Files.readString(out.resolve("report.html")))
                .contains("list at least 7 studies", "broke off in the middle of its answers");
    }

    @Test
    void endless_answers_end_at_the_byte_limit_and_are_at_least_as_many_as_were_heard() throws IOException {
        int endless = neighbours.hostile(line -> {
            while (true) {
                line.match();
            }
        });
        Path scope = scope(endless);
        Files.writeString(scope, Files.readString(scope).replace("\"countCap\" : 10000", "\"countCap\" : 1000000"));
        long begun = System.nanoTime();
        JsonNode uncapped = run(scope).get(0);
        assertThat(uncapped.get("count").get("ended").stringValue()).isEqualTo("bytes");
        assertThat(uncapped.get("studies").intValue()).isBetween(10_000, 1_000_000);
        assertThat(uncapped.get("studiesAtLeast").booleanValue()).isTrue();
        assertThat(uncapped.get("connections").get(0).get("receivedBytes").longValue())
                .isLessThan((8 << 20) + 70_000);
        assertAtLeast(run(scope(endless)), endless, 10_000, "cap");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void nothing_of_a_response_is_in_any_output() throws IOException {
        int open = neighbours.archive(30);
        Path out = folder.resolve("run");
        Answer answer = survey("run", "--scope", scope(open).toString(), "--out", out.toString());
        assertThat(answer.out()).contains("a stranger lists 30 studies").contains("1 open, 0 closed, 0 silent");
        try (Stream<Path> files = Files.list(out)) {
            List<Path> written = files.toList();
            assertThat(written)
                    .extracting(file -> file.getFileName().toString())
                    .containsExactlyInAnyOrder("result.json", "report.html", "packets.log");
            for (Path file : written) {
                assertThat(Files.readString(file)).doesNotContain(Neighbours.CANARY, "2.25.7777777");
                assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
            }
        }
        assertThat(answer.out() + answer.err()).doesNotContain(Neighbours.CANARY);
        assertThat(Files.readString(out.resolve("report.html"))).contains("One service answers strangers and lists 30");
        assertThat(survey("verify", out.toString()).exit()).isZero();
    }

    @Test
    void the_packet_log_has_every_connection_and_its_bytes() throws IOException {
        int web = neighbours.answerer("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        Path out = folder.resolve("run");
        survey("run", "--scope", hurried(scope(web)).toString(), "--out", out.toString());
        List<String> lines = Files.readAllLines(out.resolve("packets.log"));
        assertThat(lines).hasSize(4);
        assertThat(lines.get(1))
                .matches("1\t\\S+\tclear\t127\\.0\\.0\\.1:" + web + "\t[1-9][0-9]*\t28\t\\S+\t[0-9a-f]{64}");
        assertThat(lines.get(2)).contains("\ttls\t");
        assertThat(neighbours.connections()).isEqualTo(2);
    }

    @Test
    void refusals_send_nothing() throws IOException {
        int port = neighbours.answerer(rejection(1, 1, 3));
        Path good = scope(port);
        Path wrong = folder.resolve("wrong.json");
        Files.writeString(wrong, Files.readString(good).replace("127.0.0.1/32", "192.0.2.0/24"));
        Path malformed = folder.resolve("malformed.json");
        Files.writeString(malformed, "{\"owner\": ");
        Path full = Files.createDirectory(folder.resolve("full"));
        Files.writeString(full.resolve("result.json"), "{}");
        String out = folder.resolve("out").toString();
        Clock later = Clock.offset(CLOCK, Duration.ofDays(31));
        Clock earlier = Clock.offset(CLOCK, Duration.ofDays(-1));
        List<Answer> answers = List.of(
                survey("run"),
                survey("run", "--out", out),
                survey("run", "--scope", good.toString()),
                survey("run", "--scope", folder.resolve("none.json").toString(), "--out", out),
                survey("run", "--scope", malformed.toString(), "--out", out),
                survey("run", "--scope", wrong.toString(), "--out", out),
                survey(later, "run", "--scope", good.toString(), "--out", out),
                survey(earlier, "run", "--scope", good.toString(), "--out", out),
                survey("run", "--scope", good.toString(), "--out", out, "--target", "127.0.0.2:" + port),
                survey("run", "--scope", good.toString(), "--out", out, "--target", "localhost:" + port),
                survey("run", "--scope", good.toString(), "--out", out, "--force"),
                survey("run", "--scope", good.toString(), "--out", full.toString()),
                survey("run", "--scope", good.toString(), "--out", good.toString()));
        for (Answer answer : answers) {
            assertThat(answer.exit()).as(answer.err()).isEqualTo(2);
            assertThat(answer.out()).isEmpty();
            assertThat(answer.err().strip()).isNotEmpty().doesNotContain("\n", "Exception");
        }
        assertThat(neighbours.connections()).isZero();
        assertThat(new File(out)).doesNotExist();
    }

    @Test
    void a_scope_beyond_loopback_is_refused() {
        for (String network : List.of("10.0.0.0/24", "192.0.2.1", "0.0.0.0/0", "::/0", "2001:db8::/64")) {
            Answer answer = survey(
                    "scope",
                    "new",
                    "--owner",
                    "A",
                    "--contact",
                    "b",
                    "--network",
                    network,
                    "--ports",
                    "104",
                    "--out",
                    folder.resolve("far.json").toString());
            assertThat(answer.exit()).isEqualTo(2);
            assertThat(answer.err()).contains("is not loopback; this version surveys only 127.0.0.0/8 and ::1");
        }
        assertThat(folder.resolve("far.json")).doesNotExist();
    }

    @Test
    void help_names_every_command() {
        assertThat(survey("--help").out()).contains("scope", "run", "verify");
        assertThat(survey("scope", "new", "--help").out()).contains("--owner", "--network", "--until");
        assertThat(survey().exit()).isEqualTo(2);
        assertThat(survey("rum").err()).contains("rum");
    }

    @Test
    void left_open_stores_nothing_where_somebody_else_answers() throws IOException, InterruptedException {
        Programs.require("dcmqrscp");
        String root = System.getProperty("strongroom.root", "");
        Assumptions.assumeFalse(root.isEmpty(), "skipped: strongroom.root is not set");
        int port = neighbours.archive(3, Status.SUCCESS, Optional.empty());
        Process refused = new ProcessBuilder(Path.of(root, "tools", "left-open").toString(), Integer.toString(port))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("taken.log").toFile())
                .start();
        try {
            assertThat(refused.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(refused.exitValue()).isEqualTo(1);
            assertThat(Files.readString(folder.resolve("taken.log")))
                    .isEqualTo("left-open: port " + port
                            + " is taken; nothing was stored there. Name another: tools/left-open PORT\n");
        } finally {
            refused.destroy();
            refused.waitFor();
        }
    }

    @Test
    void an_open_dcmqrscp_lists_three_studies() throws IOException, InterruptedException {
        Programs.require("dcmqrscp");
        String root = System.getProperty("strongroom.root", "");
        Assumptions.assumeFalse(root.isEmpty(), "skipped: strongroom.root is not set");
        int port = Programs.freePort();
        Path log = folder.resolve("left-open.log");
        Process open = new ProcessBuilder(Path.of(root, "tools", "left-open").toString(), Integer.toString(port))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (!Files.readString(log).contains("open on") && open.isAlive() && System.nanoTime() < end) {
                Thread.sleep(50);
            }
            assertThat(Files.readString(log)).contains("open on");
            Path out = folder.resolve("run");
            Answer answer = survey("run", "--scope", scope(port).toString(), "--out", out.toString(), "--json");
            JsonNode told = new JsonMapper().readTree(answer.out()).get("targets");
            assertThat(told(told, port)).isEqualTo("open/3/answered");
            assertThat(answer.out()).contains("OFFIS_DCMTK");
            for (String file : Arrays.asList("result.json", "report.html", "packets.log")) {
                assertThat(Files.readString(out.resolve(file))).doesNotContain("LEFTOPEN", "LEFT-OPEN", "2.25.3302744");
            }
        } finally {
            open.destroy();
            open.waitFor();
        }
    }
}
