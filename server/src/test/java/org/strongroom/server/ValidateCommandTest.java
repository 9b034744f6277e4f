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
import org.strongroom.dicom.PersonName;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import tools.jackson.databind.JsonNode;

/** What {@code validate} prints and how it ends. */
class ValidateCommandTest {
    /** Retired, so that no module is asked for. */
    private static final Uid WITHOUT_IOD = new Uid("1.2.840.10008.5.1.4.1.1.6");

    @TempDir
    Path folder = Path.of("");

    private record Run(int exit, String out, String err) {}

    private Run run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Invocation invocation = new Invocation(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                folder,
                "test",
                false,
                () -> false,
                Optional.empty());
        int exit = CommandLines.run(invocation, arguments);
        return new Run(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private void write(String name, Uid sopClass) throws IOException {
        TransferSyntax syntax = TransferSyntax.ExplicitVRLittleEndian;
        Uid instance = new Uid("1.2.3");
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(Part10.header(sopClass, instance, syntax, Optional.empty()));
        file.writeBytes(DataSet.empty()
                .with(Attributes.SOPClassUID, sopClass)
                .with(Attributes.SOPInstanceUID, instance)
                .with(Attributes.PatientName, PersonName.of("CANARY^NAME"))
                .toBytes(syntax));
        Files.createDirectories(folder.resolve(name).getParent());
        Files.write(folder.resolve(name), file.toByteArray());
    }

    @Test
    void notes_alone_end_with_0_and_errors_with_1() throws IOException {
        write("retired.dcm", WITHOUT_IOD);
        write("ct.dcm", new Uid("1.2.840.10008.5.1.4.1.1.2"));

        Run retired = run("validate", "retired.dcm");
        assertThat(retired.exit()).as(retired.out() + retired.err()).isZero();
        assertThat(retired.out()).contains("0 errors").contains("note    (0008,0016) SOPClassUID: retired");
        Run ct = run("validate", "ct.dcm");
        assertThat(ct.exit()).isEqualTo(1);
        assertThat(ct.out())
                .contains("CT Image, ")
                .contains("error   (0008,0060) Modality: missing, type 1")
                .contains("PS3.5 7.4.1")
                .doesNotContain("CANARY");
    }

    @Test
    void a_folder_ends_with_a_summary_and_goes_on_past_what_cannot_be_read() throws IOException {
        write("all/one.dcm", WITHOUT_IOD);
        write("all/below/two.dcm", WITHOUT_IOD);
        Files.writeString(folder.resolve("all/noise"), "no DICOM file at all ".repeat(50));

        Run run = run("validate", "all");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.out()).contains("3 files, 1 with errors; 1 error, 0 warnings, 2 notes");
        assertThat(run("validate", "--least", "error", "all").out()).doesNotContain("note   ");
    }

    @Test
    void json_is_one_document() throws IOException {
        write("all/ct.dcm", new Uid("1.2.840.10008.5.1.4.1.1.2"));
        write("all/retired.dcm", WITHOUT_IOD);

        JsonNode document = Json.parse(run("validate", "--json", "all").out());

        assertThat(document.get("files")).hasSize(2);
        assertThat(document.get("summary").get("filesWithErrors").asInt()).isEqualTo(1);
        JsonNode finding = document.get("files").get(0).get("findings").get(0);
        assertThat(finding.has("rule")).isTrue();
        assertThat(finding.has("severity")).isTrue();
        assertThat(finding.has("section")).isTrue();
        assertThat(document.toString()).doesNotContain("CANARY");
    }

    @Test
    void what_is_not_there_is_misuse() {
        assertThat(run("validate", "nowhere").exit()).isEqualTo(2);
        assertThat(run("validate").exit()).isEqualTo(2);
        assertThat(run("validate", "--least", "much", ".").exit()).isEqualTo(2);
    }
}
