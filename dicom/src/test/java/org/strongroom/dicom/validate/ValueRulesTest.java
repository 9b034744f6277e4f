package org.strongroom.dicom.validate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.strongroom.dicom.Bytes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.TransferSyntax;

/** Each VR of PS3.5 section 6.2 from both sides: the last value allowed and the first that is not. */
class ValueRulesTest {
    /** Elements of each VR that an image may hold anywhere, with multiplicity 1 or n. */
    private static int tag(String vr) {
        return switch (vr) {
            case "AE" -> 0x00080054;
            case "AS" -> 0x00101010;
            case "CS" -> 0x00180015;
            case "DA" -> 0x00080023;
            case "DS" -> 0x00181110;
            case "DT" -> 0x0008002A;
            case "IS" -> 0x00181150;
            case "LO" -> 0x00081030;
            case "LT" -> 0x00204000;
            case "PN" -> 0x00081050;
            case "SH" -> 0x00081010;
            case "ST" -> 0x00080081;
            case "TM" -> 0x00080033;
            case "UC" -> 0x00080119;
            case "UI" -> 0x00080014;
            case "UR" -> 0x00081190;
            case "UT" -> 0x0040A160;
            default -> throw new IllegalArgumentException(vr);
        };
    }

    private static List<Rule> rules(String vr, byte[] value) {
        return SyntheticCt.valid().put(tag(vr), vr, value).report().findings().stream()
                .filter(finding ->
                        finding.tag().map(tag -> tag.code() == tag(vr)).orElse(false))
                .filter(finding -> finding.severity() != Severity.NOTE)
                .map(Finding::rule)
                .toList();
    }

