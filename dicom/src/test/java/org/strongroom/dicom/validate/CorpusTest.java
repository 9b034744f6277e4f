package org.strongroom.dicom.validate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.strongroom.testkit.Corpus;

/** Every file of the corpus, malformed ones too: an answer, soon. */
class CorpusTest {
    @Test
    void each_file_has_a_report_within_two_seconds() throws IOException {
        Optional<Corpus> corpus = Corpus.find();
        assumeTrue(corpus.isPresent(), Corpus.ABSENT);
        List<String> slow = new ArrayList<>();
        List<String> unreadable = new ArrayList<>();
        for (Corpus.Entry entry : corpus.orElseThrow().entries()) {
            long start = System.nanoTime();
            Report report;
            try (InputStream in = new BufferedInputStream(
                    Files.newInputStream(corpus.orElseThrow().path(entry)))) {
                report = Validator.validate(in);
            }
            Duration taken = Duration.ofNanos(System.nanoTime() - start);
            if (taken.toMillis() > 2000) {
                slow.add(entry + " " + taken);
            }
            if (report.findings().stream().anyMatch(finding -> finding.rule() == Rule.CANNOT_BE_READ)) {
                assertThat(report.findings()).as(entry.path()).hasSize(1);
                unreadable.add(entry.path());
            }
        }
        assertThat(slow).isEmpty();
        // Which they are, CorpusReadsTest names.
        assertThat(unreadable).isNotEmpty().allMatch(path -> path.startsWith("malformed/"));
    }
}
