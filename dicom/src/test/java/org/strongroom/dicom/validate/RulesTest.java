package org.strongroom.dicom.validate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.strongroom.dicom.Bytes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.Uids;

/** Each rule from both sides: a CT image that keeps it, and the same with one thing spoilt. */
class RulesTest {
    private static final TransferSyntax JPEG = TransferSyntax.of(new Uid("1.2.840.10008.1.2.4.70"));

    private static List<String> found(SyntheticCt ct) {
        return ct.report().findings().stream()
                .map(finding -> finding.rule() + " " + finding.path())
                .toList();
    }

    private static SyntheticCt ct() {
        return SyntheticCt.valid();
    }

    @Test
    void a_valid_image_has_no_findings() {
        Report report = ct().report();

        assertThat(report.findings()).isEmpty();
        assertThat(report.iod()).isEqualTo("CT Image");
        assertThat(report.sopClass()).contains(new Uid(SyntheticCt.CT));
        assertThat(report.hasErrors()).isFalse();
    }

    @Test
    void a_data_set_read_already_has_the_findings_of_its_file() {
        SyntheticCt spoilt = ct().without(0x00080060);
        DataSet meta = DataSet.empty();

        Report report = Validator.validate(meta, spoilt.dataSet(), TransferSyntax.ExplicitVRLittleEndian);

        assertThat(report.findings())
                .extracting(Finding::rule)
                .containsExactlyInAnyOrder(Rule.META_ABSENT, Rule.TYPE_1_MISSING);
    }

