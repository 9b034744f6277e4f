package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.strongroom.dicom.Attributes.PatientID;
import static org.strongroom.dicom.Attributes.PatientName;
import static org.strongroom.dicom.Attributes.QueryRetrieveLevel;
import static org.strongroom.dicom.Attributes.SOPClassUID;
import static org.strongroom.dicom.Attributes.SOPInstanceUID;
import static org.strongroom.dicom.Attributes.SeriesInstanceUID;
import static org.strongroom.dicom.Attributes.StudyInstanceUID;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.VR;
import org.strongroom.dimse.Association;
import org.strongroom.dimse.AssociationAborted;
import org.strongroom.dimse.Instance;
import org.strongroom.dimse.Matches;
import org.strongroom.dimse.Proposal;
import org.strongroom.dimse.Status;
import org.strongroom.testkit.Extent;
import org.strongroom.testkit.Programs;
import org.strongroom.testkit.hostile.HostileCase;
import org.strongroom.testkit.hostile.HostileCase.Target;
import org.strongroom.testkit.hostile.HostileInputs;

/**
 * The hostile inputs as a user or a device brings them to a running server: whatever is acknowledged comes back byte for
 * byte, nothing else is found, the server goes on answering, and no value stands in its log.
 */
@org.junit.jupiter.api.Tag("alone")
class HostileIT {
    private static final Uid SECONDARY_CAPTURE = new Uid("1.2.840.10008.5.1.4.1.1.7");
    private static final Uid VERIFICATION = new Uid("1.2.840.10008.1.1");
    private static final Uid GET = new Uid("1.2.840.10008.5.1.4.1.2.2.3");
    private static final Uid SERIES = new Uid("2.25.77.9");
    private static final int MOST_BYTES = Extent.of(64 << 10, 4 << 20);
    private static final int EACH = Extent.of(4, 1);
    private static final int BATCH = 40;

    /** What the launcher's heap, class data, code and stacks come to; 156 MB seen in the sample. */
    private static final long MOST_KILOBYTES = 512 << 10;

    private static final Map<Target, TransferSyntax> SYNTAXES = Map.of(
            Target.EXPLICIT, TransferSyntax.ExplicitVRLittleEndian,
            Target.IMPLICIT, TransferSyntax.ImplicitVRLittleEndian,
            Target.BIG_ENDIAN, TransferSyntax.ExplicitVRBigEndian,
            Target.DEFLATED, TransferSyntax.DeflatedExplicitVRLittleEndian);

    @TempDir
    Path work;

    /** One input as it is sent. */
    private record Sent(String name, Uid study, Uid sopInstance, TransferSyntax syntax, Bytes content)
            implements Instance {
        @Override
        public Uid sopClass() {
            return SECONDARY_CAPTURE;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            out.write(content.bytes);
        }
    }

    private static final class Bytes {
        final byte[] bytes;

        Bytes(byte[] bytes) {
            this.bytes = bytes;
        }
    }

    /** Every fourth, every one in the full run; none longer than that. */
    private static Map<HostileCase, byte[]> inputs(Set<Target> targets) throws IOException {
        Map<HostileCase, byte[]> inputs = new LinkedHashMap<>();
        int number = 0;
        for (HostileCase each : HostileInputs.of(targets)) {
            if (number++ % EACH != 0
                    || each.endless()
                    || (!Extent.FULL && each.kind().equals("limits"))) {
                continue;
            }
            try (InputStream in = each.input().get()) {
                byte[] bytes = in.readNBytes(MOST_BYTES + 1);
                if (bytes.length <= MOST_BYTES) {
                    inputs.put(each, bytes);
                }
            }
        }
        return inputs;
    }

