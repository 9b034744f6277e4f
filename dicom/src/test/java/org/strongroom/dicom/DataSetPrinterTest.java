package org.strongroom.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
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
                .containsPattern("item 1: CONTAINS TEXT \\(121071, DCM, \"Finding\"\\) +# 90\n")
                .containsPattern("item 1: \\(121071, DCM, \"Finding\"\\) +# 42\n")
                .containsPattern("item 2 +# 0\n");

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
    void values_are_written_for_reading() throws IOException {
        String longUid = "1.2." + "3".repeat(60);
        byte[] bytes = Bytes.explicit()
                .element(0x00080005, "CS", "ISO_IR 100")
                .element(0x00080018, "UI", longUid)
                .element(0x00080080, "LO", "    ")
                .element(0x00110010, "LO", "MAKER ")
                .element(0x00111001, "UN", "HiSpeed ")
                .element(0x00111002, "UN", new byte[] {1, 2})
                .element(0x00189306, "FD", new byte[] {0, 0, 0, 0, 0, 0, (byte) 0xF0, 0x3F})
                .done();

        String printed = printed(DataSet.read(bytes, TransferSyntax.ExplicitVRLittleEndian, Limits.DEFAULT), 64);

        assertThat(printed.lines().map(line -> line.replaceAll(" +", " ")))
                .contains("(0008,0018) UI [" + longUid + "] # 64, 1 SOPInstanceUID")
                .contains("(0008,0080) LO (spaces only) # 4, 0 InstitutionName")
                .contains("(0011,1001) UN \"HiSpeed \" # 8, 1 private to MAKER")
                .contains("(0011,1002) UN 01\\02 # 2, 1 private to MAKER")
                .contains("(0018,9306) FD 1 # 8, 1 SingleCollimationWidth");
    }

    @Test
    void directory_records_are_named_and_placed() throws IOException {
        DataSet patient = DataSet.empty().with(Attributes.DirectoryRecordType, "PATIENT");
        DataSet image = DataSet.empty()
                .with(Attributes.DirectoryRecordType, "IMAGE")
                .withText(Attributes.ReferencedFileID.tag(), VR.CS, List.of("A", "B1"));
        byte[] bytes = DataSet.empty()
                .withItems(Attributes.DirectoryRecordSequence.tag(), List.of(patient, image))
                .toBytes(TransferSyntax.ExplicitVRLittleEndian);
        StringBuilder out = new StringBuilder();
        new DataSetPrinter(out, 64, 300)
                .print(DataSet.read(bytes, TransferSyntax.ExplicitVRLittleEndian, Limits.DEFAULT));

        assertThat(out.toString())
                .containsPattern("item 1 at 312: PATIENT +# 16\n")
                .containsPattern("item 2 at 336: IMAGE A\\\\B1 +# 26\n");
    }

    @Test
    void lengths_stand_below_one_another_whatever_the_script() throws IOException {
        DataSet dataSet = DataSet.empty()
                .with(Attributes.SpecificCharacterSet, "ISO_IR 192")
                .with(Attributes.StudyDescription, "王小東")
                .with(Attributes.SeriesDescription, "e\u0301te");

        assertThat(printed(dataSet, 64).lines())
                .allSatisfy(line -> assertThat(TerminalText.columns(line.substring(0, line.indexOf(" # "))))
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

    @Test
    void everything_is_printed_in_the_order_of_the_file_with_remarks_on_what_is_wrong() throws IOException {
        byte[] bytes = Bytes.explicit()
                .element(0x00080060, "CS", "OT")
                .element(0x00200013, "IS", "5 ")
                .element(0x00080070, "LO", "ACME")
                .element(0x00080070, "LO", "OTHER ")
                .element(0x00280010, "US", new byte[] {1, 0, 0})
                .element(0x00280011, "ZZ", new byte[] {1, 0})
                .header(0x00400555, "SQ", Bytes.UNDEFINED)
                .item(Bytes.explicit()
                        .element(0x00080104, "LO", "B ")
                        .element(0x00080100, "SH", "A ")
                        .done())
                .done();
        for (long longest : new long[] {4, 1000}) {
            DataSet outline = Outline.read(
                    new ByteArrayInputStream(bytes),
                    TransferSyntax.ExplicitVRLittleEndian,
                    Limits.DEFAULT,
                    longest,
                    1 << 20);
            StringBuilder out = new StringBuilder();
            new DataSetPrinter(out, 64).print(outline);
            assertThat(out.toString().lines().map(line -> line.replaceAll("  +", " ")))
                    .containsExactly(
                            "(0008,0060) CS [OT] # 2, 1 Modality",
                            "(0020,0013) IS [5] # 2, 1 InstanceNumber",
                            "(0008,0070) LO [ACME] # 4, 1 Manufacturer (out of order)",
                            longest < 6
                                    ? "(0008,0070) LO (not read) # 6, 1 Manufacturer"
                                            + " (out of order, the same tag again: the first counts)"
                                    : "(0008,0070) LO [OTHER] # 6, 1 Manufacturer"
                                            + " (out of order, the same tag again: the first counts)",
                            "(0028,0010) US 1 # 3, 1 Rows (odd length)",
                            "(0028,0011) UN 1 # 2, 1 Columns (VR ZZ is none)",
                            "(0040,0555) SQ (sequence of 1 item) # undefined, 1 AcquisitionContextSequence"
                                    + " (no delimiter)",
                            " item 1: (A, , \"B\") # 20",
                            " (0008,0104) LO [B] # 2, 1 CodeMeaning",
                            " (0008,0100) SH [A] # 2, 1 CodeValue (out of order)");
        }
    }

    @Test
    void a_long_private_creator_is_decoded_once_for_its_elements() {
        Bytes bytes = Bytes.explicit().element(0x00090010, "LO", "A".repeat(65_000));
        for (int i = 0; i < 200_000; i++) {
            bytes.header(0x00091001, "LO", 0);
        }
        DataSet many = bytes.read();
        assertTimeout(Duration.ofSeconds(30), () -> new DataSetPrinter(new Nowhere(), 64).print(many));
    }

    /** Keeps nothing. */
    private static final class Nowhere implements Appendable {
        @Override
        public Appendable append(CharSequence text) {
            return this;
        }

        @Override
        public Appendable append(CharSequence text, int from, int to) {
            return this;
        }

        @Override
        public Appendable append(char c) {
            return this;
        }
    }
}
