package org.strongroom.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.strongroom.dicom.fuzz.Described;
import org.strongroom.testkit.Corpus;

/** What comes out of the rewriter is what {@link DataSet#writeTo} makes of the whole data set, but for lengths of sequences. */
class RewriterTest {
    private static final List<TransferSyntax> NATIVE = List.of(
            TransferSyntax.ExplicitVRLittleEndian,
            TransferSyntax.ImplicitVRLittleEndian,
            TransferSyntax.ExplicitVRBigEndian);

    @Test
    void every_file_of_the_corpus_is_rewritten_as_a_whole_data_set_would_be() throws IOException {
        Optional<Corpus> found = Corpus.find();
        assumeTrue(found.isPresent(), Corpus.ABSENT);
        long seed = System.nanoTime();
        System.out.println("RewriterTest seed " + seed);
        Random random = new Random(seed);
        int compared = 0;
        for (Corpus.Entry entry : found.get().entries()) {
            byte[] body;
            TransferSyntax syntax;
            DataSet whole;
            try {
                Part10 file = Part10.open(new ByteArrayInputStream(found.get().bytes(entry)), Limits.DEFAULT);
                body = file.body().readAllBytes();
                syntax = file.syntax();
                whole = DataSet.read(body, syntax, Limits.DEFAULT);
            } catch (DicomFormatException e) {
                continue; // CorpusReadsTest says which
            }
            if (whole.irregularities().contains(Irregularity.TRAILING_BYTES)) {
                continue; // that what comes is no element is known only at the end
            }
            for (TransferSyntax to : NATIVE) {
                if (to.explicitVr() == syntax.explicitVr() && to.bigEndian() == syntax.bigEndian()) {
                    continue; // a whole data set is copied then, with what is odd in it
                }
                byte[] rewritten = rewrite(body, syntax, to, random);
                assertThat(comparable(DataSet.read(rewritten, to, Limits.DEFAULT), to))
                        .as("%s as %s", entry.path(), to)
                        .isEqualTo(comparable(DataSet.read(whole.toBytes(to), to, Limits.DEFAULT), to));
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(600);
    }

    @Test
    void us_or_ss_is_what_pixel_representation_says_also_before_it() throws IOException {
        byte[] bytes = Bytes.implicit()
                .element(0x00189810, "", (byte) 1, (byte) 0)
                .element(0x00280103, "", (byte) 1, (byte) 0)
                .element(0x00280106, "", (byte) 2, (byte) 0)
                .done();
        byte[] signed = rewrite(
                bytes, TransferSyntax.ImplicitVRLittleEndian, TransferSyntax.ExplicitVRLittleEndian, new Random(1));
        assertThat(Described.of(DataSet.read(signed, TransferSyntax.ExplicitVRLittleEndian, Limits.DEFAULT)))
                .containsExactly("(0018,9810) SS 0100", "(0028,0103) US 0100", "(0028,0106) SS 0200");
    }

    @Test
    void lengths_of_sequences_become_undefined_and_group_lengths_are_left_out() throws IOException {
        byte[] bytes = Bytes.explicit()
                .element(0x00080000, "UL", (byte) 10, (byte) 0, (byte) 0, (byte) 0)
                .header(0x00081140, "SQ", 18)
                .item(Bytes.explicit().element(0x00081155, "UI", "1\0").done())
                .header(0x00081150, "SQ", 0)
                .element(0x00080060, "CS", "CT")
                .done();
        byte[] expected = Bytes.implicit()
                .header(0x00081140, "", Bytes.UNDEFINED)
                .mark(0xFFFEE000, Bytes.UNDEFINED)
                .element(0x00081155, "", "1\0")
                .endOfItem()
                .endOfSequence()
                .header(0x00081150, "", 0)
                .element(0x00080060, "", "CT")
                .done();
        assertThat(rewrite(
                        bytes,
                        TransferSyntax.ExplicitVRLittleEndian,
                        TransferSyntax.ImplicitVRLittleEndian,
                        new Random(1)))
                .isEqualTo(expected);
    }

    @Test
    void lengths_beyond_what_is_around_and_missing_bytes_are_errors() {
        List<byte[]> broken = List.of(
                Bytes.implicit()
                        .header(0x00081140, "", 16)
                        .mark(0xFFFEE000, 20)
                        .raw(new byte[30])
                        .done(),
                Bytes.implicit()
                        .header(0x00081140, "", 20)
                        .mark(0xFFFEE000, 12)
                        .header(0x00081155, "", 9)
                        .raw(new byte[30])
                        .done(),
                Bytes.implicit().header(0x00081140, "", 20).done(),
                Bytes.implicit().header(0x00100010, "", 20).raw(new byte[19]).done(),
                Bytes.implicit().mark(0xFFFEE000, 0).done(),
                Bytes.implicit().raw(new byte[5]).done());
        for (byte[] bytes : broken) {
            assertThatThrownBy(() -> rewrite(
                            bytes,
                            TransferSyntax.ImplicitVRLittleEndian,
                            TransferSyntax.ExplicitVRLittleEndian,
                            new Random(1)))
                    .isInstanceOf(DicomFormatException.class);
        }
    }

    @Test
    void a_deflated_data_set_may_grow_as_far_as_the_limit_and_no_further() throws IOException {
        byte[] bytes = Bytes.explicit()
                .header(0x7FE00010, "OW", 1 << 20)
                .raw(new byte[1 << 20])
                .done();
        ByteArrayOutputStream deflated = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(deflated, new Deflater(9, true))) {
            out.write(bytes);
        }
        CountingSink sink = new CountingSink();
        pass(deflated.toByteArray(), sink, Limits.DEFAULT);
        assertThat(sink.count).isEqualTo(bytes.length);

        Limits strict = new Limits(64, 1_000_000, 1 << 20, 100, 1 << 16, 1L << 30);
        CountingSink least = new CountingSink();
        assertThatThrownBy(() -> pass(deflated.toByteArray(), least, strict))
                .isInstanceOf(DicomFormatException.class)
                .hasMessageContaining("grows beyond the limit");
        assertThat(least.count).isLessThan(1 << 18);
        assertThatThrownBy(() ->
                        pass(java.util.Arrays.copyOf(deflated.toByteArray(), 500), new CountingSink(), Limits.DEFAULT))
                .isInstanceOf(DicomFormatException.class)
                .hasMessageContaining("cut off");
    }

    private static void pass(byte[] deflated, OutputStream out, Limits limits) throws IOException {
        try (Rewriter rewriter = new Rewriter(
                out, TransferSyntax.DeflatedExplicitVRLittleEndian, TransferSyntax.ExplicitVRLittleEndian, 0, limits)) {
            rewriter.write(deflated);
            rewriter.finish();
        }
    }

    private static final class CountingSink extends OutputStream {
        private long count;

        @Override
        public void write(int b) {
            count++;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            count += length;
        }
    }

    /** In two passes, as it is meant, the bytes coming in pieces of any length. */
    private static byte[] rewrite(byte[] bytes, TransferSyntax from, TransferSyntax to, Random random)
            throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int representation = 0;
        for (OutputStream pass : List.of(OutputStream.nullOutputStream(), out)) {
            try (Rewriter rewriter = new Rewriter(pass, from, to, representation, Limits.DEFAULT)) {
                for (int at = 0; at < bytes.length; ) {
                    int most = random.nextInt(4) == 0 ? 20 : 100_000;
                    int n = Math.min(bytes.length - at, 1 + random.nextInt(most));
                    rewriter.write(bytes, at, n);
                    at += n;
                }
                rewriter.finish();
                representation = rewriter.pixelRepresentation();
            }
        }
        return out.toByteArray();
    }

    /** In implicit VR a private sequence shows only by its undefined length; a defined one, which it had before, hides it. */
    private static List<String> comparable(DataSet dataSet, TransferSyntax syntax) {
        return Described.of(dataSet).stream()
                .filter(line -> syntax.explicitVr()
                        || !line.matches(".*\\([0-9A-F]{3}[13579BDF],[0-9A-F]{4}\\)(\\[| SQ| UN).*"))
                .toList();
    }
}
