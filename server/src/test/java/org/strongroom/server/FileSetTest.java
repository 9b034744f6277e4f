package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.testkit.Corpus;

/** A medium that lost files is not one that was read whole. */
class FileSetTest {
    @TempDir
    Path folder = Path.of("");

    private static List<String> missing(Path medium) throws IOException {
        List<String> missing = new ArrayList<>();
        try (InputStream in = Files.newInputStream(medium.resolve("DICOMDIR"))) {
            FileSet.compare(Part10.open(in, Limits.DEFAULT), medium, missing::add);
        }
        return missing;
    }

    private Path medium() throws IOException {
        Optional<Corpus> corpus = Corpus.find();
        assumeTrue(corpus.isPresent(), Corpus.ABSENT);
        Path from = corpus.get().expected().resolveSibling("dicomdir/pydicom-three-patients");
        assumeTrue(Files.isDirectory(from), Corpus.ABSENT);
        Path to = folder.resolve("medium");
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
        return to;
    }

    @Test
    void each_file_that_is_listed_and_not_there_is_told() throws Exception {
        Path medium = medium();
        assertThat(missing(medium)).isEmpty();

        Files.delete(medium.resolve("77654033/CR1/6154"));
        try (Stream<Path> all = Files.walk(medium.resolve("98892001/CT2N"))) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }

        assertThat(missing(medium))
                .containsExactlyInAnyOrder("77654033/CR1/6154", "98892001/CT2N/6293", "98892001/CT2N/6924");
    }

    @Test
    void a_file_in_small_letters_is_there() throws Exception {
        Path medium = medium();
        Files.move(medium.resolve("77654033/CR1"), medium.resolve("77654033/cr"));
        Files.move(medium.resolve("77654033/cr"), medium.resolve("77654033/" + "CR1".toLowerCase(Locale.ROOT)));
        assertThat(missing(medium)).isEmpty();
    }

    @Test
    void what_is_listed_outside_the_folder_is_not_looked_for() throws Exception {
        Files.writeString(folder.resolve("outside"), "x");
        Path medium = Files.createDirectory(folder.resolve("medium"));
        DataSet record = DataSet.empty().withAll(Attributes.ReferencedFileID, List.of("..", "outside"));
        DataSet directory = DataSet.empty().withAll(Attributes.DirectoryRecordSequence, List.of(record));
        List<String> missing = new ArrayList<>();
        byte[] bytes = directory.toBytes(TransferSyntax.ExplicitVRLittleEndian);
        FileSet.compare(
                new Part10(
                        DataSet.empty(),
                        TransferSyntax.ExplicitVRLittleEndian,
                        new ByteArrayInputStream(bytes),
                        0,
                        Set.of()),
                medium,
                missing::add);
        assertThat(missing).containsExactly("../outside");
    }
}
