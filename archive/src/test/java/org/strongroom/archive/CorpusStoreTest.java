package org.strongroom.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.archive.Retrieval.StoredInstance;
import org.strongroom.archive.StoreOutcome.Refused;
import org.strongroom.archive.StoreOutcome.Stored;
import org.strongroom.archive.sqlite.SqliteIndex;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.guard.Action;
import org.strongroom.guard.Permits;

/** Real files in every transfer syntax through packs and SQLite and back, also when the index is made anew from the packs. */
class CorpusStoreTest {
    private static final List<String> STORABLE = List.of("transfer-syntaxes/", "modalities/", "charsets/", "studies/");

    @TempDir
    Path folder;

    private record Sent(TransferSyntax syntax, Digest digest, DataSet head) {}

    @Test
    void every_storable_file_comes_back_byte_for_byte() throws IOException {
        Map<Uid, Sent> stored = new LinkedHashMap<>();
        List<String> refused = new ArrayList<>();
        try (PackArchive archive = open("first.db")) {
            for (Path file : files()) {
                store(archive, file, stored, refused);
            }
            check(archive, stored);
        }
        assertThat(stored).hasSizeGreaterThan(200);
        assertThat(refused)
                .as("only files without their UIDs")
                .allMatch(why -> why.contains("is missing or not a UID"));
        try (PackArchive archive = open("second.db")) {
            check(archive, stored);
        }
    }

    private static List<Path> files() throws IOException {
        String corpus = System.getProperty("strongroom.corpus", "");
        Path root = Path.of(corpus);
        Assumptions.assumeTrue(!corpus.isEmpty() && Files.exists(root.resolve("MANIFEST.tsv")), "skipped: no corpus");
        return Files.readAllLines(root.resolve("MANIFEST.tsv")).stream()
                .map(line -> line.substring(0, line.indexOf('\t')))
                .filter(path -> STORABLE.stream().anyMatch(path::startsWith))
                .map(root::resolve)
                .toList();
    }

    private static void store(PackArchive archive, Path file, Map<Uid, Sent> stored, List<String> refused)
            throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            Part10 part = Part10.open(in, Limits.DEFAULT);
            byte[] dataSet = part.body().readAllBytes();
            StoreOutcome outcome = archive.store(
                    Permits.store(),
                    new StoreRequest(
                            Optional.empty(),
                            Optional.empty(),
                            part.syntax(),
                            new ByteArrayInputStream(dataSet),
                            "CORPUS"));
            if (outcome instanceof Stored) {
                DataSet head = DataSet.readHead(dataSet, dataSet.length, true, part.syntax(), Limits.DEFAULT)
                        .orElseThrow()
                        .elements();
                stored.putIfAbsent(
                        head.get(Attributes.SOPInstanceUID).orElseThrow(),
                        new Sent(part.syntax(), Samples.digest(dataSet), head));
            } else if (outcome instanceof Refused no) {
                refused.add(file.getFileName() + ": " + no.message());
            }
        } catch (DicomFormatException e) {
            refused.add(file.getFileName() + ": " + e.getMessage());
        }
    }

    private static void check(PackArchive archive, Map<Uid, Sent> stored) throws IOException {
        for (Map.Entry<Uid, Sent> entry : stored.entrySet()) {
            Sent sent = entry.getValue();
            Action.Retrieve keys = new Action.Retrieve(
                    Optional.empty(),
                    List.of(sent.head().get(Attributes.StudyInstanceUID).orElseThrow()),
                    List.of(sent.head().get(Attributes.SeriesInstanceUID).orElseThrow()),
                    List.of(entry.getKey()),
                    "CORPUS",
                    Optional.empty());
            List<StoredInstance> found = Samples.instances(archive.retrieve(Permits.of(keys, Instant.MAX)));
            assertThat(found).hasSize(1);
            StoredInstance instance = found.getFirst();
            assertThat(instance.syntax()).isEqualTo(sent.syntax());
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            instance.writeTo(out);
            assertThat(Samples.digest(out.toByteArray())).isEqualTo(sent.digest());
            assertThat(instance.length()).isEqualTo(out.size());
        }
    }

    private PackArchive open(String index) throws IOException {
        return PackArchive.open(
                folder.resolve("packs"),
                folder.resolve("keys"),
                Samples.KEYS,
                SqliteIndex.open(folder.resolve(index), Samples.KEYS),
                InstantSource.system(),
                PackSettings.DEFAULT);
    }
}
