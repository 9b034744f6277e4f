package org.strongroom.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.strongroom.testkit.Corpus;

/** Every file of the corpus: read and written back byte for byte, or refused with a clear error. */
class CorpusReadsTest {
    private Optional<Corpus> found = Optional.empty();

    @BeforeEach
    void find() {
        found = Corpus.find();
        assumeTrue(found.isPresent(), Corpus.ABSENT);
    }

    @Test
    void every_file_is_read_and_written_back_byte_for_byte_or_refused() throws IOException {
        Corpus corpus = found.orElseThrow();
        List<String> refused = new ArrayList<>();
        for (Corpus.Entry entry : corpus.entries()) {
            try {
                Part10 file = Part10.open(new ByteArrayInputStream(corpus.bytes(entry)), Limits.DEFAULT);
                byte[] body = file.body().readAllBytes();
                DataSet dataSet = DataSet.read(body, file.syntax(), Limits.DEFAULT);
                assertThat(dataSet.toBytes(file.syntax())).as(entry.path()).isEqualTo(body);
            } catch (DicomFormatException e) {
                refused.add(entry.path() + ": " + e.getMessage() + " | " + entry.note());
            }
        }
        assertThat(refused).allMatch(line -> line.startsWith("malformed/"));
    }
}
