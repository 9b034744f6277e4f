package org.strongroom.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.strongroom.dicom.Attributes.ImplementationClassUID;
import static org.strongroom.dicom.Attributes.MediaStorageSOPInstanceUID;
import static org.strongroom.dicom.Attributes.PatientID;
import static org.strongroom.dicom.Attributes.PrivateInformation;
import static org.strongroom.dicom.Attributes.PrivateInformationCreatorUID;
import static org.strongroom.dicom.Attributes.SourceApplicationEntityTitle;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class Part10Test {
    private static final Uid CLASS = new Uid("1.2.840.10008.5.1.4.1.1.7");
    private static final Uid INSTANCE = new Uid("1.2.3.4");
    private static final DataSet SAMPLE =
            DataSet.empty().withText(new Tag(0x00080060), VR.CS, List.of("OT")).with(PatientID, "R-17");

    static List<TransferSyntax> syntaxes() {
        return DataSetTest.nativeSyntaxes();
    }

    private static byte[] file(TransferSyntax syntax) {
        return joined(Part10.header(CLASS, INSTANCE, syntax, Optional.of("MODALITY")), SAMPLE.toBytes(syntax));
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static Part10 open(byte[] file) throws IOException {
        return Part10.open(new ByteArrayInputStream(file), Limits.DEFAULT);
    }

    private static DataSet body(Part10 file) throws IOException {
        return DataSet.read(file.body().readAllBytes(), file.syntax(), Limits.DEFAULT);
    }

    @ParameterizedTest
    @MethodSource("syntaxes")
    void reads_back_what_it_wrote(TransferSyntax syntax) throws IOException {
        Part10 file = open(file(syntax));

        assertThat(file.syntax()).isEqualTo(syntax);
        assertThat(file.meta().get(MediaStorageSOPInstanceUID)).contains(INSTANCE);
        assertThat(file.meta().get(ImplementationClassUID)).contains(Implementation.classUid);
        assertThat(file.meta().get(SourceApplicationEntityTitle)).contains("MODALITY");
        assertThat(body(file).get(PatientID)).contains("R-17");
    }

    @Test
    void header_is_128_zeros_the_prefix_and_group_0002_with_its_length() {
        byte[] header = Part10.header(CLASS, INSTANCE, TransferSyntax.ImplicitVRLittleEndian, Optional.empty());
        DataSet meta = DataSet.read(
                Arrays.copyOfRange(header, 132, header.length), TransferSyntax.ExplicitVRLittleEndian, Limits.DEFAULT);

        assertThat(Arrays.copyOf(header, 128)).containsOnly(0);
        assertThat(new String(header, 128, 4, StandardCharsets.US_ASCII)).isEqualTo("DICM");
        assertThat(meta.get(Attributes.FileMetaInformationGroupLength)).contains(header.length - 132L - 12);
        assertThat(meta.tags())
                .containsExactly(
                        new Tag(0x00020000),
                        new Tag(0x00020001),
                        new Tag(0x00020002),
                        new Tag(0x00020003),
                        new Tag(0x00020010),
                        new Tag(0x00020012),
                        new Tag(0x00020013));
        assertThat(meta.irregularities()).isEmpty();
    }

    @Test
    void a_file_without_preamble_or_group_length_is_recognised() throws IOException {
        byte[] file = file(TransferSyntax.ExplicitVRLittleEndian);
        byte[] withoutPreamble = Arrays.copyOfRange(file, 132, file.length);
        byte[] withoutLength = joined(Arrays.copyOf(file, 132), Arrays.copyOfRange(file, 144, file.length));

        assertThat(body(open(withoutPreamble)).get(PatientID)).contains("R-17");
        assertThat(body(open(withoutLength)).get(PatientID)).contains("R-17");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 9999, Integer.MAX_VALUE})
    void a_wrong_group_length_is_not_relied_upon(int length) throws IOException {
        byte[] file = file(TransferSyntax.ExplicitVRLittleEndian);
        byte[] wrong = Bytes.explicit().number(4, length).done();
        System.arraycopy(wrong, 0, file, 140, 4);

        assertThat(body(open(file)).get(PatientID)).contains("R-17");
    }

    @Test
    void a_data_set_without_meta_information_is_recognised_in_the_three_plain_syntaxes() throws IOException {
        for (TransferSyntax syntax : syntaxes()) {
            if (!syntax.deflated()) {
                Part10 file = open(SAMPLE.toBytes(syntax));
                assertThat(file.meta().tags()).isEmpty();
                assertThat(file.syntax()).isEqualTo(syntax);
                assertThat(body(file).get(PatientID)).contains("R-17");
            }
        }
    }

    @Test
    void the_prefix_by_chance_within_a_data_set_is_no_prefix() throws IOException {
        DataSet dataSet = DataSet.empty()
                .withText(new Tag(0x00080070), VR.LO, List.of("x".repeat(112) + "DICM"))
                .with(PatientID, "R-17");
        byte[] bytes = dataSet.toBytes(TransferSyntax.ExplicitVRLittleEndian);
        byte[] moved = DataSet.empty()
                .withText(new Tag(0x00080070), VR.LO, List.of("x".repeat(120) + "DICM"))
                .with(PatientID, "R-17")
                .toBytes(TransferSyntax.ExplicitVRLittleEndian);

        assertThat(new String(moved, 128, 4, StandardCharsets.US_ASCII)).isEqualTo("DICM");
        assertThat(body(open(moved)).get(PatientID)).contains("R-17");
        assertThat(body(open(bytes)).get(PatientID)).contains("R-17");
    }

    @Test
    void meta_information_longer_than_the_first_read_is_read_whole_up_to_the_limit() throws IOException {
        byte[] large = new byte[100_000];
        assertThat(open(withPrivateInformation(large))
                        .meta()
                        .get(PrivateInformation)
                        .map(MemorySegment::byteSize))
                .contains(100_000L);
        assertThatThrownBy(() -> open(withPrivateInformation(new byte[3 << 20])))
                .isInstanceOf(DicomFormatException.class);
    }

    private static byte[] withPrivateInformation(byte[] information) {
        byte[] meta = DataSet.empty()
                .with(Attributes.TransferSyntaxUID, TransferSyntax.ExplicitVRLittleEndian.uid())
                .with(PrivateInformationCreatorUID, INSTANCE)
                .with(PrivateInformation, MemorySegment.ofArray(information))
                .toBytes(TransferSyntax.ExplicitVRLittleEndian);
        return joined(meta, SAMPLE.toBytes(TransferSyntax.ExplicitVRLittleEndian));
    }

    @Test
    void a_stream_that_gives_one_byte_at_a_time_is_read_all_the_same() throws IOException {
        InputStream slow =
                new FilterInputStream(new ByteArrayInputStream(file(TransferSyntax.ExplicitVRLittleEndian))) {
                    @Override
                    public int read(byte[] bytes, int offset, int length) throws IOException {
                        return super.read(bytes, offset, Math.min(1, length));
                    }
                };

        assertThat(body(Part10.open(slow, Limits.DEFAULT)).get(PatientID)).contains("R-17");
    }

    @Test
    void every_beginning_of_a_file_is_read_or_refused_and_nothing_else() throws IOException {
        byte[] file = file(TransferSyntax.ExplicitVRLittleEndian);
        for (int length = 0; length < file.length; length++) {
            byte[] cut = Arrays.copyOf(file, length);
            try {
                body(open(cut));
            } catch (DicomFormatException e) {
                assertThat(e.offset()).isNotNegative();
            }
        }
    }

    @Test
    void what_is_no_dicom_file_is_refused() {
        for (String text :
                List.of("", "PK\u0003\u0004 a zip archive or something", "%PDF-1.7 and so on and so forth")) {
            assertThatThrownBy(() -> open(text.getBytes(StandardCharsets.US_ASCII)))
                    .isInstanceOf(DicomFormatException.class)
                    .hasMessageContaining("no DICOM file");
        }
    }

    @Test
    void a_transfer_syntax_that_the_standard_lacks_is_refused_by_name() {
        assertThatThrownBy(() -> open(file(TransferSyntax.of(new Uid("1.2.3.99")))))
                .isInstanceOf(DicomFormatException.class)
                .hasMessageContaining("unsupported transfer syntax 1.2.3.99");
    }
}
