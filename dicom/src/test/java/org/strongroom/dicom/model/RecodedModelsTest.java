package org.strongroom.dicom.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Element;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.SpecificCharacterSet;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.VR;

/** Texts of models in the character set that the data set names. */
class RecodedModelsTest {
    private static final Tag DESCRIPTION = new Tag(0x00081030);

    private static DataSet read(String json) {
        return Models.ofJson(json.getBytes(StandardCharsets.UTF_8));
    }

    private static DataSet again(DataSet dataSet) {
        return DataSet.read(
                dataSet.toBytes(TransferSyntax.ExplicitVRLittleEndian),
                TransferSyntax.ExplicitVRLittleEndian,
                Limits.DEFAULT);
    }

    private static DataSet described(String terms, String text) {
        return read("{\"00080005\":{\"vr\":\"CS\",\"Value\":[" + terms + "]},"
                + "\"00081030\":{\"vr\":\"LO\",\"Value\":[\"" + text + "\"]}}");
    }

    @Test
    void a_text_that_escapes_make_too_long_for_its_vr_is_written_as_unknown_and_still_read() {
        String text = "A亜".repeat(10_000);
        DataSet dataSet = described("\"\",\"ISO 2022 IR 87\"", text);

        assertThat(dataSet.text(DESCRIPTION)).containsExactly(text);
        DataSet written = again(dataSet);
        assertThat(written.element(DESCRIPTION).orElseThrow().vr()).isEqualTo(VR.UN);
        assertThat(written.text(DESCRIPTION)).containsExactly(text);
    }

    @Test
    void a_term_longer_than_its_vr_is_cut_and_names_nothing_still() {
        DataSet dataSet = described("\"\",\"" + "x".repeat(70_000) + "\"", "é");

        assertThat(dataSet.text(DESCRIPTION)).containsExactly("é");
        assertThat(again(dataSet).text(DESCRIPTION)).containsExactly("é");
    }

    @Test
    void an_answer_recoded_is_never_too_long() {
        DataSet answer = DataSet.empty()
                .recoded(SpecificCharacterSet.of(List.of("ISO_IR 100")))
                .withText(DESCRIPTION, VR.LO, List.of("é".repeat(60_000)));

        DataSet unicode = answer.recoded(SpecificCharacterSet.UTF_8);
        DataSet copied = DataSet.empty().recoded(SpecificCharacterSet.UTF_8).withElementOf(answer, DESCRIPTION);

        assertThat(again(unicode).text(DESCRIPTION)).containsExactly("é".repeat(60_000));
        assertThat(again(copied).text(DESCRIPTION)).containsExactly("é".repeat(60_000));
    }

    @Test
    void many_or_long_terms_are_bounded_and_stay_so() {
        for (List<String> terms : List.of(
                Collections.nCopies(5000, "ISO 2022 IR 87"),
                List.of("ISO 2022 IR 100", "ISO" + "_".repeat(70_000) + "IR 144"))) {
            SpecificCharacterSet set = SpecificCharacterSet.of(terms);
            assertThat(set.unknownTerms()).hasSize(1);
            assertThat(SpecificCharacterSet.of(set.terms())).isEqualTo(set);
            DataSet dataSet = again(DataSet.empty().recoded(set));
            assertThat(dataSet.characterSet()).isEqualTo(set);
        }
        List<String> most = Collections.nCopies(32, "ISO 2022 IR 87");
        assertThat(SpecificCharacterSet.of(most).unknownTerms()).isEmpty();
        String longest = "ISO" + "_".repeat(55) + "IR 100";
        assertThat(longest).hasSize(64);
        assertThat(SpecificCharacterSet.of(List.of(longest)).unknownTerms()).isEmpty();
        assertThat(SpecificCharacterSet.of(List.of("_" + longest)).unknownTerms())
                .hasSize(1);
    }

