package org.strongroom.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.strongroom.testkit.Corpus;

/** Every row of the corpus's MANIFEST.tsv: what was measured, what a correct reader must do, what stands in expected/. */
class ManifestTest {
    private Optional<Corpus> found = Optional.empty();

    @BeforeEach
    void find() {
        found = Corpus.find();
        assumeTrue(found.isPresent(), Corpus.ABSENT);
    }

    private interface Check {
        void of(ManifestFile file) throws IOException;
    }

    /** Runs the check on each row; returns how many there were. */
    private int onEach(Check check) throws IOException {
        Corpus corpus = found.orElseThrow();
        int rows = 0;
        for (Corpus.Entry entry : corpus.entries()) {
            check.of(new ManifestFile(entry, corpus.bytes(entry)));
            rows++;
        }
        return rows;
    }

    @Test
    void all_471_files_are_what_the_manifest_measured() throws IOException {
        ManifestNotes notes = new ManifestNotes();

        int rows = onEach(file -> {
            columns(file);
            notes.check(file);
        });

        assertThat(rows).isEqualTo(471);
        assertThat(notes.checked).as("phrases of notes").isEqualTo(1188);
    }

    private static void columns(ManifestFile file) {
        Corpus.Entry entry = file.entry;
        String name = entry.path();
        assertThat(file.bytes).as(name).hasSize((int) entry.bytes());
        assertThat(sha256(file.bytes)).as(name).isEqualTo(entry.sha256());
        String declared = String.join("", file.meta().text(Attributes.TransferSyntaxUID.tag()));
        if (file.isRead() || (file.file != null && !entry.transferSyntax().isEmpty())) {
            assertThat(declared).as(name).isEqualTo(entry.transferSyntax());
        }
        // That one was measured from a DICM on that is a value in it.
        if (!file.isRead() || name.equals("malformed/no_preamble_dicm_in_data")) {
            return;
        }
        DataSet dataSet = file.dataSet();
        String sopClass = dataSet.contains(Attributes.SOPClassUID)
                ? file.text(0x00080016)
                : String.join("", file.meta().text(Attributes.MediaStorageSOPClassUID.tag()));
        assertThat(sopClass.isEmpty() ? "none" : sopClass)
                .as(name)
                .isEqualTo(entry.sopClass().replaceFirst(" .*", ""));
        assertThat(file.text(0x00280004)).as(name).isEqualTo(entry.photometric());
        assertThat(file.text(0x00080005)).as(name).isEqualTo(entry.charset());
        if (!entry.shape().isEmpty()) {
            String frames = file.text(0x00280008);
            assertThat(String.join(
                            "x",
                            file.text(0x00280010),
                            file.text(0x00280011),
                            frames.isEmpty() ? "1" : frames,
                            file.text(0x00280100)))
                    .as(name)
                    .isEqualTo(entry.shape());
        }
    }

    @Test
    void every_malformed_file_is_read_with_its_record_or_refused_with_its_reason() throws IOException {
        Map<String, String> expected = new HashMap<>();
        try (InputStream in = getClass().getResourceAsStream("malformed-outcomes.tsv")) {
            assertThat(in).isNotNull();
            new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(line -> {
                String[] fields = line.split("\t", 2);
                expected.put(fields[0], fields[1]);
            });
        }
        List<String> outcomes = new ArrayList<>();
        onEach(file -> {
            if (file.entry.folder().equals("malformed")) {
                String outcome = file.isRead()
                        ? "read\t" + String.join(", ", file.irregularities())
                        : "refused\t" + file.refusal;
                assertThat(outcome).as(file.entry.path()).isEqualTo(expected.get(file.entry.path()));
                outcomes.add(file.entry.path());
            } else {
                assertThat(file.refusal).as(file.entry.path()).isEmpty();
            }
        });
        assertThat(outcomes).hasSize(expected.size()).hasSize(73);
    }

