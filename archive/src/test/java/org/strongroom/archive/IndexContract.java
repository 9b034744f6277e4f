package org.strongroom.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.strongroom.dicom.Attributes.*;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.archive.Index.Recorded;
import org.strongroom.dicom.Attribute;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.Uid;
import org.strongroom.guard.Action;
import org.strongroom.testkit.Extent;

/** What every {@link Index} does. An adapter's test extends this and says how one is opened. */
public abstract class IndexContract {
    @TempDir
    protected Path folder;

    /** Opens the index of this folder, as often as asked. Few studies should wait, so that runs are made in small tests. */
    protected abstract Index open(Path folder) throws IOException;

    protected static List<Entry> record(Index index, IndexSamples samples, int studies) throws IOException {
        List<Entry> all = new ArrayList<>();
        for (int i = 0; i < studies; i++) {
            List<Entry> study = samples.study();
            all.addAll(study);
            assertThat(index.record(study, samples.position())).containsOnly(Recorded.STORED);
        }
        return all;
    }

    protected static List<DataSet> find(Index index, IndexSamples samples, Query query) throws IOException {
        List<DataSet> answers = new ArrayList<>();
        try (Matches matches = index.find(query, samples.heads(), () -> false)) {
            for (Optional<DataSet> next = matches.next(); next.isPresent(); next = matches.next()) {
                answers.add(next.get());
            }
        }
        return answers;
    }

    protected static Query query(Level level, Match... matches) {
        return new Query(level, List.of(matches), Set.of());
    }

    private static Match.Single single(Attribute<?> attribute, String value) {
        return new Match.Single(attribute.tag(), value);
    }

    /** Unique keys as {@link ReferenceMatcher#answers} writes them. */
    protected static String key(DataSet answer, Level level) {
        StringBuilder key = new StringBuilder(IndexSamples.text(answer, PatientID.tag()));
        List<Tag> below = List.of(StudyInstanceUID.tag(), SeriesInstanceUID.tag(), SOPInstanceUID.tag());
        for (Level at : Level.values()) {
            if (at != Level.PATIENT && at.compareTo(level) <= 0) {
                key.append('/')
                        .append(IndexSamples.text(
                                answer, below.get(List.of(Level.values()).indexOf(at) - 1)));
            }
        }
        return key.toString();
    }

    private static Action.Retrieve retrieve(
            Optional<String> patient, List<Uid> studies, List<Uid> series, List<Uid> instances) {
        return new Action.Retrieve(patient, studies, series, instances, "TESTER", Optional.empty());
    }

    private static List<Located> located(Index index, Action.Retrieve keys) throws IOException {
        Index.Locations locations = index.locate(keys);
        List<Located> all = new ArrayList<>();
        for (List<Located> page = locations.next(); !page.isEmpty(); page = locations.next()) {
            assertThat(page).hasSizeLessThanOrEqualTo(Index.Locations.PAGE);
            all.addAll(page);
        }
        assertThat(all).hasSize((int) locations.count());
        return all;
    }

    @Test
    void answers_as_the_reference_does() throws IOException {
        long seed = Samples.seed("answers_as_the_reference_does");
        for (int i = 0; i < Extent.of(1, 10); i++) {
            answersAsTheReference(seed + i, Files.createDirectory(folder.resolve("index" + i)));
        }
    }

    private void answersAsTheReference(long seed, Path place) throws IOException {
        IndexSamples samples = new IndexSamples(seed);
        ReferenceMatcher reference = new ReferenceMatcher();
        try (Index index = open(place)) {
            List<Entry> entries = new ArrayList<>();
            for (int round = 0; round < 4; round++) {
                List<Entry> more = record(index, samples, 20);
                more.forEach(reference::add);
                entries.addAll(more);
                RandomQueries queries = new RandomQueries(samples, entries);
                for (int i = 0; i < 500; i++) {
                    assertAsReference(index, samples, reference, queries.next(), seed);
                }
            }
        }
    }

    private static void assertAsReference(
            Index index, IndexSamples samples, ReferenceMatcher reference, Query query, long seed) throws IOException {
        List<String> expected = reference.answers(query);
        List<String> found = find(index, samples, query).stream()
                .map(answer -> key(answer, query.level()))
                .toList();
        assertThat(found.stream().sorted().toList())
                .as("strongroom.seed=%d %s", seed, RandomQueries.describe(query))
                .isEqualTo(expected.stream().sorted().toList());
        if (query.level() == Level.STUDY) {
            assertThat(found).as("newest first").isEqualTo(expected);
        }
    }

