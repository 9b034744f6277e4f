package org.strongroom.dicom.deidentify;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Dictionary;
import org.strongroom.dicom.Element;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.VR;
import org.strongroom.testkit.Corpus;
import org.strongroom.testkit.Extent;

/** Over real files: each is refused with a reason, or nothing of whose it is stays in what comes out. */
class CorpusDeidentifyTest {
    private static final DeidentificationProfile ACCEPTING = new DeidentificationProfile(
            Set.of(), SafePrivateList.standard(), true, DeidentificationProfile.DEFAULT_SHIFT_DAYS);

    /** A value that stands in other elements of the output as well, which are not where it came from. */
    private record Chance(String file, String value, List<Integer> elsewhere) {}

    private static final List<Integer> DUMMY_DATES = List.of(0x00080012, 0x00080021, 0x00080023);

    private static final List<Chance> BY_CHANCE = List.of(
            // Patient ID 0010 of a phantom: in our date 19000101.
            new Chance("modalities/enhanced-ct-image/eCT_Supplemental.dcm", "0010", DUMMY_DATES),
            new Chance("transfer-syntaxes/", "0010", DUMMY_DATES),
            // A date that was our dummy already.
            new Chance("malformed/", "19000101", DUMMY_DATES),
            new Chance("studies/", "19000101", DUMMY_DATES),
            new Chance("transfer-syntaxes/", "19000101", DUMMY_DATES),
            // Operators' Name REMOVED, which is our dummy (of a text with a name in it too), and the term of
            // (0028,0303).
            new Chance(
                    "modalities/positron-emission-tomography-image/2.dcm",
                    "REMOVED",
                    List.of(0x00081070, 0x00280303, 0x00541101)),
            // Patient ID, Study ID and Series Number are all 123456; the table does not name Series Number.
            new Chance("studies/ct-with-segmentations-dcmqi/", "123456", List.of(0x00200011)),
            // A content creator called as the project whose address is the Manufacturer.
            new Chance("studies/sr-example-dcmqi/rwvm.dcm", "QIICR", List.of(0x00080070)));

    /** Of the corpus, what is read with a record though bytes are left over: for this purpose it is damaged. */
    private static final String TRAILING_GARBAGE = "malformed/synthetic/trailing-garbage.dcm";

    private Corpus corpus;

    @BeforeEach
    void find() {
        Optional<Corpus> found = Corpus.find();
        assumeTrue(found.isPresent(), Corpus.ABSENT);
        corpus = found.orElseThrow();
    }

    private interface Check {
        void on(String path, DataSet before, byte[] after) throws IOException;
    }

    private static Optional<DataSet> readable(byte[] file) throws IOException {
        try {
            Part10 part10 = Part10.open(new ByteArrayInputStream(file), Limits.DEFAULT);
            return Optional.of(DataSet.read(part10.body().readAllBytes(), part10.syntax(), Limits.DEFAULT));
        } catch (DicomFormatException e) {
            return Optional.empty();
        }
    }

    private Map<String, String> onEach(DeidentificationProfile profile, Check check) throws IOException {
        Map<String, String> refused = new TreeMap<>();
        for (Corpus.Entry entry : corpus.entries()) {
            if (!Extent.FULL && entry.bytes() > 150_000) {
                continue;
            }
            byte[] file = corpus.bytes(entry);
            Optional<DataSet> before = readable(file);
            if (before.isEmpty()) {
                continue;
            }
            try {
                Optional<Refusal> refusal = Deidentified.refusal(file, profile);
                if (refusal.isPresent()) {
                    refused.put(entry.path(), refusal.get().name());
                } else {
                    check.on(entry.path(), before.get(), Deidentified.bytes(file, profile));
                }
            } catch (DicomFormatException e) {
                refused.put(entry.path(), e.getMessage());
            }
        }
        return refused;
    }

    @Test
    void nothing_of_whose_it_is_stays_and_the_pixels_do() throws IOException {
        List<String> stayed = new ArrayList<>();
        List<String> done = new ArrayList<>();
        Map<String, String> refused = onEach(ACCEPTING, (path, before, after) -> {
            done.add(path);
            Set<String> values = new HashSet<>();
            identifying(before, values);
            DataSet read = Deidentified.read(after);
            DataSet searched = withoutPixels(read);
            String meta = meta(after);
            String text = text(searched) + meta;
            values.stream()
                    .filter(text::contains)
                    .filter(value -> (text(withoutChance(searched, path, value)) + meta).contains(value))
                    .forEach(value -> stayed.add(path + " " + value));
            Tag pixels = new Tag(0x7FE00010);
            assertThat(read.contains(pixels)).as(path).isEqualTo(before.contains(pixels));
            if (before.contains(pixels)) {
                assertThat(pixels(read)).as(path).isEqualTo(pixels(before));
            }
            assertThat(Deidentified.refusal(after, ACCEPTING)).as(path).isEmpty();
        });

        assertThat(stayed).isEmpty();
        assertThat(done).hasSizeGreaterThan(Extent.of(250, 410));
        assertThat(refused).hasSizeLessThan(60);
        String garbage = refused.remove(TRAILING_GARBAGE);
        assertThat(garbage).contains("a value is cut off");
        assertThat(refused.values()).isSubsetOf("NO_INSTANCE", "DIRECTORY", "BURNED_IN", "OVERLAY_IN_PIXELS");
    }

