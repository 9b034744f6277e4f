package org.strongroom.dicom.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.strongroom.dicom.Attributes.PatientID;
import static org.strongroom.dicom.Attributes.PatientName;
import static org.strongroom.dicom.Attributes.ReferencedSOPInstanceUID;
import static org.strongroom.dicom.Attributes.ReferencedSOPSequence;
import static org.strongroom.dicom.Attributes.Rows;
import static org.strongroom.dicom.Attributes.SmallestImagePixelValue;

import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.strongroom.dicom.Bytes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Element;
import org.strongroom.dicom.Irregularity;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.PersonName;
import org.strongroom.dicom.PrivateBlock;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.VR;

/** PS3.5 section 7, The Data Set: one test for each "shall" that a reader or writer can break. */
class Ps35Section7Test {
    private static final int SEQUENCE = 0x00081199;
    private static final int UID = 0x00081155;
    private static final byte[] ITEM =
            Bytes.explicit().element(UID, "UI", "1.2.34").done();

    // 7.1 Data elements

    @Test
    void elements_are_written_in_ascending_order_of_tag() {
        DataSet dataSet = DataSet.empty()
                .with(Rows, 1)
                .with(PatientName, new PersonName("A", "", ""))
                .with(PatientID, "1");

        assertThat(dataSet.tags()).isSorted().hasSize(3);
        assertThat(read(dataSet, TransferSyntax.ExplicitVRLittleEndian).irregularities())
                .isEmpty();
    }

    @Test
    void tags_are_ordered_as_unsigned_numbers() {
        DataSet read = Bytes.explicit()
                .element(0x7FE10010, "LO", "A ")
                .element(0xFFFCFFFC, "OB", (byte) 0, (byte) 0)
                .read();

        assertThat(read.irregularities()).isEmpty();
        assertThat(read.contains(new Tag(0xFFFCFFFC))).isTrue();
    }

    @Test
    void an_attribute_stands_once_the_first_counts_and_the_bytes_are_kept() {
        Bytes bytes = Bytes.explicit().element(0x00100020, "LO", "A ").element(0x00100020, "LO", "B ");

        assertThat(bytes.read().get(PatientID)).contains("A");
        assertThat(bytes.read().irregularities()).containsExactly(Irregularity.DUPLICATE_ELEMENT);
        assertThat(bytes.read().tags()).hasSize(1);
        assertThat(bytes.read().toBytes(bytes.syntax())).isEqualTo(bytes.done());
    }

    @Test
    void elements_out_of_order_are_found_kept_and_sorted_when_something_is_edited() {
        Bytes bytes = Bytes.explicit().element(0x00100020, "LO", "A ").element(0x00080060, "CS", "CT");
        DataSet read = bytes.read();

        assertThat(read.irregularities()).containsExactly(Irregularity.OUT_OF_ORDER);
        assertThat(read.get(PatientID)).contains("A");
        assertThat(read.toBytes(bytes.syntax())).isEqualTo(bytes.done());
        assertThat(read(read.with(Rows, 1), bytes.syntax()).irregularities()).isEmpty();
    }

    // 7.1.1 Fields: the value length shall be even

    @Test
    void a_value_of_odd_length_is_read_kept_and_made_even_when_something_is_edited() {
        Bytes bytes = Bytes.explicit().element(0x00080060, "CS", "C").element(0x00100020, "LO", "ABC");
        DataSet read = bytes.read();

        assertThat(read.get(PatientID)).contains("ABC");
        assertThat(read.irregularities()).containsExactly(Irregularity.ODD_LENGTH);
        assertThat(read.toBytes(bytes.syntax())).isEqualTo(bytes.done());
        assertThat(read(read.with(Rows, 1), bytes.syntax()).irregularities()).isEmpty();
        assertThat(read(read, TransferSyntax.ImplicitVRLittleEndian).irregularities())
                .isEmpty();
    }

    // 7.1.2 Explicit VR: which VRs have a 32-bit length