    @Test
    void a_long_study_is_located_a_page_at_a_time() throws IOException {
        IndexSamples samples = new IndexSamples(7);
        try (Index index = open(folder)) {
            List<Entry> entries = samples.study(3, 3 * Index.Locations.PAGE);
            while (entries.size() <= 2 * Index.Locations.PAGE) {
                entries = samples.study(3, 3 * Index.Locations.PAGE);
            }
            index.record(entries, samples.position());
            List<Uid> study = List.of(entries.getFirst().study());
            assertThat(located(index, retrieve(Optional.empty(), study, List.of(), List.of())))
                    .extracting(Located::place)
                    .containsExactlyInAnyOrderElementsOf(
                            entries.stream().map(Entry::place).toList());
        }
    }

    @Test
    void answers_hold_the_values_received_and_what_was_counted() throws IOException {
        IndexSamples samples = new IndexSamples(1);
        try (Index index = open(folder)) {
            List<Entry> entries = record(index, samples, 30);
            Set<Tag> keys = Set.of(
                    PatientName.tag(),
                    StudyDescription.tag(),
                    ModalitiesInStudy.tag(),
                    SeriesNumber.tag(),
                    NumberOfStudyRelatedInstances.tag(),
                    NumberOfSeriesRelatedInstances.tag(),
                    InstanceNumber.tag(),
                    RequestAttributesSequence.tag(),
                    Rows.tag(),
                    PatientComments.tag(),
                    SOPClassUID.tag());
            List<DataSet> answers = find(index, samples, new Query(Level.IMAGE, List.of(), keys));
            assertThat(answers).hasSameSizeAs(entries);
            for (DataSet answer : answers) {
                DataSet head = entries.stream()
                        .filter(entry -> entry.sopInstance()
                                .equals(answer.get(SOPInstanceUID).orElseThrow()))
                        .findFirst()
                        .orElseThrow()
                        .head();
                for (Tag tag : List.of(
                        PatientName.tag(),
                        StudyDescription.tag(),
                        SeriesNumber.tag(),
                        InstanceNumber.tag(),
                        Rows.tag(),
                        SOPClassUID.tag(),
                        StudyInstanceUID.tag())) {
                    assertThat(answer.text(tag)).as(tag.toString()).isEqualTo(head.text(tag));
                }
                assertThat(answer.items(RequestAttributesSequence))
                        .hasSameSizeAs(head.items(RequestAttributesSequence));
                assertThat(answer.contains(PatientComments)).isTrue();
                assertThat(answer.text(PatientComments.tag())).isEmpty();
                long instances = entries.stream()
                        .filter(entry -> entry.series()
                                .equals(head.get(SeriesInstanceUID).orElseThrow()))
                        .count();
                assertThat(answer.get(NumberOfSeriesRelatedInstances)).contains((int) instances);
                assertThat(answer.characterSet().terms()).containsExactly("ISO_IR 192");
            }
        }
    }

    @Test
    void names_are_found_whatever_their_case_accents_and_script() throws IOException {
        IndexSamples samples = new IndexSamples(2);
        try (Index index = open(folder)) {
            Entry german = named(samples, "Müller^Jörg");
            Entry japanese = named(samples, "Yamada^Tarou=山田^太郎=やまだ^たろう");
            index.record(List.of(german, japanese), samples.position());
            for (String name : List.of(
                    "MULLER^JORG",
                    "müller^jörg^^",
                    "Muller*",
                    "*ULL*",
                    "*^jo?g",
                    "ＭＵＬＬＥＲ*",
                    "M*^J*",
                    "muller^jorg^*",
                    "*ORG^^*")) {
                assertThat(studies(index, samples, name)).as(name).containsExactly(german.study());
            }
            for (String name : List.of("yamada*", "山田*", "*太*", "山田^太郎", "ヤマダ^タロウ", "=山田*", "Yama*=山田*", "?田*")) {
                assertThat(studies(index, samples, name)).as(name).containsExactly(japanese.study());
            }
            for (String name :
                    List.of("Mueller*", "Muller", "Muller^J", "=Muller*", "Yamada*=鈴木*", "^Tarou*", "*xyz*")) {
                assertThat(studies(index, samples, name)).as(name).isEmpty();
            }
        }
    }

