package org.strongroom.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.strongroom.testkit.Corpus;
import org.strongroom.testkit.Extent;

class OutlineTest {
    private static DataSet outline(byte[] bytes, TransferSyntax syntax, long longest) {
        try {
            return Outline.read(new ByteArrayInputStream(bytes), syntax, Limits.DEFAULT, longest, 64 << 20);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void the_outline_of_every_readable_file_is_the_file_with_its_long_values_by_their_places() throws IOException {
        Optional<Corpus> found = Corpus.find();
        assumeTrue(found.isPresent(), Corpus.ABSENT);
        int passed = 0;
        for (Corpus.Entry entry : found.get().entries()) {
            if (entry.bytes() > Extent.of(60_000, Integer.MAX_VALUE)) {
                continue;
            }
            byte[] body;
            TransferSyntax syntax;
            DataSet whole;
            try {
                Part10 file = Part10.open(new ByteArrayInputStream(found.get().bytes(entry)), Limits.DEFAULT);
                body = file.body().readAllBytes();
                syntax = file.syntax();
                whole = DataSet.read(body, syntax, Limits.DEFAULT);
            } catch (DicomFormatException e) {
                continue;
            }
            if (syntax.deflated()) {
                continue;
            }
            DataSet outline = outline(body, syntax, 100);
            assertThat(outline.tags()).as(entry.path()).isEqualTo(whole.tags());
            for (Tag tag : whole.tags()) {
                Element there = whole.element(tag).orElseThrow();
                String where = entry + " " + tag;
                if (outline.element(tag).orElseThrow() instanceof Element.Bulk bulk) {
                    passed++;
                    byte[] value = Arrays.copyOfRange(body, (int) bulk.range().offset(), (int)
                            (bulk.range().offset() + bulk.range().length()));
                    if (there instanceof Element.Encoded encoded) {
                        assertThat(bulk.vr()).as(where).isEqualTo(there.vr());
                        assertThat(encoded.bytes().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE))
                                .as(where)
                                .isEqualTo(value);
                    } else {
                        assertThat(there).as(where).isInstanceOf(Element.Fragments.class);
                        assertThat(((Element.Fragments) there).fragments())
                                .as(where)
                                .hasSize(bulk.fragments());
                    }
                } else {
                    assertThat(outline.text(tag)).as(where).isEqualTo(whole.text(tag));
                    assertThat(outline.items(tag)).as(where).hasSameSizeAs(whole.items(tag));
                }
            }
        }
        assertThat(passed).isGreaterThan(100);
    }

    @Test
    void a_file_of_gigabytes_takes_little_memory_and_what_is_cut_off_is_refused() throws IOException {
        byte[] head = Bytes.explicit()
                .element(0x00100020, "LO", "ab")
                .header(0x7FE00010, "OW", -16)
                .done();
        long length = 0xFFFFFFF0L;
        DataSet outline = Outline.read(
                new Endless(head, length), TransferSyntax.ExplicitVRLittleEndian, Limits.DEFAULT, 1 << 20, 1 << 20);
        assertThat(outline.element(new Tag(0x7FE00010)))
                .contains(new Element.Bulk(new Tag(0x7FE00010), VR.OW, new ByteRange(head.length, length), 0));
        assertThatThrownBy(() -> outline.toBytes(TransferSyntax.ExplicitVRLittleEndian))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> Outline.read(
                        new Endless(head, length - 1),
                        TransferSyntax.ExplicitVRLittleEndian,
                        Limits.DEFAULT,
                        1 << 20,
                        1 << 20))
                .isInstanceOf(DicomFormatException.class)
                .hasMessageContaining("cut off");
    }

