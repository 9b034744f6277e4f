package org.strongroom.dicom.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.testkit.Corpus;
import org.strongroom.testkit.Extent;
import org.strongroom.testkit.Programs;

/**
 * What DCMTK and pydicom write of the files of the corpus in both models is read here and compared with the files; what is
 * written here is read by pydicom. Each difference that may be is named with its reason, and each of these is met.
 */
class OtherToolkitsTest {
    private static final Duration LIMIT = Duration.ofMinutes(8);
    private static final int EVERY = Extent.of(24, 1);

    private static final Pattern NUMERALS = Pattern.compile("(?:DS|IS) text \\[(.+)] / \\[(.+)]$");
    private static final String PRIVATE = "\\([0-9A-F]{3}[13579BDF],[0-9A-F]{4}\\)";

    @TempDir
    Path folder;

    private final List<String> differences = new ArrayList<>();
    private int compared;

    /** A difference that is no fault of what is tested. */
    private record Explained(String why, Pattern difference) {
        static Explained of(String why, String difference) {
            return new Explained(why, Pattern.compile(difference));
        }
    }

    private interface Comparison {
        void on(Corpus.Entry entry, Path file, DataSet dataSet) throws IOException, InterruptedException;
    }

    private static Corpus corpus() {
        Optional<Corpus> found = Corpus.find();
        assumeTrue(found.isPresent(), Corpus.ABSENT);
        return found.orElseThrow();
    }

    private static void onSome(Corpus corpus, Comparison comparison) throws IOException, InterruptedException {
        int number = 0;
        for (Corpus.Entry entry : corpus.entries()) {
            if (number++ % EVERY == 0 && (Extent.FULL || entry.bytes() < 200_000)) {
                Optional<DataSet> read = Models.read(corpus, entry);
                if (read.isPresent()) {
                    comparison.on(entry, corpus.path(entry), read.get());
                }
            }
        }
    }

    private void check(List<Explained> explained, int least) {
        Map<String, Integer> used = new TreeMap<>();
        List<String> unexplained = new ArrayList<>();
        for (String difference : differences) {
            if (isOneNumberWrittenTwice(difference)) {
                continue;
            }
            Optional<Explained> reason = explained.stream()
                    .filter(e -> e.difference.matcher(difference).find())
                    .findFirst();
            reason.ifPresentOrElse(e -> used.merge(e.why, 1, Integer::sum), () -> unexplained.add(difference));
        }
        assertThat(String.join("\n", unexplained))
                .as("%s compared, explained %s", compared, used)
                .isEmpty();
        assertThat(compared).isGreaterThan(least);
        if (Extent.FULL) {
            assertThat(used.keySet())
                    .containsExactlyInAnyOrderElementsOf(
                            explained.stream().map(Explained::why).distinct().toList());
        }
    }

