package org.strongroom.dicom.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
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
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.VR;
import org.strongroom.testkit.Programs;

/** The keys of each type of record: against PS3.3 section F.5, and against what dcmmkdir writes of the same files. */
class RecordKeysTest {
    @TempDir
    Path folder = Path.of("");

    /** Type of record, then tag and type of key. */
    private static Map<String, Map<Tag, String>> table() throws IOException {
        Map<String, Map<Tag, String>> table = new TreeMap<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(RecordKeysTest.class.getResourceAsStream("record-keys.txt")),
                StandardCharsets.UTF_8))) {
            for (String line :
                    lines.lines().filter(text -> !text.startsWith("#")).toList()) {
                String[] halves = line.split("\\|", -1);
                String keys = halves[1].replace("Table 10-12", "00200013 1, 00700080 1, 00700081 2, 00700084 2");
                Map<Tag, String> types = new TreeMap<>();
                for (String key : keys.strip().split(", *", -1)) {
                    if (!key.isEmpty()) {
                        String[] parts = key.split(" ", -1);
                        types.put(new Tag(Integer.parseUnsignedInt(parts[0], 16)), parts[1]);
                    }
                }
                table.put(halves[0].strip(), types);
            }
        }
        return table;
    }

    @Test
    void each_type_of_record_has_the_keys_of_the_standard() throws Exception {
        Map<String, Map<Tag, String>> ours = new TreeMap<>();
        for (RecordType type : RecordType.values()) {
            Map<Tag, String> keys = new TreeMap<>();
            type.keys().forEach(key -> keys.put(key.tag(), key.type() == 3 ? "1C" : String.valueOf(key.type())));
            ours.put(type.text(), keys);
        }
        assertThat(ours).isEqualTo(table());
    }

    @Test
    void each_record_of_real_files_has_its_keys() throws Exception {
        Map<String, Map<Tag, String>> table = table();
        List<String> wrong = new ArrayList<>();
        Set<String> seen = new TreeSet<>();
        for (DirectoryRecord record : CorpusMedium.write(folder).all()) {
            seen.add(record.type());
            Objects.requireNonNull(table.get(record.type())).forEach((tag, type) -> {
                boolean right = switch (type) {
                    case "1" -> RecordMaker.hasValue(record.keys(), tag);
                    case "2" -> record.keys().contains(tag);
                    default -> !record.keys().contains(tag) || RecordMaker.hasValue(record.keys(), tag);
                };
                if (!right) {
                    wrong.add(record.type() + " " + tag);
                }
            });
        }
        assertThat(wrong).isEmpty();
        System.out.println("types of records of the corpus: " + seen);
        assertThat(seen).hasSizeGreaterThan(14);
    }

    @Test
    void the_keys_are_those_of_dcmmkdir_but_for_differences_that_have_a_name() throws Exception {
        Programs.require("dcmmkdir");
        Set<String> types = compare(byFile(CorpusMedium.write(folder)));
        assertThat(types).contains("IMAGE", "SR DOCUMENT", "WAVEFORM", "VALUE MAP", "HANGING PROTOCOL");
    }

    /** dcmmkdir 3.6.7 takes the classes of implant groups and assemblies for one another, and refuses both for that. */
    @Test
    void an_instance_of_every_class_has_the_record_that_dcmmkdir_gives_it() throws Exception {
        Programs.require("dcmmkdir");
        FileSetBuilder builder = new FileSetBuilder("", false);
        Files.createDirectory(folder.resolve("A"));
        int number = 0;
        for (Uid sopClass : Dictionary.standard().storageSopClasses()) {
            String name = String.format(Locale.ROOT, "F%05d", ++number);
            Uid sopInstance = new Uid("1.2.3.4." + number);
            DataSet instance = DicomDirectoryTest.instance(number)
                    .withText(Attributes.PatientName.tag(), VR.PN, List.of("A^B"))
                    .with(Attributes.SOPClassUID, sopClass)
                    .with(Attributes.SOPInstanceUID, sopInstance)
                    .with(Attributes.SeriesInstanceUID, new Uid("1.2.3.5." + number));
            for (RecordKey key : RecordTypes.of(sopClass).keys()) {
                // dcmmkdir takes it of no other class, not even where it stands there.
                if (!key.tag().equals(BLENDING) || sopClass.value().endsWith(".11.4")) {
                    instance = withValue(instance, key.tag());
                }
            }
            builder.add(List.of("A", name), SYNTAX, instance);
            try (OutputStream out = Files.newOutputStream(folder.resolve("A").resolve(name))) {
                out.write(Part10.header(sopClass, sopInstance, SYNTAX, Optional.empty()));
                out.write(instance.toBytes(SYNTAX));
            }
        }
        builder.writeTo(folder);
        Set<String> types = compare(byFile(DicomDirectory.read(folder.resolve("DICOMDIR"))));
        assertThat(types)
                .contains("IMAGE", "RT DOSE", "RT STRUCTURE SET", "RT PLAN", "RT TREAT RECORD", "KEY OBJECT DOC")
                .contains("SPECTROSCOPY", "RAW DATA", "REGISTRATION", "FIDUCIAL", "ENCAP DOC", "STEREOMETRIC")
                .contains("IMPLANT", "MEASUREMENT", "SURFACE", "SURFACE SCAN", "TRACT", "ASSESSMENT", "RADIOTHERAPY")
                .contains("PRESENTATION", "ANNOTATION", "PLAN", "PALETTE", "WAVEFORM", "SR DOCUMENT", "VALUE MAP");
    }

    private static final TransferSyntax SYNTAX = TransferSyntax.ExplicitVRLittleEndian;

    private static final Tag BLENDING = new Tag(0x00700402);
    private static final Tag VERIFICATION_FLAG = new Tag(0x0040A493);
    private static final Tag VERIFICATION = new Tag(0x0040A030);

    private static DataSet withValue(DataSet instance, Tag tag) {
        if (tag.equals(VERIFICATION_FLAG)) {
            return instance.withText(tag, VR.CS, List.of("VERIFIED"));
        } else if (tag.equals(VERIFICATION)) {
            return instance.withItems(
                    new Tag(0x0040A073),
                    Stream.of("20240105101112", "20250105101112", "20230105101112")
                            .map(time -> DataSet.empty().withText(tag, VR.DT, List.of(time)))
                            .toList());
        }
        VR vr = Dictionary.standard().attribute(tag).orElseThrow().vrs().getFirst();
        return switch (vr) {
            case DA -> instance.withText(tag, vr, List.of("20240203"));
            case TM -> instance.withText(tag, vr, List.of("101112"));
            case DT -> instance.withText(tag, vr, List.of("20240203101112"));
            case UI -> instance.withText(tag, vr, List.of("1.2.3.9"));
            case SQ ->
                instance.withItems(
                        tag,
                        List.of(DataSet.empty()
                                .with(Attributes.StudyInstanceUID, new Uid("1.2.3.7"))
                                .withItems(
                                        new Tag(0x00081115),
                                        List.of(DataSet.empty().with(Attributes.SeriesInstanceUID, new Uid("1.2.3.8"))))
                                .withText(new Tag(0x0040A010), VR.CS, List.of("HAS CONCEPT MOD"))
                                .withText(new Tag(0x00080104), VR.LO, List.of("MEANING"))));
            default -> instance.withText(tag, vr, List.of("7"));
        };
    }

    /** All that both list; the types of records that dcmmkdir wrote. */
    private Set<String> compare(Map<String, DataSet> ours) throws IOException, InterruptedException {
        Files.move(folder.resolve("DICOMDIR"), folder.resolve("OURS"));
        Programs.run(Duration.ofSeconds(60), folder, List.of("dcmmkdir", "-q", "-W", "+I", "-Nxc", "-Nec", "+r", "A"));
        Map<String, DataSet> theirs = byFile(DicomDirectory.read(folder.resolve("DICOMDIR")));

        Map<String, Integer> differences = new TreeMap<>();
        List<String> unnamed = new ArrayList<>();
        Set<String> types = new TreeSet<>();
        for (String place : theirs.keySet()) {
            types.add(place.replaceFirst(" of .*", ""));
            DataSet our = ours.get(place);
            if (our == null) {
                unnamed.add(place);
                continue;
            }
            DataSet their = Objects.requireNonNull(theirs.get(place));
            DataSet instance = instance(place);
            Set<Tag> tags = new TreeSet<>(our.tags());
            tags.addAll(their.tags());
            tags.removeAll(OFFSETS);
            for (Tag tag : tags) {
                String name = difference(tag, our, their, instance);
                if (name.equals("?")) {
                    unnamed.add(place + " " + tag);
                } else if (!name.isEmpty()) {
                    differences.merge(name, 1, Integer::sum);
                }
            }
        }
        System.out.println("dcmmkdir: records of types " + types + ", differences " + differences);
        assertThat(unnamed).isEmpty();
        return types;
    }

    private static final Set<Tag> OFFSETS = Set.of(new Tag(0x00041400), new Tag(0x00041410), new Tag(0x00041420));

    private static final Set<String> OPTIONAL = Set.of("(0008,0008)", "(0008,1140)");

    /** Nothing where there is none; a question mark where it has no name. */
    private static String difference(Tag tag, DataSet our, DataSet their, DataSet instance) {
        boolean characterSet = tag.equals(Attributes.SpecificCharacterSet.tag());
        if (!our.contains(tag)) {
            if (characterSet) {
                return isAscii(our) ? "a character set for a record of ASCII alone" : "?";
            }
            return OPTIONAL.contains(tag.toString()) ? "a key of type 3" : "?";
        } else if (!their.contains(tag)) {
            boolean roman = characterSet && our.text(tag).getFirst().endsWith("13");
            return roman ? "JIS X 0201 is not ASCII below 0x80" : "?";
        } else if (equal(tag, our, their)) {
            return "";
        } else if (!RecordMaker.hasValue(instance, tag)) {
            return "invented by each";
        }
        return tag.equals(Attributes.PatientName.tag()) ? "one Patient ID, two names: two patients of ours" : "?";
    }

    private static boolean equal(Tag tag, DataSet our, DataSet their) {
        List<DataSet> items = our.items(tag);
        List<DataSet> others = their.items(tag);
        if (items.size() != others.size() || !our.text(tag).equals(their.text(tag))) {
            return false;
        }
        for (int i = 0; i < items.size(); i++) {
            DataSet item = items.get(i);
            DataSet other = others.get(i);
            if (!item.tags().equals(other.tags()) || !item.tags().stream().allMatch(each -> equal(each, item, other))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAscii(DataSet record) {
        return record.tags().stream()
                .flatMap(tag -> record.text(tag).stream())
                .allMatch(text -> text.chars().allMatch(c -> c < 0x80));
    }

    private DataSet instance(String place) throws IOException {
        String name = place.replaceAll(".*, |]", "");
        byte[] bytes = Files.readAllBytes(folder.resolve("A").resolve(name));
        Part10 file = Part10.open(new ByteArrayInputStream(bytes), Limits.DEFAULT);
        return DataSet.read(file.body().readAllBytes(), file.syntax(), Limits.DEFAULT);
    }

    /** Records of files, and those above each, by type and file. */
    private static Map<String, DataSet> byFile(DicomDirectory directory) {
        Map<String, DataSet> records = new HashMap<>();
        directory.roots().forEach(root -> byFile(root, List.of(), records));
        return records;
    }

    private static void byFile(DirectoryRecord record, List<DirectoryRecord> above, Map<String, DataSet> records) {
        List<DirectoryRecord> path = new ArrayList<>(above);
        path.add(record);
        if (!record.fileId().isEmpty()) {
            path.forEach(one -> records.put(one.type() + " of " + record.fileId(), one.keys()));
        }
        record.children().forEach(child -> byFile(child, path, records));
    }
}
