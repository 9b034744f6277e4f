package org.strongroom.server;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.media.DicomDirectory;
import org.strongroom.dicom.media.DirectoryRecord;
import org.strongroom.dicom.media.MediaFolder;

/** What a DICOMDIR lists (PS3.3 section F.3), compared with what lies beside it: a scratched disc must not pass for a whole one. */
final class FileSet {
    /** Some 50,000 directory records. */
    private static final int MOST_BYTES = 16 << 20;

    private FileSet() {}

    /**
     * Tells of each file that is listed and not there. The offsets don't count: what a damaged one leaves out is listed all
     * the same.
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
        MediaFolder medium = new MediaFolder(folder);
        for (DirectoryRecord record : DicomDirectory.records(DataSet.read(bytes, directory.syntax(), Limits.DEFAULT))) {
            List<String> id = record.fileId();
            if (record.isInUse() && !id.isEmpty() && medium.resolve(id).isEmpty()) {
                missing.accept(Failure.oneLine(String.join("/", id)));
            }
        }
    }
}