    @Test
    void what_is_kept_has_a_bound() {
        Bytes many = Bytes.explicit();
        for (int i = 0; i < 100; i++) {
            many.element(0x00091000 + i, "UN", new byte[1000]);
        }
        assertThatThrownBy(() -> Outline.read(
                        new ByteArrayInputStream(many.done()),
                        TransferSyntax.ExplicitVRLittleEndian,
                        Limits.DEFAULT,
                        2000,
                        50_000))
                .hasMessageContaining("more than 50000 bytes");
        assertThat(outline(many.done(), TransferSyntax.ExplicitVRLittleEndian, 2000)
                        .tags())
                .hasSize(100);
    }

    @Test
    void elements_behind_pixel_data_stay_when_bytes_that_are_none_follow_them() {
        for (byte[] rest : new byte[][] {
            new byte[] {1, 2, 3},
            "no element at all, but bytes that follow".getBytes(java.nio.charset.StandardCharsets.US_ASCII),
            Bytes.explicit().header(0x00100020, "OB", 0x7FFFFFFF).done()
        }) {
            byte[] bytes = Bytes.explicit()
                    .element(0x00280010, "US", new byte[] {1, 0})
                    .element(0x7FE00010, "OB", new byte[300])
                    .element(0x7FE10010, "LO", "ME")
                    .element(0x7FE11001, "OB", new byte[400])
                    .raw(rest)
                    .done();
            DataSet whole = DataSet.read(bytes, TransferSyntax.ExplicitVRLittleEndian, Limits.DEFAULT);
            assertThat(whole.tags()).hasSize(4);
            DataSet outline = outline(bytes, TransferSyntax.ExplicitVRLittleEndian, 100);
            assertThat(outline.tags()).isEqualTo(whole.tags());
            assertThat(outline.irregularities())
                    .isEqualTo(whole.irregularities())
                    .contains(Irregularity.TRAILING_BYTES);
        }
    }

    @Test
    void a_deflated_data_set_is_inflated_as_it_is_read_and_within_limits() {
        byte[] pixels = new byte[3_000_000];
        new java.util.SplittableRandom(7).nextBytes(pixels);
        DataSet dataSet = DataSet.empty()
                .with(Attributes.PatientID, "R-17")
                .with(Attributes.PixelData, java.lang.foreign.MemorySegment.ofArray(pixels));
        byte[] deflated = dataSet.toBytes(TransferSyntax.DeflatedExplicitVRLittleEndian);
        DataSet outline = outline(deflated, TransferSyntax.DeflatedExplicitVRLittleEndian, 1000);
        assertThat(outline.text(Attributes.PatientID.tag())).containsExactly("R-17");
        assertThat(outline.element(Attributes.PixelData.tag()).orElseThrow())
                .isInstanceOfSatisfying(
                        Element.Bulk.class,
                        bulk -> assertThat(bulk.range().length()).isEqualTo(3_000_000));
        assertThatThrownBy(() -> outline(
                        Arrays.copyOf(deflated, deflated.length / 2),
                        TransferSyntax.DeflatedExplicitVRLittleEndian,
                        1000))
                .isInstanceOf(DicomFormatException.class)
                .hasMessageContaining("cut off");

        byte[] zeros = DataSet.empty()
                .with(Attributes.PixelData, java.lang.foreign.MemorySegment.ofArray(new byte[20_000_000]))
                .toBytes(TransferSyntax.DeflatedExplicitVRLittleEndian);
        assertThatThrownBy(() -> outline(zeros, TransferSyntax.DeflatedExplicitVRLittleEndian, 1000))
                .isInstanceOf(DicomFormatException.class)
                .hasMessageContaining("grows beyond the limit");
    }

