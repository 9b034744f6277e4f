package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.dicom.Part10;
import org.strongroom.testkit.Programs;
import org.strongroom.testkit.StrongroomArchive;
import org.strongroom.testkit.StrongroomProcess;

/** Commands as processes of their own, without a server. */
class CommandsIT {
    @TempDir
    static Path folder = Path.of("");

    private static Path data = Path.of("");

    @BeforeAll
    static void make() throws Exception {
        data = StrongroomArchive.create(folder.resolve("archive")).folder();
    }

    @Test
    void the_exit_status_reaches_the_shell() throws Exception {
        assertThat(StrongroomProcess.run("frobnicate").exit()).isEqualTo(2);
        assertThat(StrongroomProcess.run("dump", folder.resolve("none").toString())
                        .exit())
                .isEqualTo(1);
        assertThat(StrongroomProcess.run("--help").exit()).isZero();
    }

    @Test
    void import_reconciles_and_a_second_one_finds_all_there() throws Exception {
        Path media = Files.createDirectories(folder.resolve("media"));
        for (int number : List.of(125, 126)) {
            DemoStudies.Instance instance = DemoStudies.makers().get(number).make();
            Files.write(
                    media.resolve(number + ".dcm"),
                    concat(
                            Part10.header(
                                    instance.sopClass(),
                                    instance.sopInstance(),
                                    DemoStudies.Instance.SYNTAX,
                                    Optional.empty()),
                            instance.dataSet().array()));
        }
        Files.writeString(media.resolve("README"), "not an image");

        Programs.Run first = StrongroomProcess.run("import", media.toString(), "--data", data.toString());
        assertThat(first.exit()).isEqualTo(1);
        assertThat(first.output())
                .contains("found 3: taken 2")
                .contains("refused 1")
                .contains("README");
        Programs.Run second = StrongroomProcess.run("import", media.toString(), "--data", data.toString());
        assertThat(second.output()).contains("taken 0").contains("there already 2");

        Programs.Run found = StrongroomProcess.run(
                "find", "-k", "PatientName=DEMO*", "--data", data.toString(), "--purpose", "TREAT", "--reason", "test");
        assertThat(found.output()).contains("DEMO^BARTHOLOMEW").contains("1 answer");

        Path out = folder.resolve("out");
        Programs.Run exported = StrongroomProcess.run(
                "export",
                "--study",
                DemoStudies.studies().get(1).value(),
                "--out",
                out.toString(),
                "--data",
                data.toString(),
                "--purpose",
                "TREAT",
                "--reason",
                "test");
        assertThat(exported.exit()).as(exported.output()).isZero();
        assertThat(exported.output()).contains("found 2, written 2");
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    @Test
    void keys_that_others_can_read_stop_the_server_and_doctor_says_what_to_do() throws Exception {
        Path other = StrongroomArchive.create(folder.resolve("loose")).folder();
        Files.setPosixFilePermissions(other.resolve("keys"), PosixFilePermissions.fromString("rwxr-xr-x"));

        Programs.Run serve = StrongroomProcess.run(
                "serve", "--config", other.resolve("strongroom.toml").toString());
        Programs.Run doctor = StrongroomProcess.run("doctor", "--data", other.toString());

        assertThat(serve.exit()).isEqualTo(1);
        assertThat(serve.output()).contains("chmod 700");
        assertThat(doctor.exit()).isEqualTo(1);
        assertThat(doctor.output()).contains("fail").contains("chmod 700");
    }

    @Test
    void the_recovery_sheet_that_init_prints_opens_the_master_key_and_is_stored_nowhere() throws Exception {
        Path other = folder.resolve("sheet");
        Programs.Run init = StrongroomProcess.run("init", other.toString());
        List<String> words = new ArrayList<>();
        Matcher word = Pattern.compile("(?:\\d+|check)  ([a-z]{5})\\b").matcher(init.output());
        while (word.find()) {
            words.add(word.group(1));
        }

        byte[] master =
                RecoverySheet.parse(String.join(" ", words)).unwrap(Files.readAllBytes(other.resolve("keys/recovery")));

        assertThat(master).isEqualTo(Files.readAllBytes(other.resolve("keys/master.key")));
        Path key = other.resolve("keys/master.key");
        Path sheet = Files.writeString(folder.resolve("words"), String.join("\n", words));
        Files.delete(key);
        Programs.Run lost = StrongroomProcess.run("doctor", "--data", other.toString());
        assertThat(lost.exit()).isEqualTo(1);
        assertThat(lost.output()).contains("strongroom recover");
        Programs.Run recovered =
                StrongroomProcess.run("recover", "--data", other.toString(), "--sheet", sheet.toString());
        assertThat(recovered.exit()).as(recovered.output()).isZero();
        assertThat(Files.readAllBytes(key)).isEqualTo(master);
        Clinic.check(StrongroomProcess.run("audit", "verify", "--data", other.toString()));
        assertThat(StrongroomProcess.run("recover", "--data", other.toString(), "--sheet", sheet.toString())
                        .output())
                .contains("is there already");
        Files.delete(sheet);
        String link = init.output()
                .lines()
                .filter(line -> line.contains("/first#"))
                .findFirst()
                .orElseThrow();
        String secret = link.substring(link.indexOf('#') + 1);
        try (Stream<Path> files = Files.walk(other)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String content = Files.readString(file, StandardCharsets.ISO_8859_1);
                assertThat(content).doesNotContain(secret).doesNotContain(words.get(3) + " " + words.get(4));
            }
        }
    }
}