    private static Entry named(IndexSamples samples, String name) {
        DataSet head = samples.study(1, 1).getFirst().head();
        return samples.entry(head.withText(PatientName.tag(), PatientName.vr(), List.of(name)));
    }

    private static List<Uid> studies(Index index, IndexSamples samples, String name) throws IOException {
        boolean wild = name.contains("*") || name.contains("?");
        Match match = wild ? new Match.Wildcard(PatientName.tag(), name) : single(PatientName, name);
        return find(index, samples, query(Level.STUDY, match)).stream()
                .map(answer -> answer.get(StudyInstanceUID).orElseThrow())
                .toList();
    }

    @Test
    void what_is_recorded_is_found_at_once() throws IOException {
        IndexSamples samples = new IndexSamples(3);
        try (Index index = open(folder)) {
            for (int i = 0; i < 50; i++) {
                List<Entry> study = record(index, samples, 1);
                Uid uid = study.getFirst().study();
                Match match = new Match.UidList(StudyInstanceUID.tag(), List.of(uid));
                assertThat(find(index, samples, query(Level.IMAGE, match))).hasSameSizeAs(study);
                assertThat(located(index, retrieve(Optional.empty(), List.of(uid), List.of(), List.of())))
                        .hasSameSizeAs(study);
            }
        }
    }

    @Test
    void a_long_list_of_uids_is_answered_whole() throws IOException {
        IndexSamples samples = new IndexSamples(12);
        try (Index index = open(folder)) {
            List<Entry> entries = record(index, samples, 150);
            List<Uid> uids = new ArrayList<>(
                    entries.stream().map(Entry::study).distinct().toList());
            uids.removeFirst();
            uids.add(new Uid("1.2.3"));
            Match match = new Match.UidList(StudyInstanceUID.tag(), uids);
            assertThat(find(index, samples, query(Level.STUDY, match))).hasSize(149);
        }
    }

    @Test
    void keys_of_a_lower_level_are_ignored_and_those_with_a_value_named() throws IOException {
        IndexSamples samples = new IndexSamples(4);
        try (Index index = open(folder)) {
            record(index, samples, 3);
            Query query = new Query(
                    Level.STUDY, List.of(single(Modality, "XX"), single(Rows, "1")), Set.of(SeriesNumber.tag()));
            try (Matches matches = index.find(query, samples.heads(), () -> false)) {
                assertThat(matches.next())
                        .hasValueSatisfying(answer ->
                                assertThat(answer.contains(SeriesNumber)).isTrue());
                assertThat(matches.ignored()).containsExactlyInAnyOrder(Modality.tag(), Rows.tag());
            }
        }
    }

    @Test
    void a_patient_is_answered_without_the_values_of_one_of_its_studies() throws IOException {
        IndexSamples samples = new IndexSamples(4);
        try (Index index = open(folder)) {
            record(index, samples, 3);
            Query query = new Query(Level.PATIENT, List.of(), Set.of(StudyInstanceUID.tag(), StudyDate.tag()));
            try (Matches matches = index.find(query, samples.heads(), () -> false)) {
                assertThat(matches.next()).hasValueSatisfying(answer -> {
                    assertThat(answer.contains(StudyDate)).isTrue();
                    assertThat(answer.get(StudyDate)).isEmpty();
                    assertThat(answer.get(StudyInstanceUID)).isEmpty();
                    assertThat(answer.get(PatientID)).isPresent();
                });
            }
        }
    }

