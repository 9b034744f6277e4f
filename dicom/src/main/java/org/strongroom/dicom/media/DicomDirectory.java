package org.strongroom.dicom.media;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.Uid;

/**
 * A DICOMDIR, PS3.3 annex F and PS3.10 section 8.6: the records of a file-set as the tree that their offsets make.
 *
 * <p>Offsets are hostile until proven: each must be that of a record, and each record has one place. Where they are not,
 * the tree is made from the order of the records and their types instead, and says so.
 *
 * <p>Holds the bytes and some forty bytes a record; what a record says is read when it is asked for.
 *
 * @param elements the whole data set; its records are better asked for here than as items, which all stay in memory
 * @param roots records of the root directory entity
 * @param irregularities of the offsets
 */
public record DicomDirectory(DataSet elements, List<DirectoryRecord> roots, Set<Irregularity> irregularities) {
    /** Longest DICOMDIR that is read: some 400,000 instances. */
    public static final int MOST_BYTES = 128 << 20;

    /** Limits for the longest DICOMDIR: elements of records cost time, but no memory. A deflated one is none of PS3.11. */
    public static final Limits LIMITS = new Limits(64, 16_000_000, 1 << 20, 100, 16L << 20, 16L << 20);

    /** Most records that are read, whatever {@link Limits#elements} allows. */
    public static final int MOST_RECORDS = 1 << 20;

    /** What is wrong with the offsets. */
    public enum Irregularity {
        /** An offset that is that of no record; the tree is made from the order of the records. */
        BAD_OFFSET,
        /** A record that is reached twice, in a circle perhaps; the tree is made from the order of the records. */
        SHARED_RECORD,
        /** Records below one another deeper than any file-set has them; the tree is made from their order. */
        TOO_DEEP,
        /** Records in use that no offset leads to; they are left out. */
        UNREACHED_RECORD
    }

    /**
     * Reads a DICOMDIR; no link is followed.
     *
     * @throws DicomFormatException when it is no DICOM file, is longer than {@link #MOST_BYTES}, has more than {@link
     *     #MOST_RECORDS} records, or exceeds {@link #LIMITS}
     */
    public static DicomDirectory read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            long length = Files.size(file);
            if (length > MOST_BYTES) {
                throw new DicomFormatException("a DICOMDIR of more than " + MOST_BYTES + " bytes", MOST_BYTES, "");
            }
            return read(in, (int) length, LIMITS);
        }
    }

    /**
     * Reads a DICOMDIR from its first byte (preamble) to its last, since offsets are within the file.
     *
     * @throws DicomFormatException when it is no DICOM file, has more than {@link #MOST_RECORDS} records, or exceeds {@code
     *     limits}
     */
    public static DicomDirectory read(byte[] file, Limits limits) {
        try {
            return read(new ByteArrayInputStream(file), file.length, limits);
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory failed", e);
        }
    }

    private static DicomDirectory read(InputStream in, int length, Limits limits) throws IOException {
        Part10 part10 = Part10.open(in, limits);
        long start = part10.bodyOffset();
        byte[] body = new byte[(int) Math.max(0, length - start)];
        int count = part10.body().readNBytes(body, 0, body.length);
        byte[] whole = count < body.length ? Arrays.copyOf(body, count) : body; // it has become shorter meanwhile
        DataSet dataSet = DataSet.read(whole, part10.syntax(), limits);
        return new RecordTree(dataSet, part10.syntax().deflated() ? 0 : start).directory();
    }

    /**
     * The records that stand in the data set of a DICOMDIR, in the order of its bytes, whether or not an offset leads to
     * them: without those below them.
     *
     * @throws DicomFormatException when there are more than {@link #MOST_RECORDS}
     */
    public static List<DirectoryRecord> records(DataSet elements) {
        List<DataSet> items = items(elements);
        int[] all = IntStream.range(0, items.size()).toArray();
        int[] parents = new int[all.length];
        Arrays.fill(parents, all.length);
        return new Records(items, all, parents).roots();
    }

    static List<DataSet> items(DataSet elements) {
        List<DataSet> items = elements.itemsOneByOne(Attributes.DirectoryRecordSequence);
        if (items.size() > MOST_RECORDS) {
            throw new DicomFormatException(
                    "more than " + MOST_RECORDS + " records",
                    0,
                    Attributes.DirectoryRecordSequence.tag().toString());
        }
        return items;
    }

    /** File-set ID; empty where it has none, or an empty one. */
    public Optional<String> fileSetId() {
        return elements.get(Attributes.FileSetID).map(String::strip).filter(id -> !id.isEmpty());
    }

    /** Whether a data set is one of these, by its SOP Class in the File Meta Information. */
    public static boolean isDirectory(DataSet meta) {
        return meta.get(Attributes.MediaStorageSOPClassUID)
                .filter(MEDIA_STORAGE_DIRECTORY::equals)
                .isPresent();
    }

    static final Uid MEDIA_STORAGE_DIRECTORY = new Uid("1.2.840.10008.1.3.10");

    /** All records that are in use, each before those below it; what is below one that is not in use is left out too. */
    public List<DirectoryRecord> all() {
        return RecordTree.all(roots);
    }
}
