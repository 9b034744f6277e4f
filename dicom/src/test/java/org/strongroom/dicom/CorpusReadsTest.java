package org.strongroom.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.strongroom.testkit.Corpus;

/** Every file of the corpus: read and written back byte for byte, or refused with a clear error. */
class CorpusReadsTest {
    private Optional<Corpus> found = Optional.empty();

    @BeforeEach
    void find() {
        found = Corpus.find();
        assumeTrue(found.isPresent(), Corpus.ABSENT);
    }

    private interface Check {
        void of(String path, byte[] body, TransferSyntax syntax, DataSet dataSet);
    }

    /** Runs the check on what can be read; returns what was refused, with the reason. */
    private List<String> onEachReadable(Check check) throws IOException {
        Corpus corpus = found.orElseThrow();
        List<String> refused = new ArrayList<>();
        for (Corpus.Entry entry : corpus.entries()) {
            try {
                Part10 file = Part10.open(new ByteArrayInputStream(corpus.bytes(entry)), Limits.DEFAULT);
                byte[] body = file.body().readAllBytes();
                DataSet dataSet = DataSet.read(body, file.syntax(), Limits.DEFAULT);
                check.of(entry.path(), body, file.syntax(), dataSet);
            } catch (DicomFormatException e) {
                refused.add(entry.path() + ": " + e.getMessage());
            }
        }
        return refused;
    }

    @Test
    void every_file_is_written_back_byte_for_byte_or_refused_where_the_manifest_says_so() throws IOException {
        List<String> refused = onEachReadable((path, body, syntax, dataSet) ->
                assertThat(dataSet.toBytes(syntax)).as(path).isEqualTo(body));

        assertThat(refused).allMatch(line -> line.startsWith("malformed/"));
        assertThat(refused.stream().map(line -> line.replaceFirst(":.*", "").replaceFirst(".*/", "")))
                .containsExactlyInAnyOrder(
                        "2026-05-06-Deeply-Nested-Sequence.dcm",
                        "3gb-bulk-data-truncated",
                        "GH364.dcm",
                        "GH626.dcm",
                        "MR_truncated.dcm",
                        "no_meta.dcm",
                        "deflate-bomb-64MiB.dcm",
                        "empty-file.dcm",
                        "pixel-length-beyond-eof.dcm",
                        "stray-item-delimiter.dcm",
                        "truncated-in-element-header.dcm",
                        "truncated-in-meta.dcm",
                        "undefined-length-on-LO.dcm",
                        "unknown-transfer-syntax.dcm");
    }

    @Test
    void what_the_manifest_calls_irregular_is_read_with_a_note_of_it() throws IOException {
        List<String> noted = new ArrayList<>();
        onEachReadable((path, body, syntax, dataSet) -> {
            if (!dataSet.irregularities().isEmpty()) {
                noted.add(path.replaceFirst(".*/", "") + " " + dataSet.irregularities());
            }
        });

        assertThat(noted)
                .contains(
                        "elements-out-of-order.dcm [OUT_OF_ORDER]",
                        "odd-length-value.dcm [ODD_LENGTH]",
                        "unknown-vr-letters.dcm [UNKNOWN_VR]",
                        "emri_small_jpeg_2k_lossless_too_short.dcm [MISSING_DELIMITER]");
    }

    @Test
    void the_head_is_the_same_however_few_bytes_were_there_at_first() throws IOException {
        onEachReadable((path, body, syntax, dataSet) -> {
            DataSet.Head whole = DataSet.readHead(body, body.length, true, syntax, Limits.DEFAULT)
                    .orElseThrow();
            Optional<DataSet.Head> head = Optional.empty();
            for (int length = 512; head.isEmpty(); length *= 2) {
                int there = Math.min(length, body.length);
                head = DataSet.readHead(body, there, there == body.length, syntax, Limits.DEFAULT);
            }
            DataSet.Head first = head.orElseThrow();
            assertThat(first.endOffset()).as(path).isEqualTo(whole.endOffset());
            assertThat(first.elements().tags())
                    .as(path)
                    .isEqualTo(whole.elements().tags());
            for (Tag tag : first.elements().tags()) {
                assertThat(first.elements().text(tag)).as(path).isEqualTo(dataSet.text(tag));
            }
            assertThat(dataSet.tags())
                    .as(path)
                    .startsWith(first.elements().tags().toArray(new Tag[0]));
        });
    }

