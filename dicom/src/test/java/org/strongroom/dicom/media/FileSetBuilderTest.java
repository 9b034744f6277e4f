package org.strongroom.dicom.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Dictionary;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.SpecificCharacterSet;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.VR;
import org.strongroom.testkit.Extent;
import org.strongroom.testkit.Programs;

class FileSetBuilderTest {
    private static final TransferSyntax SYNTAX = TransferSyntax.ExplicitVRLittleEndian;

    @TempDir
    Path folder = Path.of("");

    private static DicomDirectory written(FileSetBuilder builder) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        builder.writeTo(out);
        return DicomDirectory.read(out.toByteArray(), Limits.DEFAULT);
    }

    private static DataSet instance(int number) {
        return DicomDirectoryTest.instance(number);
    }

    /** Types and file IDs, each with those above it. */
    private static Set<String> tree(DicomDirectory directory) {
        Set<String> paths = new TreeSet<>();
        directory.roots().forEach(record -> tree(record, "", paths));
        return paths;
    }

    private static void tree(DirectoryRecord record, String above, Set<String> paths) {
        String path = above + "/" + record.type() + " " + String.join(",", record.fileId())
                + record.keys().text(Attributes.PatientID.tag())
                + record.keys().text(Attributes.StudyInstanceUID.tag())
                + record.keys().text(Attributes.SeriesInstanceUID.tag());
        paths.add(path);
        record.children().forEach(child -> tree(child, path, paths));
    }

    @Test
    void what_is_added_is_read_again_in_its_place() throws Exception {
        FileSetBuilder builder = new FileSetBuilder("MY_SET", false);
        builder.add(List.of("A", "1"), SYNTAX, instance(1));
        builder.add(List.of("A", "2"), SYNTAX, instance(2).with(Attributes.SeriesInstanceUID, new Uid("1.2.6")));
        builder.add(List.of("A", "3"), SYNTAX, instance(3).with(Attributes.PatientID, "P2"));
        DataSet palette = DataSet.empty()
                .with(Attributes.SOPClassUID, new Uid("1.2.840.10008.5.1.4.39.1"))
                .with(Attributes.SOPInstanceUID, new Uid("1.2.3.9"))
                .withText(new org.strongroom.dicom.Tag(0x00700080), VR.CS, List.of("HOT"));
        builder.add(List.of("PAL"), SYNTAX, palette);

        DicomDirectory read = written(builder);

        assertThat(read.irregularities()).isEmpty();
        assertThat(read.elements().irregularities()).isEmpty();
        assertThat(read.fileSetId()).contains("MY_SET");
        assertThat(read.roots().stream().map(DirectoryRecord::type)).containsExactly("PATIENT", "PATIENT", "PALETTE");
        assertThat(read.roots().getFirst().children().getFirst().children()).hasSize(2);
        assertThat(tree(read)).hasSize(11);
        assertThat(tree(written(FileSetBuilder.from(read, false)))).isEqualTo(tree(read));
    }

    @Test
    void an_existing_file_set_is_added_to_and_taken_from() throws Exception {
        FileSetBuilder first = new FileSetBuilder("", false);
        first.add(List.of("A", "1"), SYNTAX, instance(1));
        FileSetBuilder second = FileSetBuilder.from(written(first), false);

        second.add(List.of("A", "2"), SYNTAX, instance(2));
        assertThat(tree(written(second))).hasSize(5);
        assertThatThrownBy(() -> second.add(List.of("A", "3"), SYNTAX, instance(1)))
                .isInstanceOf(FileSetException.class)
                .hasMessage("the same SOP Instance as A/1");
        second.add(List.of("A", "1"), SYNTAX, instance(1).with(Attributes.InstanceNumber, 77));
        assertThat(tree(written(second))).hasSize(5);
        second.remove(List.of("A", "1"));
        second.remove(List.of("A", "2"));
        assertThat(tree(written(second))).isEmpty();
    }

    @Test
    void an_instance_that_another_took_the_file_id_of_can_be_added_elsewhere() throws Exception {
        FileSetBuilder builder = new FileSetBuilder("", false);
        builder.add(List.of("A"), SYNTAX, instance(1));
        builder.add(List.of("A"), SYNTAX, instance(2));
        builder.add(List.of("B"), SYNTAX, instance(1));
        assertThatThrownBy(() -> builder.add(List.of("C"), SYNTAX, instance(2)))
                .hasMessage("the same SOP Instance as A");
        assertThat(builder.size()).isEqualTo(2);
        assertThat(tree(written(builder))).hasSize(5);
    }

    @Test
    void values_that_are_missing_are_told_or_made_up() throws Exception {
        DataSet lacking = instance(1).without(Attributes.StudyID).without(Attributes.StudyDate);
        assertThatThrownBy(() -> new FileSetBuilder("", false).add(List.of("A"), SYNTAX, lacking))
                .isInstanceOf(FileSetException.class)
                .hasMessageContaining("StudyDate (0008,0020) has no value, and a STUDY record must have one");
        FileSetBuilder inventing = new FileSetBuilder("", true);
        inventing.add(List.of("A"), SYNTAX, lacking);
        DataSet study =
                written(inventing).roots().getFirst().children().getFirst().keys();
        assertThat(study.get(Attributes.StudyDate)).contains("19000101");
        assertThat(study.get(Attributes.StudyID)).isPresent();
        assertThatThrownBy(() -> new FileSetBuilder("", true)
                        .add(List.of("A"), SYNTAX, instance(1).without(Attributes.StudyInstanceUID)))
                .isInstanceOf(FileSetException.class);
        assertThatThrownBy(() -> new FileSetBuilder("", true).add(List.of("a.dcm"), SYNTAX, instance(1)))
                .isInstanceOf(FileSetException.class);
        assertThatThrownBy(() -> new FileSetBuilder("not this", true)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void texts_keep_their_character_set() throws Exception {
        DataSet name = DataSet.empty()
                .withAll(Attributes.SpecificCharacterSet, List.of("ISO_IR 192"))
                .withText(Attributes.PatientName.tag(), VR.PN, List.of("王^小明"));
        DataSet instance = instance(1)
                .withAll(Attributes.SpecificCharacterSet, List.of("ISO_IR 192"))
                .withElementOf(name, Attributes.PatientName.tag());
        FileSetBuilder builder = new FileSetBuilder("", false);
        builder.add(List.of("A"), SYNTAX, instance);

        DataSet patient = written(builder).roots().getFirst().keys();

        assertThat(patient.text(Attributes.PatientName.tag())).containsExactly("王^小明");
        assertThat(patient.text(Attributes.SpecificCharacterSet.tag())).containsExactly("ISO_IR 192");
    }

    /** Another writer's: the character set stands once, above all records. */
    @Test
    void a_character_set_of_the_whole_directory_goes_to_its_records() throws Exception {
        DataSet record = DataSet.emptyItem(SpecificCharacterSet.of(List.of("ISO_IR 192")))
                .with(Attributes.DirectoryRecordType, "PATIENT")
                .withText(Attributes.PatientName.tag(), VR.PN, List.of("王^小明"));
        DataSet elements = DataSet.empty()
                .withAll(Attributes.SpecificCharacterSet, List.of("ISO_IR 192"))
                .withItems(Attributes.DirectoryRecordSequence.tag(), List.of(record));
        byte[] header = Part10.header(DicomDirectory.MEDIA_STORAGE_DIRECTORY, new Uid("1.2"), SYNTAX, Optional.empty());
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.write(header);
        file.write(elements.toBytes(SYNTAX));
        DicomDirectory read = DicomDirectory.read(file.toByteArray(), Limits.DEFAULT);

        DataSet patient =
                written(FileSetBuilder.from(read, false)).roots().getFirst().keys();

        assertThat(patient.text(Attributes.PatientName.tag())).containsExactly("王^小明");
    }

    @Test
    void every_storage_class_has_a_record_type_whose_keys_are_in_the_dictionary() {
        Map<RecordType, Integer> types = new TreeMap<>();
        for (Uid uid : Dictionary.standard().storageSopClasses()) {
            types.merge(RecordTypes.of(uid), 1, Integer::sum);
        }
        assertThat(types.get(RecordType.IMAGE)).isGreaterThan(40);
        assertThat(types.get(RecordType.SR_DOCUMENT)).isGreaterThan(12);
        assertThat(RecordTypes.of(new Uid("1.2.3.4"))).isEqualTo(RecordType.PRIVATE);
        for (RecordType type : RecordType.values()) {
            assertThat(type.keys().stream()
                            .allMatch(key ->
                                    Dictionary.standard().attribute(key.tag()).isPresent()))
                    .as(type.text())
                    .isTrue();
            assertThat(RecordType.of(type.text())).contains(type);
        }
    }

    @Test
    void the_file_there_is_replaced_as_a_whole() throws Exception {
        Files.writeString(folder.resolve("DICOMDIR"), "old");
        FileSetBuilder builder = new FileSetBuilder("", false);
        builder.add(List.of("A"), SYNTAX, instance(1));
        builder.writeTo(folder);

        assertThat(DicomDirectory.read(Files.readAllBytes(folder.resolve("DICOMDIR")), Limits.DEFAULT)
                        .all())
                .hasSize(4);
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).hasSize(1);
        }
    }

    @Test
    void a_hundred_thousand_instances_take_some_hundred_bytes_each() throws Exception {
        int count = Extent.of(10_000, 100_000);
        FileSetBuilder builder = new FileSetBuilder("BIG", false);
        for (int i = 0; i < count; i++) {
            String name = String.format(Locale.ROOT, "I%07d", i);
            builder.add(
                    List.of("S" + i % 97, name),
                    SYNTAX,
                    instance(i).with(Attributes.SeriesInstanceUID, new Uid("1.2.5." + i % 97)));
        }
        long[] length = {0};
        builder.writeTo(new OutputStream() {
            @Override
            public void write(int b) {
                length[0]++;
            }

            @Override
            public void write(byte[] bytes, int from, int count) {
                length[0] += count;
            }
        });
        assertThat(length[0] / count).isBetween(100L, 400L);
    }

    private DicomDirectory corpusOnMedium() throws IOException {
        return CorpusMedium.write(folder);
    }

    private Programs.Run run(String... command) throws IOException, InterruptedException {
        return Programs.run(Duration.ofSeconds(60), folder, List.of(command));
    }

    @Test
    void other_toolkits_read_the_directory_and_make_the_same_tree() throws Exception {
        Programs.require("dcmmkdir");
        DicomDirectory ours = corpusOnMedium();
        assertThat(ours.irregularities()).isEmpty();
        assertThat(tree(ours).stream().filter(path -> path.contains("A,F")).count())
                .isGreaterThan(100);

        Programs.Run dump = run("dcmdump", "-q", "DICOMDIR");
        assertThat(dump.exit()).as(dump.output()).isZero();

        Set<String> oursOfTheirs = tree(ours);
        Files.move(folder.resolve("DICOMDIR"), folder.resolve("OURS"));
        run("dcmmkdir", "-q", "-W", "+I", "+r", "A");
        DicomDirectory theirs = DicomDirectory.read(Files.readAllBytes(folder.resolve("DICOMDIR")), Limits.DEFAULT);
        assertThat(theirs.irregularities()).isEmpty();
        Map<String, String> types = types(ours);
        types(theirs)
                .forEach((file, type) -> assertThat(types.get(file)).as(file).isEqualTo(type));
        // Each makes up Patient IDs of its own.
        assertThat(tree(theirs).stream().filter(path -> !path.contains("[DCMTKPAT")))
                .hasSizeGreaterThan(150)
                .allMatch(oursOfTheirs::contains);
        assertThat(types(theirs)).hasSize(90);
    }

    @Test
    void a_record_of_ascii_alone_says_nothing_of_a_character_set() throws Exception {
        FileSetBuilder builder = new FileSetBuilder("", false);
        DataSet misspelt = instance(1).withAll(Attributes.SpecificCharacterSet, List.of("ISO-IR 100"));
        builder.add(List.of("A"), SYNTAX, misspelt);
        DataSet roman = instance(2).withAll(Attributes.SpecificCharacterSet, List.of("ISO_IR 13"));
        builder.add(List.of("B"), SYNTAX, roman.with(Attributes.PatientID, "P2"));

        List<List<String>> terms = written(builder).roots().stream()
                .map(patient -> patient.keys().text(Attributes.SpecificCharacterSet.tag()))
                .toList();

        assertThat(terms).containsExactly(List.of(), List.of("ISO_IR 13"));
    }

    /** Of files that both list, dciodvfy finds no kind of mistake in ours that it doesn't find in dcmmkdir's. */
    @Test
    void dciodvfy_finds_nothing_in_ours_that_it_does_not_find_in_that_of_dcmmkdir() throws Exception {
        Programs.require("dcmmkdir");
        Programs.require("dciodvfy");
        DicomDirectory all = corpusOnMedium();
        Files.delete(folder.resolve("DICOMDIR"));
        run("dcmmkdir", "-q", "-W", "+I", "+r", "A");
        Set<String> both =
                types(DicomDirectory.read(folder.resolve("DICOMDIR"))).keySet();
        Set<String> theirs = complaints();
        FileSetBuilder ours = FileSetBuilder.from(all, false);
        types(all).keySet().stream()
                .filter(file -> !both.contains(file))
                .forEach(file -> ours.remove(List.of(file.split("/"))));
        ours.writeTo(folder);

        assertThat(types(DicomDirectory.read(folder.resolve("DICOMDIR"))).keySet())
                .isEqualTo(both);
        assertThat(theirs).isNotEmpty();
        assertThat(complaints()).isSubsetOf(theirs);
    }

    /** Errors without values and places. */
    private Set<String> complaints() throws IOException, InterruptedException {
        Set<String> complaints = new TreeSet<>();
        for (String line : run("dciodvfy", "DICOMDIR").output().split("\n", -1)) {
            if (line.startsWith("Error")) {
                complaints.add(line.replaceAll("\\([^)]*\\)|\\[[^]]*\\]|\"[^\"]*\"", "")
                        .replaceAll("<[0-9.:]*>", ""));
            }
        }
        return complaints;
    }

    /** Its version 2.3.1 lacks the record type ANNOTATION of 2022: an exception when it is asked for such a record's place. */
    @Test
    void pydicom_finds_every_file_where_we_list_it() throws Exception {
        String python = "/usr/bin/python3";
        assumeTrue(Files.isExecutable(Path.of(python)), "skipped: no " + python);
        assumeTrue(run(python, "-c", "import pydicom.fileset").exit() == 0, "skipped: no pydicom");
        DicomDirectory all = corpusOnMedium();
        FileSetBuilder ours = FileSetBuilder.from(all, false);
        types(all).forEach((file, type) -> {
            if (type.equals("ANNOTATION")) {
                ours.remove(List.of(file.split("/")));
            }
        });
        ours.writeTo(folder);
        String script = """
                import warnings
                warnings.simplefilter("ignore")
                from pydicom.fileset import FileSet
                files = FileSet("DICOMDIR")
                same = [file.load().SOPInstanceUID == file.ReferencedSOPInstanceUIDInFile for file in files]
                print("files", len(same), "moved", sum(file.for_moving for file in files), "same", all(same))
                """;

        Programs.Run read = run(python, "-c", script);

        assertThat(read.exit()).as(read.output()).isZero();
        assertThat(read.output()).contains("files " + ours.size() + " ").contains("same True");
        assertThat(ours.size()).isGreaterThan(100);
    }

    private static Map<String, String> types(DicomDirectory directory) {
        Map<String, String> types = new TreeMap<>();
        for (DirectoryRecord record : directory.all()) {
            if (!record.fileId().isEmpty()) {
                types.put(String.join("/", record.fileId()), record.type());
            }
        }
        return types;
    }
}
