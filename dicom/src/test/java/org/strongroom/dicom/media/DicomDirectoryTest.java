package org.strongroom.dicom.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.media.DicomDirectory.Irregularity;
import org.strongroom.testkit.Corpus;

class DicomDirectoryTest {
    @TempDir
    Path folder = Path.of("");

    private static Map<String, Integer> types(DicomDirectory directory) {
        Map<String, Integer> types = new TreeMap<>();
        directory.all().forEach(record -> types.merge(record.type(), 1, Integer::sum));
        return types;
    }

    @Test
    void every_directory_of_the_corpus_is_read_by_its_offsets() throws IOException {
        Optional<Corpus> corpus = Corpus.find();
        assumeTrue(corpus.isPresent(), Corpus.ABSENT);
        Map<String, Object> seen = new TreeMap<>();
        int resolved = 0;
        for (Corpus.Entry entry : corpus.get().entries("dicomdir")) {
            String name = String.valueOf(Path.of(entry.path()).getFileName());
            if (name.contains("DICOMDIR")) {
                DicomDirectory directory = DicomDirectory.read(corpus.get().bytes(entry), Limits.DEFAULT);
                seen.put(
                        entry.path().substring("dicomdir/".length()),
                        types(directory) + " " + directory.irregularities());
                MediaFolder medium = new MediaFolder(corpus.get().path(entry).resolveSibling("."));
                boolean whole = name.equals("DICOMDIR");
                for (DirectoryRecord record : directory.all()) {
                    if (whole && !record.fileId().isEmpty()) {
                        assertThat(medium.resolve(record.fileId()))
                                .as(record.fileId().toString())
                                .isPresent();
                        resolved++;
                    }
                }
            }
        }
        assertThat(seen).hasSize(8);
        assertThat(resolved).isEqualTo(81);
        // The counts are those that dcmdump prints.
        assertThat(seen.values().toString())
                .isEqualTo(
                        "[{IMAGE=31, PATIENT=2, SERIES=13, STUDY=6} [], {IMAGE=50, PATIENT=1, SERIES=1, STUDY=1} [], "
                                + "{IMAGE=11, PATIENT=11, SERIES=11, STUDY=11} [], {IMAGE=44, PATIENT=1, SERIES=3, STUDY=2} [], "
                                + "{IMAGE=20, PATIENT=20, SERIES=20, STUDY=20} [], {IMAGE=31, PATIENT=2, SERIES=13, STUDY=6} [], "
                                + "{} [], {IMAGE=31, PATIENT=2, SERIES=13, STUDY=6} []]");
    }

    /** One patient, one study, one series and two images, made by our own writer; once, since its UID's length varies. */
    private static final byte[] SMALL = small();

