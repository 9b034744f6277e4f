package org.strongroom.dicom.deidentify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.dicom.Tag;
import org.strongroom.testkit.Extent;
import org.strongroom.testkit.Programs;

/** What comes out is read by other people's programs, and dciodvfy finds no fault in it that was not there before. */
class OtherProgramsReadTest {
    private static final Duration LONGEST = Duration.ofMinutes(2);
    private static final Pattern QUOTED = Pattern.compile("\"[^\"]*\"|<[^>]*>$|<2\\.25[^>]*>|= <[^>]*>|\\[[0-9]+\\]");

    /** Table E.1-1 says X, removed, of what these IODs want: the table is followed. */
    private static final Map<String, List<String>> BY_THE_TABLE = Map.of(
            "modalities/grayscale-softcopy-presentation-state/",
            List.of("PresentationCreationDate", "PresentationCreationTime"),
            "studies/cr-with-presentation-state/PR000000.dcm",
            List.of("PresentationCreationDate", "PresentationCreationTime"),
            "modalities/enhanced-mr-image/mr_brucker.dcm",
            List.of("ResponsiblePerson", "ResponsibleOrganization"),
            "modalities/hanging-protocol/NeurosurgeryPlan.dcm",
            List.of("ReasonForRequestedProcedureCodeSequence"));

    /** Reads each file named on standard input whole, values decoded, and prints its SOP Instance UID. */
    private static final String PYDICOM = """
            import sys, warnings, pydicom
            warnings.simplefilter('ignore')
            for path in open(sys.argv[1]).read().splitlines():
                try:
                    data = pydicom.dcmread(path)
                    seen = [str(e.tag) for e in data.iterall() if e.VR != 'OW' and str(e.value) is not None]
                    print(data.SOPInstanceUID, data.PatientName, data.PatientIdentityRemoved)
                except Exception as e:
                    print(path, type(e).__name__)
            """;

    /** pydicom has no VR ZZ, which this file's author made up. */
    private static final Set<String> NOT_FOR_PYDICOM = Set.of("malformed/synthetic/unknown-vr-letters.dcm");

    @TempDir
    Path folder = Path.of("");

    private Path write(int number, byte[] file) throws IOException {
        return Files.write(folder.resolve(number + ".dcm"), file);
    }

    @Test
    void dciodvfy_finds_no_fault_that_was_not_there_before() throws IOException, InterruptedException {
        Programs.require("dciodvfy");
        List<String> made = new ArrayList<>();
        int compared = 0;
        for (CorpusSample.Done done : CorpusSample.all("dciodvfy", 15, CorpusSample.accepting())) {
            Path before = write(0, done.before());
            Path after = write(1, done.after());
            Set<String> faults = faults(after);
            faults.removeAll(faults(before));
            String path = done.entry().path();
            faults.stream().filter(fault -> !isByTheTable(path, fault)).forEach(fault -> made.add(path + " " + fault));
            compared++;
        }
        assertThat(made).isEmpty();
        assertThat(compared).isGreaterThan(Extent.of(3, 400));
    }

    private static boolean isByTheTable(String path, String fault) {
        return fault.contains("Missing attribute")
                && BY_THE_TABLE.entrySet().stream()
                        .filter(entry -> path.startsWith(entry.getKey()))
                        .anyMatch(entry -> entry.getValue().stream()
                                .anyMatch(keyword -> fault.contains("Element=<" + keyword + ">")));
    }

    /** Its lines of errors without values. */
    private static Set<String> faults(Path file) throws IOException, InterruptedException {
        Set<String> faults = new TreeSet<>();
        Programs.run(LONGEST, "dciodvfy", file.toString())
                .output()
                .lines()
                .filter(line -> line.startsWith("Error") || line.contains("Assertion"))
                .map(line -> line.startsWith("Error") ? QUOTED.matcher(line).replaceAll("") : "Assertion")
                .forEach(faults::add);
        return faults;
    }

    @Test
    void pydicom_and_dcmdump_read_what_comes_out() throws IOException, InterruptedException {
        Path python = Path.of("/usr/bin/python3");
        Programs.require("dcmdump");
        assumeTrue(
                Files.exists(python)
                        && Programs.run(LONGEST, python.toString(), "-c", "import pydicom")
                                        .exit()
                                == 0,
                "skipped: no pydicom");
        List<String> files = new ArrayList<>();
        Map<String, String> expected = new TreeMap<>();
        for (CorpusSample.Done done : CorpusSample.all("pydicom", 25, CorpusSample.accepting())) {
            String file = write(files.size() + 2, done.after()).toString();
            files.add(file);
            String uid = done.read().text(Subject.SOP_INSTANCE).getFirst();
            if (NOT_FOR_PYDICOM.contains(done.entry().path())) {
                files.removeLast();
            } else if (!uid.matches("[0-9.]*")) {
                throw new AssertionError("not a UID in " + done.entry().path());
            } else {
                String pseudonym = done.read().text(Subject.PATIENT_NAME).getFirst();
                expected.put(file, uid + " " + pseudonym + " YES");
                assertThat(done.read().text(new Tag(0x00120062))).containsExactly("YES");
            }
        }
        Path list = Files.write(folder.resolve("files"), files);
        Path script = Files.writeString(folder.resolve("read.py"), PYDICOM);
        Programs.Run read = Programs.run(LONGEST, python.toString(), script.toString(), list.toString());
        assertThat(read.output().lines().toList())
                .containsExactlyElementsOf(files.stream().map(expected::get).toList());

        List<String> command = new ArrayList<>(List.of("dcmdump", "-q"));
        command.addAll(files);
        Programs.Run dumped = Programs.run(LONGEST, folder, command);
        assertThat(dumped.output()).doesNotContain("E: ");
        assertThat(dumped.exit()).isZero();
    }
}