    static DataSet withoutPixels(DataSet dataSet) {
        DataSet without = dataSet;
        for (Tag tag : dataSet.tags()) {
            without = tag.group() == 0x7FE0 ? without.without(tag) : without;
        }
        return without;
    }

    static String text(DataSet dataSet) {
        return new String(dataSet.toBytes(TransferSyntax.ExplicitVRLittleEndian), StandardCharsets.ISO_8859_1);
    }

    static DataSet withoutChance(DataSet dataSet, String path, String value) {
        DataSet without = dataSet;
        for (Chance chance : BY_CHANCE) {
            if (path.startsWith(chance.file) && value.equals(chance.value)) {
                for (int tag : chance.elsewhere) {
                    without = without.without(new Tag(tag));
                }
            }
        }
        return without;
    }

    private static String meta(byte[] file) throws IOException {
        byte[] meta = Part10.open(new ByteArrayInputStream(file), Limits.DEFAULT)
                .meta()
                .toBytes(TransferSyntax.ExplicitVRLittleEndian);
        return new String(meta, StandardCharsets.ISO_8859_1);
    }

    /** Names, identifiers, dates and UIDs, items included, of more than three characters. */
    static void identifying(DataSet dataSet, Set<String> values) {
        for (Tag tag : dataSet.tags()) {
            if (tag.isPrivate()) {
                continue;
            }
            Element element = dataSet.element(tag).orElseThrow();
            VR vr = element.vr();
            if (element instanceof Element.Sequence(Tag same, List<DataSet> items)) {
                items.forEach(item -> identifying(item, values));
            } else if (vr == VR.PN
                    || tag.equals(Subject.PATIENT_ID)
                    || vr == VR.DA
                    || vr == VR.DT
                    || (vr == VR.UI && isInstance(tag))) {
                dataSet.text(tag).stream()
                        .filter(value -> value.length() > 3)
                        .filter(value -> vr != VR.UI || !isRegistered(value))
                        .forEach(values::add);
            }
        }
    }

    private static boolean isInstance(Tag tag) {
        return Dictionary.standard()
                .attribute(tag)
                .map(entry -> !entry.keyword().contains("SOPClass")
                        && !entry.keyword().contains("CodingScheme"))
                .orElse(true);
    }

    private static boolean isRegistered(String value) {
        return Uid.parse(value).flatMap(Dictionary.standard()::uidName).isPresent();
    }

    @Test
    void references_within_a_study_still_lead_to_their_instances() throws IOException {
        Map<String, String> renamed = new HashMap<>();
        Map<String, List<String>> references = new HashMap<>();
        Map<String, List<String>> referencesAfter = new HashMap<>();
        onEach(ACCEPTING, (path, before, after) -> {
            DataSet read = Deidentified.read(after);
            renamed.put(
                    before.text(Subject.SOP_INSTANCE).getFirst(),
                    read.text(Subject.SOP_INSTANCE).getFirst());
            references.put(path, referenced(before, new ArrayList<>()));
            referencesAfter.put(path, referenced(read, new ArrayList<>()));
        });
        int followed = 0;
        for (Map.Entry<String, List<String>> entry : referencesAfter.entrySet()) {
            Set<String> known = new HashSet<>(renamed.values());
            Set<String> expected = new HashSet<>();
            references.getOrDefault(entry.getKey(), List.of()).stream()
                    .filter(renamed::containsKey)
                    .map(renamed::get)
                    .forEach(expected::add);
            for (String reference : entry.getValue()) {
                if (known.contains(reference)) {
                    assertThat(expected).as(entry.getKey()).contains(reference);
                    followed++;
                }
            }
        }
        assertThat(followed).isGreaterThan(50);
    }

    private static List<String> referenced(DataSet dataSet, List<String> found) {
        for (Tag tag : dataSet.tags()) {
            if (tag.code() == 0x00081155) {
                found.addAll(dataSet.text(tag));
            }
            dataSet.items(tag).forEach(item -> referenced(item, found));
        }
        return found;
    }

    private static List<Integer> pixels(DataSet dataSet) {
        Tag tag = new Tag(0x7FE00010);
        return switch (dataSet.element(tag).orElseThrow()) {
            case Element.Encoded encoded ->
                List.of(Arrays.hashCode(even(encoded.bytes().toArray(JAVA_BYTE))));
            case Element.Fragments fragments ->
                fragments.fragments().stream()
                        .map(range -> Arrays.hashCode(dataSet.bytes(range).toArray(JAVA_BYTE)))
                        .toList();
            default -> List.of();
        };
    }

    private static byte[] even(byte[] bytes) {
        return Arrays.copyOf(bytes, bytes.length + bytes.length % 2);
    }
}
