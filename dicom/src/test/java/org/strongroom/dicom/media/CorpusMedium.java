package org.strongroom.dicom.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Irregularity;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Part10;
import org.strongroom.testkit.Corpus;

/** Files of all modalities of the corpus as a file-set. */
final class CorpusMedium {
    private CorpusMedium() {}

    /** Files of the corpus under names that a file-set may have; their DICOMDIR by us. */
    static DicomDirectory write(Path folder) throws IOException {
        Optional<Corpus> corpus = Corpus.find();
        assumeTrue(corpus.isPresent(), Corpus.ABSENT);
        FileSetBuilder builder = new FileSetBuilder("CORPUS", true);
        Files.createDirectory(folder.resolve("A"));
        List<Corpus.Entry> entries = new ArrayList<>(corpus.get().entries("modalities"));
        entries.addAll(corpus.get().entries("charsets"));
        entries.addAll(corpus.get().entries("studies"));
        List<String> left = new ArrayList<>();
        int number = 0;
        for (Corpus.Entry entry : entries) {
            byte[] bytes = corpus.get().bytes(entry);
            String name = String.format(Locale.ROOT, "F%05d", number++);
            try {
                Part10 file = Part10.open(new ByteArrayInputStream(bytes), Limits.DEFAULT);
                DataSet dataSet = DataSet.read(file.body().readAllBytes(), file.syntax(), Limits.DEFAULT);
                if (!file.irregularities().contains(Irregularity.NO_META) && bytes.length < 2_000_000) {
                    builder.add(List.of("A", name), file.syntax(), dataSet);
                    Files.write(folder.resolve("A").resolve(name), bytes);
                }
            } catch (FileSetException | DicomFormatException e) {
                left.add(name); // the same instance twice, or none that has what its record needs
            }
        }
        assertThat(left).hasSizeLessThan(entries.size() / 4);
        builder.writeTo(folder);
        return DicomDirectory.read(Files.readAllBytes(folder.resolve("DICOMDIR")), Limits.DEFAULT);
    }
}
