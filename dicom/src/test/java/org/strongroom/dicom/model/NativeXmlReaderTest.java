package org.strongroom.dicom.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.VR;

class NativeXmlReaderTest {
    private static DataSet read(String elements) {
        String document = "<?xml version=\"1.0\"?>\n<NativeDicomModel>\n" + elements + "</NativeDicomModel>";
        return Models.ofXml(document.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "<a/>",
                "<NativeDicomModel>",
                "<NativeDicomModel/><a/>",
                "<NativeDicomModel>secret</NativeDicomModel>",
                "<NativeDicomModel><secret/></NativeDicomModel>",
                "<NativeDicomModel><?secret?></NativeDicomModel>",
                "<!DOCTYPE NativeDicomModel><NativeDicomModel/>",
                "<!DOCTYPE n [<!ENTITY secret \"secret\">]><NativeDicomModel>&secret;</NativeDicomModel>",
                "<!DOCTYPE n SYSTEM \"file:///etc/passwd\"><NativeDicomModel/>",
                "<!DOCTYPE n [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><NativeDicomModel><DicomAttribute tag=\"00100020\" vr=\"LO\"><Value number=\"1\">&e;</Value></DicomAttribute></NativeDicomModel>",
                "<NativeDicomModel>&secret;</NativeDicomModel>",
                "<NativeDicomModel><DicomAttribute vr=\"LO\"/></NativeDicomModel>",
                "<NativeDicomModel><DicomAttribute tag=\"0010002\" vr=\"LO\"/></NativeDicomModel>",
                "<NativeDicomModel><DicomAttribute tag=\"00100020\" vr=\"XX\"/></NativeDicomModel>",
                "<NativeDicomModel><DicomAttribute tag=\"FFFEE000\" vr=\"LO\"/></NativeDicomModel>",
                "<NativeDicomModel><DicomAttribute tag=\"00100020\" vr=\"LO\"/><DicomAttribute tag=\"00100020\" vr=\"LO\"/></NativeDicomModel>",
                "<NativeDicomModel><DicomAttribute tag=\"00100020\" vr=\"LO\"><Value number=\"2\">secret</Value></DicomAttribute></NativeDicomModel>",
                "<NativeDicomModel><DicomAttribute tag=\"00100020\" vr=\"LO\"><Value><secret/></Value></DicomAttribute></NativeDicomModel>",
                "<NativeDicomModel><DicomAttribute tag=\"00100020\" vr=\"LO\"><Item/></DicomAttribute></NativeDicomModel>",
                "<NativeDicomModel><DicomAttribute tag=\"00280010\" vr=\"US\"><Value>secret</Value></DicomAttribute></NativeDicomModel>",
                "<NativeDicomModel><DicomAttribute tag=\"7FE00010\" vr=\"OW\"><Value>1</Value></DicomAttribute></NativeDicomModel>",
                "<NativeDicomModel><DicomAttribute tag=\"7FE00010\" vr=\"OW\"><BulkData uri=\"secret\"/></DicomAttribute></NativeDicomModel>",
                "<NativeDicomModel><DicomAttribute tag=\"7FE00010\" vr=\"OW\"><BulkData/></DicomAttribute></NativeDicomModel>",
                "<NativeDicomModel><DicomAttribute tag=\"7FE00010\" vr=\"OW\"><InlineBinary>A</InlineBinary></DicomAttribute></NativeDicomModel>"
            })
    void what_is_no_model_is_refused_and_nothing_of_it_is_said(String document) {
        assertThatThrownBy(() -> Models.ofXml(document.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(DicomFormatException.class)
                .hasMessageNotContaining("secret")
                .hasMessageNotContaining("root:");
    }

    @Test
    void entities_that_multiply_are_refused_at_once() {
        StringBuilder laughs = new StringBuilder("<!DOCTYPE n [<!ENTITY a \"ha\">");
        for (char c = 'b'; c < 'z'; c++) {
            char before = (char) (c - 1);
            laughs.append("<!ENTITY ")
                    .append(c)
                    .append(" \"")
                    .append(("&" + before + ";").repeat(10))
                    .append("\">");
        }
        String document = laughs + "]><NativeDicomModel><DicomAttribute tag=\"00100020\" vr=\"LO\"><Value>&y;</Value>"
                + "</DicomAttribute></NativeDicomModel>";
        assertThatThrownBy(() -> Models.ofXml(document.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(DicomFormatException.class);
    }

    private static String nested(int depth) {
        return "<DicomAttribute tag=\"0040A730\" vr=\"SQ\"><Item number=\"1\">".repeat(depth)
                + "</Item></DicomAttribute>".repeat(depth);
    }

    @Test
    void nesting_has_a_limit() {
        assertThat(read(nested(64)).tags()).hasSize(1);
        assertThatThrownBy(() -> read(nested(65))).isInstanceOf(DicomFormatException.class);
        assertThatThrownBy(() -> read(nested(20_000))).isInstanceOf(DicomFormatException.class);
    }

    @Test
    void private_elements_go_to_the_block_of_their_creator_which_is_reserved_where_it_is_not() {
        DataSet reserved = read(
                "<DicomAttribute tag=\"00090011\" vr=\"LO\"><Value>ME</Value></DicomAttribute>"
                        + "<DicomAttribute tag=\"00090001\" vr=\"SH\" privateCreator=\"ME\"><Value>x</Value></DicomAttribute>"
                        + "<DicomAttribute tag=\"00090001\" vr=\"SH\" privateCreator=\"YOU\"><Value>y</Value></DicomAttribute>");
        assertThat(reserved.tags())
                .containsExactly(new Tag(0x00090010), new Tag(0x00090011), new Tag(0x00091001), new Tag(0x00091101));
        assertThat(reserved.block(9, "ME").orElseThrow().text(1)).containsExactly("x");
        assertThat(reserved.block(9, "YOU").orElseThrow().text(1)).containsExactly("y");
    }

    @Test
    void two_blocks_of_one_creator_and_elements_without_creator_keep_their_places() {
        DataSet dataSet = DataSet.empty()
                .withText(new Tag(0x00090010), VR.LO, List.of("ME"))
                .withText(new Tag(0x00090011), VR.LO, List.of("ME"))
                .withText(new Tag(0x00091001), VR.SH, List.of("a"))
                .withText(new Tag(0x00091101), VR.SH, List.of("b"))
                .withText(new Tag(0x00093301), VR.SH, List.of("c"));
        String xml = new String(Models.xml(dataSet), StandardCharsets.UTF_8);
        assertThat(xml)
                .contains("tag=\"00090001\" vr=\"SH\" privateCreator=\"ME\"")
                .contains("tag=\"00091101\" vr=\"SH\">");
        assertThat(Models.differences(dataSet, Models.ofXml(xml.getBytes(StandardCharsets.UTF_8))))
                .isEmpty();
    }

    @Test
    void characters_that_xml_lacks_and_those_it_treats_as_its_own_come_back() {
        DataSet dataSet = DataSet.empty()
                .withText(new Tag(0x00080005), VR.CS, List.of("ISO_IR 192"))
                .withText(new Tag(0x00104000), VR.LT, List.of("page\f two \u0001 é"))
                .withText(new Tag(0x00100020), VR.LO, List.of("<a href=\"&amp;\">]]>'", "\uD83D\uDE00"))
                .withText(new Tag(0x001021B0), VR.LT, List.of(" a\r\n\tb"))
                .withText(new Tag(0x00100010), VR.PN, List.of("A^^B^^^F=I=P=4", "=I"));
        byte[] xml = Models.xml(dataSet);
        assertThat(Models.differences(dataSet, Models.ofXml(xml))).isEmpty();
        assertThat(Models.json(Models.ofXml(xml))).isEqualTo(Models.json(dataSet));
    }
}
