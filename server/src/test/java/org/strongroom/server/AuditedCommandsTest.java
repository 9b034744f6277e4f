package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.guard.Action;
import org.strongroom.guard.AuditReader;
import org.strongroom.guard.AuditRecord;
import org.strongroom.guard.KeyRing;
import org.strongroom.guard.Outcome;
import org.strongroom.guard.Purpose;

/** What a command does with the archive's own rights is decided by guard, written down before, and settled after. */
class AuditedCommandsTest {
    @TempDir
    Path folder = Path.of("");

    private Path data = Path.of("");

    /** What the log tells of one decision. */
    private record Entry(String who, Purpose purpose, String what, boolean granted, Optional<Outcome> outcome) {}

    @BeforeEach
    void make() {
        data = folder.resolve("archive");
        assertThat(run("anna", "init", data.toString())).isZero();
    }

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    private int run(String user, String... arguments) {
        return CommandLines.run(invocation(user, Optional.empty()), arguments);
    }

    private int onData(String user, String... arguments) {
        List<String> line = new ArrayList<>(List.of(arguments));
        line.addAll(List.of("--data", data.toString()));
        return run(user, line.toArray(String[]::new));
    }

    private Invocation invocation(String user, Optional<OpenArchive> running) {
        said.reset();
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        return new Invocation(out, out, folder, user, false, () -> false, running);
    }

    private String said() {
        return said.toString(StandardCharsets.UTF_8);
    }

    private List<Entry> log() throws IOException {
        Map<Long, Outcome> outcomes = new HashMap<>();
        List<AuditRecord> records = new ArrayList<>();
        DataDirectory directory = DataDirectory.at(data);
        try (AuditReader reader = AuditReader.open(directory.audit(), KeyRing.open(directory.keys()))) {
            for (Optional<AuditRecord> next = reader.next(); next.isPresent(); next = reader.next()) {
                records.add(next.get());
                if (next.get().event() instanceof AuditRecord.Settled settled) {
                    outcomes.put(settled.permit().sequence(), settled.outcome());
                }
            }
        }
        List<Entry> log = new ArrayList<>();
        for (AuditRecord one : records) {
            if (one.event() instanceof AuditRecord.Decided decided) {
                String what = decided.action() instanceof Action.Administer administer
                        ? administer.command()
                        : decided.action().toString();
                log.add(new Entry(
                        decided.actor().name(),
                        decided.purpose(),
                        what,
                        decided.refused().isEmpty(),
                        Optional.ofNullable(outcomes.get(one.sequence()))));
            }
        }
        return log;
    }

    private static Entry entry(Purpose purpose, String what, boolean success, Map<String, Long> counts) {
        return new Entry("os:anna", purpose, what, true, Optional.of(new Outcome(success, counts)));
    }

    private static Entry administered(String what, boolean success) {
        return entry(Purpose.HSYSADMIN, what, success, Map.of());
    }

    private static Entry refused(String user, Purpose purpose, String what) {
        return new Entry("os:" + user, purpose, what, false, Optional.empty());
    }

    @Test
    void a_device_is_called_in_the_archives_name_for_administrators_only_with_a_record_before_and_after()
            throws Exception {
        try (Capture peer = new Capture()) {
            String address = "127.0.0.1:" + peer.port();
            assertThat(onData(
                            "anna",
                            "device",
                            "add",
                            "PACS2",
                            "--aet",
                            "P",
                            "--address",
                            address,
                            "--clear-until",
                            LocalDate.now(ZoneOffset.UTC).plusDays(7).toString(),
                            "--out",
                            folder.resolve("out").toString()))
                    .as(said())
                    .isZero();
            assertThat(onData("anna", "echo", "--to", "PACS2", "--calling", "X"))
                    .as(said())
                    .isZero();
            assertThat(onData("mallory", "echo", "--to", "PACS2")).isEqualTo(1);
            assertThat(said()).contains("mallory is not an administrator").doesNotContain("NOT ENCRYPTED");
            assertThat(onData("anna", "find", "--to", "PACS2", "-k", "PatientName=A"))
                    .isEqualTo(2);
            assertThat(said()).contains("--purpose");
            String[] why = {"--purpose", "TREAT", "--reason", "second opinion"};
            assertThat(onData(
                            "anna",
                            with(why, "find", "--to", "PACS2", "-k", "PatientName=A", "-k", "StudyInstanceUID=1.2")))
                    .as(said())
                    .isZero();
            assertThat(onData("mallory", with(why, "find", "--to", "PACS2"))).isEqualTo(1);
            assertThat(onData("anna", with(why, "get", "--to", "PACS2", "-k", "PatientID=7", "--out", "got")))
                    .isEqualTo(1);
            assertThat(onData(
                            "anna", with(why, "move", "--to", "PACS2", "-k", "StudyInstanceUID=1.2", "--to-aet", "W")))
                    .as(said())
                    .isZero();
            assertThat(onData("anna", "store", "--to", "PACS2", "none")).isEqualTo(1);
            assertThat(onData("anna", "echo", "--to", "NOBODY")).isEqualTo(1);
        }
        assertThat(log())
                .containsExactly(
                        administered("device add PACS2", true),
                        administered("echo --to PACS2 --calling X", true),
                        refused("mallory", Purpose.HSYSADMIN, "echo --to PACS2"),
                        entry(
                                Purpose.TREAT,
                                "find --to PACS2 --level study -k PatientName -k StudyInstanceUID=1.2"
                                        + " --reason second opinion",
                                true,
                                Map.of()),
                        refused("mallory", Purpose.TREAT, "find --to PACS2 --level study --reason second opinion"),
                        entry(
                                Purpose.TREAT,
                                "get --to PACS2 --level study -k PatientID=7 --reason second opinion",
                                false,
                                Map.of()),
                        entry(
                                Purpose.TREAT,
                                "move --to PACS2 --to-aet W --level study -k StudyInstanceUID=1.2"
                                        + " --reason second opinion",
                                true,
                                Map.of()),
                        administered("store --to PACS2", false),
                        administered("echo --to NOBODY", false));
    }