    @Test
    void a_folder_of_hostile_files_is_imported_as_far_as_it_can_be() throws Exception {
        Path media = Files.createDirectories(work.resolve("media"));
        Map<HostileCase, byte[]> inputs = inputs(Set.of(Target.FILE, Target.DICOMDIR));
        for (Map.Entry<HostileCase, byte[]> input : inputs.entrySet()) {
            Files.write(media.resolve(input.getKey().name().replaceAll("[^A-Za-z0-9.-]", "_")), input.getValue());
        }
        // Most have the same SOP Instance UID: which of them is taken would be the file system's choice.
        byte[] sound = HostileInputs.plainFile();
        Path first = Files.write(work.resolve("first.dcm"), sound);
        try (Clinic clinic = Clinic.make(work)) {
            enrol(clinic);
            clinic.start();
            assertThat(counts(
                            clinic.command("import", first.toString(), "--json").output()))
                    .containsEntry("taken", 1L);
            Programs.Run run = clinic.command("import", media.toString(), "--json");
            assertThat(run.exit()).as(run.output()).isBetween(0, 1);
            Map<String, Long> counts = counts(run.output());
            assertThat(counts).containsEntry("found", (long) inputs.size());
            assertThat(counts.get("conflicts")).isPositive();
            assertThat(counts.get("refused")).isPositive();
            assertThat(Stream.of("taken", "duplicates", "conflicts", "directories", "refused")
                            .mapToLong(kind -> counts.getOrDefault(kind, 0L))
                            .sum())
                    .isEqualTo(inputs.size());
            assertThat(run.output()).doesNotContain("HOSTILE^A");
            System.out.println("HostileIT import: " + counts);
            Map<Uid, byte[]> got = fetched(clinic, "2.25.2");
            assertThat(got.get(new Uid("2.25.1")))
                    .as("what was there first")
                    .isEqualTo(rest(open(sound).orElseThrow()));
            assertIsWell(clinic);
            // Run again, it finds what it took.
            Map<String, Long> again =
                    counts(clinic.command("import", media.toString(), "--json").output());
            assertThat(again).containsEntry("taken", 0L);
            assertThat(again.getOrDefault("refused", 0L)).isEqualTo(counts.getOrDefault("refused", -1L));
            clinic.stop();
        }
    }

    @Test
    void what_is_acknowledged_of_hostile_data_sets_comes_back_and_nothing_else_is_there() throws Exception {
        List<Sent> all = toSend();
        Map<String, Integer> outcomes = new TreeMap<>();
        try (Clinic clinic = Clinic.make(work)) {
            enrol(clinic);
            clinic.start();
            for (int from = 0; from < all.size(); from += BATCH) {
                List<Sent> batch = all.subList(from, Math.min(all.size(), from + BATCH));
                Set<Sent> acknowledged = new HashSet<>();
                Set<Sent> unanswered = new HashSet<>();
                send(clinic, batch, acknowledged, unanswered, outcomes);
                assertIsWell(clinic);
                assertCameBack(clinic, batch, acknowledged, unanswered);
            }
            System.out.println("HostileIT store: " + all.size() + " sent, " + outcomes + ", " + resident(clinic) / 1024
                    + " MB resident at most");
            assertThat(outcomes).containsKey("0000");
            assertThat(outcomes.keySet()).anyMatch(outcome -> outcome.matches("[AC]...|01.."));
            clinic.stop();
        }
    }

    @Test
    void hostile_identifiers_are_answered_by_the_status_that_is_theirs() throws Exception {
        try (Clinic clinic = Clinic.make(work)) {
            enrol(clinic);
            clinic.start();
            Map<String, Integer> outcomes = new TreeMap<>();
            Sent found = toSend().stream()
                    .filter(sent -> sent.name().startsWith("identified"))
                    .findFirst()
                    .orElseThrow();
            send(clinic, List.of(found), new HashSet<>(), new HashSet<>(), outcomes);
            List<String> otherwise = new ArrayList<>();
            for (HostileIdentifiers.Identifier each : HostileIdentifiers.all()) {
                long start = System.nanoTime();
                String status = answer(clinic, each.keys());
                long millis = (System.nanoTime() - start) / 1_000_000;
                outcomes.merge(status, 1, Integer::sum);
                if (!fits(each.answer(), status) || millis > 10_000) {
                    otherwise.add(each.name() + ": " + status + " after " + millis + " ms instead of " + each.answer());
                }
            }
            System.out.println("HostileIT find: " + outcomes);
            assertThat(otherwise).isEmpty();
            assertIsWell(clinic);
            clinic.stop();
        }
    }