    @ParameterizedTest
    @EnumSource(
            value = VR.class,
            names = {"OB", "OD", "OF", "OL", "OV", "OW", "SV", "UC", "UN", "UR", "UT", "UV"})
    void a_long_vr_has_two_reserved_bytes_and_a_32_bit_length(VR vr) {
        byte[] value = new byte[70_000];
        byte[] bytes = Bytes.explicit().element(0x00091001, vr.name(), value).done();

        Element read = DataSet.read(bytes, TransferSyntax.ExplicitVRLittleEndian, Limits.DEFAULT)
                .element(new Tag(0x00091001))
                .orElseThrow();
        assertThat(read.vr()).isEqualTo(vr);
        assertThat(read)
                .isInstanceOfSatisfying(
                        Element.Encoded.class,
                        e -> assertThat(e.bytes().byteSize()).isEqualTo(70_000));
    }

    @ParameterizedTest
    @EnumSource(
            value = VR.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"OB", "OD", "OF", "OL", "OV", "OW", "SV", "UC", "UN", "UR", "UT", "UV", "SQ"})
    void any_other_vr_has_a_16_bit_length(VR vr) {
        byte[] bytes = Bytes.explicit()
                .element(0x00091001, vr.name(), new byte[0xFFF8])
                .done();
        DataSet read = DataSet.read(bytes, TransferSyntax.ExplicitVRLittleEndian, Limits.DEFAULT);

        assertThat(bytes).hasSize(0xFFF8 + 8);
        assertThat(read.element(new Tag(0x00091001)).orElseThrow().vr()).isEqualTo(vr);
    }

    @Test
    void a_value_too_long_for_its_vr_becomes_un_in_explicit_vr() {
        DataSet read =
                Bytes.implicit().element(0x00100020, "LO", new byte[70_000]).read();

        assertThat(read(read, TransferSyntax.ExplicitVRLittleEndian)
                        .element(PatientID.tag())
                        .orElseThrow()
                        .vr())
                .isEqualTo(VR.UN);
    }

    @Test
    void letters_that_are_no_vr_have_the_long_form_of_future_vrs_where_that_fits_and_else_the_short() {
        byte[] future = Bytes.explicit()
                .raw((byte) 0x09, (byte) 0, (byte) 1, (byte) 0x10)
                .raw("ZY".getBytes(StandardCharsets.US_ASCII))
                .number(2, 0)
                .number(4, 4)
                .number(4, 7)
                .element(0x00100020, "LO", "A ")
                .done();
        byte[] mistaken = Bytes.explicit()
                .element(0x00091001, "ZZ", "ABCD")
                .element(0x00100020, "LO", "A ")
                .done();

        for (byte[] bytes : List.of(future, mistaken)) {
            DataSet read = DataSet.read(bytes, TransferSyntax.ExplicitVRLittleEndian, Limits.DEFAULT);
            assertThat(read.irregularities()).containsExactly(Irregularity.UNKNOWN_VR);
            assertThat(read.get(PatientID)).contains("A");
            assertThat(read.element(new Tag(0x00091001)).orElseThrow().toString())
                    .isEqualTo("(0009,1001) UN #4");
            assertThat(read.toBytes(TransferSyntax.ExplicitVRLittleEndian)).isEqualTo(bytes);
        }
    }

    // 7.1.3 Implicit VR: the dictionary's VR

    @Test
    void implicit_vr_takes_the_vr_from_the_dictionary() {
        DataSet read = Bytes.implicit()
                .element(0x00080000, "", (byte) 8, (byte) 0, (byte) 0, (byte) 0)
                .element(0x00100020, "", "A ")
                .element(0x00091234, "", "AB")
                .element(0x00290010, "", "ME")
                .element(0x00291001, "", "AB")
                .element(0x60023000, "", "AB")
                .element(0x7FE00010, "", "AB")
                .read();

        assertThat(read.toString())
                .contains("(0008,0000) UL", "(0010,0020) LO", "(0009,1234) UN", "(0029,0010) LO", "(0029,1001) UN")
                .contains("(6002,3000) OW", "(7FE0,0010) OW");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void us_or_ss_in_implicit_vr_is_as_pixel_representation_says_in_items_too(int representation) {
        byte[] smallest = {(byte) 0xFE, (byte) 0xFF};
        byte[] item = Bytes.implicit().element(0x00280106, "", smallest).done();
        DataSet read = Bytes.implicit()
                .element(0x00280103, "", (byte) representation, (byte) 0)
                .element(0x00280106, "", smallest)
                .header(0x00283000, "", item.length + 8)
                .item(item)
                .read();
        int expected = representation == 0 ? 0xFFFE : -2;

        assertThat(read.get(SmallestImagePixelValue)).contains(expected);
        assertThat(read.items(new Tag(0x00283000)).getFirst().get(SmallestImagePixelValue))
                .contains(expected);
        assertThat(read(read, TransferSyntax.ExplicitVRBigEndian).get(SmallestImagePixelValue))
                .contains(expected);
        assertThat(read(read, TransferSyntax.ExplicitVRBigEndian)
                        .items(new Tag(0x00283000))
                        .getFirst()
                        .get(SmallestImagePixelValue))
                .contains(expected);
    }

    // 7.2 Group length: retired, no longer true after an edit in its group

    @Test
    void group_lengths_are_kept_until_something_in_their_group_is_edited() {
        DataSet read = Bytes.explicit()
                .element(0x00080000, "UL", (byte) 10, (byte) 0, (byte) 0, (byte) 0)
                .element(0x00080060, "CS", "CT")
                .element(0x00100000, "UL", (byte) 10, (byte) 0, (byte) 0, (byte) 0)
                .element(0x00100020, "LO", "A ")
                .read();

        assertThat(read.with(PatientID, "BC").tags())
                .contains(new Tag(0x00080000))
                .doesNotContain(new Tag(0x00100000));
    }

    // 7.5 Nesting: sequences and items, of defined and undefined length

    @Test
    void sequences_and_items_of_defined_and_undefined_length_are_the_same_to_readers() {
        byte[] defined = Bytes.explicit()
                .header(SEQUENCE, "SQ", 2 * (ITEM.length + 8))
                .item(ITEM)
                .item(ITEM)
                .done();
        byte[] undefined = Bytes.explicit()
                .header(SEQUENCE, "SQ", Bytes.UNDEFINED)
                .mark(0xFFFEE000, Bytes.UNDEFINED)
                .raw(ITEM)
                .endOfItem()
                .item(ITEM)
                .endOfSequence()
                .done();

        for (byte[] bytes : List.of(defined, undefined)) {
            DataSet read = DataSet.read(bytes, TransferSyntax.ExplicitVRLittleEndian, Limits.DEFAULT);
            assertThat(read.all(ReferencedSOPSequence)).hasSize(2);
            assertThat(read.get(ReferencedSOPSequence).orElseThrow().get(ReferencedSOPInstanceUID))
                    .contains(new Uid("1.2.34"));
            assertThat(read.irregularities()).isEmpty();
            assertThat(read.with(Rows, 1).without(Rows).toBytes(TransferSyntax.ExplicitVRLittleEndian))
                    .isEqualTo(bytes);
            assertThat(read(read(read, TransferSyntax.ExplicitVRBigEndian), TransferSyntax.ExplicitVRLittleEndian)
                            .toBytes(TransferSyntax.ExplicitVRLittleEndian))
                    .isEqualTo(bytes);
        }
    }

    @Test
    void a_sequence_without_items_is_empty_in_both_forms() {
        DataSet read = Bytes.explicit()
                .header(SEQUENCE, "SQ", 0)
                .header(0x00400275, "SQ", Bytes.UNDEFINED)
                .endOfSequence()
                .read();

        assertThat(read.items(new Tag(SEQUENCE))).isEmpty();
        assertThat(read.items(new Tag(0x00400275))).isEmpty();
        assertThat(read.contains(new Tag(0x00400275))).isTrue();
    }

    @Test
    void delimiters_missing_at_the_end_of_the_data_are_forgiven() {
        Bytes bytes = Bytes.explicit()
                .header(SEQUENCE, "SQ", Bytes.UNDEFINED)
                .mark(0xFFFEE000, Bytes.UNDEFINED)
                .raw(ITEM);

        assertThat(bytes.read().items(new Tag(SEQUENCE))).hasSize(1);
        assertThat(bytes.read().irregularities()).containsExactly(Irregularity.MISSING_DELIMITER);
        assertThat(bytes.read().toBytes(bytes.syntax())).isEqualTo(bytes.done());
        assertThat(read(bytes.read().with(Rows, 1), bytes.syntax()).irregularities())
                .isEmpty();
    }

    @Test
    void an_item_without_its_delimiter_ends_with_its_sequence() {
        Bytes bytes = Bytes.explicit()
                .header(SEQUENCE, "SQ", Bytes.UNDEFINED)
                .mark(0xFFFEE000, Bytes.UNDEFINED)
                .raw(ITEM)
                .endOfSequence()
                .element(0x00100020, "LO", "A ");

        assertThat(bytes.read().get(PatientID)).contains("A");
        assertThat(bytes.read().items(new Tag(SEQUENCE))).hasSize(1);
    }

    @Test
    void stray_delimiters_after_defined_lengths_are_passed_over() {
        byte[] item = Bytes.explicit().raw(ITEM).endOfItem().done();
        Bytes bytes = Bytes.explicit()
                .header(SEQUENCE, "SQ", item.length + 16)
                .item(item)
                .endOfSequence()
                .element(0x00100020, "LO", "A ");

        assertThat(bytes.read().get(PatientID)).contains("A");
        assertThat(bytes.read().items(new Tag(SEQUENCE)).getFirst().tags()).containsExactly(new Tag(UID));
        assertThat(bytes.read().irregularities()).containsExactly(Irregularity.STRAY_DELIMITER);
    }

    @Test
    void a_delimiter_outside_any_sequence_is_refused_with_its_offset() {
        Bytes bytes = Bytes.explicit().element(0x00080060, "CS", "CT").endOfItem();

        assertThatThrownBy(bytes::read)
                .isInstanceOfSatisfying(
                        DicomFormatException.class, e -> assertThat(e.offset()).isEqualTo(10));
    }

    @Test
    void what_is_no_item_in_a_sequence_is_refused_with_the_tag_path() {
        byte[] inner =
                Bytes.explicit().header(0x00400275, "SQ", ITEM.length).raw(ITEM).done();
        Bytes bytes = Bytes.explicit().header(SEQUENCE, "SQ", inner.length + 8).item(inner);

        assertThatThrownBy(bytes::read)
                .isInstanceOfSatisfying(
                        DicomFormatException.class, e -> assertThat(e.path()).isEqualTo("(0008,1199)[1] (0040,0275)"));
    }

    @Test
    void an_item_longer_than_its_sequence_is_refused() {
        Bytes bytes = Bytes.explicit()
                .header(SEQUENCE, "SQ", ITEM.length + 8)
                .mark(0xFFFEE000, ITEM.length + 2)
                .raw(ITEM)
                .element(0x00100020, "LO", "A ");

        assertThatThrownBy(bytes::read).isInstanceOf(DicomFormatException.class);
    }

    // 6.2.2 Unknown VR

    @Test
    void un_of_undefined_length_is_a_sequence_in_implicit_vr_little_endian() {
        byte[] item = Bytes.implicit().element(UID, "", "1.2.3\0").done();
        for (Bytes bytes : List.of(Bytes.explicit(), Bytes.big())) {
            Bytes implicit = Bytes.implicit().item(item).endOfSequence();
            byte[] data = bytes.header(0x00291010, "UN", Bytes.UNDEFINED)
                    .raw(implicit.done())
                    .element(0x00300010, "LO", "A ")
                    .done();
            DataSet read = DataSet.read(data, bytes.syntax(), Limits.DEFAULT);

            assertThat(read.items(new Tag(0x00291010)).getFirst().get(ReferencedSOPInstanceUID))
                    .contains(new Uid("1.2.3"));
            assertThat(read.toBytes(bytes.syntax())).isEqualTo(data);
            for (TransferSyntax syntax : List.of(
                    TransferSyntax.ImplicitVRLittleEndian,
                    TransferSyntax.ExplicitVRLittleEndian,
                    TransferSyntax.ExplicitVRBigEndian)) {
                DataSet again = read(read, syntax);
                assertThat(again.items(new Tag(0x00291010)).getFirst().get(ReferencedSOPInstanceUID))
                        .contains(new Uid("1.2.3"));
                assertThat(again.text(new Tag(0x00300010)))
                        .containsExactlyElementsOf(syntax.explicitVr() ? List.of("A") : List.of());
            }
        }
    }

    @Test
    void un_of_defined_length_stays_bytes_but_a_known_sequence_can_be_read() {
        byte[] items = Bytes.implicit()
                .item(Bytes.implicit().element(UID, "", "1.2.3\0").done())
                .done();
        DataSet read = Bytes.explicit()
                .element(SEQUENCE, "UN", items)
                .element(0x00100020, "UN", "A ")
                .read();

        assertThat(read.element(new Tag(SEQUENCE))).containsInstanceOf(Element.Encoded.class);
        assertThat(read.items(new Tag(SEQUENCE)).getFirst().get(ReferencedSOPInstanceUID))
                .contains(new Uid("1.2.3"));
        assertThat(read.get(PatientID)).contains("A");
    }

    @Test
    void undefined_length_in_any_other_vr_is_refused() {
        assertThatThrownBy(() -> Bytes.explicit()
                        .header(0x0040A160, "UT", Bytes.UNDEFINED)
                        .raw(new byte[40])
                        .read())
                .isInstanceOf(DicomFormatException.class)
                .hasMessageContaining("undefined length");
    }

    // 7.8 Private elements

    @Test
    void private_elements_are_reached_through_their_creator() {
        DataSet read = Bytes.explicit()
                .element(0x00290010, "LO", "OTHER ")
                .element(0x00290011, "LO", "SIEMENS CSA HEADER")
                .element(0x00291010, "LO", "X ")
                .element(0x00291110, "LO", "CSA ")
                .read();
        PrivateBlock block = read.block(0x0029, "SIEMENS CSA HEADER").orElseThrow();

        assertThat(block.tag(0x10)).isEqualTo(new Tag(0x00291110));
        assertThat(block.text(0x10)).containsExactly("CSA");
        assertThat(block.element(0x11)).isEmpty();
        assertThat(read.block(0x0029, "NOBODY")).isEmpty();
    }

    // A.4 Encapsulated pixel data

    @Test
    void fragments_lie_where_their_ranges_say_the_offset_table_first() {
        byte[] data = Bytes.explicit()
                .header(0x7FE00010, "OB", Bytes.UNDEFINED)
                .item(new byte[0])
                .item(new byte[] {1, 2})
                .item(new byte[] {3, 4, 5, 6})
                .endOfSequence()
                .done();
        TransferSyntax jpeg = TransferSyntax.of(new Uid("1.2.840.10008.1.2.4.50"));
        DataSet read = DataSet.read(data, jpeg, Limits.DEFAULT);
        Element.Fragments fragments =
                (Element.Fragments) read.element(new Tag(0x7FE00010)).orElseThrow();

        assertThat(fragments.fragments()).hasSize(3);
        assertThat(fragments.fragments().get(0).length()).isZero();
        assertThat(read.bytes(fragments.fragments().get(2)).toArray(ValueLayout.JAVA_BYTE))
                .containsExactly(3, 4, 5, 6);
        assertThat(read.toBytes(jpeg)).isEqualTo(data);
        assertThat(read.with(Rows, 1).without(Rows).toBytes(jpeg)).isEqualTo(data);
    }

    private static DataSet read(DataSet dataSet, TransferSyntax syntax) {
        return DataSet.read(dataSet.toBytes(syntax), syntax, Limits.DEFAULT);
    }
}
