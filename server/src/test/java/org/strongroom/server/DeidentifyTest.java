package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.VR;

/** The command: folders in, files under new names out, a report without values, nothing where it must not be. */
class DeidentifyTest {
    @TempDir
    Path folder = Path.of("");

    private record Run(int exit, String output) {}

    private Run run(String... arguments) {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        PrintStream print = new PrintStream(output, true, StandardCharsets.UTF_8);
        Invocation invocation = new Invocation(print, print, folder, "tester", false, () -> false, Optional.empty());
        int exit = CommandLines.run(invocation, arguments);
        return new Run(exit, output.toString(StandardCharsets.UTF_8));
    }

    @BeforeEach
    void make() throws IOException {
        Files.createDirectories(folder.resolve("in/deeper"));
        write("in/one.dcm", "1.2.3.4.1", "NO");
        write("in/deeper/CANARY^PATH.dcm", "1.2.3.4.2", "NO");
    }

    private void write(String name, String uid, String burnedIn) throws IOException {
        DataSet dataSet = DataSet.empty()
                .withText(new Tag(0x00080016), VR.UI, List.of("1.2.840.10008.5.1.4.1.1.2"))
                .withText(new Tag(0x00080018), VR.UI, List.of(uid))
                .withText(new Tag(0x00080020), VR.DA, List.of("20240131"))
                .withText(new Tag(0x00100010), VR.PN, List.of("CANARY^BIRD"))
                .withText(new Tag(0x00100020), VR.LO, List.of("CANARY-1"))
                .withText(new Tag(0x0020000D), VR.UI, List.of("1.2.3.4"))
                .withText(new Tag(0x00280301), VR.CS, List.of(burnedIn));
        TransferSyntax syntax = TransferSyntax.ExplicitVRLittleEndian;
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(
                Part10.header(new Uid("1.2.840.10008.5.1.4.1.1.2"), new Uid(uid), syntax, Optional.of("CANARY")));
        file.writeBytes(dataSet.toBytes(syntax));
        Files.write(folder.resolve(name), file.toByteArray());
    }