    @Test
    void what_cannot_be_read_is_one_finding_that_says_where() {
        byte[] file = ct().file();
        Report report = SyntheticCt.report(java.util.Arrays.copyOf(file, file.length - 3));

        assertThat(report.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.rule()).isEqualTo(Rule.CANNOT_BE_READ);
            assertThat(finding.message()).contains("offset").contains("(7FE0,0010)");
        });
        assertThat(SyntheticCt.report(new byte[0]).findings())
                .extracting(Finding::rule)
                .containsExactly(Rule.CANNOT_BE_READ);
    }

    @Test
    void a_file_without_meta_information_is_told() {
        assertThat(found(ct().header(new byte[0]))).containsExactly("META_ABSENT ");
    }

    private static SyntheticCt withMeta(Bytes elements, int groupLength) {
        byte[] content = elements.done();
        byte[] length = Bytes.explicit()
                .element(
                        0x00020000,
                        "UL",
                        Bytes.explicit()
                                .number(4, groupLength < 0 ? content.length : groupLength)
                                .done())
                .done();
        return ct().header(Bytes.explicit()
                .raw(new byte[128])
                .raw(new byte[] {'D', 'I', 'C', 'M'})
                .raw(length)
                .raw(content)
                .done());
    }

    private static Bytes meta(int version, String instance) {
        return Bytes.explicit()
                .element(0x00020001, "OB", (byte) 0, (byte) version)
                .element(0x00020002, "UI", SyntheticCt.CT + "\0")
                .element(0x00020003, "UI", instance)
                .element(0x00020010, "UI", "1.2.840.10008.1.2.1\0")
                .element(0x00020012, "UI", "1.2.3.45");
    }

    @Test
    void the_meta_information_names_what_is_in_the_file() {
        assertThat(found(withMeta(meta(1, "1.2.3.4\0"), -1))).isEmpty();
        assertThat(found(withMeta(meta(2, "1.2.3.4\0"), -1))).containsExactly("META_VERSION (0002,0001)");
        assertThat(found(withMeta(meta(1, "1.2.3.5\0"), -1))).containsExactly("META_UID_DIFFERS (0002,0003)");
        assertThat(found(withMeta(meta(1, "1.2.3.4\0"), 17))).containsExactly("META_GROUP_LENGTH (0002,0000)");
        assertThat(found(withMeta(meta(1, ""), -1))).containsExactly("META_ELEMENT (0002,0003)");
        assertThat(found(withMeta(meta(1, "1.2.3.4\0").element(0x00020102, "OB", (byte) 1, (byte) 2), -1)))
                .containsExactly("META_ELEMENT (0002,0100)");
        assertThat(found(withMeta(meta(1, "1.2.3.4\0").element(0x00020016, "AE", "NAME OF MORE THAN SIXTEEN "), -1)))
                .containsExactly("VALUE_LENGTH (0002,0016)");
    }

    @Test
    void elements_stand_in_order_once_and_even() {
        byte[] late = Bytes.explicit().element(0x00080080, "LO", "X ").done();
        assertThat(found(ct().put(0x00080080, "LO", "X"))).isEmpty();
        assertThat(found(ct().append(late))).contains("ELEMENT_ORDER (0008,0080)");
        byte[] twice = Bytes.explicit()
                .element(0x00080060, "CS", "CT")
                .element(0x00080060, "CS", "CT")
                .done();
        assertThat(found(ct().raw(0x00080060, twice))).containsExactly("DUPLICATE_ELEMENT (0008,0060)");
        byte[] odd = Bytes.explicit().element(0x00080080, "LO", "X").done();
        assertThat(found(ct().raw(0x00080080, odd))).containsExactly("ODD_LENGTH (0008,0080)");
    }

    @Test
    void group_lengths_are_retired_and_right() {
        byte[] group = Bytes.explicit().element(0x00180050, "DS", "1.5 ").done();
        int length = group.length
                + Bytes.explicit().element(0x00180060, "DS", "120 ").done().length
                + Bytes.explicit().element(0x00185100, "CS", "HFS ").done().length;
        assertThat(found(ct().put(0x00180000, "UL", new byte[] {(byte) length, 0, 0, 0})))
                .containsExactly("RETIRED_ELEMENT (0018,0000)");
        assertThat(found(ct().put(0x00180000, "UL", new byte[] {(byte) (length + 2), 0, 0, 0})))
                .containsExactly("GROUP_LENGTH (0018,0000)", "RETIRED_ELEMENT (0018,0000)");
    }

    @Test
    void a_vr_is_one_of_the_standard_and_of_the_dictionary() {
        assertThat(found(ct().put(0x00080080, "LO", "X"))).isEmpty();
        assertThat(found(ct().put(0x00080080, "SH", "X"))).containsExactly("VR_WRONG (0008,0080)");
        assertThat(found(ct().put(0x00080080, "UN", "X"))).containsExactly("VR_UN (0008,0080)");
        assertThat(found(ct().put(0x00080080, "ZZ", "X "))).contains("UNKNOWN_VR (0008,0080)");
        byte[] without = Bytes.implicit().element(0x00080080, "LO", "X ").done();
        assertThat(found(ct().raw(0x00080080, without))).containsExactly("VR_ABSENT (0008,0080)");
    }

    @Test
    void pixel_values_are_signed_as_pixel_representation_says() {
        byte[] two = {0, 0};
        assertThat(found(ct().put(0x00280120, "US", two))).isEmpty();
        assertThat(found(ct().put(0x00280120, "SS", two))).containsExactly("VR_CONTEXT (0028,0120)");
        assertThat(found(ct().put(0x00280103, "US", "1").put(0x00280120, "SS", two)))
                .isEmpty();
    }

    @Test
    void values_are_as_many_as_the_dictionary_allows() {
        assertThat(found(ct().put(0x00280030, "DS", "0.5\\0.5"))).isEmpty();
        assertThat(found(ct().put(0x00280030, "DS", "0.5"))).containsExactly("VM_WRONG (0028,0030)");
        assertThat(found(ct().put(0x00200013, "IS", "1\\2"))).containsExactly("VM_WRONG (0020,0013)");
    }

    @Test
    void private_elements_stand_in_a_reserved_block() {
        SyntheticCt reserved = ct().put(0x00290010, "LO", "MAKER").put(0x00291001, "LO", "x");
        assertThat(found(reserved)).isEmpty();
        assertThat(found(reserved.put(0x00291101, "LO", "x"))).containsExactly("PRIVATE_WITHOUT_CREATOR (0029,1101)");
        assertThat(found(ct().put(0x00290010, "LO", ""))).containsExactly("PRIVATE_CREATOR (0029,0010)");
        assertThat(found(ct().put(0x00290010, "SH", "MAKER"))).containsExactly("PRIVATE_CREATOR (0029,0010)");
        assertThat(found(ct().put(0x00290001, "LO", "x"))).containsExactly("PRIVATE_CREATOR (0029,0001)");
        assertThat(found(ct().put(0x00290101, "LO", "x"))).containsExactly("PRIVATE_CREATOR (0029,0101)");
    }

    @Test
    void elements_of_other_places_and_of_no_standard_are_told() {
        assertThat(found(ct().put(0x00020010, "UI", "1.2.3"))).doesNotContain("FORBIDDEN_ELEMENT (0002,0010)");
        byte[] foreign = Bytes.explicit().element(0x00030010, "LO", "x ").done();
        assertThat(found(ct().raw(0x00030010, foreign))).contains("FORBIDDEN_ELEMENT (0003,0010)");
        byte[] meta = Bytes.explicit().element(0x00020013, "SH", "x ").done();
        assertThat(found(ct().append(meta))).contains("FORBIDDEN_ELEMENT (0002,0013)");
        assertThat(found(ct().put(0x00080999, "LO", "x")))
                .containsExactly("UNKNOWN_ELEMENT (0008,0999)", "NOT_IN_IOD (0008,0999)");
        assertThat(found(ct().put(0x00101000, "LO", "x"))).contains("RETIRED_ELEMENT (0010,1000)");
        assertThat(found(ct().put(0x30060002, "SH", "x"))).containsExactly("NOT_IN_IOD (3006,0002)");
    }

    @Test
    void delimiters_close_what_was_opened_and_zeros_do_not_follow() {
        byte[] code = Bytes.explicit()
                .element(0x00080100, "SH", "1 ")
                .element(0x00080102, "SH", "99")
                .element(0x00080104, "LO", "x ")
                .done();
        Bytes open = Bytes.explicit()
                .header(0x00081032, "SQ", Bytes.UNDEFINED)
                .mark(0xFFFEE000, Bytes.UNDEFINED)
                .raw(code);
        assertThat(found(ct().raw(
                                0x00081032,
                                Bytes.explicit()
                                        .raw(open.done())
                                        .endOfItem()
                                        .endOfSequence()
                                        .done())))
                .isEmpty();
        assertThat(found(ct().raw(
                                0x00081032,
                                Bytes.explicit()
                                        .raw(open.done())
                                        .endOfSequence()
                                        .done())))
                .containsExactly("DELIMITER ");
        assertThat(found(ct().append(new byte[16]))).containsExactly("TRAILING_ZEROS ");
    }

    @Test
    void retired_transfer_syntaxes_are_told() {
        TransferSyntax retired = TransferSyntax.of(Uids.ExplicitVRBigEndian);
        byte[] body = ct().dataSet().toBytes(retired);
        byte[] header = Part10.header(new Uid(SyntheticCt.CT), new Uid("1.2.3.4"), retired, Optional.empty());
        byte[] file = Bytes.explicit().raw(header).raw(body).done();

        assertThat(SyntheticCt.report(file).findings())
                .extracting(Finding::rule)
                .containsExactly(Rule.TRANSFER_SYNTAX_RETIRED);
    }

    @Test
    void the_sop_class_is_there_and_known() {
        assertThat(found(ct().without(0x00080016).header(new byte[0]))).contains("SOP_CLASS (0008,0016)");
        assertThat(found(ct().put(0x00080016, "UI", "1.2.3.99"))).contains("SOP_CLASS_UNKNOWN (0008,0016)");
        assertThat(found(ct().put(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.6")))
                .contains("SOP_CLASS_RETIRED (0008,0016)");
    }

    @Test
    void attributes_of_type_1_have_a_value_and_of_type_2_are_there() {
        assertThat(found(ct().without(0x0020000D))).containsExactly("TYPE_1_MISSING (0020,000D)");
        assertThat(found(ct().put(0x0020000D, "UI", ""))).containsExactly("TYPE_1_EMPTY (0020,000D)");
        assertThat(found(ct().put(0x00080060, "CS", "  "))).containsExactly("TYPE_1_EMPTY (0008,0060)");
        assertThat(found(ct().without(0x00100010))).containsExactly("TYPE_2_MISSING (0010,0010)");
        assertThat(found(ct().put(0x00100010, "PN", ""))).isEmpty();
    }

    @Test
    void the_findings_of_an_attribute_in_several_modules_are_one() {
        // CT Image and Image Pixel both want it.
        assertThat(found(ct().without(0x00280002))).containsExactly("TYPE_1_MISSING (0028,0002)");
    }

    @Test
    void conditional_attributes_are_there_when_their_condition_holds() {
        assertThat(found(ct().without(0x00185100))).containsExactly("TYPE_2C_MISSING (0018,5100)");
        assertThat(found(ct().without(0x00281051))).containsExactly("TYPE_1C_MISSING (0028,1051)");
        assertThat(found(ct().without(0x00281050).without(0x00281051))).isEmpty();
        assertThat(found(ct().put(0x00281050, "DS", "").without(0x00281051))).contains("TYPE_1C_EMPTY (0028,1050)");
        assertThat(found(ct().put(0x00120062, "CS", "YES")))
                .containsExactly("TYPE_1C_MISSING (0012,0063)", "TYPE_1C_MISSING (0012,0064)");
        assertThat(found(ct().put(0x00120062, "CS", "YES").put(0x00120063, "LO", "all")))
                .isEmpty();
    }

    @Test
    void a_module_that_is_optional_is_checked_when_an_attribute_of_it_stands() {
        SyntheticCt overlay = ct().put(0x60000010, "US", "4");
        assertThat(found(overlay)).contains("TYPE_1_MISSING (6000,0011)", "TYPE_1_MISSING (6000,3000)");
        assertThat(found(ct())).isEmpty();
    }

    @Test
    void items_are_checked_with_their_path() {
        byte[] reference = Bytes.explicit().element(0x00081150, "UI", "1.2.3\0").done();
        byte[] whole = Bytes.explicit()
                .element(0x00081150, "UI", "1.2.3\0")
                .element(0x00081155, "UI", "1.2.4\0")
                .done();
        assertThat(found(ct().putItems(0x00081110, whole))).isEmpty();
        assertThat(found(ct().putItems(0x00081110, whole, reference)))
                .containsExactly("TYPE_1_MISSING (0008,1110)[2] (0008,1155)");
        assertThat(ct().putItems(0x00081110, reference, reference, reference)
                        .report()
                        .findings())
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.path()).isEqualTo("(0008,1110)[1] (0008,1155)");
                    assertThat(finding.places()).isEqualTo(3);
                    assertThat(finding.keyword()).isEqualTo("ReferencedSOPInstanceUID");
                    assertThat(finding.tag()).contains(new Tag(0x00081155));
                });
    }

    @Test
    void single_item_sequences_have_one() {
        byte[] code = Bytes.explicit()
                .element(0x00080100, "SH", "1 ")
                .element(0x00080102, "SH", "99")
                .element(0x00080104, "LO", "x ")
                .done();
        assertThat(found(ct().putItems(0x0008103F, code))).isEmpty();
        assertThat(found(ct().putItems(0x0008103F, code, code))).containsExactly("ITEM_COUNT (0008,103F)");
    }

    @Test
    void enumerated_values_and_defined_terms_are_from_their_lists() {
        assertThat(found(ct().put(0x00100040, "CS", "O"))).isEmpty();
        assertThat(found(ct().put(0x00100040, "CS", "W"))).containsExactly("ENUMERATED_VALUE (0010,0040)");
        assertThat(found(ct().put(0x00281054, "LO", "KELVIN"))).containsExactly("DEFINED_TERM (0028,1054)");
        assertThat(found(ct().put(0x00080008, "CS", "PRIMARY\\ORIGINAL\\AXIAL")))
                .containsExactly("ENUMERATED_VALUE (0008,0008)", "ENUMERATED_VALUE (0008,0008)");
        assertThat(found(ct().put(0x00280101, "US", "8").put(0x00280102, "US", "7")))
                .containsExactly("ENUMERATED_VALUE (0028,0101)");
    }

    @Test
    void the_description_of_the_pixels_agrees_with_itself() {
        assertThat(found(ct().put(0x00280102, "US", "15"))).containsExactly("PIXEL_DESCRIPTION (0028,0102)");
        assertThat(found(ct().put(0x00280101, "US", "17").put(0x00280102, "US", "16")))
                .contains("PIXEL_DESCRIPTION (0028,0101)");
        assertThat(found(ct().put(0x00280004, "CS", "RGB"))).contains("PIXEL_DESCRIPTION (0028,0002)");
        assertThat(found(ct().put(0x00281050, "DS", "40\\50"))).containsExactly("PIXEL_DESCRIPTION (0028,1051)");
        assertThat(found(ct().put(0x00281051, "DS", "0"))).containsExactly("PIXEL_DESCRIPTION (0028,1051)");
        assertThat(found(ct().put(0x00281053, "DS", "0.0"))).containsExactly("PIXEL_DESCRIPTION (0028,1053)");
    }

    @Test
    void pixel_data_is_as_long_as_its_description_says() {
        assertThat(found(ct().put(0x7FE00010, "OW", new byte[34]))).containsExactly("PIXEL_LENGTH (7FE0,0010)");
        assertThat(found(ct().put(0x7FE00010, "OB", new byte[32]))).containsExactly("VR_CONTEXT (7FE0,0010)");
        assertThat(found(ct().without(0x7FE00010))).containsExactly("TYPE_1C_MISSING (7FE0,0010)");
    }

    private static byte[] encapsulated(String vr, int fragments) {
        Bytes pixels = Bytes.explicit().header(0x7FE00010, vr, Bytes.UNDEFINED).mark(0xFFFEE000, 0);
        for (int i = 0; i < fragments; i++) {
            pixels.item(new byte[] {1, 2});
        }
        return pixels.endOfSequence().done();
    }

    @Test
    void pixel_data_is_encapsulated_as_the_transfer_syntax_wants_it() {
        assertThat(found(ct().in(JPEG).raw(0x7FE00010, encapsulated("OB", 1)))).isEmpty();
        assertThat(found(ct().in(JPEG).raw(0x7FE00010, encapsulated("OW", 1))))
                .containsExactly("VR_CONTEXT (7FE0,0010)");
        assertThat(found(ct().in(JPEG).raw(0x7FE00010, encapsulated("OB", 0))))
                .containsExactly("PIXEL_FRAGMENTS (7FE0,0010)");
        assertThat(found(ct().raw(0x7FE00010, encapsulated("OB", 1))))
                .containsExactly("PIXEL_ENCAPSULATION (7FE0,0010)");
        assertThat(found(ct().in(JPEG))).containsExactly("PIXEL_ENCAPSULATION (7FE0,0010)");
    }

    @Test
    void lossy_syntaxes_are_declared() {
        TransferSyntax lossy = TransferSyntax.of(new Uid("1.2.840.10008.1.2.4.51"));
        SyntheticCt ct = ct().in(lossy).raw(0x7FE00010, encapsulated("OB", 1));
        assertThat(found(ct)).containsExactly("LOSSY_UNDECLARED (0028,2110)");
        assertThat(found(ct.put(0x00282110, "CS", "01"))).isEmpty();
    }

    @Test
    void findings_are_bounded_and_the_rest_is_counted() {
        SyntheticCt ct = ct();
        for (int i = 0; i < Findings.MOST + 50; i++) {
            ct.put(0x00290000 | (0x1000 + i), "LO", "x");
        }
        Report report = ct.report();
        assertThat(report.findings()).hasSize(Findings.MOST);
        assertThat(report.more()).isEqualTo(50);
    }

    @Test
    void no_finding_holds_a_value() {
        SyntheticCt ct = ct();
        String canary = "CANARYVALUE";
        for (Tag tag : ct.dataSet().tags()) {
            if (tag.code() != 0x00080016 && tag.group() < 0x7FE0) {
                String vr = ct.dataSet().element(tag).orElseThrow().vr().name();
                if (!vr.equals("US")) {
                    ct.put(tag.code(), vr, (canary + "\u00FC^\n\0").repeat(20));
                }
            }
        }
        Report report =
                ct.put(0x00290010, "LO", canary).put(0x00291101, "LO", canary).report();
        assertThat(report.findings()).hasSizeGreaterThan(20);
        assertThat(report.toString()).doesNotContain(canary);
    }
}
