package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.dicom.Part10;
import org.strongroom.testkit.Programs;
import org.strongroom.testkit.StrongroomArchive;
import org.strongroom.testkit.StrongroomProcess;

/** Files of an archive are deleted or altered while no server runs: doctor fails, the server warns and serves the rest. */
class DoctorIT {
    @TempDir
    Path folder;

    private Path data = Path.of("");
    private Path configuration = Path.of("");

    /** Study 1: small, in pack 1. Study 2: one long object in pack 2. */
    @BeforeEach
    void fill() throws Exception {
        StrongroomArchive made = StrongroomArchive.create(folder.resolve("archive"));
        data = made.folder();
        configuration = made.configuration();
        Path media = Files.createDirectories(folder.resolve("media"));
        Random random = new Random(1);
        write(media, Synthetic.make(1, 1, 1, 20_000, random));
        write(media, Synthetic.make(1, 1, 2, 20_000, random));
        write(media, Synthetic.make(2, 1, 1, 9_000_000, random));
        assertThat(run("import", media.toString()).exit()).isZero();
        assertThat(packs().resolve("00000001.pack")).exists();
        try (Stream<Path> files = Files.list(packs())) {
            assertThat(files.filter(file -> file.toString().endsWith(".single")))
                    .hasSize(1);
        }
    }

    private static void write(Path media, Synthetic instance) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(
                Part10.header(instance.sopClass(), instance.sopInstance(), instance.syntax(), Optional.empty()));
        file.writeBytes(instance.bytes());
        Files.write(media.resolve(instance.sopInstance() + ".dcm"), file.toByteArray());
    }

    private Path packs() {
        return data.resolve("data/packs");
    }

    private Path single() throws IOException {
        try (Stream<Path> files = Files.list(packs())) {
            return files.filter(file -> file.toString().endsWith(".single"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private Programs.Run run(String command, String... more) throws Exception {
        return StrongroomProcess.run(
                Stream.concat(Stream.concat(Stream.of(command), Stream.of(more)), Stream.of("--data", data.toString()))
                        .toArray(String[]::new));
    }

    private Programs.Run export(int study) throws Exception {
        return run(
                "export",
                "--study",
                "2.25.7." + study,
                "--out",
                folder.resolve("out" + study).toString(),
                "--purpose",
                "TREAT",
                "--reason",
                "test");
    }

    private Programs.Run find(int study, String... more) throws Exception {
        String uid = "2.25.7." + study;
        List<String> asked =
                List.of("--level", "image", "-k", "StudyInstanceUID=" + uid, "-k", "SeriesInstanceUID=" + uid + ".1");
        return run(
                "find",
                Stream.of(asked, List.of(more), List.of("--purpose", "TREAT", "--reason", "test"))
                        .flatMap(List::stream)
                        .toArray(String[]::new));
    }

    private void assertDoctorFails(String... saying) throws Exception {
        Programs.Run doctor = run("doctor");
        assertThat(doctor.exit()).as(doctor.output()).isEqualTo(1);
        assertThat(doctor.output()).contains(saying);
    }

    private void deleteIndex() throws IOException {
        for (String name : List.of("index.sqlite", "index.sqlite-wal", "index.sqlite-shm")) {
            Files.deleteIfExists(data.resolve("data").resolve(name));
        }
    }

    @Test
    void a_deleted_pack_fails_doctor_and_the_server_warns_and_serves_the_rest() throws Exception {
        Programs.Run sound = run("doctor");
        assertThat(sound.exit()).as(sound.output()).isZero();
        assertThat(sound.output()).contains("packs: all that were written").contains("signed heads compared");

        Path single = single();
        Path away = folder.resolve("away");
        Files.move(single, away);
        assertDoctorFails(
                single.getFileName() + " is missing", "instances the index names in it: 1", "leave index.sqlite");
        try (StrongroomProcess server = StrongroomProcess.serve(configuration)) {
            assertThat(server.err()).contains("pack.missing").contains("images are missing");
            assertDoctorFails(single.getFileName() + " is missing");
            assertThat(export(1).exit()).isZero();
            assertThat(export(2).exit()).isEqualTo(1);
            assertThat(find(2).output()).contains("2.25.7.2.1.1", "1 answer");
            assertThat(find(1, "-k", "ImageType").output()).contains("2.25.7.1.1.2", "2 answers");
            Programs.Run unread = find(2, "-k", "ImageType");
            assertThat(unread.exit()).isEqualTo(1);
            assertThat(unread.output()).contains("0 answers", "1 stored objects could not be read");
            server.stop();
        }
        deleteIndex();
        assertDoctorFails(single.getFileName() + " is missing");
        Files.move(away, single, StandardCopyOption.ATOMIC_MOVE);
        assertThat(run("doctor").exit()).isZero();
        assertThat(export(2).output()).contains("written 1");
    }

    @Test
    void a_pack_deleted_with_the_index_or_behind_a_broken_index_is_missed() throws Exception {
        deleteIndex();
        Files.writeString(data.resolve("data/index.sqlite"), "this is no database, though it is quite long");
        assertDoctorFails("packs: all that were written", "can be made anew");
        Files.delete(packs().resolve("00000001.pack"));
        assertDoctorFails("00000001.pack is missing", "leave index.sqlite");
        deleteIndex();
        assertDoctorFails("00000001.pack is missing");
        try (StrongroomProcess server = StrongroomProcess.serve(configuration)) {
            assertThat(server.err()).contains("pack.missing");
            server.stop();
        }
    }

    @Test
    void an_export_goes_on_past_an_object_that_cannot_be_read() throws Exception {
        Path pack = packs().resolve("00000001.pack");
        byte[] bytes = Files.readAllBytes(pack);
        bytes[4096 + 10_000] ^= 1; // in the body of the first of two
        Files.write(pack, bytes);

        Programs.Run export = export(1);

        assertThat(export.exit()).as(export.output()).isEqualTo(1);
        assertThat(export.output()).contains("instance 2.25.7.1.1.", "can't be read: pack 00000001", "written 1");
    }

    @Test
    void an_altered_audit_log_fails_doctor() throws Exception {
        Path segment;
        try (Stream<Path> files = Files.list(data.resolve("data/audit"))) {
            segment = files.filter(file -> file.getFileName().toString().startsWith("segment-"))
                    .findFirst()
                    .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(segment);
        bytes[300] ^= 1; // in the second record or so: others follow
        Files.write(segment, bytes);
        assertDoctorFails("audit");
    }
}
