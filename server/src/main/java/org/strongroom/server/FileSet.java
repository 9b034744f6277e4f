package org.strongroom.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Part10;

/** What a DICOMDIR lists (PS3.3 section F.3), compared with what lies beside it: a scratched disc must not pass for a whole one. */
final class FileSet {
    /** Some 50,000 directory records. */
    private static final int MOST_BYTES = 16 << 20;

    /** PS3.10 section 8.2 allows capital letters, digits and underscore; nothing else leads to a file here. */
    private static final Pattern COMPONENT = Pattern.compile("[A-Za-z0-9_]{1,64}");

    private FileSet() {}

    /**
     * Tells of each file that is listed and not there.
     *
     * @param directory the DICOMDIR, opened
     * @param folder where it lies
     * @throws IOException when it can't be read, or is longer than what is compared
     */
    static void compare(Part10 directory, Path folder, Consumer<String> missing) throws IOException {
        byte[] bytes = directory.body().readNBytes(MOST_BYTES + 1);
        if (bytes.length > MOST_BYTES) {
            throw new IOException("a DICOMDIR of more than " + MOST_BYTES
                    + " bytes is not compared with its files; they are imported without it");
        }
        for (DataSet item : DataSet.read(bytes, directory.syntax(), Limits.DEFAULT)
                .items(Attributes.DirectoryRecordSequence.tag())) {
            List<String> id = item.text(Attributes.ReferencedFileID.tag()).stream()
                    .map(String::strip)
                    .toList();
            if (!id.isEmpty() && !isThere(folder, id)) {
                missing.accept(Failure.oneLine(String.join("/", id)));
            }
        }
    }

    /** As it is written, or in small letters, as a mounted disc may show it. */
    private static boolean isThere(Path folder, List<String> id) {
        if (!id.stream().allMatch(component -> COMPONENT.matcher(component).matches())) {
            return false;
        }
        String name = String.join("/", id);
        return isFile(folder.resolve(name)) || isFile(folder.resolve(name.toLowerCase(Locale.ROOT)));
    }

    private static boolean isFile(Path path) {
        return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
    }
}
