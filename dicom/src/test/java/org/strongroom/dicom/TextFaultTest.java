package org.strongroom.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.strongroom.dicom.Attributes.CodeMeaning;
import static org.strongroom.dicom.Attributes.PatientComments;
import static org.strongroom.dicom.Attributes.PatientName;
import static org.strongroom.dicom.Attributes.RequestAttributesSequence;
import static org.strongroom.dicom.TextFault.Kind.CONTROL_CHARACTER;
import static org.strongroom.dicom.TextFault.Kind.IRREGULAR_TERM;
import static org.strongroom.dicom.TextFault.Kind.NO_CHARACTER;
import static org.strongroom.dicom.TextFault.Kind.UNKNOWN_TERM;

import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextFaultTest {
    private static final Attribute<String> CHARACTER_SET = Attributes.SpecificCharacterSet;

    private static DataSet in(String... terms) {
        return DataSet.empty().withAll(CHARACTER_SET, List.of(terms));
    }

    private static DataSet with(DataSet dataSet, Attribute<?> attribute, String hex) {
        return dataSet.withBytes(attribute.tag(), attribute.vr(), HexFormat.of().parseHex(hex));
    }

    @Test
    void texts_that_do_not_decode_are_told_with_their_place_and_never_with_their_text() {
        DataSet item = with(DataSet.emptyItem(SpecificCharacterSet.UTF_8), CodeMeaning, "63e9");
        DataSet dataSet = with(in("ISO_IR 192"), PatientName, "c44f5353")
                .withItems(RequestAttributesSequence, List.of(DataSet.empty(), item));

        assertThat(dataSet.textFaults())
                .containsExactly(
                        new TextFault("(0010,0010)", VR.PN, NO_CHARACTER),
                        new TextFault("(0040,0275)[2] (0008,0104)", VR.LO, NO_CHARACTER));
        assertThat(dataSet.textFaults().toString()).doesNotContain("OSS");
    }

    @Test
    void terms_that_say_nothing_and_those_that_are_spelled_otherwise_are_told() {
        assertThat(in("ISO_IR 999").textFaults()).containsExactly(new TextFault("(0008,0005)", VR.CS, UNKNOWN_TERM));
        assertThat(in("ISO-IR 100").textFaults()).containsExactly(new TextFault("(0008,0005)", VR.CS, IRREGULAR_TERM));
        assertThat(in("ISO_IR 100").textFaults()).isEmpty();
        assertThat(in("", "ISO 2022 IR 87").textFaults()).isEmpty();
    }

    @Test
    void line_ends_belong_to_long_texts_only() {
        String lines = "410d0a420c0943";
        DataSet text = with(in("ISO_IR 100"), PatientComments, lines);
        DataSet name = with(in("ISO_IR 100"), PatientName, lines);

        assertThat(text.textFaults()).isEmpty();
        assertThat(name.textFaults()).containsExactly(new TextFault("(0010,0010)", VR.PN, CONTROL_CHARACTER));
        assertThat(name.decodes(PatientName.tag())).isTrue();
    }

    /** Set; bytes; what they are as a name; which faults. */
    @ParameterizedTest
    @CsvSource({
        "ISO_IR 192, 41c080, A\uFFFD\uFFFD, NO_CHARACTER, an overlong code",
        "ISO_IR 192, 41eda080, A\uFFFD, NO_CHARACTER, half a surrogate pair",
        "ISO_IR 192, 41e5b1, A\uFFFD, NO_CHARACTER, a code cut off",
        "ISO_IR 192, 41f4908080, A\uFFFD\uFFFD\uFFFD\uFFFD, NO_CHARACTER, beyond Unicode",
        "ISO_IR 192, 41efbfbd, A\uFFFD, NO_CHARACTER, the replacement character itself",
        "GB18030, 4181, A\uFFFD, NO_CHARACTER, a code cut off",
        "GBK, 41ff41, A\uFFFDA, NO_CHARACTER, a byte that begins nothing",
        "ISO_IR 100, 4193, A\u0093, CONTROL_CHARACTER, a quote of another set",
        "ISO_IR 13, 4193, A\uFFFD, NO_CHARACTER, none in JIS X 0201",
        "ISO_IR 166, 41fc, A\uFFFD, NO_CHARACTER, none in TIS 620",
        "'', 41e9, A\uFFFD, NO_CHARACTER, beyond the default repertoire",
        "'', 411b24423b33, A\u001B$B;3, CONTROL_CHARACTER, an escape where nothing is extended",
        "\\ISO 2022 IR 87, 411b24423b331b2842e9, A山\uFFFD, NO_CHARACTER, no right half",
        "\\ISO 2022 IR 87, 411b24423b, A\uFFFD, NO_CHARACTER, half a character",
        "\\ISO 2022 IR 87, 411b24423b1b284242, A\uFFFDB, NO_CHARACTER, half a character before an escape",
        "\\ISO 2022 IR 87, 411b2442, A, '', an escape with nothing behind it",
        "\\ISO 2022 IR 87, 411b24, A\uFFFD$, NO_CHARACTER, half an escape",
        "\\ISO 2022 IR 87, 411b, A\uFFFD, NO_CHARACTER, the beginning of an escape",
        "\\ISO 2022 IR 87, 411b245a42, A\uFFFD$ZB, NO_CHARACTER, an escape of no set",
        "\\ISO 2022 IR 87, 411b242929211b284242, A\uFFFD$))!B, NO_CHARACTER, a set that DICOM has not",
        "\\ISO 2022 IR 87, 411b2442292f1b284242, A\uFFFDB, NO_CHARACTER, a code without character",
        "\\ISO 2022 IR 149, 411b242943fb, A\uFFFD, NO_CHARACTER, half a character",
        "\\ISO 2022 IR 149, 411b242943fb5e42, A\uFFFD^B, NO_CHARACTER, half a character before a delimiter",
        "\\ISO 2022 IR 149, 411b242943fbf35efbf3, A洪^\uFFFD\uFFFD, NO_CHARACTER, not designated behind the delimiter",
        "ISO 2022 IR 149, 41fbf35efbf3, A洪^洪, '', the only set without its escape",
        "ISO 2022 IR 100\\ISO 2022 IR 87, e91b24423b331b2842e9, é山é, '', the right half stays",
    })
    void broken_codes_are_replaced_and_told(String terms, String hex, String text, String faults, String why) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        SpecificCharacterSet set = SpecificCharacterSet.of(List.of(terms.split("\\\\", -1)));

        assertThat(set.decode(bytes, 0, bytes.length, VR.PN)).as(why).isEqualTo(text);
        assertThat(set.faults(bytes, 0, bytes.length, VR.PN))
                .as(why)
                .isEqualTo(faults.isEmpty() ? Set.of() : Set.of(TextFault.Kind.valueOf(faults)));
    }

    @Test
    void what_does_not_decode_is_marked_in_a_dump() throws IOException {
        StringBuilder out = new StringBuilder();
        new DataSetPrinter(out, 60).print(with(in("ISO_IR 192"), PatientName, "c44f5353"));

        assertThat(out.toString()).contains("PatientName (bytes that are no characters)");
        assertThat(out.toString().lines().findFirst())
                .hasValueSatisfying(line -> assertThat(line).doesNotContain("no characters"));
    }

    @Test
    void an_assumed_set_counts_where_none_is_declared_and_changes_no_byte() {
        SpecificCharacterSet latin = SpecificCharacterSet.of(List.of("ISO_IR 100"));
        DataSet undeclared = with(DataSet.empty(), PatientName, "c46e656173");
        DataSet empty = undeclared.withEmpty(CHARACTER_SET.tag(), VR.CS);
        DataSet declared = with(in("ISO_IR 126"), PatientName, "c4e9efed");

        assertThat(undeclared.assuming(latin).get(PatientName).map(PersonName::value))
                .contains("Äneas");
        assertThat(undeclared.assuming(latin).characterSet()).isEqualTo(latin);
        assertThat(undeclared.assuming(latin).textFaults()).isEmpty();
        assertThat(undeclared.assuming(latin).contains(CHARACTER_SET)).isFalse();
        assertThat(undeclared.assuming(latin).toBytes(TransferSyntax.ExplicitVRLittleEndian))
                .isEqualTo(undeclared.toBytes(TransferSyntax.ExplicitVRLittleEndian));
        assertThat(empty.assuming(latin).get(PatientName).map(PersonName::value))
                .contains("Äneas");
        assertThat(declared.assuming(latin)).isSameAs(declared);
        assertThat(in("", "ISO 2022 IR 87").assuming(latin).characterSet().terms())
                .contains("ISO 2022 IR 87");
    }

    @Test
    void whether_another_set_holds_all_texts_is_told_before_any_is_lost() {
        SpecificCharacterSet latin = SpecificCharacterSet.of(List.of("ISO_IR 100"));
        DataSet item = DataSet.emptyItem(SpecificCharacterSet.UTF_8).with(CodeMeaning, "山");
        DataSet dataSet = in("ISO_IR 192").with(PatientName, PersonName.of("Äneas"));

        assertThat(dataSet.fits(latin)).isTrue();
        assertThat(dataSet.fits(SpecificCharacterSet.DEFAULT)).isFalse();
        assertThat(dataSet.withItems(RequestAttributesSequence, List.of(item)).fits(latin))
                .isFalse();
        assertThat(dataSet.withItems(RequestAttributesSequence, List.of(item))
                        .fits(SpecificCharacterSet.of(List.of("ISO 2022 IR 100", "ISO 2022 IR 87"))))
                .isTrue();
        assertThat(with(DataSet.empty(), PatientName, "c44f5353").fits(latin)).isTrue();
    }
}