    private Map<String, String> out(String name) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.list(folder.resolve(name))) {
            for (Path file : all.toList()) {
                files.put(
                        file.getFileName().toString(),
                        new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
            }
        }
        return files;
    }

    @Test
    void files_go_out_under_new_names_without_what_they_said() throws IOException {
        Run run = run("deidentify", "in", "--out", "out", "--key", "key", "--report", "report.json");

        assertThat(run.exit()).as(run.output()).isZero();
        Map<String, String> files = out("out");
        assertThat(files).hasSize(2);
        assertThat(files.keySet()).allMatch(name -> name.matches("2\\.25\\.\\d+\\.dcm"));
        assertThat(files.values()).noneMatch(file -> file.contains("CANARY") || file.contains("20240131"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("key"))))
                .isEqualTo("rw-------");
        String report = Files.readString(folder.resolve("report.json"));
        assertThat(Json.parse(report).get("totals").get("written").asInt()).isEqualTo(2);
        assertThat(report + Files.readString(folder.resolve("report.json.txt")))
                .doesNotContain("CANARY^BIRD", "CANARY-1", "20240131", "2.25.");
    }

    @Test
    void the_same_key_gives_the_same_bytes_again_and_another_key_others() throws IOException {
        assertThat(run("deidentify", "in", "--out", "out", "--key", "key").exit())
                .isZero();
        Map<String, String> first = out("out");
        Run again = run("deidentify", "in", "--out", "out", "--key", "key");
        assertThat(again.exit()).as(again.output()).isZero();
        assertThat(again.output()).contains("already there 2");
        assertThat(out("out")).isEqualTo(first);
        assertThat(run("deidentify", "in", "--out", "other", "--key", "key").exit())
                .isZero();
        assertThat(out("other")).isEqualTo(first);
        assertThat(run("deidentify", "in", "--out", "third").exit()).isZero();
        assertThat(out("third").keySet()).doesNotContainAnyElementsOf(first.keySet());
    }

    @Test
    void what_is_refused_is_named_with_its_reason_and_the_exit_status_says_so() throws IOException {
        write("in/burned.dcm", "1.2.3.4.3", "YES");
        Files.writeString(folder.resolve("in/notes.txt"), "no DICOM file");
        Files.createSymbolicLink(folder.resolve("in/link.dcm"), folder.resolve("in/one.dcm"));
        Run run = run("deidentify", "in", "--out", "out", "--report", "report.json");

        assertThat(run.exit()).isEqualTo(CommandLines.FAILED);
        assertThat(run.output()).contains("written 2", "refused 3", "BURNED_IN", "NOT_READABLE");
        assertThat(out("out")).hasSize(2);
        assertThat(Files.readString(folder.resolve("report.json.txt"))).contains("symbolic link");
    }

    @Test
    void a_file_that_is_cut_off_leaves_nothing_behind() throws IOException {
        Path one = folder.resolve("in/one.dcm");
        byte[] whole = Files.readAllBytes(one);
        byte[] cut = Arrays.copyOf(whole, whole.length + 13);
        // Pixel data of 4096 bytes, of which one has come.
        byte[] pixels = {(byte) 0xE0, 0x7F, 0x10, 0, 'O', 'W', 0, 0, 0, 0x10, 0, 0, 1};
        System.arraycopy(pixels, 0, cut, whole.length, pixels.length);
        Files.write(one, cut);

        Run run = run("deidentify", "in/one.dcm", "--out", "out");

        assertThat(run.exit()).isEqualTo(CommandLines.FAILED);
        assertThat(run.output()).contains("NOT_READABLE");
        assertThat(out("out")).isEmpty();
    }

    @Test
    void two_files_with_one_uid_and_other_content_are_not_mixed_up() throws IOException {
        assertThat(run("deidentify", "in", "--out", "out", "--key", "key").exit())
                .isZero();
        Map<String, String> first = out("out");
        write("in/one.dcm", "1.2.3.4.1", " ");
        Run run = run("deidentify", "in", "--out", "out", "--key", "key");
        assertThat(run.exit()).isEqualTo(CommandLines.FAILED);
        assertThat(run.output()).contains("CONFLICT");
        assertThat(out("out")).isEqualTo(first);
    }

    @Test
    void folders_in_each_other_and_options_that_contradict_are_refused() {
        assertThat(run("deidentify", "in", "--out", "in/out").output()).contains("lie in each other");
        assertThat(run("deidentify", "in", "--out", ".").output()).contains("lie in each other");
        assertThat(run("deidentify", "in", "--out", "out", "--key", "out/key").output())
                .contains("must not lie in --out");
        Run dates = run("deidentify", "in", "--out", "out", "--profile", "retain-full-dates,retain-modified-dates");
        assertThat(dates.exit()).isEqualTo(CommandLines.USAGE);
        assertThat(dates.output()).contains("not both");
        assertThat(run("deidentify", "in", "--out", "out", "--profile", "keep-all")
                        .exit())
                .isEqualTo(CommandLines.USAGE);
        assertThat(run("deidentify", "in", "--out", "out", "--patient-map", "map.csv")
                        .exit())
                .isEqualTo(CommandLines.USAGE);
        assertThat(folder.resolve("out")).doesNotExist();
    }

    private static byte[] bytes(Path file) throws IOException {
        return Files.readAllBytes(file);
    }

    /** Says what is there before and after: a refusal changes nothing. */
    private void refusedWithoutAChange(String why, String... arguments) throws IOException {
        Map<String, String> before = everything();
        Run run = run(arguments);
        assertThat(run.exit()).as(String.join(" ", arguments)).isEqualTo(CommandLines.FAILED);
        assertThat(run.output()).as(String.join(" ", arguments)).contains(why);
        assertThat(everything()).as(String.join(" ", arguments)).isEqualTo(before);
    }

    private Map<String, String> everything() throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                files.put(folder.relativize(file).toString(), new String(bytes(file), StandardCharsets.ISO_8859_1));
            }
        }
        return files;
    }

    @Test
    void a_report_overwrites_nothing() throws IOException {
        assertThat(run("deidentify", "in", "--out", "first", "--key", "key").exit())
                .isZero();
        Files.writeString(folder.resolve("r.txt"), "notes of ours");
        Files.writeString(folder.resolve("s.part"), "notes of ours");
        Files.writeString(folder.resolve("t.txt.part"), "notes of ours");
        Files.createSymbolicLink(folder.resolve("dangling"), folder.resolve("nowhere"));
        for (String report : List.of("in/one.dcm", "r.txt", "r", "s", "t", "key", "dangling")) {
            refusedWithoutAChange(
                    "overwrites nothing", "deidentify", "in", "--out", "out", "--key", "key", "--report", report);
        }
        refusedWithoutAChange("--report and --key", "deidentify", "in", "--out", "out", "--key", "k", "--report", "k");
        refusedWithoutAChange(
                "--report and --key", "deidentify", "in", "--out", "out", "--key", "k.txt", "--report", "k");
        refusedWithoutAChange(
                "--report and --key", "deidentify", "in", "--out", "out", "--key", "k.part", "--report", "k");
        assertThat(run("deidentify", "in", "--out", "out", "--report", "free").exit())
                .isZero();
        refusedWithoutAChange("overwrites nothing", "deidentify", "in", "--out", "out", "--report", "free");
        assertThat(folder.resolve("nowhere")).doesNotExist();
    }

    @Test
    void a_report_and_a_key_lie_in_no_input_and_not_among_the_results() throws IOException {
        Files.createSymbolicLink(folder.resolve("link"), folder.resolve("in"));
        Files.write(folder.resolve("in/DICOMDIR"), new byte[200]);
        for (String file : List.of("in/new", "in/deeper/new", "link/new", "link/../in/new")) {
            refusedWithoutAChange("must not lie in", "deidentify", "in", "--out", "out", "--report", file);
            refusedWithoutAChange("must not lie in", "deidentify", "in", "--out", "out", "--key", file);
            refusedWithoutAChange("must not lie in", "deidentify", "link", "--out", "out", "--report", file);
            refusedWithoutAChange("must not lie in", "deidentify", "in/DICOMDIR", "--out", "out", "--report", file);
        }
        refusedWithoutAChange("must not lie in --out", "deidentify", "in", "--out", "r.txt", "--report", "r");
        refusedWithoutAChange("must not lie in --out", "deidentify", "in", "--out", "out", "--report", "out");
        refusedWithoutAChange("must not lie in", "deidentify", "in/one.dcm", "--out", "out", "--key", "in/one.dcm");
        refusedWithoutAChange("lie in each other", "deidentify", "in", "--out", "in");
        refusedWithoutAChange("lie in each other", "deidentify", "in", "--out", "link");
        refusedWithoutAChange("lie in each other", "deidentify", "in", "--out", "link/out");
        refusedWithoutAChange("lie in each other", "deidentify", "in/DICOMDIR", "--out", "in/out");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void a_key_of_another_length_or_open_to_others_is_refused() throws IOException {
        Files.write(folder.resolve("short"), new byte[31], java.nio.file.StandardOpenOption.CREATE);
        Files.setPosixFilePermissions(folder.resolve("short"), PosixFilePermissions.fromString("rw-------"));
        assertThat(run("deidentify", "in", "--out", "out", "--key", "short").output())
                .contains("32");
        Files.setPosixFilePermissions(folder.resolve("short"), PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(run("deidentify", "in", "--out", "out", "--key", "short").output())
                .contains("open to others");
    }
}
