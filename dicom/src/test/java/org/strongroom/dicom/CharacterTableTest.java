package org.strongroom.dicom;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every code of every table against tables made by another: charsets/tables.tsv was made from the codecs of CPython
 * (latin_1, iso8859_n, shift_jis, iso2022_jp, iso2022_jp_2, euc_kr, gb2312). Three differences are written into it: the
 * tilde of JIS X 0212 (0x2237), which the JDK has as the wide one, and of KS X 1001 the postal code mark (0xA2E8) that
 * came later and the filler (0xA4D4) that CPython takes for the beginning of a composed syllable.
 */
class CharacterTableTest {
    private static Map<Integer, String> expected() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(CharacterTableTest.class.getResourceAsStream("/charsets/tables.tsv"))) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\t"))
                    .collect(Collectors.toMap(column -> Integer.parseInt(column[0]), column -> column[1]));
        }
    }

    @ParameterizedTest
    @EnumSource
    void every_code_has_the_character_that_another_toolkit_gives_it(CharacterTable table)
            throws IOException, NoSuchAlgorithmException {
        if (!table.right && table.width == 1) {
            IntStream.range(0x20, 0x7F)
                    .forEach(code -> assertThat(table.decode(code, 0)).isEqualTo((char) code));
            return;
        }
        String found = table.width == 1
                ? IntStream.range(0xA0, 0x100)
                        .mapToObj(code -> "%04x".formatted((int) table.decode(code, 0)))
                        .collect(Collectors.joining())
                : HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(all(table)));

        assertThat(found).isEqualTo(expected().get(table.registration));
    }

    private static byte[] all(CharacterTable table) {
        int half = table.right ? 0x80 : 0;
        StringBuilder all = new StringBuilder();
        for (int row = 0x21; row < 0x7F; row++) {
            for (int column = 0x21; column < 0x7F; column++) {
                all.append(table.decode(row + half, column + half));
            }
        }
        return all.toString().getBytes(StandardCharsets.UTF_16BE);
    }

    @ParameterizedTest
    @EnumSource
    void every_character_is_written_as_the_code_it_has(CharacterTable table) {
        int half = table.right ? 0x80 : 0;
        int count = 0;
        for (int first = 0x20 + half; first <= 0x7F + half; first++) {
            for (int second = 0; second < (table.width == 1 ? 1 : 0x100); second++) {
                char character = table.decode(first, second);
                if (character != CharacterTable.NONE) {
                    int code = table.width == 1 ? first : first << 8 | second;
                    assertThat(table.encode(character)).isEqualTo(code);
                    count++;
                }
            }
        }
        assertThat(count).isGreaterThan(table.width == 1 ? 44 : 6000);
        assertThat(table.encode(CharacterTable.NONE)).isNegative();
        assertThat(table.encode(0x1F600)).isNegative();
        assertThat(table.encode(0x10041))
                .as("no character beyond the first plane")
                .isNegative();
    }

    @Test
    void this_java_has_them_all() {
        assertThat(Arrays.stream(CharacterTable.values())).allMatch(CharacterTable::isAvailable);
    }

    @Test
    void bytes_outside_of_a_table_have_no_character() {
        for (CharacterTable table : CharacterTable.values()) {
            assertThat(table.decode(table.right ? 0x41 : 0xC1, table.right ? 0x41 : 0xC1))
                    .isEqualTo(CharacterTable.NONE);
            assertThat(table.decode(0x1B, 0x1B)).isEqualTo(CharacterTable.NONE);
        }
    }
}
