package org.strongroom.dicom;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.strongroom.dicom.fuzz.DataSetProperties;
import org.strongroom.dicom.media.DicomDirectory;
import org.strongroom.dicom.media.DirectoryRecord;
import org.strongroom.dicom.media.MediaFolder;
import org.strongroom.dicom.model.BulkReferences;
import org.strongroom.dicom.model.DicomJsonReader;
import org.strongroom.dicom.model.DicomJsonWriter;
import org.strongroom.dicom.model.NativeXmlReader;
import org.strongroom.dicom.model.NativeXmlWriter;
import org.strongroom.dicom.model.ReadOptions;
import org.strongroom.testkit.hostile.HostileCase;
import org.strongroom.testkit.hostile.HostileCase.Target;
import org.strongroom.testkit.hostile.HostileInputs;
import org.strongroom.testkit.hostile.HostilePlayer;

/** Every hostile input ends as expected, in less than two seconds, in a process that has less than 512 MB. */
class HostileCorpusTest {
    private static final long LONGEST_MILLIS = 2000;
    private static final long MOST_KILOBYTES = 512 << 10;
    private static final int MOST_OF_OUTLINE = 64 << 20;

    private static final Map<Target, HostilePlayer.Parser> PARSERS = Map.of(
            Target.JSON,
            (_, input) -> DataSetProperties.walk(DicomJsonReader.read(input, ReadOptions.DEFAULT)),
            Target.XML,
            (_, input) -> DataSetProperties.walk(NativeXmlReader.read(input, ReadOptions.DEFAULT)),
            Target.FILE,
            HostileCorpusTest::file,
            Target.DICOMDIR,
            HostileCorpusTest::directory,
            Target.IMPLICIT,
            dataSet(TransferSyntax.ImplicitVRLittleEndian),
            Target.EXPLICIT,
            dataSet(TransferSyntax.ExplicitVRLittleEndian),
            Target.BIG_ENDIAN,
            dataSet(TransferSyntax.ExplicitVRBigEndian),
            Target.DEFLATED,
            dataSet(TransferSyntax.DeflatedExplicitVRLittleEndian));

    @Test
    void every_hostile_input_ends_as_expected_in_little_time_and_memory() throws Exception {
        HostilePlayer.Report report = HostilePlayer.inOwnProcess(HostileCorpusTest.class, "320m");
        List<HostileCase> cases = HostileInputs.of(PARSERS.keySet());
        System.out.println("HostileCorpusTest: " + cases.size() + " inputs, longest " + report.longestMillis()
                + " ms, most " + report.mostKilobytes() / 1024 + " MB");
        assertThat(report.otherwise(cases, LONGEST_MILLIS)).isEmpty();
        assertThat(report.mostKilobytes()).isBetween(1L, MOST_KILOBYTES);
    }

    @Test
    void there_are_at_least_500_of_them_each_with_a_name_of_its_own() {
        List<HostileCase> all = HostileInputs.all();
        assertThat(all).hasSizeGreaterThan(500);
        assertThat(new HashSet<>(all.stream().map(HostileCase::name).toList())).hasSameSizeAs(all);
    }

    /** The process of its own. */
    public static void main(String... arguments) throws Exception {
        HostilePlayer.play(PARSERS, Set.of(DicomFormatException.class), System.out);
    }

    private static HostilePlayer.Parser dataSet(TransferSyntax syntax) {
        return (each, input) -> read(input.readAllBytes(), syntax);
    }

    private static void file(HostileCase each, InputStream input) throws IOException {
        Part10 part10 = Part10.open(input, Limits.DEFAULT);
        if (each.endless()) {
            head(part10);
        } else {
            read(part10.body().readAllBytes(), part10.syntax());
        }
    }

    /** Whatever it says, it's the records that are there, and none of their file IDs leads out of the medium. */
    private static void directory(HostileCase each, InputStream input) throws IOException {
        byte[] bytes = input.readAllBytes();
        DicomDirectory directory = DicomDirectory.read(bytes, DicomDirectory.LIMITS);
        Path outside = Files.createTempDirectory("hostile");
        try {
            MediaFolder medium = new MediaFolder(outside);
            for (DirectoryRecord record : directory.all()) {
                if (medium.resolve(record.fileId()).isPresent()) {
                    throw new AssertionError("a file where there is none");
                }
            }
        } finally {
            Files.delete(outside);
        }
        int records = DicomDirectory.records(directory.elements()).size();
        boolean wrong = each.name().startsWith("dicomdir/offsets");
        if (records != 1
                || directory.all().size() != 1
                || directory.irregularities().isEmpty() == wrong) {
            throw new AssertionError("one record, and wrong offsets told");
        }
        file(each, new ByteArrayInputStream(bytes));
    }

    /** As an archive reads what comes in: the beginning, and more of it for as long as that doesn't suffice. */
    private static void head(Part10 part10) throws IOException {
        byte[] bytes = new byte[8192];
        int length = 0;
        while (true) {
            length += part10.body().readNBytes(bytes, length, bytes.length - length);
            Optional<DataSet.Head> head =
                    DataSet.readHead(bytes, length, length < bytes.length, part10.syntax(), Limits.DEFAULT);
            if (head.isPresent()) {
                return;
            }
            bytes = Arrays.copyOf(bytes, bytes.length * 2);
        }
    }

    private static void read(byte[] bytes, TransferSyntax syntax) {
        DataSet dataSet = DataSet.read(bytes, syntax, Limits.DEFAULT);
        if (!Arrays.equals(bytes, dataSet.toBytes(syntax))) {
            throw new AssertionError("written back as it came");
        }
        DataSetProperties.walk(dataSet);
        outline(bytes, syntax, dataSet);
        // A data set whose identifiers are poison is one without identifiers.
        dataSet.get(Attributes.SOPInstanceUID).map(Uid::value).ifPresent(uid -> {
            if (!uid.matches("[0-9.]{1,64}")) {
                throw new AssertionError("a UID that is none");
            }
        });
    }

    /** As a file is written as models without its values, but for the shortest. */
    private static void outline(byte[] bytes, TransferSyntax syntax, DataSet whole) {
        OutputStream nowhere = OutputStream.nullOutputStream();
        BulkReferences references = (_, _, position, length, elsewhere) ->
                elsewhere ? Optional.of("#" + position + "," + length) : Optional.empty();
        try {
            DataSet outline = Outline.read(new ByteArrayInputStream(bytes), syntax, Limits.DEFAULT, 1, MOST_OF_OUTLINE);
            if (!outline.tags().equals(whole.tags())) {
                throw new AssertionError("an outline of something else");
            }
            new DicomJsonWriter(nowhere, DicomJsonWriter.Layout.COMPACT, references).write(outline);
            new NativeXmlWriter(nowhere, DicomJsonWriter.Layout.COMPACT, references).write(outline);
        } catch (IOException e) {
            throw new IllegalStateException("reading and writing in memory failed", e);
        }
    }
}
