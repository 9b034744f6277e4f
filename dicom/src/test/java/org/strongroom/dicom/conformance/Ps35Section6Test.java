package org.strongroom.dicom.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.strongroom.dicom.Attributes.FrameIncrementPointer;
import static org.strongroom.dicom.Attributes.ImageType;
import static org.strongroom.dicom.Attributes.InstanceNumber;
import static org.strongroom.dicom.Attributes.PatientComments;
import static org.strongroom.dicom.Attributes.PatientID;
import static org.strongroom.dicom.Attributes.PatientName;
import static org.strongroom.dicom.Attributes.RescaleSlope;
import static org.strongroom.dicom.Attributes.Rows;
import static org.strongroom.dicom.Attributes.StudyInstanceUID;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.strongroom.dicom.Bytes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.PersonName;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.VR;

/** PS3.5 section 6, Value Encoding: padding, spaces that mean nothing, several values, numbers. */
class Ps35Section6Test {
    private static final int PRIVATE = 0x00091001;

    @ParameterizedTest
    @CsvSource({
        "AE, ' A ', 'A'",
        "CS, ' A ', 'A'",
        "LO, ' A ', 'A'",
        "SH, ' A ', 'A'",
        "DS, ' 1.5', '1.5'",
        "IS, ' 1', '1'",
        "LT, ' A ', ' A'",
        "ST, ' A ', ' A'",
        "UT, ' A ', ' A'",
        "UI, '1.2 ', '1.2'",
        "DA, '20260101 ', '20260101'",
    })
    void padding_is_not_part_of_a_value_and_leading_spaces_only_in_long_texts(String vr, String stored, String value) {
        assertThat(Bytes.explicit().element(PRIVATE, vr, stored).read().text(new Tag(PRIVATE)))
                .containsExactly(value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"LT", "ST", "UT", "UR"})
    void a_backslash_in_a_long_text_separates_nothing(String vr) {
        assertThat(Bytes.explicit().element(PRIVATE, vr, "A\\B ").read().text(new Tag(PRIVATE)))
                .containsExactly("A\\B");
    }

