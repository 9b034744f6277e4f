package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;

class DicomdirCommandTest {
    @TempDir
    Path folder = Path.of("");

    private String said = "";

    private int run(String... options) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream all = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        Invocation invocation = new Invocation(all, all, folder, "tester", false, () -> false, Optional.empty());
        String[] line = new String[options.length + 2];
        line[0] = "dicomdir";
        line[1] = "medium";
        System.arraycopy(options, 0, line, 2, options.length);
        int exit = CommandLines.run(invocation, line);
        said = bytes.toString(StandardCharsets.UTF_8);
        return exit;
    }

    private void instance(String path, int number) throws IOException {
        DataSet dataSet = DataSet.empty()
                .with(Attributes.SOPClassUID, new Uid("1.2.840.10008.5.1.4.1.1.2"))
                .with(Attributes.SOPInstanceUID, new Uid("1.2.3." + number))
                .with(Attributes.StudyDate, "20260101")
                .with(Attributes.StudyTime, "120000")
                .with(Attributes.Modality, "CT")
                .with(Attributes.PatientID, "P1")
                .with(Attributes.StudyInstanceUID, new Uid("1.2.4"))
                .with(Attributes.SeriesInstanceUID, new Uid("1.2.5"))
                .with(Attributes.StudyID, "7")
                .with(Attributes.SeriesNumber, 1)
                .with(Attributes.InstanceNumber, number);
        TransferSyntax syntax = TransferSyntax.ExplicitVRLittleEndian;
        Path file = folder.resolve("medium").resolve(path);
        Files.createDirectories(file.getParent());
        try (var out = Files.newOutputStream(file)) {
            out.write(Part10.header(
                    new Uid("1.2.840.10008.5.1.4.1.1.2"), new Uid("1.2.3." + number), syntax, Optional.empty()));
            dataSet.writeTo(out, syntax);
        }
    }

    @Test
    void a_folder_gets_its_directory_and_whatever_cannot_be_in_it_is_named() throws Exception {
        instance("CT/I1", 1);
        instance("CT/i2", 2);
        instance("CT/not-a-name.dcm", 3);
        Files.writeString(folder.resolve("medium/README"), "hello");
        Files.createSymbolicLink(folder.resolve("medium/LINK"), folder.resolve("medium/CT"));

        assertThat(run("--id", "DISC_1")).isEqualTo(1);
        assertThat(said)
                .contains("records of files: 2, new: 2, refused: 1")
                .contains("README: passed over")
                .contains("LINK: a link, not followed")
                .contains("CT/not-a-name.dcm: a file ID is");

        assertThat(run()).isEqualTo(1);
        assertThat(said).contains("--update adds to it");
        assertThat(run("--list")).isZero();
        assertThat(said).contains("File-set DISC_1", "PATIENT", "IMAGE CT/I1", "IMAGE CT/I2");
    }

    @Test
    void what_is_missing_or_not_listed_is_told_and_can_be_added() throws Exception {
        instance("A", 1);
        instance("B", 2);
        assertThat(run()).isZero();
        assertThat(run("--check")).isZero();

        Files.delete(folder.resolve("medium/A"));
        instance("C", 3);
        assertThat(run("--check")).isEqualTo(1);
        assertThat(said).contains("A: listed and not there", "C: not listed");

        assertThat(run("--update")).isZero();
        assertThat(said).contains("records of files: 3, new: 1");
        assertThat(run("--replace")).isZero();
        assertThat(said).contains("records of files: 2, new: 2");
        assertThat(run("--check")).isZero();
    }

    @Test
    void of_names_that_differ_by_case_one_has_the_file_id_and_the_check_says_the_same() throws Exception {
        instance("img1", 1);
        instance("IMG1", 2);
        instance("ct/I1", 3);
        instance("CT/I2", 4);
        instance("x/Only", 5);
        assertThat(run()).isEqualTo(1);
        assertThat(said)
                .contains("img1: its file ID would be IMG1, by which another")
                .contains("ct/I1: its file ID would be CT/I1, by which another")
                .contains("x/Only: listed as X/ONLY, which must be its name")
                .contains("records of files: 3, new: 3, refused: 2");
        assertThat(run("--list")).isZero();
        assertThat(said).contains("IMAGE IMG1", "IMAGE CT/I2", "IMAGE X/ONLY").doesNotContain("CT/I1");
        assertThat(run("--check")).isEqualTo(1);
        assertThat(said)
                .contains("img1: not listed", "ct/I1: not listed", "x/Only: listed as X/ONLY")
                .contains("files listed and there: 3; troubles: 2");
        assertThat(run("--update")).isEqualTo(1);
        assertThat(said).contains("records of files: 3, new: 0, refused: 2");
    }

    @Test
    void letters_beyond_ascii_are_no_small_letters_of_a_file_id() throws Exception {
        instance("\u0131mg", 1);
        instance("stra\u00dfe", 2);
        instance("OK", 3);
        assertThat(run()).isEqualTo(1);
        assertThat(said).contains("records of files: 1, new: 1, refused: 2");
    }

    @Test
    void where_every_file_is_refused_no_directory_is_left() throws Exception {
        instance("not-a-name", 1);
        assertThat(run()).isEqualTo(1);
        assertThat(said).contains("no DICOMDIR written").contains("refused: 1");
        assertThat(folder.resolve("medium/DICOMDIR")).doesNotExist();
        assertThat(run("--invent")).isEqualTo(1);
        assertThat(said).doesNotContain("there is a DICOMDIR");
    }

    /** In implicit VR a value of a short VR can be longer than in explicit VR, which a DICOMDIR is in. */
    @Test
    void a_value_too_long_for_a_record_is_the_trouble_of_its_file_alone() throws Exception {
        instance("A", 1);
        implicit("B", 0x00100010, "D".repeat(70_000));
        implicit("C", 0x00080005, "ISO_IR 100\\".repeat(7_000));
        implicit("D", 0x00200010, "7".repeat(70_000));
        assertThat(run()).isEqualTo(1);
        assertThat(said)
                .contains("B: PatientName (0010,0010) has 70000 bytes, more than a record can hold")
                .contains("C: SpecificCharacterSet (0008,0005) has 77000 bytes")
                .contains("D: StudyID (0020,0010) has 70000 bytes")
                .contains("records of files: 1, new: 1, refused: 3");
        assertThat(run("--check")).isEqualTo(1);
    }

    private void implicit(String name, int tag, String value) throws IOException {
        SortedMap<Integer, String> values = new TreeMap<>(Map.of(
                0x00080016, "1.2.840.10008.5.1.4.1.1.2\0",
                0x00080018, "1.2.3." + name.codePointAt(0) + "\0",
                0x00080020, "20260101",
                0x00080030, "120000",
                0x00080060, "CT",
                0x00100020, "P1",
                0x0020000D, "1.2.4." + name.codePointAt(0) + "\0",
                0x0020000E, "1.2.5." + name.codePointAt(0) + "\0",
                0x00200010, "77"));
        values.put(0x00200011, "1 ");
        values.put(0x00200013, "1 ");
        values.put(tag, value);
        try (var out = Files.newOutputStream(folder.resolve("medium").resolve(name))) {
            out.write(Part10.header(
                    new Uid("1.2.840.10008.5.1.4.1.1.2"),
                    new Uid("1.2.3." + name.codePointAt(0)),
                    TransferSyntax.ImplicitVRLittleEndian,
                    Optional.empty()));
            for (Map.Entry<Integer, String> each : values.entrySet()) {
                byte[] bytes = each.getValue().getBytes(StandardCharsets.US_ASCII);
                ByteBuffer header = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
                header.putShort((short) (each.getKey() >>> 16)).putShort((short) (int) each.getKey());
                out.write(header.putInt(bytes.length).array());
                out.write(bytes);
            }
        }
    }
}
