package org.strongroom.dicom;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DataSetPrinterTest {
    private static String printed(DataSet dataSet, int longest) throws IOException {
        StringBuilder out = new StringBuilder();
        new DataSetPrinter(out, longest).print(dataSet);
        return out.toString();
    }

    @Test
    void prints_a_line_an_element_and_indents_items() throws IOException {
        DataSet item = DataSet.empty().with(Attributes.ReferencedSOPInstanceUID, new Uid("1.2.3"));
        DataSet dataSet = DataSet.empty()
                .with(Attributes.SOPClassUID, new Uid("1.2.840.10008.5.1.4.1.1.2"))
                .with(Attributes.Rows, 512)
                .withEmpty(Attributes.PatientID.tag(), VR.LO)
                .withItems(Attributes.ReferencedSOPSequence, List.of(item));

        assertThat(printed(dataSet, 64).lines().map(line -> line.replaceAll(" +", " ")))
                .containsExactly(
                        "(0008,0016) UI =CT Image Storage # 26, 1 SOPClassUID",
                        "(0008,1199) SQ (sequence of 1 item) # undefined, 1 ReferencedSOPSequence",
                        " item 1",
                        " (0008,1155) UI [1.2.3] # 6, 1 ReferencedSOPInstanceUID",
                        "(0010,0020) LO (no value) # 0, 0 PatientID",
                        "(0028,0010) US 512 # 2, 1 Rows");
    }

    @Test
    void long_values_are_cut_and_bytes_are_hexadecimal() throws IOException {
        DataSet dataSet = DataSet.empty()
                .with(Attributes.StudyDescription, "x".repeat(64))
                .with(Attributes.PixelData, MemorySegment.ofArray(new byte[1 << 20]));

        assertThat(printed(dataSet, 10))
                .contains("[xxxxxxxxxx...]")
                .contains("0000\\0000\\")
                .contains("# 1048576");
        assertThat(printed(dataSet, 10)).hasSizeLessThan(200);
    }

    @Test
    void what_a_terminal_would_obey_is_written_as_an_escape() throws IOException {
        DataSet dataSet = DataSet.empty()
                .with(Attributes.SpecificCharacterSet, "ISO_IR 192")
                .with(Attributes.StudyDescription, "a\u001B[2Jb\u202Ec\u0007");

        assertThat(printed(dataSet, 64)).contains("[a\\x1b[2Jb\\x202ec\\x07]").doesNotContain("\u001B", "\u202E");
    }

    @Test
    void private_elements_are_named_after_their_creator() throws IOException {
        DataSet dataSet = DataSet.empty()
                .withText(new Tag(0x00290010), VR.LO, List.of("ME"))
                .withText(new Tag(0x00291001), VR.SH, List.of("x"))
                .withText(new Tag(0x00311001), VR.SH, List.of("x"));

        assertThat(printed(dataSet, 64)).contains("PrivateCreator", "private to ME", "private, no creator");
    }

    @Test
    void codes_content_items_lengths_and_offset_tables_are_told() throws IOException {
        DataSet code = DataSet.empty()
                .withText(new Tag(0x00080100), VR.SH, List.of("121071"))
                .withText(new Tag(0x00080102), VR.SH, List.of("DCM"))
                .withText(new Tag(0x00080104), VR.LO, List.of("Finding"));
        DataSet content = DataSet.empty()
                .withText(new Tag(0x0040A010), VR.CS, List.of("CONTAINS"))
                .withText(new Tag(0x0040A040), VR.CS, List.of("TEXT"))
                .withItems(new Tag(0x0040A043), List.of(code));
        DataSet report = DataSet.empty().withItems(new Tag(0x0040A730), List.of(content, DataSet.empty()));
        byte[] bytes = report.toBytes(TransferSyntax.ExplicitVRLittleEndian);

        String printed = printed(DataSet.read(bytes, TransferSyntax.ExplicitVRLittleEndian, Limits.DEFAULT), 64);
        assertThat(printed)
                .contains("item 1: CONTAINS TEXT (121071, DCM, \"Finding\")\n")
                .contains("item 1: (121071, DCM, \"Finding\")\n")
                .contains("item 2\n");

        byte[] pixels = Bytes.explicit()
                .element(0x00280010, "US", new byte[] {1, 0})
                .header(0x7FE00010, "OB", -1)
                .item(new byte[] {0, 0, 0, 0, 12, 0, 0, 0})
                .item(new byte[] {1, 2, 3, 4})
                .item(new byte[] {5, 6, 7, 8})
                .endOfSequence()
                .done();
        assertThat(printed(DataSet.read(pixels, TransferSyntax.ExplicitVRLittleEndian, Limits.DEFAULT), 64))
                .contains("offset table of 2: 0\\12")
                .contains("fragment 1 01\\02\\03\\04")
                .contains("fragment 2 05\\06");
    }

    @Test
    void lengths_stand_below_one_another_whatever_the_script() throws IOException {
        DataSet dataSet = DataSet.empty()
                .with(Attributes.SpecificCharacterSet, "ISO_IR 192")
                .with(Attributes.StudyDescription, "王小東")
                .with(Attributes.SeriesDescription, "e\u0301te");

        assertThat(printed(dataSet, 64).lines())
                .allSatisfy(line -> assertThat(DataSetPrinter.columns(line.substring(0, line.indexOf(" # "))))
                        .isEqualTo(56));
    }

    @Test
    void some_elements_are_printed_alone() throws IOException {
        DataSet dataSet = DataSet.empty().with(Attributes.Rows, 512).with(Attributes.Columns, 256);
        StringBuilder out = new StringBuilder();

        assertThat(new DataSetPrinter(out, 64).print(dataSet, Set.of(Attributes.Columns.tag())))
                .isTrue();
        assertThat(out).contains("256").doesNotContain("512");
        assertThat(new DataSetPrinter(out, 64).print(dataSet, Set.of(Attributes.PatientID.tag())))
                .isFalse();
    }
}