    @Test
    void values_between_backslashes_keep_their_place() {
        DataSet read = Bytes.explicit().element(0x00080008, "CS", "A\\\\C ").read();

        assertThat(read.all(ImageType)).containsExactly("A", "", "C");
        assertThat(read.get(ImageType)).contains("A");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "\0\0"})
    void a_value_of_nothing_or_spaces_is_no_value(String stored) {
        DataSet read = Bytes.explicit().element(0x00100020, "LO", stored).read();

        assertThat(read.get(PatientID)).isEmpty();
        assertThat(read.all(PatientID)).isEmpty();
        assertThat(read.contains(PatientID)).isTrue();
    }

    @Test
    void uids_are_padded_with_a_null_and_texts_with_a_space() {
        byte[] uid =
                DataSet.empty().with(StudyInstanceUID, new Uid("1.2.3")).toBytes(TransferSyntax.ExplicitVRLittleEndian);
        byte[] text = DataSet.empty().with(PatientID, "ABC").toBytes(TransferSyntax.ExplicitVRLittleEndian);

        assertThat(uid).hasSize(14).endsWith((byte) 0);
        assertThat(text).hasSize(12).endsWith((byte) ' ');
    }

    @ParameterizedTest
    @CsvSource({"12, 12", "' 12 ', 12", "+12, 12", "-7, -7", "12.0, 12", "1e3, 1000"})
    void integer_strings_are_read_as_devices_write_them(String stored, int value) {
        assertThat(Bytes.explicit().element(0x00200013, "IS", stored).read().get(InstanceNumber))
                .contains(value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "1.5", "99999999999", "NaN", "0x10", "1d", "--1", "1e999999999"})
    void what_is_no_integer_is_absent_and_no_exception(String stored) {
        assertThat(Bytes.explicit().element(0x00200013, "IS", stored).read().get(InstanceNumber))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "1.0, 1",
        "-0.1, -0.1",
        "3.141592653589793, 3.14159265358979",
        "-3.141592653589793, -3.1415926535898",
        "1.0E-7, 0.0000001",
        "1.2345678901234567E-9, 1.2345678901E-9",
        "123456789012345678901.0, 1.2345678901E+20",
        "1.0E300, 1E+300",
        "0.0, 0",
    })
    void decimal_strings_are_written_in_at_most_16_characters(double number, String expected) {
        DataSet dataSet = DataSet.empty().with(RescaleSlope, number);

        assertThat(dataSet.text(RescaleSlope.tag()).getFirst().length()).isLessThanOrEqualTo(16);
        assertThat(Double.parseDouble(dataSet.text(RescaleSlope.tag()).getFirst()))
                .isCloseTo(Double.parseDouble(expected), org.assertj.core.data.Percentage.withPercentage(1e-8));
    }

    @Test
    void numbers_that_do_not_fit_are_refused() {
        assertThatThrownBy(() -> DataSet.empty().with(Rows, 65_536)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> DataSet.empty().with(Rows, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThat(DataSet.empty().with(Rows, 65_535).get(Rows)).contains(65_535);
        assertThatThrownBy(() -> DataSet.empty().with(RescaleSlope, Double.NaN))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "US, 65535", "SS, -2", "UL, 4294967295", "SL, -2", "SV, -2", "UV, 18446744073709551615", "FL, 1.5", "FD, -2.25",
        "AT, 7FE00010", "IS, -3", "DS, 1.25", "UI, 1.2.3", "AS, 045Y", "DA, 20260101", "TM, 101112.5", "UC, text",
        "UR, http://x/"
    })
    void every_vr_with_values_goes_there_and_back_in_both_byte_orders(VR vr, String value) {
        Tag tag = new Tag(PRIVATE);
        DataSet dataSet = DataSet.empty().withText(tag, vr, List.of(value));
        DataSet big = DataSet.read(
                dataSet.toBytes(TransferSyntax.ExplicitVRBigEndian),
                TransferSyntax.ExplicitVRBigEndian,
                org.strongroom.dicom.Limits.DEFAULT);

        assertThat(dataSet.text(tag)).containsExactly(value);
        assertThat(big.text(tag)).containsExactly(value);
        assertThat(big.toBytes(TransferSyntax.ExplicitVRLittleEndian))
                .isEqualTo(dataSet.toBytes(TransferSyntax.ExplicitVRLittleEndian));
        assertThat(big.withText(tag, vr, List.of(value)).toBytes(TransferSyntax.ExplicitVRBigEndian))
                .isEqualTo(big.toBytes(TransferSyntax.ExplicitVRBigEndian));
    }

    @Test
    void attribute_tags_are_two_words() {
        DataSet dataSet = DataSet.empty().with(FrameIncrementPointer, new Tag(0x00181063));

        assertThat(dataSet.toBytes(TransferSyntax.ExplicitVRLittleEndian)).endsWith(0x18, 0x00, 0x63, 0x10);
        assertThat(dataSet.get(FrameIncrementPointer)).contains(new Tag(0x00181063));
    }

    @Test
    void a_person_name_has_three_groups_of_five_components() {
        PersonName name = PersonName.of("Doe^John^Q^Dr^Jr=ideo=phon");

        assertThat(List.of(name.family(), name.given(), name.middle(), name.prefix(), name.suffix()))
                .containsExactly("Doe", "John", "Q", "Dr", "Jr");
        assertThat(name.ideographic()).isEqualTo("ideo");
        assertThat(name.phonetic()).isEqualTo("phon");
        assertThat(name.value()).isEqualTo("Doe^John^Q^Dr^Jr=ideo=phon");
        assertThat(PersonName.of("=山田").value()).isEqualTo("=山田");
        assertThat(PersonName.of("Doe").given()).isEmpty();
    }

    @Test
    void a_delimiter_within_one_value_is_refused() {
        assertThatThrownBy(() -> DataSet.empty().with(PatientID, "A\\B")).isInstanceOf(IllegalArgumentException.class);
        assertThat(DataSet.empty().with(PatientComments, "A\\B").get(PatientComments))
                .contains("A\\B");
        assertThat(DataSet.empty().with(PatientName, PersonName.of("")).get(PatientName))
                .isEqualTo(Optional.empty());
    }

    @Test
    void a_value_longer_than_its_16_bit_length_is_refused() {
        assertThatThrownBy(() -> DataSet.empty().with(PatientID, "A".repeat(65_536)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(DataSet.empty().with(PatientID, "A".repeat(65_534)).get(PatientID))
                .isPresent();
    }
}