    private static boolean fits(HostileIdentifiers.Answer answer, String status) {
        return status.matches(
                switch (answer) {
                    case SUCCESS -> "0000";
                    case NOT_OF_THE_MODEL -> "A900";
                    case NOT_UNDERSTOOD -> "C...";
                    case ANY -> "0000|A900|C...";
                    case ABORT -> "aborted";
                });
    }

    private static String answer(Clinic clinic, DataSet keys) throws IOException {
        Proposal proposal = clinic.proposal("CT1")
                .context(VERIFICATION, TransferSyntax.ImplicitVRLittleEndian)
                .context(Questions.STUDY_ROOT, HostileIdentifiers.SYNTAX);
        try (Association a = clinic.associate("CT1", proposal)) {
            Matches matches = a.find(Questions.STUDY_ROOT, keys);
            matches.forEach(match -> assertThat(match.tags()).isNotEmpty());
            assertThat(a.echo()).isEqualTo(Status.SUCCESS);
            return String.format("%04X", matches.status().orElseThrow().code());
        } catch (AssociationAborted e) {
            return "aborted";
        } catch (UncheckedIOException e) {
            return e.getCause() instanceof AssociationAborted ? "aborted" : e.toString();
        }
    }

    private static void enrol(Clinic clinic) throws IOException, InterruptedException {
        clinic.enrol("CT1", "--services", "echo,store,find,get");
    }

    /**
     * As they are, under the UID that some of them hold; and behind elements that identify them, each as another instance
     * of a study for its syntax. A deflated one can't be put behind anything.
     */
    private static List<Sent> toSend() throws IOException {
        List<Sent> all = new ArrayList<>();
        Uid named = new Uid("2.25.1");
        Uid study = new Uid("2.25.2");
        inputs(Set.of(Target.FILE))
                .forEach((each, bytes) -> open(bytes)
                        .ifPresent(part10 -> all.add(
                                new Sent(each.name(), study, named, part10.syntax(), new Bytes(rest(part10))))));
        int number = 0;
        for (Map.Entry<HostileCase, byte[]> input : inputs(SYNTAXES.keySet()).entrySet()) {
            String name = input.getKey().name();
            TransferSyntax syntax = SYNTAXES.get(input.getKey().target());
            if (syntax == null) {
                throw new IllegalStateException(name);
            }
            all.add(new Sent(name, study, named, syntax, new Bytes(input.getValue())));
            if (!syntax.deflated()) {
                Uid own = new Uid("2.25.77." + SYNTAXES.size() + "." + number);
                Uid ownStudy = new Uid("2.25.78." + number / BATCH);
                byte[] head = DataSet.empty()
                        .with(SOPClassUID, SECONDARY_CAPTURE)
                        .with(SOPInstanceUID, own)
                        .withText(PatientName.tag(), VR.PN, List.of("CANARY^HOSTILE"))
                        .with(PatientID, "CANARY-7")
                        .with(StudyInstanceUID, ownStudy)
                        .with(SeriesInstanceUID, SERIES)
                        .toBytes(syntax);
                byte[] whole = Arrays.copyOf(head, head.length + input.getValue().length);
                System.arraycopy(input.getValue(), 0, whole, head.length, input.getValue().length);
                all.add(new Sent("identified " + name, ownStudy, own, syntax, new Bytes(whole)));
                number++;
            }
        }
        return all;
    }

    private static Optional<Part10> open(byte[] file) {
        try {
            return Optional.of(Part10.open(new ByteArrayInputStream(file), Limits.DEFAULT));
        } catch (DicomFormatException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory failed", e);
        }
    }

    private static byte[] rest(Part10 part10) {
        try {
            return part10.body().readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory failed", e);
        }
    }