    private static String[] with(String[] last, String... first) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(List.of(last));
        return all.toArray(String[]::new);
    }

    @Test
    void commands_about_devices_are_settled_as_they_ended() throws Exception {
        assertThat(onData("anna", "device", "list")).isZero();
        assertThat(onData("anna", "device", "add", "A/B", "--aet", "A")).isEqualTo(1);
        assertThat(onData("anna", "device", "revoke", "NOBODY")).isEqualTo(1);
        assertThat(onData("mallory", "device", "list")).isEqualTo(1);
        assertThat(log())
                .containsExactly(
                        administered("device list", true),
                        administered("device add A/B", false),
                        administered("device revoke NOBODY", false),
                        refused("mallory", Purpose.HSYSADMIN, "device list"));
    }

    @Test
    void a_query_that_was_stopped_is_not_settled_as_a_success() throws Exception {
        Invocation gone = new Invocation(
                new PrintStream(said, true, StandardCharsets.UTF_8),
                new PrintStream(said, true, StandardCharsets.UTF_8),
                folder,
                "anna",
                false,
                () -> true,
                Optional.empty());
        int exit = CommandLines.run(
                gone, "find", "--purpose", "TREAT", "--reason", "x", "-k", "PatientName=A*", "--data", data.toString());
        assertThat(exit).as(said()).isEqualTo(1);
        assertThat(log())
                .singleElement()
                .satisfies(entry -> assertThat(entry.outcome()).contains(new Outcome(false, Map.of("matches", 0L))));
    }

    @Test
    void checks_are_for_administrators_and_recorded_where_the_archive_is_open() throws Exception {
        assertThat(onData("anna", "doctor")).as(said()).isZero();
        assertThat(onData("mallory", "doctor")).isEqualTo(1);
        assertThat(said()).contains("mallory is not an administrator").doesNotContain("authority");
        try (OpenArchive archive = OpenArchive.open(DataDirectory.at(data))) {
            for (String user : List.of("anna", "mallory")) {
                int exit = CommandLines.runInServer(
                        invocation(user, Optional.of(archive)), List.of("audit", "verify", "--data", data.toString()));
                assertThat(exit).as(said()).isEqualTo(user.equals("anna") ? 0 : 1);
            }
        }
        assertThat(onData("mallory", "audit", "verify")).as("files alone").isZero();
        assertThat(log())
                .containsExactly(
                        administered("doctor", true),
                        refused("mallory", Purpose.HSYSADMIN, "doctor"),
                        administered("audit verify", true),
                        refused("mallory", Purpose.HSYSADMIN, "audit verify"));
    }

    @Test
    void doctor_works_where_no_administrator_is_left_to_ask() throws Exception {
        for (String name : List.of("guard.sqlite", "guard.sqlite-wal", "guard.sqlite-shm")) {
            Files.deleteIfExists(data.resolve("data").resolve(name));
        }
        assertThat(onData("anna", "doctor")).isEqualTo(1);
        assertThat(said()).contains("fail administrators").contains("authority").contains("signed heads compared");
    }

    @Test
    void a_pinned_certificate_is_read_before_a_device_is_enrolled() throws Exception {
        Path der = Files.write(folder.resolve("der"), new byte[] {0x30, (byte) 0x82, 1, 2, (byte) 0xFF});
        Path large = folder.resolve("large");
        try (SeekableByteChannel channel =
                Files.newByteChannel(large, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.position(5L << 20).write(ByteBuffer.allocate(1));
        }
        for (Path file : List.of(der, large, folder.resolve("none"), folder, Path.of("/dev/zero"))) {
            assertThat(onData(
                            "anna",
                            "device",
                            "add",
                            "WS1",
                            "--aet",
                            "WS1",
                            "--address",
                            "localhost:104",
                            "--trust",
                            file.toString()))
                    .as(file.toString())
                    .isEqualTo(1);
            assertThat(said().strip().lines()).as(said()).hasSize(1);
            assertThat(said()).contains("--trust").contains(file.toString()).doesNotContain("Input length");
        }
        assertThat(log()).isEmpty();
    }
}