    @Test
    void values_and_nesting_survive_every_other_encoding() throws IOException {
        onEachReadable((path, body, syntax, dataSet) -> {
            if (body.length < 150_000) {
                DataSet implicit = again(dataSet, TransferSyntax.ImplicitVRLittleEndian);
                DataSet big = again(dataSet, TransferSyntax.ExplicitVRBigEndian);
                DataSet deflated = again(
                        again(big, TransferSyntax.ExplicitVRLittleEndian),
                        TransferSyntax.DeflatedExplicitVRLittleEndian);
                assertSame(path, dataSet, implicit, false);
                assertSame(path, dataSet, big, true);
                assertSame(path, dataSet, deflated, true);
            }
        });
    }

    private static DataSet again(DataSet dataSet, TransferSyntax syntax) {
        return DataSet.read(dataSet.toBytes(syntax), syntax, Limits.DEFAULT);
    }

    private static void assertSame(String path, DataSet one, DataSet other, boolean explicit) {
        assertThat(other.tags()).as(path).isEqualTo(one.tags());
        for (Tag tag : one.tags()) {
            String where = path + " " + tag;
            List<DataSet> items = one.items(tag);
            VR vr = other.element(tag).orElseThrow().vr();
            // Implicit VR forgets the VR of what the dictionary lacks, and of what a device wrote as another.
            if (explicit || vr == one.element(tag).orElseThrow().vr()) {
                assertThat(other.text(tag)).as(where).isEqualTo(one.text(tag));
                assertThat(other.items(tag)).as(where).hasSameSizeAs(items);
                for (int i = 0; i < items.size(); i++) {
                    assertSame(
                            where + "[" + i + "]",
                            items.get(i),
                            other.items(tag).get(i),
                            explicit);
                }
            }
        }
    }

    private DataSet one(String path) throws IOException {
        Corpus corpus = found.orElseThrow();
        Corpus.Entry entry = corpus.entries().stream()
                .filter(candidate -> candidate.path().equals(path))
                .findFirst()
                .orElseThrow();
        Part10 file = Part10.open(new ByteArrayInputStream(corpus.bytes(entry)), Limits.DEFAULT);
        return DataSet.read(file.body().readAllBytes(), file.syntax(), Limits.DEFAULT);
    }

    @Test
    void single_files_are_read_as_the_manifest_asks() throws IOException {
        DataSet traversal = one("malformed/synthetic/uid-path-traversal.dcm");
        assertThat(traversal.contains(Attributes.SOPInstanceUID)).isTrue();
        assertThat(traversal.get(Attributes.SOPInstanceUID)).isEmpty();

        assertThat(one("malformed/synthetic/html-in-patient-name.dcm").get(Attributes.PatientName))
                .hasValueSatisfying(name -> assertThat(name.value()).contains("<"));
        assertThat(one("malformed/synthetic/sequence-depth-64.dcm").items(new Tag(0x0040A730)))
                .hasSize(1);
        assertThat(one("malformed/no_preamble_dicm_in_data").get(Attributes.StationName))
                .contains("DICMA1");
        assertThat(one("malformed/UN_sequence.dcm").items(new Tag(0x4453100C))).isNotEmpty();
        assertThat(one("malformed/empty_charset_LEI.dcm").characterSet()).isEqualTo(SpecificCharacterSet.DEFAULT);
    }

    @Test
    void directories_name_the_files_beside_them() throws IOException {
        DataSet directory = one("dicomdir/pydicom-three-patients/DICOMDIR");
        List<DataSet> records = directory.items(Attributes.DirectoryRecordSequence);

        assertThat(records).hasSizeGreaterThan(30);
        assertThat(records.stream()
                        .filter(item -> item.get(Attributes.DirectoryRecordType).equals(Optional.of("IMAGE")))
                        .map(item -> item.all(Attributes.ReferencedFileID)))
                .isNotEmpty()
                .allMatch(path -> path.size() == 3);
    }
}