    private static Proposal proposal(Clinic clinic) {
        Proposal proposal = clinic.proposal("CT1")
                .context(VERIFICATION, TransferSyntax.ImplicitVRLittleEndian)
                .context(GET, TransferSyntax.ExplicitVRLittleEndian)
                .context(Questions.STUDY_ROOT, TransferSyntax.ExplicitVRLittleEndian)
                .role(SECONDARY_CAPTURE, true, true);
        for (TransferSyntax syntax : SYNTAXES.values()) {
            proposal = proposal.context(SECONDARY_CAPTURE, syntax);
        }
        return proposal;
    }

    private static void send(
            Clinic clinic,
            List<Sent> batch,
            Set<Sent> acknowledged,
            Set<Sent> unanswered,
            Map<String, Integer> outcomes)
            throws IOException {
        List<Sent> left = new ArrayList<>(batch);
        while (!left.isEmpty()) {
            try (Association a = clinic.associate("CT1", proposal(clinic))) {
                while (!left.isEmpty()) {
                    Sent sent = left.removeFirst();
                    String outcome = "aborted";
                    try {
                        Status status = a.store(sent);
                        outcome = String.format("%04X", status.code());
                        if (status.isSuccess()) {
                            acknowledged.add(sent);
                        }
                    } catch (AssociationAborted e) {
                        unanswered.add(sent);
                    }
                    outcomes.merge(outcome, 1, Integer::sum);
                    if (a.hasEnded()) {
                        break;
                    }
                }
            }
        }
    }

    private static void assertCameBack(Clinic clinic, List<Sent> batch, Set<Sent> acknowledged, Set<Sent> unanswered)
            throws IOException {
        Set<Uid> studies = new HashSet<>();
        batch.stream().filter(sent -> sent.name().startsWith("identified")).forEach(sent -> studies.add(sent.study()));
        Map<Uid, byte[]> got = new LinkedHashMap<>();
        for (Uid study : studies) {
            got.putAll(fetched(clinic, study.value()));
        }
        for (Sent sent : batch) {
            if (!studies.contains(sent.study()) || unanswered.contains(sent)) {
                continue;
            }
            if (acknowledged.contains(sent)) {
                assertThat(got).as(sent.name()).containsKey(sent.sopInstance());
                assertThat(Arrays.equals(got.get(sent.sopInstance()), sent.content().bytes))
                        .as("bytes of " + sent.name())
                        .isTrue();
            } else {
                assertThat(got).as(sent.name()).doesNotContainKey(sent.sopInstance());
            }
        }
    }

    private static Map<Uid, byte[]> fetched(Clinic clinic, String study) throws IOException {
        Map<Uid, byte[]> got = new LinkedHashMap<>();
        try (Association a = clinic.associate("CT1", proposal(clinic))) {
            a.get(
                    GET,
                    DataSet.empty().with(QueryRetrieveLevel, "STUDY").with(StudyInstanceUID, new Uid(study)),
                    store -> {
                        got.put(store.sopInstance(), store.body().readAllBytes());
                        return Status.SUCCESS;
                    },
                    Association.Progress.IGNORED);
        }
        return got;
    }

    /** It answers, in the memory it may have, and has told nobody what it was sent. */
    private static void assertIsWell(Clinic clinic) throws IOException {
        assertThat(clinic.server().isAlive()).as(clinic.server().err()).isTrue();
        try (Association a = clinic.associate("CT1", proposal(clinic))) {
            assertThat(a.echo()).isEqualTo(Status.SUCCESS);
        }
        assertThat(clinic.server().out() + clinic.server().err())
                .doesNotContain("CANARY", "HOSTILE^A", "OutOfMemory", "StackOverflow", " operation.failed");
        assertThat(resident(clinic)).isLessThan(MOST_KILOBYTES);
    }

    private static long resident(Clinic clinic) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + clinic.server().pid() + "/status"))) {
            if (line.startsWith("VmHWM")) {
                return Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        throw new IllegalStateException("no VmHWM");
    }

    private static Map<String, Long> counts(String output) {
        Map<String, Long> counts = new TreeMap<>();
        Matcher matcher = Pattern.compile("\"(\\w+)\"\\s*:\\s*(\\d+)").matcher(output);
        while (matcher.find()) {
            counts.putIfAbsent(matcher.group(1), Long.parseLong(matcher.group(2)));
        }
        return counts;
    }
}