    private static List<Rule> rules(String vr, String value) {
        String even = value.length() % 2 == 0 ? value : value + (vr.equals("UI") ? "\0" : " ");
        return rules(vr, even.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
    }

    /** Text in a table: *N repeats what stands before it, ~ is a tabulator, _ a space, ^J a line feed. */
    private static String text(String text) {
        int star = text.lastIndexOf('*');
        String repeated = star < 0 ? text : text.substring(0, star).repeat(Integer.parseInt(text.substring(star + 1)));
        return repeated.replace('~', '\t').replace('_', ' ').replace("^J", "\n");
    }

    @ParameterizedTest
    @CsvSource({
        "AE, A*16",
        "AE, STORE-1",
        "AS, 018M",
        "AS, 999Y",
        "CS, A*16",
        "CS, HEAD_1",
        "DA, 20240229",
        "DA, 00010101",
        "DS, 1234567890.12345",
        "DS, -1.5E-10",
        "DS, +.5",
        "DS, 3.",
        "DS, _12_",
        "DT, 2024",
        "DT, 202402",
        "DT, 20240229235960.123456+1400",
        "DT, 20240229-1200",
        "DT, 2024+0000",
        "IS, 2147483647",
        "IS, -2147483648",
        "IS, _+12",
        "LO, x*64",
        "LT, x*10240",
        "LT, a^Jb~c",
        "PN, a^b^c^d^e=f=g",
        "PN, x*64",
        "SH, x*16",
        "ST, x*1024",
        "TM, 235960",
        "TM, 10",
        "TM, 1015",
        "TM, 101530.123456",
        "TM, 235959.999999",
        "UC, x*20000",
        "UI, 1.2.0.3",
        "UI, 2.25.123",
        "UR, https://example.org/a?b=c",
        "UT, x*20000"
    })
    void a_value_of_its_vr_is_let_be(String vr, String value) {
        assertThat(rules(vr, text(value))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "AE, A*17, VALUE_LENGTH",
        "AE, a~b, VALUE_CHARACTERS",
        "AE, _*16, VALUE_FORM",
        "AS, 18Y, VALUE_FORM",
        "AS, 018X, VALUE_CHARACTERS",
        "CS, A*17, VALUE_LENGTH",
        "CS, Head, VALUE_CHARACTERS",
        "CS, A-B, VALUE_CHARACTERS",
        "DA, 20230229, VALUE_FORM",
        "DA, 20241301, VALUE_FORM",
        "DA, 2024.01.01, VALUE_CHARACTERS",
        "DA, 202402, VALUE_FORM",
        "DS, 1234567890.123456, VALUE_LENGTH",
        "DS, 1.5.2, VALUE_FORM",
        "DS, 1e, VALUE_FORM",
        "DS, abc, VALUE_CHARACTERS",
        "DS, 1e999, VALUE_FORM",
        "DS, ., VALUE_FORM",
        "DT, 20241301, VALUE_FORM",
        "DT, 202402292460, VALUE_FORM",
        "DT, 2024+1500, VALUE_FORM",
        "DT, 2024-0000, VALUE_FORM",
        "DT, 20240229T10, VALUE_CHARACTERS",
        "IS, 2147483648, VALUE_FORM",
        "IS, -2147483649, VALUE_FORM",
        "IS, 1.5, VALUE_CHARACTERS",
        "IS, 0*13, VALUE_LENGTH",
        "LO, x*65, VALUE_LENGTH",
        "LO, a^Jb, VALUE_CHARACTERS",
        "LT, x*10241, VALUE_LENGTH",
        "PN, x*65, VALUE_LENGTH",
        "PN, a^b^c^d^e^f, VALUE_FORM",
        "PN, a=b=c=d, VALUE_FORM",
        "SH, x*17, VALUE_LENGTH",
        "ST, x*1025, VALUE_LENGTH",
        "TM, 240000, VALUE_FORM",
        "TM, 235961, VALUE_FORM",
        "TM, 1, VALUE_FORM",
        "TM, 10:15:30, VALUE_CHARACTERS",
        "TM, 101530.12345678, VALUE_LENGTH",
        "TM, 101530.1234567, VALUE_FORM",
        "UC, a~b, VALUE_CHARACTERS",
        "UI, 1.02.3, VALUE_FORM",
        "UI, 1..3, VALUE_FORM",
        "UI, 1.2a, VALUE_CHARACTERS",
        "UI, 17, VALUE_FORM",
        "UR, a b, VALUE_CHARACTERS",
        "UR, http://[, VALUE_FORM"
    })
    void a_value_against_its_vr_is_found(String vr, String value, Rule rule) {
        assertThat(rules(vr, text(value))).contains(rule);
    }

    @Test
    void padding_is_one_nul_for_uids_and_spaces_for_text() {
        assertThat(rules("UI", "1.2.3\0")).isEmpty();
        assertThat(rules("UI", "1.2.3 ")).containsExactly(Rule.VALUE_PADDING);
        assertThat(rules("UI", "1.2.34\0\0")).containsExactly(Rule.VALUE_PADDING);
        assertThat(rules("LO", "abc ")).isEmpty();
        assertThat(rules("LO", "abc\0")).containsExactly(Rule.VALUE_PADDING);
        assertThat(rules("LO", "ab\0\0")).contains(Rule.VALUE_CHARACTERS);
        assertThat(rules("DS", "1.5\0")).containsExactly(Rule.VALUE_PADDING);
    }

    @Test
    void binary_values_are_whole_numbers_of_their_width() {
        assertThat(SyntheticCt.valid()
                        .put(0x00280010, "US", new byte[] {4, 0})
                        .report()
                        .findings())
                .isEmpty();
        assertThat(SyntheticCt.valid()
                        .raw(
                                0x00189306,
                                Bytes.explicit()
                                        .element(0x00189306, "FD", new byte[6])
                                        .done())
                        .report()
                        .findings())
                .extracting(Finding::rule)
                .contains(Rule.VALUE_LENGTH);
    }

    @Test
    void an_escape_without_code_extensions_and_a_misspelled_term_are_found() {
        SyntheticCt ct = SyntheticCt.valid().put(0x00080005, "CS", "ISO_IR 100");
        byte[] escaped = "A\u001b$B;3ED".getBytes(StandardCharsets.ISO_8859_1);
        assertThat(ct.put(0x00100010, "PN", escaped).report().findings())
                .extracting(Finding::rule, Finding::message)
                .containsExactly(
                        tuple(Rule.VALUE_CHARACTERS, "an escape where the character set has no code extensions"));
        assertThat(SyntheticCt.valid()
                        .put(0x00080005, "CS", "ISO_IR_100")
                        .report()
                        .findings())
                .extracting(Finding::message)
                .containsExactly("a character set spelled or combined otherwise than PS3.3 has it; it is understood");
    }

    /** Not a timed test: quadratic work on so many would outlast the build. */
    @Test
    void elements_without_end_that_are_checked_with_their_neighbours_cost_each_the_same() {
        Bytes lengths = Bytes.explicit();
        Bytes metas = Bytes.explicit();
        for (int i = 0; i < 190_000; i++) {
            lengths.element(0x00100000, "UL", new byte[4]);
            metas.element(0x00020102, "OB", new byte[0]);
        }
        metas.element(0x00100020, "LO", "42");
        for (byte[] bytes : List.of(lengths.done(), metas.done())) {
            DataSet dataSet = DataSet.read(bytes, TransferSyntax.ExplicitVRLittleEndian, Limits.DEFAULT);
            Report report = Validator.validate(DataSet.empty(), dataSet, TransferSyntax.ExplicitVRLittleEndian);
            assertThat(report.findings()).isNotEmpty();
        }
    }

    @Test
    void text_beyond_its_character_set_is_found_and_declared_text_is_not() {
        byte[] name = {'M', (byte) 0xFC, 'l', 'l', 'e', 'r'};
        SyntheticCt ct = SyntheticCt.valid().put(0x00100010, "PN", name);
        assertThat(ct.report().findings()).extracting(Finding::rule).containsExactly(Rule.CHARACTER_SET_ABSENT);
        assertThat(ct.put(0x00080005, "CS", "ISO_IR 100").report().findings()).isEmpty();
        assertThat(ct.put(0x00080005, "CS", "ISO_IR 192").report().findings())
                .extracting(Finding::rule)
                .containsExactly(Rule.TEXT_UNDECODABLE);
        assertThat(SyntheticCt.valid().put(0x00080005, "CS", "LATIN 1").report().findings())
                .extracting(Finding::rule)
                .containsExactly(Rule.CHARACTER_SET);
    }
}
