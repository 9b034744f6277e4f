package org.strongroom.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The folder of real DICOM files that tests read, where it is there: system property {@code strongroom.corpus}. Every
 * file is listed in its MANIFEST.tsv with what a correct reader must do.
 *
 * <p>Tests that need it are skipped without it: {@code assumeTrue(Corpus.find().isPresent(), Corpus.ABSENT)}.
 */
public final class Corpus {
    /** What a skipped test says. */
    public static final String ABSENT = "skipped: no corpus";

    private final Path folder;

    /**
     * One file, as the manifest describes it; columns that do not apply are empty.
     *
     * @param path below the corpus folder, with slashes
     * @param transferSyntax the UID alone; empty where the manifest has none
     * @param sopClass the UID and its name, or none
     * @param shape rows x columns x frames x bits allocated
     * @param charset the values of (0008,0005) as they stand in the file
     * @param note measured traits
     * @param mustDo what a correct reader must do
     */
    public record Entry(
            String path,
            String sha256,
            long bytes,
            String sopClass,
            String transferSyntax,
            String shape,
            String photometric,
            String charset,
            String note,
            String mustDo) {
        /** The first folder: transfer-syntaxes, modalities, charsets, studies, malformed and so on. */
        public String folder() {
            return path.substring(0, path.indexOf('/'));
        }

        @Override
        public String toString() {
            return path;
        }
    }

    private Corpus(Path folder) {
        this.folder = folder;
    }

    /** The corpus, or empty where there is none. */
    public static Optional<Corpus> find() {
        String folder = System.getProperty("strongroom.corpus", "");
        Path path = Path.of(folder);
        boolean there = !folder.isEmpty() && Files.isRegularFile(path.resolve("MANIFEST.tsv"));
        return there ? Optional.of(new Corpus(path)) : Optional.empty();
    }

    /** All files in the order of the manifest. */
    public List<Entry> entries() throws IOException {
        try (var lines = Files.lines(folder.resolve("MANIFEST.tsv"))) {
            return lines.skip(1)
                    .map(line -> line.split("\t", -1))
                    .map(f -> new Entry(
                            f[0],
                            f[1],
                            Long.parseLong(f[2]),
                            f[5],
                            f[6].matches("[0-9.]+.*") ? f[6].replaceFirst(" .*", "") : "",
                            f[7],
                            f[8],
                            f[9],
                            f[10],
                            f[11]))
                    .toList();
        }
    }

    /** The files below one of the corpus's folders. */
    public List<Entry> entries(String folderName) throws IOException {
        return entries().stream()
                .filter(entry -> entry.folder().equals(folderName))
                .toList();
    }

    public Path path(Entry entry) {
        return folder.resolve(entry.path());
    }

    public byte[] bytes(Entry entry) throws IOException {
        return Files.readAllBytes(path(entry));
    }

    /** Where what is expected of the files stands: pixels.tsv, json-model and so on. */
    public Path expected() {
        return folder.resolve("expected");
    }

    /** For each file that has one, its JSON model (PS3.18 annex F) as another toolkit made it. */
    public Map<String, Path> jsonModels() throws IOException {
        Map<String, Path> models = new TreeMap<>();
        for (String line : Files.readAllLines(expected().resolve("json-model.tsv")).stream()
                .skip(1)
                .toList()) {
            String[] fields = line.split("\t", -1);
            models.put(fields[0], expected().resolve("json-model").resolve(fields[1]));
        }
        return models;
    }
}
