package org.strongroom.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.strongroom.dicom.Attributes.PatientName;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.strongroom.testkit.Corpus;

/** The 21 files of charsets/, each as its row of the manifest says. */
class CharacterSetCorpusTest {
    private static final Pattern NAME = Pattern.compile("PatientName = ([^;]*)");

    record Row(String path, String name, Corpus.Entry entry) {
        @Override
        public String toString() {
            return path;
        }
    }

    static Stream<Row> rows() throws IOException {
        Optional<Corpus> found = Corpus.find();
        assumeTrue(found.isPresent(), Corpus.ABSENT);
        return found.orElseThrow().entries("charsets").stream().map(entry -> {
            Matcher name = NAME.matcher(entry.note());
            assertThat(name.find()).as(entry.path()).isTrue();
            return new Row(entry.path(), name.group(1), entry);
        });
    }

    private static DataSet read(Row row) throws IOException {
        byte[] bytes = Corpus.find().orElseThrow().bytes(row.entry());
        Part10 file = Part10.open(new ByteArrayInputStream(bytes), Limits.DEFAULT);
        return DataSet.read(file.body().readAllBytes(), file.syntax(), Limits.DEFAULT);
    }

    @Test
    void there_are_21() throws IOException {
        assertThat(rows()).hasSize(21);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void the_name_is_the_text_in_the_manifest_and_is_written_as_the_same_bytes(Row row) throws IOException {
        DataSet dataSet = read(row);
        byte[] stored = bytes(dataSet);

        assertThat(dataSet.get(PatientName).map(PersonName::value)).contains(row.name());
        // As text, since a PersonName has no empty group at its end, which two of the files have.
        DataSet again = dataSet.withText(PatientName.tag(), VR.PN, dataSet.text(PatientName.tag()));
        assertThat(bytes(again))
                .isEqualTo(row.path().endsWith("chrKoreanMulti.dcm") ? withoutLastEscape(stored) : stored);
    }

    /**
     * One file of two with Korean names designates ASCII again at the end, where it never left it: PS3.5 section K.2 says of
     * the like case that there is no need to, and the other file does not.
     */
    private static byte[] withoutLastEscape(byte[] name) {
        String text = new String(name, StandardCharsets.ISO_8859_1);
        return text.replaceFirst("\u001B\\(B *$", "").getBytes(StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void all_texts_decode_and_nothing_is_lost_on_the_way_to_utf_8_and_back(Row row) throws IOException {
        DataSet dataSet = read(row);

        assertThat(dataSet.textFaults()).isEmpty();
        assertThat(dataSet.characterSet().unknownTerms()).isEmpty();
        assertThat(dataSet.fits(SpecificCharacterSet.UTF_8)).isTrue();
        DataSet unicode = dataSet.recoded(SpecificCharacterSet.UTF_8);
        assertThat(unicode.get(PatientName).map(PersonName::value)).contains(row.name());
        assertThat(unicode.fits(dataSet.characterSet())).isTrue();
        DataSet back = unicode.recoded(dataSet.characterSet());
        for (Tag tag : dataSet.tags().stream().filter(tag -> tag.element() != 0).toList()) {
            assertThat(back.text(tag)).as(tag.toString()).isEqualTo(dataSet.text(tag));
        }
    }

    private static byte[] bytes(DataSet dataSet) {
        return dataSet.element(PatientName.tag()).orElseThrow() instanceof Element.Encoded encoded
                ? encoded.bytes().toArray(ValueLayout.JAVA_BYTE)
                : new byte[0];
    }
}
