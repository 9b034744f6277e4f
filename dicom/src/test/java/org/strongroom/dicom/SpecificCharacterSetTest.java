package org.strongroom.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.strongroom.dicom.Attributes.CodeMeaning;
import static org.strongroom.dicom.Attributes.PatientComments;
import static org.strongroom.dicom.Attributes.PatientName;
import static org.strongroom.dicom.Attributes.RequestAttributesSequence;

import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpecificCharacterSetTest {
    private static final Attribute<String> CHARACTER_SET = Attributes.SpecificCharacterSet;

    private static DataSet in(String... terms) {
        return DataSet.empty().withAll(CHARACTER_SET, List.of(terms));
    }

    @ParameterizedTest
    @CsvSource({
        "ISO_IR 100, Äneas^Jérôme",
        "ISO_IR 101, Dvořák^Łukasz",
        "ISO_IR 109, Ġużè^Ħaż",
        "ISO_IR 110, Ķēniņš^Ŗ",
        "ISO_IR 144, Люкceмбypг",
        "ISO_IR 127, قباني^لنزار",
        "ISO_IR 126, Διονυσιος",
        "ISO_IR 138, שרון^דבורה",
        "ISO_IR 148, Çavuşoğlu^İpek",
        "ISO_IR 203, Œuvre^€",
        "ISO_IR 13, ﾔﾏﾀﾞ^ﾀﾛｳ",
        "ISO_IR 166, สมชาย^ใจดี",
        "ISO_IR 192, Wang^XiaoDong=王^小東",
        "GB18030, Wang^XiaoDong=王^小东",
        "GBK, Wang^XiaoDong=王^小东",
        "\\ISO 2022 IR 87, Yamada^Tarou=山田^太郎=やまだ^たろう",
        "ISO 2022 IR 13\\ISO 2022 IR 87, ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう",
        "\\ISO 2022 IR 87\\ISO 2022 IR 159, Yamada=山丂",
        "\\ISO 2022 IR 149, Hong^Gildong=洪^吉洞=홍^길동",
        "\\ISO 2022 IR 58, Zhang^XiaoDong=张^小东",
        "ISO 2022 IR 100\\ISO 2022 IR 144, Buc^Jérôme=Люкc^é",
    })
    void a_name_comes_back_as_it_was_put_in(String terms, String name) {
        DataSet dataSet = in(terms.split("\\\\", -1)).with(PatientName, PersonName.of(name));
        byte[] bytes = dataSet.toBytes(TransferSyntax.ExplicitVRLittleEndian);
        DataSet read = DataSet.read(bytes, TransferSyntax.ExplicitVRLittleEndian, Limits.DEFAULT);

        assertThat(read.get(PatientName).map(PersonName::value)).contains(name);
        assertThat(read.decodes(PatientName.tag())).isTrue();
        assertThat(read.recoded(SpecificCharacterSet.UTF_8).get(PatientName).map(PersonName::value))
                .contains(name);
    }

    private static byte[] bytes(DataSet dataSet) {
        return dataSet.element(PatientName.tag()).orElseThrow() instanceof Element.Encoded encoded
                ? encoded.bytes().toArray(ValueLayout.JAVA_BYTE)
                : new byte[0];
    }

    @Test
    void bytes_that_stand_for_no_character_are_kept_and_reported_and_not_guessed() {
        DataSet latin = in("ISO_IR 100").with(PatientName, PersonName.of("Äneas"));
        DataSet undeclared = latin.without(CHARACTER_SET);

        assertThat(undeclared.get(PatientName).map(PersonName::value)).contains("\uFFFDneas");
        assertThat(undeclared.decodes(PatientName.tag())).isFalse();
        assertThat(undeclared.with(CHARACTER_SET, "ISO_IR 100").get(PatientName).map(PersonName::value))
                .contains("Äneas");
    }

    @Test
    void an_unknown_term_leaves_the_default_repertoire_and_is_named() {
        DataSet dataSet = in("ISO_IR 999").with(PatientName, PersonName.of("Doe"));

        assertThat(dataSet.characterSet().unknownTerms()).containsExactly("ISO_IR 999");
        assertThat(dataSet.get(PatientName).map(PersonName::value)).contains("Doe");
    }

    @ParameterizedTest
    @CsvSource({
        "ISO-IR 100",
        "ISO IR 100",
        "ISO_IR_100",
        "iso_ir 100",
        "ISO_IR100",
        "IR 100",
        "ISO8859-1",
        "ISO_8859_1",
    })
    void spellings_seen_in_the_field_mean_the_same_and_are_told_of(String term) {
        SpecificCharacterSet set = SpecificCharacterSet.of(List.of(term));

        assertThat(set.unknownTerms()).isEmpty();
        assertThat(set.irregularTerms()).containsExactly(term);
        assertThat(set.encode("é", VR.LO)).isEqualTo(new byte[] {(byte) 0xE9});
    }

    /** Terms; those of them that are irregular, those that are unknown (by number); a text; its bytes in hexadecimal. */
    @ParameterizedTest
    @CsvSource({
        "ISO_IR 6, '', '', Doe, 446f65",
        "ISO 2022 IR 6, '', '', Doe, 446f65",
        "ISO 2022 IR 100, '', '', é, e9",
        "ISO_IR 100\\ISO_IR 144, 12, '', éЛ, e91b2d4cbb1b2d41",
        "ISO 2022 IR 100\\ISO_IR 144, 2, '', éЛ, e91b2d4cbb1b2d41",
        "ISO 2022 IR 192, 1, '', é, c3a9",
        "UTF-8, 1, '', é, c3a9",
        "utf8, 1, '', é, c3a9",
        "gb18030, 1, '', 王, cdf5",
        "GB 18030, 1, '', 王, cdf5",
        "ISO_IR 87, 1, '', A山, 411b24423b331b2842",
        "ISO 2022 IR 87, 1, '', A山, 411b24423b331b2842",
        "ISO_IR 58, 1, '', A张, 411b242941d5c5",
        "ISO 2022 IR 149, 1, '', A洪, 411b242943fbf3",
        "ISO 2022 IR 87\\ISO 2022 IR 13, 1, '', 山ﾔ, 1b24423b331b2949d41b2842",
        "ISO_IR 14, 1, '', A, 41",
        "\\ISO_IR 192, 2, '', é, c3a9",
        "ISO_IR 192\\ISO 2022 IR 87, 1, 2, é, c3a9",
        "ISO 2022 IR 6\\ISO 2022 IR 192, 2, '', é, c3a9",
        "ISO_IR 100\\ISO_IR 192, 1, 2, é, e9",
        "ISO 2022 IR 100\\ISO 2022 IR 999, '', 2, é, e9",
        "ISO_IR 100\\, 12, '', é, e9",
        "ISO_IR 999, '', 1, A, 41",
        "windows-1252, '', 1, A, 41",
        "IR 100 200, '', 1, A, 41",
    })
    void terms_mean_what_they_were_meant_to(String values, String irregular, String unknown, String text, String hex) {
        List<String> terms = List.of(values.split("\\\\", -1));
        SpecificCharacterSet set = SpecificCharacterSet.of(terms);

        assertThat(set.irregularTerms()).isEqualTo(numbered(terms, irregular));
        assertThat(set.unknownTerms()).isEqualTo(numbered(terms, unknown));
        assertThat(HexFormat.of().formatHex(set.encode(text, VR.LO))).isEqualTo(hex);
        assertThat(set.decode(HexFormat.of().parseHex(hex), 0, hex.length() / 2, VR.LO))
                .isEqualTo(text);
    }

    private static List<String> numbered(List<String> terms, String numbers) {
        return numbers.chars().mapToObj(c -> terms.get(c - '1')).toList();
    }

    @Test
    void the_usual_ones_are_taken_apart_once() {
        assertThat(SpecificCharacterSet.of(List.of("ISO_IR 192"))).isSameAs(SpecificCharacterSet.UTF_8);
        assertThat(SpecificCharacterSet.of(List.of("ISO_IR 100")))
                .isSameAs(SpecificCharacterSet.of(List.of("ISO_IR 100")));
        assertThat(SpecificCharacterSet.of(List.of())).isSameAs(SpecificCharacterSet.DEFAULT);
        assertThat(SpecificCharacterSet.of(List.of(""))).isSameAs(SpecificCharacterSet.DEFAULT);
    }

    /** What stands between values must not come out of a character: a yen sign would be a delimiter in JIS X 0201. */
    @ParameterizedTest
    @CsvSource({"ISO_IR 13", "ISO 2022 IR 13\\ISO 2022 IR 87", "\\ISO 2022 IR 13"})
    void no_character_is_written_as_a_delimiter(String terms) {
        SpecificCharacterSet set = SpecificCharacterSet.of(List.of(terms.split("\\\\", -1)));

        assertThat(set.encodes("100¥")).isFalse();
        assertThat(set.encodes("‾")).isFalse();
        assertThat(set.encodes("ﾔ~")).isTrue();
        assertThat(set.encodes("ﾔ\u001B(B")).isEqualTo(terms.equals("ISO_IR 13"));
    }

    @Test
    void a_character_of_a_higher_plane_is_no_delimiter() {
        SpecificCharacterSet set = SpecificCharacterSet.of(List.of("", "ISO 2022 IR 87"));

        // U+1005C, U+1005E and U+1003D end in the codes of the delimiters.
        for (int character : new int[] {0x1005C, 0x1005E, 0x1003D, 0x1000A}) {
            assertThat(set.encodes(Character.toString(character))).isFalse();
        }
    }

    @Test
    void a_character_that_the_set_lacks_is_refused_without_repeating_it() {
        assertThatThrownBy(() -> in("ISO_IR 100").with(PatientName, PersonName.of("山田")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ISO_IR 100")
                .hasMessageNotContaining("山");
        assertThat(in("ISO_IR 100").characterSet().encodes("山")).isFalse();
        assertThat(in("ISO_IR 100").characterSet().encodes("é")).isTrue();
    }

    @Test
    void a_backslash_within_a_two_byte_character_separates_nothing() {
        Tag names = new Tag(0x00101001);
        for (String terms : List.of("GB18030", "GBK", "\\ISO 2022 IR 87")) {
            DataSet dataSet = in(terms.split("\\\\", -1));
            // Each has 0x5C as the second byte of its code.
            String text = terms.startsWith("GB") ? "\u4FD3" : "\u79FB";
            DataSet read = dataSet.withText(names, VR.PN, List.of(text, "B"));

            assertThat(bytes(dataSet.withText(PatientName.tag(), VR.PN, List.of(text))))
                    .as(terms)
                    .contains('\\');
            assertThat(read.text(names)).as(terms).containsExactly(text, "B");
        }
    }

    @Test
    void items_inherit_the_character_set_and_may_have_their_own() {
        SpecificCharacterSet latin = SpecificCharacterSet.of(List.of("ISO_IR 100"));
        DataSet inheriting = DataSet.emptyItem(latin).with(CodeMeaning, "é");
        DataSet own = in("ISO_IR 192").with(CodeMeaning, "山");
        DataSet dataSet = in("ISO_IR 100").withItems(RequestAttributesSequence, List.of(inheriting, own));
        DataSet read = DataSet.read(
                dataSet.toBytes(TransferSyntax.ExplicitVRLittleEndian),
                TransferSyntax.ExplicitVRLittleEndian,
                Limits.DEFAULT);

        assertThat(read.items(RequestAttributesSequence).getFirst().get(CodeMeaning))
                .contains("é");
        assertThat(read.items(RequestAttributesSequence).getLast().get(CodeMeaning))
                .contains("山");
    }

    @Test
    void texts_of_an_item_from_elsewhere_are_rewritten_in_the_character_set_of_their_new_home() {
        DataSet greek = in("ISO_IR 126").with(CodeMeaning, "Διονυσιος");
        DataSet home = in("ISO_IR 192").withItems(RequestAttributesSequence, List.of(greek.without(CHARACTER_SET)));
        DataSet from = in("ISO_IR 126")
                .withItems(
                        RequestAttributesSequence,
                        List.of(DataSet.emptyItem(greek.characterSet()).with(CodeMeaning, "Δ")));
        DataSet copied = in("ISO_IR 192").withElementOf(from, RequestAttributesSequence.tag());

        assertThat(home.items(RequestAttributesSequence).getFirst().decodes(CodeMeaning.tag()))
                .isFalse();
        assertThat(copied.items(RequestAttributesSequence).getFirst().get(CodeMeaning))
                .contains("Δ");
        assertThat(in("ISO_IR 192").withElementOf(greek, CodeMeaning.tag()).get(CodeMeaning))
                .contains("Διονυσιος");
        assertThat(in("ISO_IR 100").withElementOf(greek, CodeMeaning.tag()).get(CodeMeaning))
                .contains("?????????");
    }

    @Test
    void escapes_are_undone_at_the_end_of_a_line_of_long_text() {
        DataSet dataSet = in("", "ISO 2022 IR 87").with(PatientComments, "山田\r\nYamada\r\n太郎");
        byte[] bytes = dataSet.toBytes(TransferSyntax.ExplicitVRLittleEndian);

        assertThat(dataSet.get(PatientComments)).contains("山田\r\nYamada\r\n太郎");
        assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).contains("\u001B(B\r\nYamada\r\n\u001B$B");
    }

    @Test
    void code_strings_are_never_decoded_with_the_character_set() {
        DataSet dataSet = in("ISO_IR 100").withText(new Tag(0x00080060), VR.CS, List.of("CT"));

        assertThat(dataSet.text(new Tag(0x00080060))).containsExactly("CT");
        assertThatThrownBy(() -> dataSet.withText(new Tag(0x00080060), VR.CS, List.of("É")))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
