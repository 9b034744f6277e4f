package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Dictionary;
import org.strongroom.dicom.Element;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.VR;
import org.strongroom.testkit.Corpus;
import org.strongroom.testkit.Extent;
import org.strongroom.testkit.Programs;
import org.strongroom.testkit.StrongroomProcess;
import org.strongroom.testkit.TlsForward;

/**
 * What a thief of the disk, or a reader of logs, finds of the patients: nothing. Every byte of the whole folder (data, keys,
 * run), of temporary files, and of what the server said is searched for every identifying value of what was loaded, in the
 * forms of {@link Needles}. What {@code get} and {@code export} write for their caller lies elsewhere and is not looked at.
 */
class LeakIT {
    /** The number of a pack, in the name of its file or in the log. */
    private static final Pattern PACK = Pattern.compile("packs/[0-9]{8}\\.pack$|pack [0-9a-f]{8}(?= offset)");

    /** Beside all person names: what identifies, or describes in words; DESIGN.md section 1, promise 4. */
    private static final List<String> IDENTIFYING = List.of(
            "PatientID",
            "PatientBirthDate",
            "OtherPatientIDs",
            "PatientAddress",
            "PatientTelephoneNumbers",
            "PatientComments",
            "AccessionNumber",
            "StudyDescription",
            "SeriesDescription",
            "RequestedProcedureDescription",
            "PerformedProcedureStepDescription",
            "RequestedProcedureID",
            "AdmissionID",
            "InstitutionName",
            "InstitutionAddress",
            "AdmittingDiagnosesDescription",
            "ImageComments");

    @TempDir
    Path folder;

    /** A value that may not be found, and those that stand in clear by design: dates of studies, UIDs, modalities. */
    private final Needles needles = new Needles();

    private final Set<String> sought = new TreeSet<>();
    private final Set<String> open = new TreeSet<>();

    @Test
    void a_demo_that_was_queried_moved_and_exported_leaves_no_value_in_its_folder_log_or_temporary_files()
            throws Exception {
        for (DemoStudies.Maker maker : Extent.FULL ? DemoStudies.makers() : some(DemoStudies.makers())) {
            byte[] bytes = maker.make().dataSet().array();
            collect(DataSet.read(bytes, DemoStudies.Instance.SYNTAX, Limits.DEFAULT));
        }
        prepare();
        assertThat(needles.values())
                .contains("DEMO^AURELIA", "AURELIA^DEMO", "DEMO-MR-815307", "19680314", "DEMOACC2", "MR head");
        Path data = folder.resolve("data");
        Path temporary = Files.createDirectories(folder.resolve("tmp"));
        List<String> java = List.of("-Djava.io.tmpdir=" + temporary);
        try (StrongroomProcess demo = StrongroomProcess.demo(data, java)) {
            String said = tour(data, demo);
            assertClean(Map.of("output of commands", said, "stdout", demo.out(), "log", demo.err()));
            assertOpenFilesAreClean(demo.pid());
            assertNoSecretIn("/proc/" + demo.pid() + "/cmdline", data.resolve("keys"));
            assertNoSecretIn("/proc/" + demo.pid() + "/environ", data.resolve("keys"));
            // As it runs, with write-ahead log and pack under way: what a thief pulls out of a running machine.
            assertClean(data);
            assertThat(demo.stop()).isZero();
            assertClean(Map.of("stdout", demo.out(), "log", demo.err()));
        }
        assertClean(data);
        assertClean(temporary);
        assertKeysAreElsewhere(data);
    }

    private static List<DemoStudies.Maker> some(List<DemoStudies.Maker> all) {
        return List.of(all.getFirst(), all.get(130), all.get(all.size() - 30), all.getLast());
    }

    /** All of the tour that reads; returns what commands said that has no business to name a patient. */
    private String tour(Path data, StrongroomProcess demo) throws Exception {
        String study = "StudyInstanceUID=" + DemoStudies.studies().get(1);
        StringBuilder said = new StringBuilder();
        assertThat(command(data, "find", "-k", "PatientName=DEMO*", "-k", "PatientID"))
                .contains("DEMO-CT-470211");
        command(data, "find", "-k", "PatientName=*RTHOLO*");
        command(
                data,
                "find",
                "-k",
                "PatientID=DEMO-MR-815307",
                "-k",
                "PatientBirthDate=19591127",
                "-k",
                "AccessionNumber=DEMOACC*");
        command(data, "find", "-l", "series", "-k", study, "-k", "SeriesDescription=T1*");
        Path got = folder.resolve("got");
        said.append(command(data, "get", "-k", study, "--out", got.toString()));
        assertThat(got).isNotEmptyDirectory();
        said.append(command(data, "store", got.toString()));
        said.append(command(
                data,
                "export",
                "--study",
                DemoStudies.studies().get(2).value(),
                "--out",
                folder.resolve("exported").toString(),
                "--purpose",
                "TREAT",
                "--reason",
                "tour"));
        said.append(move(data, study));
        said.append(command(data, "doctor"));
        said.append(command(data, "audit", "verify"));
        assertThat(demo.isAlive()).isTrue();
        return said.toString();
    }

