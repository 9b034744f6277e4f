package org.strongroom.dicom.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Irregularity;
import org.strongroom.testkit.Corpus;
import org.strongroom.testkit.Extent;

/**
 * Every file of the corpus that reads goes to both models and back. What is not kept, and not compared: group lengths, group
 * 0002, padding (a value of odd length gets its byte), empty groups at the end of a name, whether lengths were undefined;
 * (0008,0005) becomes ISO_IR 192 where it is absent or lacks a character.
 */
class CorpusRoundTripTest {
    private static final long LONGEST = Extent.of(12_000, Integer.MAX_VALUE);

    private final List<String> differences = new ArrayList<>();
    private int compared;

    private interface RoundTrip {
        void on(String path, DataSet dataSet) throws IOException;
    }

    private void onEachReadable(RoundTrip check) throws IOException {
        Optional<Corpus> found = Corpus.find();
        assumeTrue(found.isPresent(), Corpus.ABSENT);
        for (Corpus.Entry entry : found.get().entries()) {
            if (entry.bytes() <= LONGEST) {
                Optional<DataSet> read = Models.read(found.get(), entry);
                if (read.isPresent()) {
                    check.on(entry.path(), read.get());
                    compared++;
                }
            }
        }
        assertThat(differences).isEmpty();
        assertThat(compared).isGreaterThan(Extent.of(120, 440));
    }

    @Test
    void every_readable_file_comes_back_from_json_as_it_was() throws IOException {
        onEachReadable((path, dataSet) -> {
            byte[] json = Models.json(dataSet);
            DataSet back = Models.ofJson(json);
            assertThat(Models.decodes(dataSet)).as(path).isTrue();
            Models.differences(dataSet, back).forEach(d -> differences.add(path + d));
            Models.grown(dataSet, back).forEach(d -> differences.add(path + d));
            // A byte of padding is one of the value the second time.
            boolean padded = dataSet.irregularities().contains(Irregularity.ODD_LENGTH);
            byte[] again = Models.json(back);
            if (!Arrays.equals(padded ? again : json, padded ? Models.json(Models.ofJson(again)) : again)) {
                differences.add(path + " JSON of JSON");
            }
        });
    }

    @Test
    void every_readable_file_comes_back_from_xml_as_it_was_and_json_from_xml_from_json() throws IOException {
        onEachReadable((path, dataSet) -> {
            byte[] xml = Models.xml(dataSet);
            DataSet back = Models.ofXml(xml);
            Models.differences(dataSet, back).forEach(d -> differences.add(path + d));
            Models.grown(dataSet, back).forEach(d -> differences.add(path + d));
            boolean padded = dataSet.irregularities().contains(Irregularity.ODD_LENGTH);
            byte[] again = Models.xml(back);
            if (!Arrays.equals(padded ? again : xml, padded ? Models.xml(Models.ofXml(again)) : again)) {
                differences.add(path + " XML of XML");
            }
            DataSet ofJson = Models.ofJson(Models.json(back));
            if (!Arrays.equals(Models.json(back), Models.json(Models.ofXml(Models.xml(ofJson))))) {
                differences.add(path + " JSON of XML of JSON");
            }
        });
    }
}
