package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.strongroom.dicom.Attributes.PatientID;
import static org.strongroom.dicom.Attributes.PatientName;
import static org.strongroom.dicom.Attributes.QueryRetrieveLevel;
import static org.strongroom.dicom.Attributes.SOPClassUID;
import static org.strongroom.dicom.Attributes.SOPInstanceUID;
import static org.strongroom.dicom.Attributes.SeriesInstanceUID;
import static org.strongroom.dicom.Attributes.SpecificCharacterSet;
import static org.strongroom.dicom.Attributes.StudyInstanceUID;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.archive.Level;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Element;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.VR;
import org.strongroom.dimse.Association;
import org.strongroom.dimse.Proposal;
import org.strongroom.dimse.Status;
import org.strongroom.server.Instances.Stored;
import org.strongroom.testkit.Corpus;
import org.strongroom.testkit.Extent;
import org.strongroom.testkit.Programs;
import org.strongroom.testkit.StrongroomProcess;
import org.strongroom.testkit.TlsForward;

/**
 * Every storable instance of the corpus goes into a real server over mutual TLS and comes back.
 *
 * <p>Proven, each by comparing every byte of the data set with what was sent:
 *
 * <ul>
 *   <li>stored by our own requestor, which sends the file's bytes as they are, in the file's transfer syntax: all;
 *   <li>found at PATIENT, STUDY, SERIES and IMAGE level by our requestor (all) and by findscu over TLS (all of the first
 *       round);
 *   <li>returned by C-GET to our own requestor: all; by {@code get} and {@code export} of the command line: some studies, or all of the first
 *       round in the full check; uncompressed and deflated ones to getscu, compressed ones to movescu, for the SOP classes and transfer
 *       syntaxes that DCMTK knows;
 *   <li>stored by storescu, which rewrites data sets as it sends them: what it sent was first captured by a peer of ours,
 *       and what comes back is compared with that.
 * </ul>
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CorpusRoundTripIT {
    private static final Uid PATIENT_ROOT_FIND = new Uid("1.2.840.10008.5.1.4.1.2.1.1");
    private static final Uid STUDY_ROOT_FIND = new Uid("1.2.840.10008.5.1.4.1.2.2.1");
    private static final Uid STUDY_ROOT_GET = new Uid("1.2.840.10008.5.1.4.1.2.2.3");

    /** Contexts for storage in one association; two more are for query and retrieval. */
    private static final int MOST_CONTEXTS = 120;

    private Path work = Path.of("");
    private Optional<Clinic> model = Optional.empty();
    private List<List<Stored>> rounds = List.of();
    private int moverPort;

    @BeforeAll
    void enrol(@TempDir Path folder) throws Exception {
        Optional<Corpus> corpus = Corpus.find();
        assumeTrue(corpus.isPresent(), Corpus.ABSENT);
        work = folder;
        Instances.Sorted sorted = Instances.sort(corpus.orElseThrow());
        rounds = Instances.rounds(sorted.storable());
        System.out.println("corpus: " + sorted.storable().size() + " storable in " + rounds.size() + " rounds, "
                + sorted.others().size() + " not");
        new TreeMap<>(sorted.others())
                .forEach((file, why) -> System.out.println("  not storable: " + file + ": " + why));
        // A file that this reader came to refuse would go missing unnoticed.
        assertThat(sorted.storable()).hasSize(277);
        assertThat(sorted.others()).hasSize(23);
        Clinic clinic = Clinic.make(folder);
        moverPort = Programs.freePort();
        clinic.enrol("MOVER", "--services", "echo", "--address", "127.0.0.1:" + moverPort);
        clinic.enrol("CT1", "--services", "echo,store,find,get,move", "--move-to", "MOVER");
        model = Optional.of(clinic);
    }

    @Test
    void every_storable_instance_is_found_and_comes_back_byte_for_byte() throws Exception {
        try (ExecutorService beside = Executors.newSingleThreadExecutor()) {
            // The first round waits for DCMTK's programs half of the time.
            Future<?> others = beside.submit(() -> {
                for (int i = 1; i < rounds.size(); i++) {
                    round(i);
                }
                return null;
            });
            round(0);
            others.get();
        }
    }

    private void round(int number) throws Exception {
        List<Stored> round = rounds.get(number);
        try (Clinic clinic = model.orElseThrow().copy(work.resolve("round" + number))) {
            clinic.start();
            store(clinic, round);
            findAtFourLevels(clinic, round);
            getByOurRequestor(clinic, round);
            if (number == 0) {
                findWithFindscu(clinic, round);
                getWithGetscu(clinic, round);
                moveWithMovescu(clinic, round);
                getAndExportOnTheCommandLine(clinic, round);
            }
            clinic.stop();
        }
    }

    private static void store(Clinic clinic, List<Stored> instances) throws IOException {
        for (List<Stored> batch : Instances.batches(instances, MOST_CONTEXTS)) {
            Proposal proposal = Instances.propose(clinic.proposal("CT1"), batch, false);
            try (Association a = clinic.associate("CT1", proposal)) {
                for (Stored instance : batch) {
                    assertThat(a.store(instance)).as(instance.toString()).isEqualTo(Status.SUCCESS);
                }
            }
        }
    }

    private static void findAtFourLevels(Clinic clinic, List<Stored> instances) throws IOException {
        Proposal proposal = clinic.proposal("CT1")
                .context(PATIENT_ROOT_FIND, TransferSyntax.ExplicitVRLittleEndian)
                .context(STUDY_ROOT_FIND, TransferSyntax.ImplicitVRLittleEndian);
        try (Association a = clinic.associate("CT1", proposal)) {
            for (Stored instance : instances) {
                for (Level level : Level.values()) {
                    Uid root = level == Level.PATIENT ? PATIENT_ROOT_FIND : STUDY_ROOT_FIND;
                    List<DataSet> answers = new ArrayList<>();
                    try (var matches = a.find(root, identifier(instance, level))) {
                        matches.forEach(answers::add);
                    }
                    assertThat(answers)
                            .as(level + " of " + instance)
                            .anyMatch(answer -> isOf(answer, instance, level))
                            .hasSizeLessThanOrEqualTo(level == Level.PATIENT ? Integer.MAX_VALUE : 1);
                }
            }
        }
    }

    private static boolean isOf(DataSet answer, Stored instance, Level level) {
        return switch (level) {
            case PATIENT ->
                answer.text(PatientID.tag()).equals(instance.elements().text(PatientID.tag()));
            case STUDY -> answer.get(StudyInstanceUID).equals(Optional.of(instance.study()));
            case SERIES -> answer.get(SeriesInstanceUID).equals(Optional.of(instance.series()));
            case IMAGE ->
                answer.get(SOPInstanceUID).equals(Optional.of(instance.sopInstance()))
                        && answer.get(SOPClassUID).equals(Optional.of(instance.sopClass()));
        };
    }

    /** What names the instance at a level. A patient without Patient ID is asked for by name, one without either by nothing. */
    private static DataSet identifier(Stored instance, Level level) {
        DataSet elements = instance.elements();
        DataSet keys = DataSet.empty();
        if (elements.contains(SpecificCharacterSet)) {
            keys = keys.withElementOf(elements, SpecificCharacterSet.tag());
        }
        keys = keys.with(QueryRetrieveLevel, level.name());
        if (level == Level.PATIENT) {
            boolean named = elements.text(PatientID.tag()).stream().anyMatch(id -> !id.isBlank());
            keys = elements.contains(PatientName) ? keys.withElementOf(elements, PatientName.tag()) : keys;
            return named
                    ? keys.withElementOf(elements, PatientID.tag())
                    : keys.withEmpty(PatientID.tag(), PatientID.vr());
        }
        keys = keys.with(StudyInstanceUID, instance.study());
        if (level == Level.STUDY) {
            return keys;
        }
        keys = keys.with(SeriesInstanceUID, instance.series());
        return level == Level.SERIES
                ? keys
                : keys.with(SOPInstanceUID, instance.sopInstance()).withEmpty(SOPClassUID.tag(), SOPClassUID.vr());
    }

    private static void getByOurRequestor(Clinic clinic, List<Stored> instances) throws IOException {
        for (List<Stored> batch : Instances.batches(instances, MOST_CONTEXTS)) {
            Proposal proposal = Instances.propose(clinic.proposal("CT1"), batch, true)
                    .context(STUDY_ROOT_GET, TransferSyntax.ExplicitVRLittleEndian);
            Map<Uid, byte[]> got = new HashMap<>();
            Map<Uid, TransferSyntax> syntaxes = new HashMap<>();
            try (Association a = clinic.associate("CT1", proposal)) {
                for (Stored instance : batch) {
                    Status status = a.get(
                            STUDY_ROOT_GET,
                            identifier(instance, Level.IMAGE),
                            store -> {
                                got.put(store.sopInstance(), store.body().readAllBytes());
                                syntaxes.put(store.sopInstance(), store.syntax());
                                return Status.SUCCESS;
                            },
                            Association.Progress.IGNORED);
                    assertThat(status.code()).as(instance.toString()).isZero();
                }
            }
            for (Stored instance : batch) {
                assertThat(syntaxes.get(instance.sopInstance()))
                        .as(instance.toString())
                        .isEqualTo(instance.syntax());
                assertThat(Arrays.equals(got.get(instance.sopInstance()), instance.bytes()))
                        .as("bytes of " + instance)
                        .isTrue();
            }
        }
    }

    private void findWithFindscu(Clinic clinic, List<Stored> instances) throws Exception {
        for (Level level : Level.values()) {
            List<DataSet> identifiers = instances.stream()
                    .map(instance -> identifier(instance, level))
                    .toList();
            List<String> files = Dcmtk.queryFiles(work.resolve("find-" + level), identifiers);
            Programs.Run run = Clinic.check(
                    Dcmtk.tls(clinic, "CT1", "findscu", List.of("-v", level == Level.PATIENT ? "-P" : "-S"), files));
            String[] answers = run.output().split("Sending Find Request", -1);
            assertThat(answers).as("queries at " + level).hasSize(instances.size() + 1);
            for (int i = 0; i < instances.size(); i++) {
                String name = level + " of " + instances.get(i);
                int pending = answers[i + 1].split("Find Response: [0-9]+ \\(Pending", -1).length - 1;
                assertThat(answers[i + 1]).as(name).contains("(Success)");
                if (level == Level.PATIENT) {
                    assertThat(pending).as(name).isPositive();
                } else {
                    assertThat(pending).as(name).isEqualTo(1);
                    assertThat(answers[i + 1])
                            .as(name)
                            .contains(unique(instances.get(i), level).value());
                }
            }
        }
    }

    private static Uid unique(Stored instance, Level level) {
        return switch (level) {
            case PATIENT, STUDY -> instance.study();
            case SERIES -> instance.series();
            case IMAGE -> instance.sopInstance();
        };
    }

    /** Each transfer syntax preferred in a run of its own, so that nothing is converted. */
    private void getWithGetscu(Clinic clinic, List<Stored> instances) throws Exception {
        try (TlsForward forward = TlsForward.toTls(0, "127.0.0.1", clinic.port(), clinic.credentials("CT1"))) {
            for (var group : bySyntax(instances).entrySet()) {
                Optional<String> option = preference(group.getKey());
                if (option.isPresent()) {
                    retrieve(forward.port(), "getscu", List.of("-S", "+B", option.get()), group.getValue());
                }
            }
        }
    }

    private void moveWithMovescu(Clinic clinic, List<Stored> instances) throws Exception {
        int storage = Programs.freePort();
        try (TlsForward forward = TlsForward.toTls(0, "127.0.0.1", clinic.port(), clinic.credentials("CT1"));
                TlsForward _ = TlsForward.fromTls(moverPort, "127.0.0.1", storage, clinic.credentials("MOVER"))) {
            for (var group : bySyntax(instances).entrySet()) {
                Optional<String> option = preference(group.getKey());
                // A move takes movescu seconds: what getscu has brought byte for byte waits for the full check, and so
                // do many.
                if (option.isPresent() && (Extent.FULL || !option.get().equals("+xe"))) {
                    List<String> options =
                            List.of("-S", "+B", option.get(), "-aem", "MOVER", "+P", Integer.toString(storage));
                    List<Stored> some = Extent.FULL
                            ? group.getValue()
                            : group.getValue()
                                    .subList(0, Math.min(6, group.getValue().size()));
                    retrieve(forward.port(), "movescu", options, some);
                }
            }
        }
    }

    private static Optional<String> preference(TransferSyntax syntax) {
        Optional<String> option =
                Optional.ofNullable(Dcmtk.PREFER.get(syntax.uid().value()));
        if (option.isEmpty()) {
            System.out.println("DCMTK has no option for transfer syntax " + syntax);
        }
        return option;
    }

    /**
     * Asks for the instances over one association. DCMTK ends at the first that fails (getscu does not read the list of failed
     * instances that PS3.4 C.4.3.1.3.2 wants in such a response): that must be one that DCMTK can't take, and the rest is asked
     * for again.
     */
    private void retrieve(int port, String program, List<String> options, List<Stored> instances) throws Exception {
        String how = program + " " + options.get(2);
        // getscu 3.6.7 proposes Explicit VR Little Endian when it is asked for Implicit VR (+xi).
        boolean converted = how.equals("getscu +xi");
        Path out = Files.createDirectories(work.resolve(how.replace(" ", "")));
        List<Stored> left = new ArrayList<>(instances);
        Set<Uid> notTaken = new TreeSet<>();
        while (!left.isEmpty()) {
            List<String> files = Dcmtk.queryFiles(work.resolve("queries"), identifiers(left));
            Programs.Run run = Dcmtk.call(out, "CT1", Clinic.AET.value(), port, program, options, files);
            Map<Uid, Dcmtk.Received> received = Dcmtk.received(out);
            left.removeIf(instance -> received.containsKey(instance.sopInstance()));
            if (!left.isEmpty()) {
                Optional<Stored> refused =
                        left.stream().filter(instance -> !isForDcmtk(instance)).findFirst();
                assertThat(refused).as(left + run.output()).isPresent();
                left.removeAll(refused.stream().toList());
                notTaken.add(refused.orElseThrow().sopInstance());
            }
        }
        Map<Uid, Dcmtk.Received> received = Dcmtk.received(out);
        for (Stored instance : instances) {
            Dcmtk.Received one = received.get(instance.sopInstance());
            if (one == null) {
                assertThat(notTaken).contains(instance.sopInstance());
            } else if (converted) {
                assertThat(one.syntax()).as(how + " " + instance).isEqualTo(TransferSyntax.ExplicitVRLittleEndian);
                assertEqualElements(
                        how + " " + instance,
                        instance.elements(),
                        DataSet.read(one.bytes(), one.syntax(), Limits.DEFAULT));
            } else {
                assertThat(one.syntax()).as(how + " " + instance).isEqualTo(instance.syntax());
                assertSame(how, received, instance);
            }
        }
        System.out.println(how + ": " + received.size() + " of " + instances.size()
                + (converted ? " element for element, in explicit VR" : " byte for byte")
                + (notTaken.isEmpty() ? "" : "; not for DCMTK: " + notTaken));
    }

    /** DCMTK 3.6.7 knows the SOP class, and the data set is of even length: it refuses the last fragment of another. */
    private static boolean isForDcmtk(Stored instance) {
        return !Dcmtk.UNKNOWN.contains(instance.sopClass()) && instance.bytes().length % 2 == 0;
    }

    /** The same tags but group lengths, which encoding anew leaves out, and the same bytes of each value; both little endian. */
    private static void assertEqualElements(String what, DataSet expected, DataSet actual) {
        List<Tag> tags =
                expected.tags().stream().filter(tag -> tag.element() != 0x0000).toList();
        assertThat(actual.tags()).as(what).isEqualTo(tags);
        for (Tag tag : tags) {
            String where = what + " " + tag;
            switch (expected.element(tag).orElseThrow()) {
                case Element.Encoded(Tag _, VR _, MemorySegment bytes) -> {
                    Element other = actual.element(tag).orElseThrow();
                    assertThat(other).as(where).isInstanceOf(Element.Encoded.class);
                    assertThat(((Element.Encoded) other).bytes().mismatch(bytes))
                            .as(where)
                            .isEqualTo(-1);
                }
                case Element.Sequence(Tag _, List<DataSet> items) -> {
                    List<DataSet> others = actual.items(tag);
                    assertThat(others).as(where).hasSameSizeAs(items);
                    for (int i = 0; i < items.size(); i++) {
                        assertEqualElements(where, items.get(i), others.get(i));
                    }
                }
                case Element.Fragments _, Element.Bulk _ -> throw new AssertionError(where + " is not native");
            }
        }
    }

    /**
     * One identifier that lists the studies of which all is wanted, and one for each series of the others, which lists the
     * instances: a move takes movescu a second, however much it brings.
     */
    private List<DataSet> identifiers(List<Stored> instances) {
        Map<Uid, Integer> wanted = new HashMap<>();
        instances.forEach(instance -> wanted.merge(instance.study(), 1, Integer::sum));
        Map<Uid, Integer> there = new HashMap<>();
        rounds.getFirst().forEach(instance -> there.merge(instance.study(), 1, Integer::sum));
        wanted.entrySet().removeIf(study -> !study.getValue().equals(there.get(study.getKey())));
        List<DataSet> identifiers = new ArrayList<>();
        if (!wanted.isEmpty()) {
            identifiers.add(DataSet.empty()
                    .with(QueryRetrieveLevel, "STUDY")
                    .withAll(StudyInstanceUID, new ArrayList<>(wanted.keySet())));
        }
        Map<Uid, List<Stored>> series = new LinkedHashMap<>();
        instances.stream()
                .filter(instance -> !wanted.containsKey(instance.study()))
                .forEach(instance -> series.computeIfAbsent(instance.series(), _ -> new ArrayList<>())
                        .add(instance));
        for (List<Stored> some : series.values()) {
            identifiers.add(DataSet.empty()
                    .with(QueryRetrieveLevel, "IMAGE")
                    .with(StudyInstanceUID, some.getFirst().study())
                    .with(SeriesInstanceUID, some.getFirst().series())
                    .withAll(
                            SOPInstanceUID,
                            some.stream().map(Stored::sopInstance).toList()));
        }
        return identifiers;
    }

    private static Map<TransferSyntax, List<Stored>> bySyntax(List<Stored> instances) {
        Map<TransferSyntax, List<Stored>> groups = new LinkedHashMap<>();
        instances.forEach(instance -> groups.computeIfAbsent(instance.syntax(), _ -> new ArrayList<>())
                .add(instance));
        return groups;
    }

    /** One study for each transfer syntax; in the full check all. */
    private void getAndExportOnTheCommandLine(Clinic clinic, List<Stored> instances) throws Exception {
        Set<Uid> studies = new LinkedHashSet<>();
        if (Extent.FULL) {
            instances.forEach(instance -> studies.add(instance.study()));
        } else {
            bySyntax(instances)
                    .values()
                    .forEach(group -> studies.add(group.getFirst().study()));
        }
        Map<Uid, Dcmtk.Received> got = new HashMap<>();
        Map<Uid, Dcmtk.Received> exported = new HashMap<>();
        int number = 0;
        for (Uid study : studies) {
            Path out = work.resolve("cli").resolve(Integer.toString(number++));
            List<String> get = new ArrayList<>(List.of("get"));
            get.addAll(clinic.to("CT1"));
            get.addAll(List.of(
                    "-k",
                    "StudyInstanceUID=" + study,
                    "--out",
                    out.resolve("get").toString()));
            Clinic.check(StrongroomProcess.run(get.toArray(String[]::new)));
            got.putAll(Dcmtk.received(out.resolve("get")));
            if (!Extent.FULL && number % 3 != 1) {
                continue;
            }
            Clinic.check(clinic.command(
                    "export",
                    "--study",
                    study.value(),
                    "--purpose",
                    "TREAT",
                    "--reason",
                    "round trip",
                    "--out",
                    out.resolve("export").toString()));
            exported.putAll(Dcmtk.received(out.resolve("export")));
        }
        assertThat(exported).hasSizeGreaterThan(studies.size() / 4);
        for (Stored instance : instances) {
            if (studies.contains(instance.study())) {
                assertSame("get", got, instance);
                if (Extent.FULL || exported.containsKey(instance.sopInstance())) {
                    assertSame("export", exported, instance);
                }
            }
        }
    }

    private static void assertSame(String how, Map<Uid, Dcmtk.Received> received, Stored instance) {
        Dcmtk.Received one = received.get(instance.sopInstance());
        assertThat(one).as(how + " " + instance).isNotNull();
        assertThat(one != null && Arrays.equals(one.bytes(), instance.bytes()))
                .as(how + ", bytes of " + instance)
                .isTrue();
    }
}