    @Test
    void items_before_their_vr_are_read_as_they_come() {
        DataSet late = read("{\"00081140\":{\"Value\":[null,{},{\"00081150\":{\"Value\":[\"1.2\"],\"vr\":\"UI\"}},null,"
                + "{\"00081155\":{\"InlineBinary\":\"MS4z\",\"vr\":\"UI\"}}],\"vr\":\"SQ\"}}");
        DataSet early = read("{\"00081140\":{\"vr\":\"SQ\",\"Value\":[null,{},{\"00081150\":{\"vr\":\"UI\",\"Value\":"
                + "[\"1.2\"]}},null,{\"00081155\":{\"vr\":\"UI\",\"InlineBinary\":\"MS4z\"}}]}}");

        assertThat(late.toBytes(TransferSyntax.ExplicitVRLittleEndian))
                .isEqualTo(early.toBytes(TransferSyntax.ExplicitVRLittleEndian));
        assertThat(late.items(new Tag(0x00081140))).hasSize(5);
    }

    @Test
    void values_before_their_vr_are_what_they_are_behind_it() {
        for (String[] each : new String[][] {
            {"PN", "[{\"Alphabetic\":\"A^B\"},{},null,{\"x\":[1],\"Phonetic\":\"C\"}]"},
            {"PN", "[null,{\"Phonetic\":\"C\"},\"D\"]"},
            {"PN", "[{},\"D\",{\"Alphabetic\":\"E\"}]"},
            {"LO", "[null,null,\"A\",null]"},
            {"LO", "[null]"},
            {"LO", "[]"},
            {"LO", "null"},
            {"US", "[null]"},
            {"US", "[1,\"2\",3]"},
            {"FD", "[null,1,null]"},
            {"FD", "[null,null]"},
            {"SQ", "[null,null]"},
            {"SQ", "[{}]"},
            {"SQ", "[]"},
        }) {
            DataSet late = read("{\"00091001\":{\"Value\":" + each[1] + ",\"vr\":\"" + each[0] + "\"}}");
            DataSet early = read("{\"00091001\":{\"vr\":\"" + each[0] + "\",\"Value\":" + each[1] + "}}");
            assertThat(late.toBytes(TransferSyntax.ExplicitVRLittleEndian))
                    .as(each[0] + each[1])
                    .isEqualTo(early.toBytes(TransferSyntax.ExplicitVRLittleEndian));
        }
    }

    @Test
    void values_before_their_vr_are_refused_as_they_are_behind_it() {
        for (String[] each : new String[][] {
            {"LO", "[{\"00081150\":{\"vr\":\"UI\"}}]"},
            {"LO", "[{\"Alphabetic\":\"A\"}]"},
            {"LO", "[{}]"},
            {"US", "[{}]"},
            {"US", "[null,1]"},
            {"US", "[1,null]"},
            {"OB", "[null]"},
            {"OB", "[1]"},
            {"SQ", "[{\"Alphabetic\":\"A\"}]"},
            {"SQ", "[\"A\"]"},
            {"SQ", "[{},\"A\"]"},
            {"LO", "\"A\""},
            {"LO", "[\"A\",]"},
            {"SQ", "[{},]"},
            {"SQ", "[{"},
            {"LO", "[\"A\""},
        }) {
            assertThatThrownBy(() -> read("{\"00091001\":{\"Value\":" + each[1] + ",\"vr\":\"" + each[0] + "\"}}"))
                    .as(each[0] + each[1])
                    .isInstanceOf(DicomFormatException.class);
            assertThatThrownBy(() -> read("{\"00091001\":{\"vr\":\"" + each[0] + "\",\"Value\":" + each[1] + "}}"))
                    .as(each[0] + each[1])
                    .isInstanceOf(DicomFormatException.class);
        }
    }

    @Test
    void without_any_vr_the_dictionary_must_agree_with_what_came() {
        assertThat(read("{\"00081140\":{\"Value\":[{\"00081150\":{\"Value\":[\"1.2\"]}}]}}")
                        .items(new Tag(0x00081140)))
                .hasSize(1);
        assertThat(read("{\"00100010\":{\"Value\":[{\"Alphabetic\":\"A\"}]}}").get(Attributes.PatientName))
                .isPresent();
        assertThatThrownBy(() -> read("{\"00100020\":{\"Value\":[{\"00081150\":{\"vr\":\"UI\"}}]}}"))
                .isInstanceOf(DicomFormatException.class);
        assertThatThrownBy(() -> read("{\"00091001\":{\"Value\":[{\"00081150\":{\"vr\":\"UI\"}}]}}"))
                .isInstanceOf(DicomFormatException.class);
    }