    @Test
    void all_471_files_do_what_they_must() throws IOException {
        Map<String, Integer> done = new HashMap<>();
        Map<String, List<String[]>> pixels = expectedPixels();
        int rows = onEach(file -> {
            String must = file.entry.mustDo().replaceFirst("[;:(].*", "").strip();
            if (file.isRead()) {
                assertThat(file.dataSet().toBytes(file.syntax()))
                        .as(file.entry.path())
                        .isEqualTo(file.body);
                framing(file, pixels.getOrDefault(file.entry.path(), List.of()), done);
            }
            if (file.entry.mustDo().endsWith("encode back to identical bytes")) {
                nameComesBack(file);
            } else if (must.equals("serve the one bit stream unchanged")) {
                assertThat(file.frames.orElseThrow().isStream()).isTrue();
            } else if (must.equals("refuse to parse the data set, typed error \"unsupported transfer syntax\"")
                    || must.equals("reject with a typed error that names the byte offset")) {
                assertThat(file.refusal).as(file.entry.path()).contains(" at offset ");
            } else if (must.equals("parse fully") || (must.startsWith("read") && !must.startsWith("read with"))) {
                assertThat(file.refusal).as(file.entry.path()).isEmpty();
                keepsValuesInExplicitLittleEndian(file);
            }
            done.merge("must", 1, Integer::sum);
        });

        assertThat(rows).isEqualTo(471);
        assertThat(done)
                .containsEntry("must", 471)
                .containsEntry("native files compared", 204)
                .containsEntry("native frames compared", 454)
                .containsEntry("native files", 214)
                .containsEntry("encapsulated files", 123)
                .containsEntry("encapsulated frames", 605);
    }

    /** Native frames are those expected; of encapsulated data each frame has its fragments, and no byte is in two. */
    private static void framing(ManifestFile file, List<String[]> rows, Map<String, Integer> done) {
        if (file.frames.isEmpty()) {
            return;
        }
        Frames frames = file.frames.get();
        String name = file.entry.path();
        done.merge(frames.isEncapsulated() ? "encapsulated files" : "native files", 1, Integer::sum);
        if (frames.isEncapsulated() && !frames.isStream()) {
            List<ByteRange> all = new ArrayList<>();
            for (int frame = 0; frame < frames.located(); frame++) {
                all.addAll(frames.ranges(frame));
            }
            assertThat(all).as(name).isEqualTo(frames.stream());
            assertThat(frames.located()).as(name).isEqualTo(frames.count());
            done.merge("encapsulated frames", frames.count(), Integer::sum);
        }
        assertThat(scanned(file, 97)).as(name).isEqualTo(described(frames));
        if (!frames.isEncapsulated() && !rows.isEmpty()) {
            nativeFrames(file, frames, rows, done);
        }
    }

    private static void nativeFrames(ManifestFile file, Frames frames, List<String[]> rows, Map<String, Integer> done) {
        done.merge("native files compared", 1, Integer::sum);
        for (String[] row : rows) {
            String what = file.entry.path() + " frame " + row[1];
            byte[] frame = row[3].equals("0") && frames.located() == 0
                    ? new byte[0]
                    : row[1].equals("all")
                            ? allBits(file)
                            : NativePixels.frame(file.dataSet(), file.syntax(), frames, Integer.parseInt(row[1]) - 1);
            assertThat(frame).as(what).hasSize(Integer.parseInt(row[3]));
            assertThat(sha256(frame)).as(what).isEqualTo(row[2]);
            done.merge("native frames compared", 1, Integer::sum);
        }
    }

    private static byte[] allBits(ManifestFile file) {
        PixelShape shape = PixelShape.of(file.dataSet());
        long bytes = (shape.frameBits() * shape.frames() + 7) / 8;
        ByteRange value = file.dataSet().valueRange(Frames.PIXEL_DATA).orElseThrow();
        return Frames.joined(file.dataSet(), List.of(new ByteRange(value.offset(), bytes)));
    }

