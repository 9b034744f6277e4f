package org.strongroom.dicom;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Names and long texts whose bytes others made: pydicom, and the examples of PS3.5 annexes H, I, J and K. */
class CharacterSetVectorsTest {
    private static final HexFormat HEX = HexFormat.of();

    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Vector(SpecificCharacterSet set, String text, byte[] bytes, byte[] ours) {
        @Override
        public String toString() {
            return set + " " + text;
        }
    }

    static Stream<Vector> vectors() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(CharacterSetVectorsTest.class.getResourceAsStream("/charsets/vectors.tsv"))) {
            List<Vector> all = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\t", -1))
                    .map(column -> new Vector(
                            SpecificCharacterSet.of(List.of(column[0].split("\\\\", -1))),
                            column[1],
                            HEX.parseHex(column[2]),
                            HEX.parseHex(column[3].isEmpty() ? column[2] : column[3])))
                    .toList();
            assertThat(all).hasSize(25);
            return all.stream();
        }
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void names_are_read_and_written_as_others_do(Vector vector) {
        byte[] bytes = vector.bytes();

        assertThat(vector.set().unknownTerms()).isEmpty();
        assertThat(vector.set().irregularTerms()).isEmpty();
        assertThat(vector.set().decode(bytes, 0, bytes.length, VR.PN)).isEqualTo(vector.text());
        assertThat(vector.set().faults(bytes, 0, bytes.length, VR.PN)).isEmpty();
        assertThat(HEX.formatHex(vector.set().encode(vector.text(), VR.PN))).isEqualTo(HEX.formatHex(vector.ours()));
        assertThat(vector.set().decode(vector.ours(), 0, vector.ours().length, VR.PN))
                .isEqualTo(vector.text());
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void what_is_cut_off_anywhere_ends_in_a_text_and_loses_nothing_before_the_cut(Vector vector) {
        for (int length = 0; length < vector.bytes().length; length++) {
            String text = vector.set().decode(vector.bytes(), 0, length, VR.PN);
            String whole = text.replaceFirst("\uFFFD.*", "");

            assertThat(vector.text()).startsWith(whole.substring(0, Math.max(0, whole.length() - 1)));
            assertThat(text.length()).isLessThanOrEqualTo(length);
        }
    }

    private static byte[] bytes(Object... parts) {
        StringBuilder hex = new StringBuilder();
        for (Object part : parts) {
            hex.append(part instanceof byte[] raw ? HEX.formatHex(raw) : HEX.formatHex(ascii(part)));
        }
        return HEX.parseHex(hex);
    }

    private static byte[] ascii(Object part) {
        return part.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** PS3.5 section I.3: in a long text each line designates anew what it needs. */
    @Test
    void korean_is_designated_once_a_line() {
        SpecificCharacterSet set = SpecificCharacterSet.of(List.of("", "ISO 2022 IR 149"));
        byte[] hangul = HEX.parseHex("c7d1b1db");
        byte[] text = bytes(
                "\u001B$)CThe first line includes ",
                hangul,
                ".\r\n\u001B$)CThe second line includes ",
                hangul,
                ", too.");

        assertThat(set.decode(text, 0, text.length, VR.LT))
                .isEqualTo("The first line includes 한글.\r\nThe second line includes 한글, too.");
        assertThat(set.encode("The first line includes 한글.\r\nThe second line includes 한글, too.", VR.LT))
                .isEqualTo(bytes(
                        "The first line includes \u001B$)C",
                        hangul,
                        ".\r\nThe second line includes \u001B$)C",
                        hangul,
                        ", too."));
    }

    /** PS3.5 section K.3, byte for byte. */
    @Test
    void chinese_lines_are_written_as_the_standard_does() {
        SpecificCharacterSet set = SpecificCharacterSet.of(List.of("", "ISO 2022 IR 58"));
        String hex = "312e1b242941b5dad2bbd0d0cec4d7d6a1a30d0a322e1b242941b5dab6fed0d0cec4d7d6a1a30d0a"
                + "332e1b242941b5dac8fdd0d0cec4d7d6a1a30d0a";
        String text = "1.第一行文字。\r\n2.第二行文字。\r\n3.第三行文字。\r\n";

        assertThat(set.decode(HEX.parseHex(hex), 0, hex.length() / 2, VR.LT)).isEqualTo(text);
        assertThat(HEX.formatHex(set.encode(text, VR.LT))).isEqualTo(hex);
    }
}