    @Test
    void values_passed_over_out_of_order_are_found_and_the_first_of_several_counts() throws IOException {
        byte[] bytes = Bytes.explicit()
                .element(0x00100020, "LO", "ab")
                .element(0x7FE00010, "OB", new byte[4001])
                .element(0x00204000, "LT", "X".repeat(3000))
                .element(0x00204000, "LT", "Y")
                .element(0x00080070, "LO", "Z".repeat(3002))
                .element(0x00080070, "LO", "W".repeat(3004))
                .done();
        DataSet whole = DataSet.read(bytes, TransferSyntax.ExplicitVRLittleEndian, Limits.DEFAULT);
        for (long longest : new long[] {0, 1, 2, 1000}) {
            DataSet outline = outline(bytes, TransferSyntax.ExplicitVRLittleEndian, longest);
            assertThat(outline.tags()).isEqualTo(whole.tags());
            assertThat(outline.irregularities()).isEqualTo(whole.irregularities());
            assertThat(bulk(outline, 0x7FE00010).range().length()).isEqualTo(4001);
            assertThat(bulk(outline, 0x00204000).range().length()).isEqualTo(3000);
            assertThat(bulk(outline, 0x00080070).range().length()).isEqualTo(3002);
            StringBuilder lengths = new StringBuilder();
            for (ElementCursor cursor = outline.cursor(); cursor.next(); ) {
                if (cursor.element() instanceof Element.Bulk bulk) {
                    lengths.append(bulk.range().length()).append(' ');
                }
            }
            assertThat(lengths.toString()).endsWith("3002 " + (longest < 2 ? "2 " : "") + "3000 4001 ");
        }
    }

    @Test
    void short_sequences_behind_a_long_one_are_not_moved_in_memory_one_by_one() {
        Bytes bytes = Bytes.explicit()
                .header(0x00081140, "SQ", Bytes.UNDEFINED)
                .item(Bytes.explicit()
                        .element(0x00091001, "UN", new byte[16 << 20])
                        .done())
                .endOfSequence();
        for (int i = 0; i < 400_000; i++) {
            bytes.header(0x00090000 + i, "SQ", Bytes.UNDEFINED).endOfSequence();
        }
        byte[] many = bytes.done();
        assertThat(assertTimeout(
                                Duration.ofSeconds(10),
                                () -> outline(many, TransferSyntax.ExplicitVRLittleEndian, 1000))
                        .tags())
                .hasSize(400_001);
    }

    @Test
    void bytes_behind_a_deflated_data_set_are_told_but_for_the_zero_that_makes_it_even() {
        TransferSyntax deflated = TransferSyntax.DeflatedExplicitVRLittleEndian;
        for (int length = 2; length < 40; length++) {
            byte[] good = DataSet.empty()
                    .with(Attributes.PatientID, "7".repeat(length))
                    .toBytes(deflated);
            assertThat(outline(good, deflated, 100).irregularities()).isEmpty();
            for (byte[] rest : new byte[][] {{1}, {0, 0, 0}, {1, 2, 3}, new byte[10_000]}) {
                byte[] followed = Arrays.copyOf(good, good.length + rest.length);
                System.arraycopy(rest, 0, followed, good.length, rest.length);
                assertThat(outline(followed, deflated, 100).irregularities())
                        .containsExactly(Irregularity.TRAILING_BYTES);
            }
        }
    }

    private static Element.Bulk bulk(DataSet outline, int tag) {
        return (Element.Bulk) outline.element(new Tag(tag)).orElseThrow();
    }

    /** Some bytes, then zeros; skipping costs nothing. */
    private static final class Endless extends InputStream {
        private final byte[] head;
        private final long end;
        private long at;

        Endless(byte[] head, long zeros) {
            this.head = head;
            this.end = head.length + zeros;
        }

        private int zero() {
            at++;
            return 0;
        }

        @Override
        public int read() {
            return at == end ? -1 : at < head.length ? head[(int) at++] & 0xFF : zero();
        }

        @Override
        public int read(byte[] bytes, int offset, int count) {
            int b = count == 0 ? 0 : read();
            if (b < 0) {
                return -1;
            }
            bytes[offset] = (byte) b;
            return Math.min(count, 1);
        }

        @Override
        public long skip(long count) {
            long n = Math.min(count, end - at);
            at += n;
            return n;
        }
    }
}