    /** Both sides of a DS or IS as numbers: 1.50 and 1.5 are one. */
    private static boolean isOneNumberWrittenTwice(String difference) {
        Matcher sides = NUMERALS.matcher(difference);
        try {
            return sides.find() && numbers(sides.group(1)).equals(numbers(sides.group(2)));
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static List<Double> numbers(String list) {
        return Stream.of(list.split(", ", -1)).map(Double::valueOf).toList();
    }

    private void compare(Corpus.Entry entry, DataSet dataSet, Path model, boolean json) throws IOException {
        try {
            byte[] bytes = Files.readAllBytes(model);
            DataSet theirs = json ? Models.ofJson(bytes) : Models.ofXml(bytes);
            Models.differences(dataSet, theirs).forEach(d -> differences.add(entry + d));
        } catch (DicomFormatException e) {
            differences.add(entry + " not read: " + e.getMessage());
        }
        compared++;
    }

    @Test
    void what_dcm2json_writes_reads_as_the_file() throws IOException, InterruptedException {
        Programs.require("dcm2json");
        onSome(corpus(), (entry, file, dataSet) -> {
            Path json = folder.resolve("dcmtk.json");
            Programs.Run run = Programs.run(LIMIT, "dcm2json", "-q", "-fc", "-ee", file.toString(), json.toString());
            if (run.exit() == 0) {
                compare(entry, dataSet, json, true);
            } else {
                differences.add(entry + " refused by dcm2json " + run.exit());
            }
        });
        check(
                List.of(
                        Explained.of("says the character set of its JSON", "\\(0008,0005\\) CS .* / \\[ISO_IR 192]$"),
                        Explained.of("drops delimiters of a name", "PN text \\[(.*?)\\^+] / \\[\\1]$"),
                        Explained.of("knows private elements", PRIVATE + " VR UN / "),
                        Explained.of("writes other digits, and 0 for -0", "F[LD] bytes$"),
                        Explained.of("loses the data set", "^malformed/synthetic/meta-group-length-wrong.dcm "),
                        Explained.of(
                                "leaves texts of items undecoded", "^malformed/chrSQEncoding.dcm not read: .*UTF-8"),
                        Explained.of("has no encapsulated data", "refused by dcm2json 81$"),
                        Explained.of("lacks the character set", "refused by dcm2json 80$"),
                        Explained.of("can't read the file", "refused by dcm2json 20$")),
                Extent.of(8, 300));
    }

    @Test
    void what_dcm2xml_writes_reads_as_the_file() throws IOException, InterruptedException {
        Programs.require("dcm2xml");
        onSome(corpus(), (entry, file, dataSet) -> {
            Path xml = folder.resolve("dcmtk.xml");
            Programs.Run run =
                    Programs.run(LIMIT, "dcm2xml", "-q", "-nat", "+M", "+Eb", "+U8", file.toString(), xml.toString());
            if (run.exit() == 0) {
                compare(entry, dataSet, xml, false);
            } else {
                differences.add(entry + " refused by dcm2xml " + run.exit());
            }
        });
        check(
                List.of(
                        Explained.of("says UTF-8", "\\(0008,0005\\) CS .* / \\[ISO_IR 192]$"),
                        Explained.of("drops delimiters of a name", "PN text \\[(.*?)\\^+] / \\[\\1]$"),
                        Explained.of("puts a group twice", "^charsets/chrX[12].dcm .*PN text"),
                        Explained.of("knows private elements", PRIVATE + " VR UN / "),
                        Explained.of("drops the block of elements without creator", PRIVATE + " in the "),
                        Explained.of("writes other digits, and 0 for -0", "F[LD] bytes$"),
                        Explained.of("writes OW big endian", " OW bytes swapped$"),
                        Explained.of("writes OD and OF big endian", " O[DF] bytes$"),
                        Explained.of(
                                "writes a private element as its creator", "MR-JPEGLosslessSV1.dcm not read: .* twice"),
                        Explained.of("writes nothing for encapsulated data", "Fragments.* / \\(7FE0,0010\\) O[BW] #0$"),
                        Explained.of("gives encapsulated data VR OB", "\\(7FE0,0010\\) VR OW / OB$"),
                        Explained.of("loses the data set", "^malformed/synthetic/meta-group-length-wrong.dcm "),
                        Explained.of("has no directories", "DICOMDIR.* refused by dcm2xml 2$"),
                        Explained.of("lacks the character set", "refused by dcm2xml 4$"),
                        Explained.of("can't read the file", "refused by dcm2xml 5$")),
                Extent.of(10, 400));
    }

    @Test
    void pydicom_reads_our_json_as_the_file_and_we_read_its_own() throws IOException, InterruptedException {
        Path python = Path.of("/usr/bin/python3");
        assumeTrue(
                Files.isExecutable(python)
                        && Programs.run(LIMIT, python.toString(), "-c", "import pydicom")
                                        .exit()
                                == 0,
                "skipped: no pydicom");
        Path script = folder.resolve("pydicom_models.py");
        try (var in = getClass().getResourceAsStream("pydicom_models.py")) {
            Files.copy(Optional.ofNullable(in).orElseThrow(), script);
        }
        Map<Corpus.Entry, DataSet> read = new LinkedHashMap<>();
        StringBuilder list = new StringBuilder();
        Map<String, Corpus.Entry> byFile = new TreeMap<>();
        onSome(corpus(), (entry, file, dataSet) -> {
            Path ours = folder.resolve(read.size() + ".ours.json");
            Files.write(ours, Models.json(dataSet));
            list.append(file).append('\t').append(ours).append('\t');
            list.append(folder.resolve(read.size() + ".theirs.json")).append('\n');
            byFile.put(file.toString(), entry);
            read.put(entry, dataSet);
        });
        Files.writeString(folder.resolve("FILES"), list);
        Programs.Run run = Programs.run(LIMIT, python.toString(), script.toString(), folder.toString());
        assertThat(run.exit()).as(run.output()).isZero();
        run.output().lines().forEach(line -> {
            String[] fields = line.split("\t", -1);
            Corpus.Entry entry = byFile.get(fields[0]);
            if (entry != null) {
                differences.add(
                        entry + " pydicom " + String.join(" ", List.of(fields).subList(1, fields.length)));
            } else {
                assertThat(line).startsWith("compared ");
            }
        });
        int number = 0;
        for (Map.Entry<Corpus.Entry, DataSet> one : read.entrySet()) {
            Path theirs = folder.resolve(number++ + ".theirs.json");
            if (Files.exists(theirs)) {
                compare(one.getKey(), one.getValue(), theirs, true);
            }
        }
        check(
                List.of(
                        Explained.of("can't read the file", "^malformed/synthetic/.* dcmread "),
                        Explained.of("wants numbers", "(GH195|badVR).dcm pydicom +(from|to)_json ValueError"),
                        Explained.of(
                                "takes UN for the dictionary's VR",
                                " value (?!UN)[A-Z]{2} .* / \\[b'| VR UN / [A-Z]{2}$| VR [A-Z]{2} / UN$"),
                        Explained.of(
                                "keeps numbers big endian",
                                "(_big_endian|explicit-be/).* (value OW|OW bytes swapped$)"),
                        Explained.of(
                                "leaves a choice of VRs",
                                "VR (OB or OW / OB|SS / US or SS)$|RI6XDosiGap.dcm not read: a vr that"),
                        Explained.of("takes JPEG's VR from the syntax", "/SC_rgb_jpeg.dcm .* VR O[BW] / O[BW]$"),
                        Explained.of("can't read UN of AT", "rtdose_rle.dcm pydicom +from_json .*'00280009'"),
                        Explained.of("drops what is cut off", "too_short.dcm .* (element ours|in the first only)$"),
                        Explained.of("takes a value for a header", "^malformed/no_preamble_dicm_in_data "),
                        Explained.of("takes what follows", "trailing-garbage.dcm ")),
                Extent.of(10, 400));
    }
}
