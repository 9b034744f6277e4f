package org.strongroom.dicom;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DictionaryTest {
    private final Dictionary dictionary = Dictionary.standard();

    @ParameterizedTest
    @CsvSource({
        "00100010, PN, PatientName",
        "7FE00010, OB, PixelData",
        "00000100, US, CommandField",
        "00020010, UI, TransferSyntaxUID",
        "FFFCFFFC, OB, DataSetTrailingPadding",
        "60003000, OB, OverlayData",
        "60FE3000, OB, OverlayData",
        "50020005, US, CurveDimensions",
        "00203105, CS, SourceImageIDs",
        "00280413, AT, CoefficientCodingPointers",
    })
    void finds_attributes_by_tag_repeating_ones_too(String tag, String vr, String keyword) {
        Optional<Dictionary.Entry> entry = dictionary.attribute(new Tag(Integer.parseUnsignedInt(tag, 16)));

        assertThat(entry.map(Dictionary.Entry::keyword)).contains(keyword);
        assertThat(entry.orElseThrow().vrs().getFirst()).isEqualTo(VR.valueOf(vr));
    }

    @Test
    void private_and_unknown_tags_have_no_entry() {
        assertThat(dictionary.attribute(new Tag(0x60013000))).isEmpty();
        assertThat(dictionary.attribute(new Tag(0x00091001))).isEmpty();
        assertThat(dictionary.attribute(new Tag(0x00089999))).isEmpty();
    }

    @Test
    void finds_attributes_by_keyword() {
        assertThat(dictionary.keyword("PatientID").map(Dictionary.Entry::tag)).contains(new Tag(0x00100020));
        assertThat(dictionary.keyword("OverlayData").map(Dictionary.Entry::tag)).contains(new Tag(0x60003000));
        assertThat(dictionary.keyword("PatientID").orElseThrow().name()).isEqualTo("Patient ID");
        assertThat(dictionary.keyword("NoSuchThing")).isEmpty();
    }

    @Test
    void knows_sop_classes_and_transfer_syntaxes() {
        assertThat(dictionary.uidName(new Uid("1.2.840.10008.5.1.4.1.1.2"))).contains("CT Image Storage");
        assertThat(dictionary.uidName(new Uid("1.2.3"))).isEmpty();
        assertThat(dictionary.transferSyntaxes()).hasSize(63).contains(TransferSyntax.ExplicitVRBigEndian.uid());
        assertThat(dictionary.storageSopClasses())
                .hasSizeGreaterThan(180)
                .doesNotHaveDuplicates()
                .contains(
                        new Uid("1.2.840.10008.5.1.4.1.1.2"),
                        new Uid("1.2.840.10008.5.1.4.1.1.7"),
                        new Uid("1.2.840.10008.5.1.4.38.1"),
                        new Uid("1.2.840.10008.5.1.1.27"))
                .doesNotContain(
                        new Uid("1.2.840.10008.1.1"), new Uid("1.2.840.10008.1.20.1"), new Uid("1.2.840.10008.1.3.10"));
    }

    @Test
    void the_constants_are_what_the_dictionary_says() throws IllegalAccessException {
        int constants = 0;
        for (Field field : Attributes.class.getFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.get(null) instanceof Attribute<?> attribute) {
                Dictionary.Entry entry = dictionary.attribute(attribute.tag()).orElseThrow();
                assertThat(entry.keyword()).isEqualTo(field.getName()).isEqualTo(attribute.keyword());
                assertThat(entry.vrs()).contains(attribute.vr());
                constants++;
            }
        }
        assertThat(constants).isGreaterThan(400);
    }

    @Test
    void every_row_can_be_taken_apart() {
        List<Integer> codes = List.of(0x00000000, 0x00080005, 0x0040A730, 0x52009230, 0x7FE00010);
        assertThat(codes)
                .allSatisfy(code -> assertThat(dictionary.attribute(new Tag(code)))
                        .hasValueSatisfying(
                                entry -> assertThat(entry.multiplicity()).isNotEmpty()));
    }
}