    private String move(Path data, String study) throws Exception {
        TlsForward.Credentials own = new TlsForward.Credentials(
                data.resolve("demo/DEMO.key"), data.resolve("demo/DEMO.pem"), data.resolve("demo/ca.pem"));
        try (Capture capture = new Capture();
                TlsForward receiver = TlsForward.fromTls(DemoCommand.RECEIVER_PORT, "127.0.0.1", capture.port(), own)) {
            assertThat(receiver.port()).isEqualTo(DemoCommand.RECEIVER_PORT);
            String said = command(data, "move", "-k", study, "--to-aet", "DEMO");
            assertThat(capture.captured()).isNotEmpty();
            return said;
        } catch (BindException e) {
            System.out.println("leaks: port " + DemoCommand.RECEIVER_PORT + " is taken; nothing is moved in this run");
            return "";
        }
    }

    private static String command(Path data, String... arguments) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(Arrays.asList(arguments));
        line.addAll(List.of("--data", data.toString()));
        Programs.Run run = StrongroomProcess.run(line.toArray(String[]::new));
        assertThat(run.exit()).as(String.join(" ", line) + ": " + run.output()).isZero();
        return run.output();
    }

    @Test
    void names_of_real_files_in_any_character_set_leave_nothing_either() throws Exception {
        Optional<Corpus> corpus = Corpus.find();
        assumeTrue(corpus.isPresent(), Corpus.ABSENT);
        Instances.Sorted sorted = Instances.sort(corpus.orElseThrow());
        Path media = Files.createDirectories(folder.resolve("media"));
        int files = 0;
        for (Instances.Stored stored : sorted.storable()) {
            if (Extent.FULL || stored.file().folder().matches("charsets|studies|modalities")) {
                collect(stored.elements());
                Files.copy(corpus.get().path(stored.file()), media.resolve(files++ + ".dcm"));
            }
        }
        prepare();
        try (Clinic clinic = Clinic.make(folder)) {
            clinic.enrol("CT1", "--services", "echo,store,find,get,move");
            Path temporary = Files.createDirectories(folder.resolve("tmp"));
            clinic.start("-Djava.io.tmpdir=" + temporary);
            // Some values are words of our own schema or of sqlite, as "Patient" is: an empty archive has them too.
            Set<String> ours = new TreeSet<>();
            for (Path place : List.of(clinic.folder(), temporary)) {
                found(place).values().forEach(ours::addAll);
            }
            System.out.println("leaks: an empty archive holds " + ours);
            assertThat(ours).hasSizeLessThan(10);
            int saidAtStart = clinic.server().err().length(); // it names our command doctor, and so do some files
            Programs.Run imported = clinic.command("import", media.toString());
            assertThat(imported.output()).contains("found " + files);
            for (String name : List.of("Yamada*", "Buc^J\u00e9r\u00f4me", "*Doe*")) {
                Clinic.check(clinic.command(
                        "find", "-k", "PatientName=" + name, "--purpose", "TREAT", "--reason", "a test"));
            }
            assertClean(Map.of(
                    "import",
                    imported.output(),
                    "stdout",
                    clinic.server().out(),
                    "log",
                    PACK.matcher(clinic.server().err().substring(saidAtStart)).replaceAll("pack")));
            assertOpenFilesAreClean(clinic.server().pid());
            assertOnlyOurs(ours, clinic.folder());
            clinic.stop();
            assertOnlyOurs(ours, clinic.folder());
            assertOnlyOurs(ours, temporary);
        }
    }

    private void assertOnlyOurs(Set<String> ours, Path root) throws IOException {
        assertThat(found(root)).allSatisfy((_, values) -> assertThat(ours).containsAll(values));
    }

    private void collect(DataSet elements) {
        for (Tag tag : elements.tags()) {
            Optional<Element> element = elements.element(tag);
            if (element.isEmpty()) {
                continue;
            }
            if (element.get() instanceof Element.Sequence(Tag _, List<DataSet> items)) {
                items.forEach(this::collect);
                continue;
            }
            VR vr = element.get().vr();
            String keyword = Dictionary.standard()
                    .attribute(tag)
                    .map(Dictionary.Entry::keyword)
                    .orElse("");
            boolean identifying = vr == VR.PN || IDENTIFYING.contains(keyword);
            if (identifying && element.get() instanceof Element.Encoded encoded) {
                sought.addAll(elements.text(tag));
                needles.add(
                        keyword + " as in the file",
                        encoded.bytes().byteSize() < Needles.SHORTEST
                                ? new byte[0]
                                : trimmed(encoded.bytes().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE)));
            } else if (Set.of(VR.UI, VR.CS, VR.DA, VR.DT).contains(vr)) {
                open.addAll(elements.text(tag));
            }
        }
    }

    private static byte[] trimmed(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1).strip().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Adds each value, and of names each component by itself and in another order, unless it stands in clear by design. */
    private void prepare() {
        Set<String> all = new TreeSet<>(sought);
        for (String value : sought) {
            for (String group : value.split("=", -1)) {
                List<String> components = Arrays.asList(group.split("\\^", -1));
                all.addAll(components);
                all.addAll(List.of(
                        String.join("^", components.reversed()),
                        String.join(" ", components),
                        String.join(" ", components.reversed()),
                        String.join(", ", components)));
                all.add(new StringBuilder(group).reverse().toString());
            }
        }
        String clear = String.join("\n", open);
        for (String value : all) {
            if (!clear.contains(value.strip())) {
                needles.add(value);
            }
        }
        System.out.println("leaks: looking for " + needles.size() + " values");
    }

    private void assertClean(Path root) throws IOException {
        assertThat(found(root)).isEmpty();
    }

    /** By file, what stands in it or in its name. */
    private Map<String, Set<String>> found(Path root) throws IOException {
        Map<String, Set<String>> found = new TreeMap<>();
        long bytes = 0;
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : all.toList()) {
                // Packs are numbered, and a patient of the corpus has the number of one.
                String name = PACK.matcher(root.relativize(path).toString()).replaceFirst("pack");
                Set<String> here = new TreeSet<>(needles.in(name.getBytes(StandardCharsets.UTF_8)));
                if (Files.isRegularFile(path)) {
                    bytes += Files.size(path);
                    here.addAll(needles.in(path));
                }
                if (!here.isEmpty()) {
                    found.put(path.toString(), here);
                }
            }
        }
        System.out.println("leaks: " + bytes + " bytes of " + root.getFileName() + " searched");
        return found;
    }

    private void assertClean(Map<String, String> texts) {
        texts.forEach((name, text) -> assertThat(needles.in(text)).as(name).isEmpty());
    }

    /** Files a process has open that have no name any more; sqlite's temporary files are such. */
    private void assertOpenFilesAreClean(long pid) throws IOException {
        Path descriptors = Path.of("/proc/" + pid + "/fd");
        assumeTrue(Files.isDirectory(descriptors), "skipped: no /proc");
        try (Stream<Path> all = Files.list(descriptors)) {
            for (Path descriptor : all.toList()) {
                String target = Files.readSymbolicLink(descriptor).toString();
                if (target.endsWith("(deleted)") && Files.isRegularFile(descriptor)) {
                    assertThat(needles.in(descriptor)).as(target).isEmpty();
                }
            }
        }
    }

    private static Needles secrets(Path keys) throws IOException {
        Needles secrets = new Needles();
        try (Stream<Path> files = Files.walk(keys)) {
            // The signed head of the audit log has a second copy there, which is no secret.
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(file -> !file.endsWith("audit.head"))
                    .toList()) {
                byte[] key = Files.readAllBytes(file);
                secrets.add(file.getFileName().toString(), key.length > 64 ? Arrays.copyOfRange(key, 32, 64) : key);
            }
        }
        assertThat(secrets.values()).contains("master.key");
        return secrets;
    }

    private static void assertNoSecretIn(String file, Path keys) throws IOException {
        Path path = Path.of(file);
        assumeTrue(Files.exists(path), "skipped: no /proc");
        byte[] content = Files.readAllBytes(path);
        assertThat(secrets(keys).in(content)).as(file).isEmpty();
        assertThat(new String(content, StandardCharsets.UTF_8).toLowerCase(java.util.Locale.ROOT))
                .as(file)
                .doesNotContain("token=", "password=", "secret=", "private key");
    }

    /** The data directory alone, which is what a bucket or a backup holds, has no key in it. */
    private static void assertKeysAreElsewhere(Path data) throws IOException {
        Needles secrets = secrets(data.resolve("keys"));
        try (Stream<Path> files = Files.walk(data.resolve("data"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(secrets.in(file)).as(file.toString()).isEmpty();
            }
        }
    }

    @Test
    void the_search_finds_each_form_wherever_it_stands() throws Exception {
        needles.add("M\u00fcller^Ann");
        Path file = folder.resolve("file");
        List<byte[]> forms = List.of(
                "MÜLLER^ANN".getBytes(StandardCharsets.UTF_16LE),
                "müller^ann".getBytes(StandardCharsets.ISO_8859_1),
                "Müller^Ann".getBytes(StandardCharsets.UTF_8),
                "Müller^ANN".getBytes(StandardCharsets.UTF_16BE),
                java.util.Base64.getEncoder().encode("xyMüller^Ann.".getBytes(StandardCharsets.UTF_8)),
                java.util.HexFormat.of()
                        .formatHex("Müller^Ann".getBytes(StandardCharsets.UTF_8))
                        .getBytes(StandardCharsets.US_ASCII));
        for (byte[] form : forms.subList(1, forms.size())) {
            for (int at : List.of(0, 65_520, 65_536, 200_000)) {
                byte[] bytes = new byte[at + form.length + 3];
                System.arraycopy(form, 0, bytes, at, form.length);
                Files.write(file, bytes);
                assertThat(needles.in(file))
                        .as(new String(form, StandardCharsets.ISO_8859_1) + at)
                        .isNotEmpty();
                assertThat(needles.in(bytes)).isNotEmpty();
            }
        }
        Files.write(file, new byte[300_000]);
        assertThat(needles.in(file)).isEmpty();
    }
}
