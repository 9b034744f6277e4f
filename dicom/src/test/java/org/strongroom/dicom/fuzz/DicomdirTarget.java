package org.strongroom.dicom.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.media.DicomDirectory;
import org.strongroom.dicom.media.DirectoryRecord;
import org.strongroom.dicom.media.FileSetBuilder;
import org.strongroom.dicom.media.MediaFolder;

/**
 * Fuzz target: a DICOMDIR. It is refused by a {@link DicomFormatException} or read; then no record has two places, none of its file IDs leads out of the medium, and what is built of it lists the same.
 */
public final class DicomdirTarget {
    private static final int MOST_RESOLVED = 16;
    private static final Path MEDIUM = medium();

    private DicomdirTarget() {}

    public static void fuzzerTestOneInput(byte[] bytes) {
        try {
            hold(bytes);
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory failed", e);
        }
    }

    /** Whether it was read. */
    public static boolean hold(byte[] file) throws IOException {
        DicomDirectory directory;
        try {
            directory = DicomDirectory.read(file, DataSetProperties.LIMITS);
        } catch (DicomFormatException e) {
            return false;
        }
        List<DirectoryRecord> all = directory.all();
        int records = DicomDirectory.records(directory.elements()).size();
        require(all.size() <= records, "no more records than there are items");
        all.forEach(record -> DataSetProperties.walk(record.keys()));
        resolve(all);
        builtAgain(directory);
        return true;
    }

    private static void resolve(List<DirectoryRecord> all) throws IOException {
        MediaFolder folder = new MediaFolder(MEDIUM);
        for (DirectoryRecord record : all.subList(0, Math.min(all.size(), MOST_RESOLVED))) {
            Optional<Path> file = folder.resolve(record.fileId());
            require(file.isEmpty() || file.get().toRealPath().startsWith(MEDIUM), "a file ID leads out of the medium");
        }
    }

    private static void builtAgain(DicomDirectory directory) throws IOException {
        byte[] once = written(directory);
        DicomDirectory again;
        try {
            again = DicomDirectory.read(once, DataSetProperties.LIMITS);
        } catch (DicomFormatException e) {
            throw new AssertionError("what is built is read", e);
        }
        require(again.irregularities().isEmpty(), "what is built has sound offsets");
        List<String> before = listed(directory.roots(), "", new ArrayList<>());
        List<String> after = listed(again.roots(), "", new ArrayList<>());
        require(before.equals(after), "what is built of it lists the same: " + before.size() + ", " + after.size());
    }

    private static byte[] written(DicomDirectory directory) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        FileSetBuilder.from(directory, false).writeTo(out);
        return out.toByteArray();
    }

    /** As deep as the reader lets records be. */
    private static List<String> listed(List<DirectoryRecord> records, String above, List<String> into) {
        for (DirectoryRecord record : records) {
            if (record.isInUse()) {
                into.add(above + record.type() + " " + record.fileId());
                listed(record.children(), above + "  ", into);
            }
        }
        return into;
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    /** A medium with a file and a folder, a secret beside it and a link that leads to that. */
    private static Path medium() {
        try {
            Path around = Files.createTempDirectory("medium");
            Path medium = Files.createDirectory(around.resolve("M"));
            List<Path> made = List.of(
                    around,
                    medium,
                    Files.writeString(around.resolve("SECRET"), "x"),
                    Files.createDirectory(medium.resolve("A")),
                    Files.writeString(medium.resolve("A").resolve("B1"), "x"),
                    Files.createSymbolicLink(medium.resolve("OUT"), around));
            made.forEach(path -> path.toFile().deleteOnExit());
            return medium.toRealPath();
        } catch (IOException e) {
            throw new IllegalStateException("no temporary folder", e);
        }
    }
}