    @Test
    void locates_by_each_level_in_order_of_series_and_number() throws IOException {
        IndexSamples samples = new IndexSamples(5);
        try (Index index = open(folder)) {
            record(index, samples, 30);
            List<Entry> study = samples.study(3, 30);
            index.record(study.reversed(), samples.position());
            List<Uid> uid = List.of(study.getFirst().study());
            List<Located> all = located(index, retrieve(Optional.empty(), uid, List.of(), List.of()));
            assertThat(all.stream().map(Located::place).toList())
                    .containsExactlyInAnyOrderElementsOf(
                            study.stream().map(Entry::place).toList());
            Entry last = study.getLast();
            List<Located> series = located(index, retrieve(Optional.empty(), uid, List.of(last.series()), List.of()));
            List<Integer> numbers = new ArrayList<>();
            for (Located located : series) {
                numbers.add(samples.heads()
                        .read(located, head -> head.get(InstanceNumber).orElse(Integer.MAX_VALUE)));
            }
            assertThat(numbers).isSorted();
            assertThat(numbers).hasSize((int) study.stream()
                    .filter(entry -> entry.series().equals(last.series()))
                    .count());
            assertThat(located(
                            index,
                            retrieve(Optional.empty(), uid, List.of(last.series()), List.of(last.sopInstance()))))
                    .containsExactly(new Located(
                            last.place(),
                            last.study(),
                            last.sopClass(),
                            last.sopInstance(),
                            last.syntax(),
                            last.dataSetLength(),
                            last.digest().prefix()));
            String patient = IndexSamples.text(last.head(), PatientID.tag());
            if (!patient.isEmpty()) {
                assertThat(located(index, retrieve(Optional.of(patient), List.of(), List.of(), List.of())))
                        .containsAll(all);
            }
            assertThat(located(index, retrieve(Optional.of("nobody"), uid, List.of(), List.of())))
                    .isEmpty();
            assertThat(located(index, retrieve(Optional.empty(), List.of(), List.of(), List.of())))
                    .isEmpty();
        }
    }

    private static Entry again(Entry first, Set<Place> others) {
        return new Entry(
                first.head(),
                first.study(),
                first.series(),
                first.sopInstance(),
                first.sopClass(),
                first.syntax(),
                new Place(900, 4096),
                first.dataSetLength(),
                first.digest(),
                first.received(),
                first.source(),
                others);
    }

    @Test
    void bytes_that_share_eight_bytes_of_digest_with_a_whole_copy_do_not_take_its_place() throws IOException {
        IndexSamples samples = new IndexSamples(4);
        try (Index index = open(folder)) {
            Entry first = record(index, samples, 1).getLast();
            Entry forged = again(first, Set.of(first.place()));
            assertThat(index.record(List.of(forged), samples.position())).containsExactly(Recorded.CONFLICT);
            assertThat(index.versions(first.study(), first.series(), first.sopInstance()))
                    .extracting(Located::place)
                    .containsExactly(first.place(), forged.place());
            assertThat(index.conflicts()).isEqualTo(new Index.Conflicts(1, 0));
        }
    }

    @Test
    void the_same_digest_at_another_place_is_shown_in_the_stead_of_the_first_and_once() throws IOException {
        IndexSamples samples = new IndexSamples(3);
        try (Index index = open(folder)) {
            Entry first = record(index, samples, 2).getLast();
            Entry again = again(first, Set.of());
            assertThat(index.record(List.of(again), samples.position())).containsExactly(Recorded.STORED);
            for (Entry replayed : List.of(first, again)) {
                assertThat(index.record(List.of(replayed), samples.position())).containsExactly(Recorded.PRESENT);
            }
            assertThat(index.versions(first.study(), first.series(), first.sopInstance()))
                    .extracting(Located::place)
                    .containsExactly(again.place(), first.place());
            List<Uid> studies = new ArrayList<>();
            index.studies(studies::add);
            assertThat(studies).hasSize((int) index.studies()).contains(first.study());
        }
    }

    @Test
    void the_first_version_stays_visible_and_further_ones_are_kept() throws IOException {
        IndexSamples samples = new IndexSamples(6);
        try (Index index = open(folder)) {
            Entry first = samples.study(1, 1).getFirst();
            Entry second = samples.entry(first.head());
            Entry third = samples.entry(first.head());
            assertThat(index.record(List.of(first, second), samples.position()))
                    .containsExactly(Recorded.STORED, Recorded.CONFLICT);
            assertThat(index.record(List.of(third, second, first), samples.position()))
                    .containsExactly(Recorded.CONFLICT, Recorded.PRESENT, Recorded.PRESENT);
            assertThat(index.versions(first.study(), first.series(), first.sopInstance()))
                    .extracting(Located::place)
                    .containsExactly(first.place(), second.place(), third.place());
            assertThat(located(index, retrieve(Optional.empty(), List.of(first.study()), List.of(), List.of())))
                    .extracting(Located::place)
                    .containsExactly(first.place());
            assertThat(find(
                                    index,
                                    samples,
                                    new Query(Level.STUDY, List.of(), Set.of(NumberOfStudyRelatedInstances.tag())))
                            .getFirst()
                            .get(NumberOfStudyRelatedInstances))
                    .contains(1);
            assertThat(index.versions(first.study(), first.series(), new Uid("1.2.3")))
                    .isEmpty();
            assertThat(index.versions(new Uid("1.2.3"), first.series(), first.sopInstance()))
                    .isEmpty();
        }
    }