    /** As a scanner finds them that is given a few bytes at a time from where the bulk begins. */
    private static String scanned(ManifestFile file, int piece) {
        byte[] plain = file.syntax().deflated() ? Inflation.all(file.body, Limits.DEFAULT) : file.body;
        long start = DataSet.readHead(file.body, file.body.length, true, file.syntax(), Limits.DEFAULT)
                .orElseThrow()
                .endOffset();
        FrameScanner scanner = new FrameScanner(file.syntax(), start, Limits.DEFAULT);
        for (int at = (int) start; at < plain.length; at += piece) {
            scanner.accept(plain, at, Math.min(piece, plain.length - at));
        }
        return scanner.finish(PixelShape.of(file.dataSet()))
                .map(ManifestTest::described)
                .orElse("none");
    }

    private static String described(Frames frames) {
        StringBuilder text = new StringBuilder();
        text.append(frames.count()).append(' ').append(frames.stream()).append(frames.irregularities());
        for (int frame = 0; frame < frames.located(); frame++) {
            text.append(frames.ranges(frame)).append(frames.firstBit(frame));
        }
        return text.toString();
    }

    /** Encoded anew it is the same bytes. */
    private static void nameComesBack(ManifestFile file) {
        DataSet dataSet = file.dataSet();
        Tag name = Attributes.PatientName.tag();
        DataSet again = dataSet.withText(name, VR.PN, dataSet.text(name));
        // One of two Korean names invokes ASCII again at the end, where it never left.
        String stored = new String(bytes(dataSet, name), StandardCharsets.ISO_8859_1);
        String needed = stored.startsWith("\u001B$)C") ? stored.replaceFirst("\u001B\\(B *$", "") : stored;
        assertThat(new String(bytes(again, name), StandardCharsets.ISO_8859_1))
                .as(file.entry.path())
                .isEqualTo(needed);
    }

    private static byte[] bytes(DataSet dataSet, Tag tag) {
        return ((Element.Encoded) dataSet.element(tag).orElseThrow()).bytes().toArray(ValueLayout.JAVA_BYTE);
    }

    private static void keepsValuesInExplicitLittleEndian(ManifestFile file) {
        DataSet dataSet = file.dataSet();
        TransferSyntax explicit = TransferSyntax.ExplicitVRLittleEndian;
        DataSet again = DataSet.read(dataSet.toBytes(explicit), explicit, Limits.DEFAULT);
        assertThat(again.tags()).as(file.entry.path()).isEqualTo(dataSet.tags());
        for (Tag tag : dataSet.tags()) {
            assertThat(again.text(tag)).as(file.entry + " " + tag).isEqualTo(dataSet.text(tag));
        }
    }

    @Test
    void the_bit_stream_in_each_video_is_the_expected_one() throws IOException {
        Corpus corpus = found.orElseThrow();
        Map<String, String[]> streams =
                lines(corpus, "video-streams.tsv").stream().collect(Collectors.toMap(row -> row[0], row -> row));
        List<String> compared = new ArrayList<>();
        for (Corpus.Entry entry : corpus.entries("video")) {
            Part10 file = Part10.open(new ByteArrayInputStream(corpus.bytes(entry)), Limits.DEFAULT);
            DataSet dataSet = DataSet.read(file.body().readAllBytes(), file.syntax(), Limits.DEFAULT);
            Frames frames = Frames.of(dataSet, file.syntax()).orElseThrow();
            byte[] stream = Frames.joined(dataSet, frames.stream());
            String[] row = Optional.ofNullable(streams.get(entry.path())).orElseThrow();
            int length = Integer.parseInt(row[2]);
            assertThat(stream.length).as(entry.path()).isBetween(length, length + 1);
            assertThat(sha256(java.util.Arrays.copyOf(stream, length)))
                    .as(entry.path())
                    .isEqualTo(row[1]);
            assertThat(frames.located()).isZero();
            compared.add(entry.path());
        }
        assertThat(compared).hasSize(3);
    }

    private Map<String, List<String[]>> expectedPixels() throws IOException {
        return lines(found.orElseThrow(), "pixels.tsv").stream().collect(Collectors.groupingBy(row -> row[0]));
    }

    private static List<String[]> lines(Corpus corpus, String name) throws IOException {
        return Files.readAllLines(corpus.expected().resolve(name)).stream()
                .skip(1)
                .map(line -> line.split("\t", -1))
                .toList();
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
