package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
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
}