    @Test
    void a_study_stays_with_its_first_patient() throws IOException {
        IndexSamples samples = new IndexSamples(7);
        try (Index index = open(folder)) {
            List<Entry> study = samples.study(2, 4);
            DataSet other = study.getFirst().head().with(PatientID, "OTHER").with(SOPInstanceUID, new Uid("1.2.3.4"));
            index.record(study, samples.position());
            assertThat(index.record(List.of(samples.entry(other)), samples.position()))
                    .containsExactly(Recorded.STORED);
            assertThat(find(index, samples, query(Level.PATIENT, single(PatientID, "OTHER"))))
                    .isEmpty();
            assertThat(find(index, samples, query(Level.STUDY))).hasSize(1);
        }
    }

    @Test
    void two_patients_without_an_id_are_two() throws IOException {
        IndexSamples samples = new IndexSamples(8);
        try (Index index = open(folder)) {
            for (int i = 0; i < 2; i++) {
                DataSet head = samples.study(1, 1).getFirst().head().withEmpty(PatientID.tag(), PatientID.vr());
                index.record(List.of(samples.entry(head)), samples.position());
            }
            assertThat(find(index, samples, query(Level.PATIENT))).hasSize(2);
        }
    }

    @Test
    void reopened_it_has_everything_and_its_position() throws IOException {
        IndexSamples samples = new IndexSamples(9);
        List<Entry> entries = new ArrayList<>();
        for (int round = 0; round < 5; round++) {
            try (Index index = open(folder)) {
                if (round == 0) {
                    assertThat(index.indexedTo()).isEqualTo(Position.START);
                } else {
                    assertThat(index.indexedTo()).isEqualTo(samples.position());
                }
                entries.addAll(record(index, samples, 13));
                assertThat(index.record(entries, samples.position())).containsOnly(Recorded.PRESENT);
                assertThat(find(index, samples, query(Level.IMAGE))).hasSameSizeAs(entries);
                for (Entry entry : entries) {
                    Match match = new Match.UidList(StudyInstanceUID.tag(), List.of(entry.study()));
                    assertThat(find(index, samples, query(Level.STUDY, match))).hasSize(1);
                }
            }
        }
    }

    @Test
    void paging_neither_repeats_nor_skips_while_studies_arrive() throws Exception {
        IndexSamples samples = new IndexSamples(10);
        IndexSamples arriving = new IndexSamples(11);
        try (Index index = open(folder);
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Entry> entries = record(index, samples, 200);
            AtomicBoolean stop = new AtomicBoolean();
            Future<?> writer = executor.submit((Callable<Integer>) () -> {
                int written = 0;
                while (!stop.get()) {
                    written += record(index, arriving, 1).size();
                }
                return written;
            });
            List<Future<?>> readers = new ArrayList<>();
            for (Level level : Level.values()) {
                readers.add(executor.submit((Callable<Integer>) () -> {
                    for (int i = 0; i < 5; i++) {
                        pageThrough(index, samples, entries, level);
                    }
                    return 0;
                }));
            }
            for (Future<?> reader : readers) {
                reader.get();
            }
            stop.set(true);
            writer.get();
        }
    }

    private static void pageThrough(Index index, IndexSamples samples, List<Entry> entries, Level level)
            throws IOException {
        Set<String> expected = new HashSet<>();
        entries.forEach(entry -> expected.add(key(entry.head(), level)));
        List<String> found = find(index, samples, query(level)).stream()
                .map(answer -> key(answer, level))
                .toList();
        if (level != Level.PATIENT) {
            // Patients of different issuers, and those without an ID, share a key.
            assertThat(found).doesNotHaveDuplicates();
        }
        assertThat(found).containsAll(expected);
    }
}