    private static byte[] small() {
        try {
            FileSetBuilder builder = new FileSetBuilder("SMALL", false);
            for (int i = 1; i <= 2; i++) {
                builder.add(List.of("A", "B" + i), TransferSyntax.ExplicitVRLittleEndian, instance(i));
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            builder.writeTo(out);
            return out.toByteArray();
        } catch (IOException | FileSetException e) {
            throw new IllegalStateException(e);
        }
    }

    static DataSet instance(int number) {
        return DataSet.empty()
                .with(Attributes.SOPClassUID, new Uid("1.2.840.10008.5.1.4.1.1.2"))
                .with(Attributes.SOPInstanceUID, new Uid("1.2.3." + number))
                .with(Attributes.StudyDate, "20260101")
                .with(Attributes.StudyTime, "120000")
                .with(Attributes.Modality, "CT")
                .with(Attributes.PatientID, "P1")
                .with(Attributes.StudyInstanceUID, new Uid("1.2.4"))
                .with(Attributes.SeriesInstanceUID, new Uid("1.2.5"))
                .with(Attributes.StudyID, "7")
                .with(Attributes.SeriesNumber, 1)
                .with(Attributes.InstanceNumber, number);
    }

    /** With the {@code count}th value of this element of group 0004 changed. */
    private static byte[] changed(int element, int count, long value) {
        byte[] bytes = SMALL.clone();
        int found = 0;
        for (int i = 132; i < bytes.length - 12; i++) {
            boolean here = bytes[i] == 4
                    && bytes[i + 1] == 0
                    && bytes[i + 2] == (byte) element
                    && bytes[i + 3] == (byte) (element >> 8)
                    && bytes[i + 4] == 'U'
                    && bytes[i + 5] == 'L';
            if (here && ++found == count) {
                for (int k = 0; k < 4; k++) {
                    bytes[i + 8 + k] = (byte) (value >> (8 * k));
                }
                return bytes;
            }
        }
        throw new IllegalStateException("no such element");
    }

    private static void assertWholeDespite(byte[] file, Irregularity irregularity) {
        DicomDirectory directory = DicomDirectory.read(file, Limits.DEFAULT);
        assertThat(directory.irregularities()).containsExactly(irregularity);
        assertThat(types(directory)).isEqualTo(Map.of("PATIENT", 1, "STUDY", 1, "SERIES", 1, "IMAGE", 2));
        assertThat(directory.roots()).hasSize(1);
    }

    @Test
    void wrong_offsets_are_told_and_the_order_of_the_records_counts() {
        long patient = DicomDirectory.read(SMALL, Limits.DEFAULT)
                .elements()
                .get(Attributes.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity)
                .orElseThrow();
        assertThat(DicomDirectory.read(SMALL, Limits.DEFAULT).irregularities()).isEmpty();
        assertWholeDespite(changed(0x1200, 1, 0), Irregularity.BAD_OFFSET);
        assertWholeDespite(changed(0x1200, 1, 0xFFFFFFFFL), Irregularity.BAD_OFFSET);
        assertWholeDespite(changed(0x1200, 1, patient + 2), Irregularity.BAD_OFFSET);
        assertWholeDespite(changed(0x1420, 2, patient + 1), Irregularity.BAD_OFFSET);
        assertWholeDespite(changed(0x1420, 4, patient), Irregularity.SHARED_RECORD);
        assertWholeDespite(changed(0x1400, 1, patient), Irregularity.SHARED_RECORD);
        assertWholeDespite(changed(0x1400, 5, patient), Irregularity.SHARED_RECORD);
    }

    @Test
    void records_that_no_offset_leads_to_are_told() {
        DicomDirectory directory = DicomDirectory.read(changed(0x1420, 2, 0), Limits.DEFAULT);

        assertThat(directory.irregularities()).containsExactly(Irregularity.UNREACHED_RECORD);
        assertThat(types(directory)).isEqualTo(Map.of("PATIENT", 1, "STUDY", 1));
    }

    @Test
    void no_change_of_a_few_bytes_raises_another_exception() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] whole = SMALL;
        for (int run = 0; run < 5000; run++) {
            byte[] bytes = whole.clone();
            for (int change = 0; change < 4; change++) {
                bytes[132 + random.nextInt(bytes.length - 132)] = (byte) random.nextInt();
            }
            try {
                List<DirectoryRecord> all =
                        DicomDirectory.read(bytes, Limits.DEFAULT).all();
                assertThat(all).as("seed " + seed).hasSizeLessThan(20);
            } catch (DicomFormatException e) {
                assertThat(e.getMessage()).as("seed " + seed).isNotBlank();
            }
        }
    }

    @Test
    void what_is_cut_off_is_refused() {
        byte[] whole = SMALL;
        assertThatThrownBy(() -> DicomDirectory.read(java.util.Arrays.copyOf(whole, whole.length - 1), Limits.DEFAULT))
                .isInstanceOf(DicomFormatException.class);
    }

    @Test
    void a_file_id_leads_to_a_file_in_the_folder_and_nowhere_else() throws IOException {
        Path root = Files.createDirectory(folder.resolve("medium"));
        Files.writeString(folder.resolve("SECRET"), "x");
        Files.createDirectories(root.resolve("dir.1"));
        Files.writeString(root.resolve("dir.1/im000001.;1"), "x");
        Files.writeString(root.resolve("FILE"), "x");
        Files.createSymbolicLink(root.resolve("LINK"), folder.resolve("SECRET"));
        Files.createSymbolicLink(root.resolve("OUT"), folder);
        MediaFolder medium = new MediaFolder(root);

        assertThat(medium.resolve(List.of("FILE"))).contains(root.resolve("FILE"));
        assertThat(medium.resolve(List.of("file"))).contains(root.resolve("FILE"));
        assertThat(medium.resolve(List.of("DIR.1", "IM000001"))).contains(root.resolve("dir.1/im000001.;1"));
        List<List<String>> elsewhere = new ArrayList<>(List.of(
                List.of(),
                List.of(""),
                List.of("."),
                List.of(".."),
                List.of("..", "SECRET"),
                List.of("LINK"),
                List.of("OUT", "SECRET"),
                List.of("dir.1"),
                List.of("FILE", "FILE"),
                List.of("../SECRET"),
                List.of("dir.1", "..", "..", "SECRET"),
                List.of("..\\SECRET"),
                List.of("A\0B"),
                List.of("/etc/passwd"),
                List.of("", "etc", "passwd"),
                List.of("C:", "x"),
                List.of("x".repeat(300))));
        for (List<String> id : elsewhere) {
            assertThat(medium.resolve(id)).as(id.toString()).isEmpty();
        }
    }

    @Test
    void standard_file_ids_have_eight_names_of_eight_characters() {
        assertThat(MediaFolder.isStandard(List.of("A", "B", "C", "D", "E", "F", "G", "H")))
                .isTrue();
        assertThat(MediaFolder.isStandard(List.of("A", "B", "C", "D", "E", "F", "G", "H", "I")))
                .isFalse();
        assertThat(MediaFolder.isStandard(List.of("ABCDEF_8"))).isTrue();
        assertThat(MediaFolder.isStandard(List.of("ABCDEFGH9"))).isFalse();
        assertThat(MediaFolder.isStandard(List.of("abc"))).isFalse();
        assertThat(MediaFolder.isStandard(List.of("A.B"))).isFalse();
        assertThat(MediaFolder.isStandard(List.of())).isFalse();
    }
}