    @Test
    void items_of_sequences_that_change_nothing_stay_and_those_that_do_follow() {
        DataSet dataSet = read("{\"00080005\":{\"vr\":\"CS\",\"Value\":[\"ISO_IR 100\"]},"
                + "\"00081140\":{\"vr\":\"SQ\",\"Value\":[{\"00081030\":{\"vr\":\"LO\",\"Value\":[\"A\"]}}]},"
                + "\"00082112\":{\"vr\":\"SQ\",\"Value\":[{\"00081140\":{\"vr\":\"SQ\",\"Value\":["
                + "{\"00081030\":{\"vr\":\"LO\",\"Value\":[\"é\"]}}]}},"
                + "{\"00080005\":{\"vr\":\"CS\",\"Value\":[\"ISO_IR 144\"]},"
                + "\"00081030\":{\"vr\":\"LO\",\"Value\":[\"Ж\"]}},"
                + "{\"00080005\":{\"vr\":\"CS\",\"Value\":[\"ISO_IR 144\"]},"
                + "\"00081030\":{\"vr\":\"LO\",\"Value\":[\"é\"]}}]}}");

        DataSet written = again(dataSet);
        List<DataSet> items = written.items(new Tag(0x00082112));
        DataSet deep = items.getFirst().items(new Tag(0x00081140)).getFirst();
        assertThat(bytes(deep)).containsExactly(0xE9, ' ');
        assertThat(bytes(items.get(1))).containsExactly(0xB6, ' ');
        assertThat(bytes(items.get(2))).containsExactly(0xC3, 0xA9);
        assertThat(items.get(2).get(Attributes.SpecificCharacterSet)).contains("ISO_IR 192");
        assertThat(written.recoded(SpecificCharacterSet.UTF_8)
                        .items(new Tag(0x00082112))
                        .getFirst()
                        .items(new Tag(0x00081140))
                        .getFirst()
                        .text(DESCRIPTION))
                .containsExactly("é");
    }

    @Test
    void padding_is_that_of_the_length_in_the_character_set_named() {
        for (String[] each : new String[][] {
            {"ISO_IR 100", "Müll"},
            {"ISO_IR 100", "ABCDEFGHIJKLMNÖP"},
            {"ISO_IR 100", "Mül"},
            {"GBK", "王"},
            {"GBK", "王A"},
            {"ISO_IR 192", "Müll"},
            {"ISO_IR 13", "ﾔﾏﾀﾞ"}
        }) {
            DataSet from = DataSet.empty()
                    .recoded(SpecificCharacterSet.of(List.of(each[0])))
                    .withText(DESCRIPTION, VR.LO, List.of(each[1]));
            assertThat(bytes(Models.ofJson(Models.json(from)))).as(each[1]).containsExactly(bytes(from));
            assertThat(bytes(Models.ofXml(Models.xml(from)))).as(each[1]).containsExactly(bytes(from));
            DataSet back = from.recoded(SpecificCharacterSet.UTF_8).recoded(from.characterSet());
            assertThat(bytes(back)).as(each[1]).containsExactly(bytes(from));
        }
    }

    @Test
    void a_text_too_long_for_its_vr_in_utf_8_leaves_the_data_set_in_utf_8() {
        for (String terms : List.of("\"ISO_IR 100\"", "")) {
            String text = "é".repeat(40_000);
            DataSet written = again(described(terms, text));
            assertThat(written.text(DESCRIPTION)).containsExactly(text);
            assertThat(written.get(Attributes.SpecificCharacterSet)).contains("ISO_IR 192");
        }
        DataSet plain = again(described("\"ISO_IR 100\"", "a".repeat(80_000)));
        assertThat(plain.get(Attributes.SpecificCharacterSet)).contains("ISO_IR 100");
        assertThat(plain.text(DESCRIPTION)).containsExactly("a".repeat(80_000));
    }

    private static int[] bytes(DataSet dataSet) {
        byte[] bytes = ((Element.Encoded) dataSet.element(DESCRIPTION).orElseThrow())
                .bytes()
                .toArray(ValueLayout.JAVA_BYTE);
        int[] unsigned = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            unsigned[i] = bytes[i] & 0xFF;
        }
        return unsigned;
    }
}
