package org.strongroom.archive.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.strongroom.dicom.Attributes.*;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.archive.Entry;
import org.strongroom.archive.Index;
import org.strongroom.archive.IndexSamples;
import org.strongroom.archive.Level;
import org.strongroom.archive.Match;
import org.strongroom.archive.Matches;
import org.strongroom.archive.Query;
import org.strongroom.dicom.Attribute;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.Uid;
import org.strongroom.testkit.Corpus;

/** Real files of many makers, scripts and transfer syntaxes: recorded, and found by what stands in them. */
class IndexCorpusTest {
    private static final Set<String> STORABLE = Set.of("transfer-syntaxes", "modalities", "charsets", "studies");
    private static final List<Attribute<?>> KEYS = List.of(
            PatientName,
            PatientID,
            StudyDate,
            StudyTime,
            AccessionNumber,
            StudyID,
            StudyDescription,
            ReferringPhysicianName,
            PatientBirthDate,
            PatientSex,
            Modality,
            SeriesNumber,
            SeriesDescription,
            BodyPartExamined,
            InstitutionName,
            StationName);

    @TempDir
    private Path folder;

    private final IndexSamples samples = new IndexSamples(1);

    private static Optional<DataSet> head(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            Part10 part10 = Part10.open(in, Limits.DEFAULT);
            byte[] body = part10.body().readAllBytes();
            return DataSet.readHead(body, body.length, true, part10.syntax(), Limits.DEFAULT)
                    .map(DataSet.Head::elements);
        } catch (DicomFormatException e) {
            return Optional.empty();
        }
    }

    @Test
    void every_file_is_found_at_each_level_by_every_value_it_has() throws IOException {
        Optional<Corpus> corpus = Corpus.find();
        assumeTrue(corpus.isPresent(), Corpus.ABSENT);
        Map<List<Uid>, DataSet> heads = new LinkedHashMap<>();
        for (Corpus.Entry file : corpus.get().entries()) {
            Optional<DataSet> head =
                    STORABLE.contains(file.folder()) ? head(corpus.get().path(file)) : Optional.empty();
            if (head.isPresent()
                    && List.of(StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID, SOPClassUID).stream()
                            .allMatch(uid -> head.get().get(uid).isPresent())) {
                heads.putIfAbsent(uids(head.get()), head.get());
            }
        }
        assertThat(heads).hasSizeGreaterThan(100);
        SqliteSettings settings = new SqliteSettings(2048, 1024, 3, 20, 50, 16);
        try (Index index = SqliteIndex.open(folder.resolve("index.db"), SqliteIndexTest.KEYS, settings)) {
            for (DataSet head : heads.values()) {
                Entry entry = samples.entry(head);
                index.record(List.of(entry), samples.position());
            }
            assertThat(find(index, Level.IMAGE, List.of())).hasSameSizeAs(heads.keySet());
            for (DataSet head : heads.values()) {
                check(index, head);
            }
        }
    }

    private static List<Uid> uids(DataSet head) {
        return List.of(
                head.get(StudyInstanceUID).orElseThrow(),
                head.get(SeriesInstanceUID).orElseThrow(),
                head.get(SOPInstanceUID).orElseThrow());
    }

    private void check(Index index, DataSet head) throws IOException {
        for (Attribute<?> key : KEYS) {
            List<String> values = head.text(key.tag());
            if (values.isEmpty()
                    || values.getFirst().replace('^', ' ').isBlank()
                    || values.getFirst().indexOf('\uFFFD') >= 0) {
                continue;
            }
            String value = values.getFirst();
            List<Match> matches = new ArrayList<>(List.of(new Match.Single(key.tag(), value)));
            if (key.equals(PatientName) && value.length() > 3) {
                // In one form, lest a letter be cut from its voiced mark: half width writes them apart.
                String whole = Normalizer.normalize(value, Normalizer.Form.NFKC);
                matches.add(new Match.Wildcard(key.tag(), whole.substring(0, 3).toLowerCase(Locale.ROOT) + "*"));
                matches.add(new Match.Wildcard(key.tag(), "*" + whole.substring(whole.length() / 3) + "*"));
            }
            for (Match match : matches) {
                List<List<Uid>> found = find(index, Level.IMAGE, List.of(match));
                // The first instance of a study and series says what they are called.
                assertThat(found.contains(uids(head)) || !isFirst(index, head, key.tag(), value))
                        .as(key + " of " + head.get(SOPInstanceUID))
                        .isTrue();
            }
        }
    }

    private boolean isFirst(Index index, DataSet head, Tag key, String value) throws IOException {
        Match one = new Match.UidList(
                SOPInstanceUID.tag(), List.of(head.get(SOPInstanceUID).orElseThrow()));
        Match study = new Match.UidList(
                StudyInstanceUID.tag(), List.of(head.get(StudyInstanceUID).orElseThrow()));
        try (Matches matches =
                index.find(new Query(Level.IMAGE, List.of(study, one), Set.of(key)), samples.heads(), () -> false)) {
            return matches.next().orElseThrow().text(key).contains(value);
        }
    }

    private List<List<Uid>> find(Index index, Level level, List<Match> keys) throws IOException {
        List<List<Uid>> found = new ArrayList<>();
        try (Matches matches = index.find(new Query(level, keys, Set.of()), samples.heads(), () -> false)) {
            for (Optional<DataSet> next = matches.next(); next.isPresent(); next = matches.next()) {
                found.add(uids(next.get()));
            }
        }
        return found;
    }
}
