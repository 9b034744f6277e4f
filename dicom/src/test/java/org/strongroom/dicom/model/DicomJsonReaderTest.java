package org.strongroom.dicom.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Element;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.VR;

class DicomJsonReaderTest {
    private static DataSet read(String json) {
        return Models.ofJson(json.getBytes(StandardCharsets.UTF_8));
    }

    private static String again(String json) {
        return new String(Models.json(read(json)), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "5",
                "{",
                "[",
                "[{}",
                "[{},]",
                "{} x",
                "{}{}",
                "[{}] ,",
                "{\"00100020\"}",
                "{\"0010002\":{\"vr\":\"LO\"}}",
                "{\"PatientID\":{\"vr\":\"LO\"}}",
                "{\"00100020\":{\"vr\":\"LO\"},}",
                "{\"00100020\":{\"vr\":\"LO\"},\"00100020\":{\"vr\":\"LO\"}}",
                "{\"00100030\":{\"vr\":\"LO\"},\"00100020\":{\"vr\":\"LO\"},\"00100030\":{\"vr\":\"LO\"}}",
                "{\"00100020\":{\"vr\":\"LO\",\"vr\":\"LO\"}}",
                "{\"00100020\":{\"vr\":\"XX\"}}",
                "{\"00100020\":{\"vr\":\"LO\",\"Value\":[\"a\"],\"Value\":[\"a\"]}}",
                "{\"00100020\":{\"vr\":\"LO\",\"Value\":[\"a\"],\"InlineBinary\":\"AA==\"}}",
                "{\"00100020\":{\"vr\":\"LO\",\"Value\":\"a\"}}",
                "{\"00100020\":{\"vr\":\"LO\",\"Value\":[true]}}",
                "{\"00100020\":{\"vr\":\"LO\",\"Value\":[{}]}}",
                "{\"00100020\":{\"vr\":\"LO\",\"Value\":[\"\\ud800\"]}}",
                "{\"00100020\":{\"vr\":\"LO\",\"Value\":[\"\\ud800\\u0041\"]}}",
                "{\"00100020\":{\"vr\":\"LO\",\"Value\":[\"\\udc00\"]}}",
                "{\"00100020\":{\"vr\":\"LO\",\"Value\":[\"\\x\"]}}",
                "{\"00100020\":{\"vr\":\"LO\",\"Value\":[\"\\u00g0\"]}}",
                "{\"00100020\":{\"vr\":\"LO\",\"Value\":[\"a\nb\"]}}",
                "{\"00280010\":{\"vr\":\"US\",\"Value\":[65536]}}",
                "{\"00280010\":{\"vr\":\"US\",\"Value\":[-1]}}",
                "{\"00280010\":{\"vr\":\"US\",\"Value\":[1.5]}}",
                "{\"00280010\":{\"vr\":\"US\",\"Value\":[1e999999]}}",
                "{\"00280010\":{\"vr\":\"US\",\"Value\":[1,null]}}",
                "{\"00280010\":{\"vr\":\"US\",\"Value\":[null,1]}}",
                "{\"00280010\":{\"vr\":\"US\",\"Value\":[0x10]}}",
                "{\"00280010\":{\"vr\":\"US\",\"Value\":[01]}}",
                "{\"00280010\":{\"vr\":\"US\",\"Value\":[NaN]}}",
                "{\"00186050\":{\"vr\":\"FD\",\"Value\":[1e999999]}}",
                "{\"00186050\":{\"vr\":\"FL\",\"Value\":[1e39]}}",
                "{\"00186050\":{\"vr\":\"FL\",\"Value\":[\"0x1p3\"]}}",
                "{\"00280009\":{\"vr\":\"AT\",\"Value\":[\"0018106\"]}}",
                "{\"7FE00010\":{\"vr\":\"OW\",\"Value\":[1]}}",
                "{\"7FE00010\":{\"vr\":\"OW\",\"InlineBinary\":\"A\"}}",
                "{\"7FE00010\":{\"vr\":\"OW\",\"InlineBinary\":\"AA=A\"}}",
                "{\"7FE00010\":{\"vr\":\"OW\",\"InlineBinary\":\"A*==\"}}",
                "{\"7FE00010\":{\"vr\":\"OW\",\"BulkDataURI\":\"file:///etc/passwd\"}}",
                "{\"0040A730\":{\"vr\":\"SQ\",\"InlineBinary\":\"AAAA\"}}",
                "{\"0040A730\":{\"vr\":\"SQ\",\"Value\":[\"x\"]}}",
                "{\"00091001\":{\"Value\":[\"x\"]}}",
                "{\"FFFEE000\":{\"vr\":\"UN\"}}",
                "{\"00100010\":{\"vr\":\"PN\",\"Value\":[{\"Alphabetic\":\"a\",\"Alphabetic\":\"b\"}]}}"
            })
    void what_is_no_model_is_refused_with_a_place_and_no_value(String json) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(DicomFormatException.class)
                .hasMessageContaining("offset")
                .hasMessageNotContaining("passwd");
    }

    @Test
    void every_truncation_of_a_document_is_refused() {
        String json = "{\"00080005\":{\"vr\":\"CS\",\"Value\":[\"ISO_IR 192\"]},\"00100010\":{\"vr\":\"PN\",\"Value\":"
                + "[{\"Alphabetic\":\"M\\u00fcller\"}]},\"0040A730\":{\"vr\":\"SQ\",\"Value\":[{\"00280010\":"
                + "{\"vr\":\"US\",\"Value\":[5]}}]},\"7FE00010\":{\"vr\":\"OW\",\"InlineBinary\":\"AAAA\"}}";
        assertThat(read(json).tags()).hasSize(4);
        for (int length = 0; length < json.length(); length++) {
            String cut = json.substring(0, length);
            assertThatThrownBy(() -> read(cut)).as(cut).isInstanceOf(DicomFormatException.class);
        }
    }

    @Test
    void bytes_that_are_not_utf_8_are_refused() {
        for (int[] bad : List.of(
                new int[] {0xC0, 0x80},
                new int[] {0xE0, 0x80, 0x80},
                new int[] {0xED, 0xA0, 0x80},
                new int[] {0xF4, 0x90, 0x80, 0x80},
                new int[] {0xFF},
                new int[] {0x80},
                new int[] {0xC3, 0x28})) {
            byte[] json = "{\"00100020\":{\"vr\":\"LO\",\"Value\":[\"    \"]}}".getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < bad.length; i++) {
                json[35 + i] = (byte) bad[i];
            }
            assertThatThrownBy(() -> Models.ofJson(json)).hasMessageContaining("UTF-8");
        }
    }

    @Test
    void numbers_keep_the_text_they_are_written_in() {
        String json = "{\"00180050\":{\"vr\":\"DS\",\"Value\":[1.50,\"+2.0\",-0,1E5,\"1e999\",\"007\",null,\"x\"]},"
                + "\"00200013\":{\"vr\":\"IS\",\"Value\":[12,\"+3\"]}}";
        assertThat(again(json)).isEqualTo(json);
        assertThat(read(json).text(new Tag(0x00180050)))
                .containsExactly("1.50", "+2.0", "-0", "1E5", "1e999", "007", "", "x");
    }

    @Test
    void numbers_beyond_what_readers_hold_exactly_are_strings() {
        String json = "{\"00720082\":{\"vr\":\"SV\",\"Value\":[9007199254740991,\"9007199254740992\","
                + "\"-9223372036854775808\"]},\"00720083\":{\"vr\":\"UV\",\"Value\":[\"18446744073709551615\",0]}}";
        assertThat(again(json)).isEqualTo(json);
    }

    @Test
    void not_a_number_and_infinities_come_back() {
        String json = "{\"00720074\":{\"vr\":\"FD\",\"Value\":[\"NaN\",\"Infinity\",\"-Infinity\",0.1,-0.0,4.9E-324]},"
                + "\"00720076\":{\"vr\":\"FL\",\"Value\":[\"NaN\",3.4028235E38,1.4E-45]}}";
        assertThat(again(json)).isEqualTo(json);
    }

    @Test
    void names_have_three_groups_and_nulls_between_values() {
        String json = "{\"00080005\":{\"vr\":\"CS\",\"Value\":[\"ISO_IR 192\"]},\"00101001\":{\"vr\":\"PN\",\"Value\":["
                + "{\"Alphabetic\":\"Yamada^Tarou\",\"Ideographic\":\"山田^太郎\",\"Phonetic\":\"やまだ^たろう\"},null,"
                + "{\"Phonetic\":\"x\"},{\"Alphabetic\":\"a^b^c^d^e^f\"}]}}";
        assertThat(again(json)).isEqualTo(json);
        assertThat(read("{\"00100010\":{\"vr\":\"PN\",\"Value\":[{\"Ideographic\":\"I\",\"Alphabetic\":\"A\"}]}}")
                        .get(Attributes.PatientName)
                        .orElseThrow()
                        .value())
                .isEqualTo("A=I");
    }

    @Test
    void members_stand_in_any_order_and_unknown_ones_are_passed_over() {
        String value = "{\"x\":[{\"y\":[1,{}],\"z\":{}},\"\",true,false,null,-1e5],\"Value\":[{\"00100020\":{\"Value\":"
                + "[\"ab\"],\"vr\":\"LO\"}}],\"vr\":\"SQ\"}";
        assertThat(again("{\"00101002\":" + value + ",\"00080060\":{\"Value\":[\"CT\"]}}"))
                .isEqualTo("{\"00080060\":{\"vr\":\"CS\",\"Value\":[\"CT\"]},\"00101002\":{\"vr\":\"SQ\",\"Value\":"
                        + "[{\"00100020\":{\"vr\":\"LO\",\"Value\":[\"ab\"]}}]}}");
    }

    @Test
    void a_text_is_put_in_the_character_set_named_or_in_utf_8_where_that_lacks_a_character() {
        DataSet latin = read("{\"00080005\":{\"vr\":\"CS\",\"Value\":[\"ISO_IR 100\"]},"
                + "\"00100020\":{\"vr\":\"LO\",\"Value\":[\"é\"]}}");
        assertThat(latin.characterSet().terms()).containsExactly("ISO_IR 100");
        assertThat(((Element.Encoded) latin.element(new Tag(0x00100020)).orElseThrow())
                        .bytes()
                        .byteSize())
                .isEqualTo(2);
        DataSet other = read("{\"00100020\":{\"vr\":\"LO\",\"Value\":[\"山\"]},"
                + "\"00080005\":{\"vr\":\"CS\",\"Value\":[\"ISO_IR 100\"]}}");
        assertThat(other.characterSet().terms()).containsExactly("ISO_IR 192");
        assertThat(other.text(new Tag(0x00100020))).containsExactly("山");
        assertThat(read("{\"00100020\":{\"vr\":\"LO\",\"Value\":[\"é\"]}}").text(new Tag(0x00100020)))
                .containsExactly("é");
    }

    @Test
    void group_lengths_and_file_meta_information_are_left_out() {
        assertThat(again("{\"00020010\":{\"vr\":\"UI\",\"Value\":[\"1.2\"]},\"00080000\":{\"vr\":\"UL\",\"Value\":[4]},"
                        + "\"00080060\":{\"vr\":\"CS\"}}"))
                .isEqualTo("{\"00080060\":{\"vr\":\"CS\"}}");
    }

    @Test
    void an_array_gives_its_data_sets_one_at_a_time_in_the_memory_of_one() throws IOException {
        int count = 20_000;
        String one = "{\"00100020\":{\"vr\":\"LO\",\"Value\":[\"" + "x".repeat(50) + "\"]}}";
        InputStream in = new SequenceInputStream(Collections.enumeration(Stream.concat(
                        IntStream.range(0, count).mapToObj(i -> (i == 0 ? "[" : ",") + one), Stream.of("]"))
                .map(part -> (InputStream) new ByteArrayInputStream(part.getBytes(StandardCharsets.US_ASCII)))
                .toList()));
        DicomJsonReader reader = new DicomJsonReader(in, ReadOptions.DEFAULT.withDataSetBytes(200));
        int seen = 0;
        for (Optional<DataSet> next = reader.next(); next.isPresent(); next = reader.next()) {
            assertThat(next.get().tags()).hasSize(1);
            seen++;
        }
        assertThat(seen).isEqualTo(count);
        assertThat(new DicomJsonReader(new ByteArrayInputStream("[]".getBytes(StandardCharsets.US_ASCII))).next())
                .isEmpty();
    }

    private static String nested(int depth) {
        return "{\"0040A730\":{\"vr\":\"SQ\",\"Value\":[".repeat(depth) + "{}" + "]}}".repeat(depth);
    }

    @Test
    void limits_hold_from_both_sides() {
        assertThat(again(nested(64))).isEqualTo(nested(64));
        assertThatThrownBy(() -> read(nested(65))).hasMessageContaining("deeper than 64");
        assertThatThrownBy(() -> read(nested(100_000))).isInstanceOf(DicomFormatException.class);
        String unknown = "[".repeat(200) + "]".repeat(200);
        assertThat(read("{\"00100020\":{\"vr\":\"LO\",\"x\":" + unknown + "}}").tags())
                .hasSize(1);
        String deeper = "[".repeat(201) + "]".repeat(201);
        assertThatThrownBy(() -> read("{\"00100020\":{\"vr\":\"LO\",\"x\":" + deeper + "}}"))
                .hasMessageContaining("nested deeper");

        String long64 = "{\"00104000\":{\"vr\":\"LT\",\"Value\":[\"" + "x".repeat(56) + "\"]}}";
        ReadOptions small = ReadOptions.DEFAULT.withDataSetBytes(68);
        assertThat(Models.ofJson(long64.getBytes(StandardCharsets.UTF_8), small).tags())
                .hasSize(1);
        assertThatThrownBy(() ->
                        Models.ofJson(long64.replace("xx\"", "xxxxxxx\"").getBytes(StandardCharsets.UTF_8), small))
                .hasMessageContaining("more than 68 bytes");

        Limits few = new Limits(64, 2, 1 << 20, 100, 1 << 20, 1 << 20);
        String three = "{\"00100020\":{\"vr\":\"LO\"},\"00100030\":{\"vr\":\"DA\"},\"00100040\":{\"vr\":\"CS\"}}";
        assertThatThrownBy(() ->
                        Models.ofJson(three.getBytes(StandardCharsets.UTF_8), ReadOptions.DEFAULT.withLimits(few)))
                .hasMessageContaining("more than 2 elements");
    }

    @Test
    void a_uri_is_followed_where_the_caller_says_how() {
        DataSet dataSet = DataSet.empty()
                .with(Attributes.SOPInstanceUID, new org.strongroom.dicom.Uid("1.2"))
                .withItems(
                        new Tag(0x54000100),
                        List.of(DataSet.empty()
                                .with(Attributes.PixelData, java.lang.foreign.MemorySegment.ofArray(new byte[5000]))));
        List<String> asked = new ArrayList<>();
        BulkReferences long1000 = (path, vr, position, length, elsewhere) ->
                length > 1000 ? Optional.of("bulk/" + path.pointer()) : Optional.empty();
        for (String form : List.of("json", "xml")) {
            byte[] text = form.equals("json")
                    ? Models.json(dataSet, DicomJsonWriter.Layout.COMPACT, long1000)
                    : Models.xml(dataSet, DicomJsonWriter.Layout.INDENTED, long1000);
            assertThat(new String(text, StandardCharsets.UTF_8))
                    .contains("bulk/54000100/1/7FE00010")
                    .hasSizeLessThan(600);
            BulkSource source = (path, vr, uri) -> {
                asked.add(path + " " + vr + " " + uri);
                return Optional.of(new ByteArrayInputStream(new byte[5000]));
            };
            DataSet back = form.equals("json")
                    ? Models.ofJson(text, ReadOptions.DEFAULT.withBulk(source))
                    : Models.ofXml(text, ReadOptions.DEFAULT.withBulk(source));
            assertThat(Models.differences(dataSet, back)).isEmpty();
            assertThatThrownBy(() -> {
                        ReadOptions small = ReadOptions.DEFAULT.withBulk(source).withDataSetBytes(4000);
                        if (form.equals("json")) {
                            Models.ofJson(text, small);
                        } else {
                            Models.ofXml(text, small);
                        }
                    })
                    .hasMessageContaining("more than 4000 bytes");
        }
        assertThat(Stream.of(asked.getFirst()))
                .containsExactly("(5400,0100)[1] (7FE0,0010) OW bulk/54000100/1/7FE00010");
    }

    @Test
    void a_value_too_long_for_a_short_header_becomes_un() {
        String json = "{\"00104000\":{\"vr\":\"LT\",\"Value\":[\"" + "x".repeat(70_000) + "\"]}}";
        Element element = read(json).element(new Tag(0x00104000)).orElseThrow();
        assertThat(element.vr()).isEqualTo(VR.UN);
        assertThat(read(json).text(new Tag(0x00104000)).getFirst()).hasSize(70_000);
    }

    @Test
    void encapsulated_pixel_data_of_a_big_endian_data_set_comes_back_and_so_does_what_has_no_delimiter() {
        byte[] big = org.strongroom.dicom.Bytes.big()
                .header(0x7FE00010, "OB", -1)
                .item(new byte[0])
                .item(new byte[] {1, 2, 3, 4})
                .endOfSequence()
                .done();
        DataSet dataSet = DataSet.read(big, TransferSyntax.ExplicitVRBigEndian, Limits.DEFAULT);
        assertThat(Models.differences(dataSet, Models.ofJson(Models.json(dataSet))))
                .isEmpty();
        assertThat(Models.differences(dataSet, Models.ofXml(Models.xml(dataSet))))
                .isEmpty();

        String items = "/v8A4AAAAAD+/wDgBAAAAAECAwQ=";
        String json = "{\"7FE00010\":{\"vr\":\"OB\",\"InlineBinary\":\"" + items + "\"}}";
        assertThat(Models.differences(dataSet, Models.ofJson(json.getBytes(java.nio.charset.StandardCharsets.UTF_8))))
                .isEmpty();
    }
}
