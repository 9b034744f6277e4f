package org.strongroom.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.strongroom.dicom.Attributes.ImageType;
import static org.strongroom.dicom.Attributes.PatientID;
import static org.strongroom.dicom.Attributes.PatientName;
import static org.strongroom.dicom.Attributes.PixelSpacing;
import static org.strongroom.dicom.Attributes.ReferencedSOPInstanceUID;
import static org.strongroom.dicom.Attributes.ReferencedSOPSequence;
import static org.strongroom.dicom.Attributes.Rows;
import static org.strongroom.dicom.Attributes.StudyInstanceUID;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DataSetTest {
    static List<TransferSyntax> nativeSyntaxes() {
        return List.of(
                TransferSyntax.ImplicitVRLittleEndian,
                TransferSyntax.ExplicitVRLittleEndian,
                TransferSyntax.ExplicitVRBigEndian,
                TransferSyntax.DeflatedExplicitVRLittleEndian);
    }

    private static DataSet sample() {
        DataSet item = DataSet.empty().with(ReferencedSOPInstanceUID, new Uid("1.2.3.4"));
        return DataSet.empty()
                .with(PatientID, "R-17")
                .with(PatientName, PersonName.of("Doe^John"))
                .with(StudyInstanceUID, new Uid("1.2.3"))
                .withAll(ImageType, List.of("ORIGINAL", "PRIMARY", "AXIAL"))
                .withAll(PixelSpacing, List.of(0.5, 0.125))
                .with(Rows, 512)
                .withItems(ReferencedSOPSequence, List.of(item, item));
    }

    @ParameterizedTest
    @MethodSource("nativeSyntaxes")
    void reads_back_what_it_wrote_in_every_native_syntax(TransferSyntax syntax) {
        byte[] bytes = sample().toBytes(syntax);
        DataSet read = DataSet.read(bytes, syntax, Limits.DEFAULT);

        assertThat(read.get(PatientID)).contains("R-17");
        assertThat(read.get(PatientName).map(PersonName::family)).contains("Doe");
        assertThat(read.get(StudyInstanceUID)).contains(new Uid("1.2.3"));
        assertThat(read.all(ImageType)).containsExactly("ORIGINAL", "PRIMARY", "AXIAL");
        assertThat(read.all(PixelSpacing)).containsExactly(0.5, 0.125);
        assertThat(read.get(Rows)).contains(512);
        assertThat(read.items(ReferencedSOPSequence)).hasSize(2);
        assertThat(read.items(ReferencedSOPSequence).getLast().get(ReferencedSOPInstanceUID))
                .contains(new Uid("1.2.3.4"));
        assertThat(read.toBytes(syntax)).isEqualTo(bytes);
        assertThat(read.toBytes(TransferSyntax.ExplicitVRLittleEndian))
                .isEqualTo(sample().toBytes(TransferSyntax.ExplicitVRLittleEndian));
    }

    @Test
    void an_edit_leaves_the_original_as_it_was() {
        DataSet original = sample();
        DataSet edited = original.without(PatientName).with(PatientID, "R-18");

        assertThat(edited.get(PatientName)).isEmpty();
        assertThat(edited.get(PatientID)).contains("R-18");
        assertThat(original.get(PatientID)).contains("R-17");
        assertThat(original.contains(PatientName)).isTrue();
    }

    @Test
    void readHead_stops_before_pixel_data_and_asks_for_more_until_then() {
        byte[] pixels = new byte[1000];
        DataSet image = sample().with(Attributes.PixelData, MemorySegment.ofArray(pixels));
        byte[] bytes = image.toBytes(TransferSyntax.ExplicitVRLittleEndian);
        int bulk = bytes.length - 1012;

        for (int length = 0; length < bulk + 12; length++) {
            assertThat(head(bytes, length)).as("of %s bytes", length).isEmpty();
        }
        DataSet.Head head = head(bytes, bulk + 12).orElseThrow();
        assertThat(head.endOffset()).isEqualTo(bulk);
        assertThat(head.bulkEnd()).isEqualTo(bytes.length);
        assertThat(head.elements().get(Rows)).contains(512);
        assertThat(head.elements().contains(Attributes.PixelData)).isFalse();
    }

    private static Optional<DataSet.Head> head(byte[] bytes, int length) {
        return DataSet.readHead(bytes, length, false, TransferSyntax.ExplicitVRLittleEndian, Limits.DEFAULT);
    }

    @Test
    void cut_off_bytes_are_refused_with_offset_and_tag() {
        byte[] bytes = sample().toBytes(TransferSyntax.ExplicitVRLittleEndian);
        byte[] cut = Arrays.copyOf(bytes, bytes.length - 3);

        assertThatThrownBy(() -> DataSet.read(cut, TransferSyntax.ExplicitVRLittleEndian, Limits.DEFAULT))
                .isInstanceOf(DicomFormatException.class)
                .hasMessageContaining("(0028,0030)")
                .hasMessageContaining("offset");
    }

    @Test
    void prints_no_value() {
        assertThat(sample().toString()).contains("(0010,0020) LO #4").doesNotContain("R-17");
        assertThat(sample().get(PatientName).toString()).doesNotContain("Doe");
    }

    @Test
    void a_few_elements_of_another_data_set_keep_their_values_and_their_character_set() {
        DataSet latin = DataSet.empty()
                .with(Attributes.SpecificCharacterSet, "ISO_IR 100")
                .with(PatientName, PersonName.of("J\u00E9r\u00F4me"))
                .with(PatientID, "R-17")
                .with(Rows, 1);
        DataSet read = DataSet.read(
                latin.toBytes(TransferSyntax.ExplicitVRBigEndian), TransferSyntax.ExplicitVRBigEndian, Limits.DEFAULT);

        for (DataSet whole : List.of(latin, read)) {
            DataSet few = whole.only(List.of(Rows.tag(), PatientName.tag(), StudyInstanceUID.tag()));
            assertThat(few.tags()).containsExactly(PatientName.tag(), Rows.tag());
            assertThat(few.get(PatientName).map(PersonName::value)).contains("J\u00E9r\u00F4me");
            assertThat(few.get(Rows)).contains(1);
            assertThat(few.recoded(SpecificCharacterSet.UTF_8).get(PatientName)).isEqualTo(few.get(PatientName));
            assertThat(DataSet.read(
                                    few.toBytes(TransferSyntax.ExplicitVRLittleEndian),
                                    TransferSyntax.ExplicitVRLittleEndian,
                                    Limits.DEFAULT)
                            .get(Rows))
                    .contains(1);
        }
    }

    @Test
    void a_value_behind_letters_of_an_unknown_vr_is_waited_for() {
        byte[] bytes = Bytes.explicit()
                .header(0x00091001, "ZZ", 0)
                .number(4, 1000)
                .raw(new byte[1000])
                .element(0x00100020, "LO", "A ")
                .element(0x7FE00010, "OW", new byte[2])
                .done();
        TransferSyntax syntax = TransferSyntax.ExplicitVRLittleEndian;
        for (int length = 8; length < 1012; length++) {
            assertThat(DataSet.readHead(bytes, length, false, syntax, Limits.DEFAULT))
                    .isEmpty();
        }
        assertThat(DataSet.readHead(bytes, bytes.length, false, syntax, Limits.DEFAULT))
                .hasValueSatisfying(head ->
                        assertThat(head.elements().get(Attributes.PatientID)).contains("A"));
    }

    @Test
    void what_lacks_its_delimiters_gets_them_in_an_edited_data_set() {
        DataSet cut = Bytes.explicit()
                .header(0x0040A730, "SQ", Bytes.UNDEFINED)
                .mark(0xFFFEE000, Bytes.UNDEFINED)
                .header(0x0040A730, "SQ", Bytes.UNDEFINED)
                .mark(0xFFFEE000, Bytes.UNDEFINED)
                .element(0x00100020, "LO", "A ")
                .read();
        DataSet edited = cut.with(Attributes.PatientID, "B");
        for (TransferSyntax syntax :
                List.of(TransferSyntax.ExplicitVRLittleEndian, TransferSyntax.ExplicitVRBigEndian)) {
            DataSet read = DataSet.read(edited.toBytes(syntax), syntax, Limits.DEFAULT);
            assertThat(read.irregularities()).isEmpty();
            DataSet inner = read.items(new Tag(0x0040A730))
                    .getFirst()
                    .items(new Tag(0x0040A730))
                    .getFirst();
            assertThat(inner.get(Attributes.PatientID)).contains("A");
        }
    }
}
