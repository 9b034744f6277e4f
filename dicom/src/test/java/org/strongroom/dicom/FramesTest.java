package org.strongroom.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.strongroom.dicom.Frames.Irregularity;

class FramesTest {
    private static final TransferSyntax JPEG = TransferSyntax.of(new Uid("1.2.840.10008.1.2.4.50"));
    private static final TransferSyntax VIDEO = TransferSyntax.of(new Uid("1.2.840.10008.1.2.4.102.1"));
    private static final byte[] START = {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF, (byte) 0xE0, 1, 2};
    private static final byte[] MIDDLE = {1, 2, 3, 4};
    private static final byte[] END = {7, (byte) 0xFF, (byte) 0xD9, 0};
    private static final byte[] WHOLE = {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF, 9, (byte) 0xFF, (byte) 0xD9};

    private static byte[] ints(int... values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (int value : values) {
            buffer.putInt(value);
        }
        return buffer.array();
    }

    private static byte[] longs(long... values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * 8).order(ByteOrder.LITTLE_ENDIAN);
        for (long value : values) {
            buffer.putLong(value);
        }
        return buffer.array();
    }

    private static byte[] shorts(int value) {
        return new byte[] {(byte) value, (byte) (value >> 8)};
    }

    private static byte[] even(String text) {
        return (text.length() % 2 == 0 ? text : text + " ").getBytes(StandardCharsets.US_ASCII);
    }

    private static ByteArrayOutputStream described(String frames, int samples, String photometric, int bits) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(Bytes.explicit()
                .element(0x00280002, "US", shorts(samples))
                .element(0x00280004, "CS", even(photometric))
                .element(0x00280008, "IS", even(frames))
                .element(0x00280010, "US", shorts(3))
                .element(0x00280011, "US", shorts(5))
                .element(0x00280100, "US", shorts(bits))
                .done());
        return out;
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Encapsulated(byte[] bytes) {
        Frames frames(TransferSyntax syntax) {
            DataSet dataSet = DataSet.read(bytes, syntax, Limits.DEFAULT);
            Frames inMemory = Frames.of(dataSet, syntax).orElseThrow();
            for (int piece : new int[] {1, 3, 7, 64, bytes.length}) {
                FrameScanner scanner = new FrameScanner(syntax, 0, Limits.DEFAULT);
                for (int at = 0; at < bytes.length; at += piece) {
                    scanner.accept(bytes, at, Math.min(piece, bytes.length - at));
                }
                assertThat(text(scanner.finish(PixelShape.of(dataSet)).orElseThrow()))
                        .as("in pieces of " + piece)
                        .isEqualTo(text(inMemory));
                assertThat(scanner.isDone()).isTrue();
            }
            return inMemory;
        }
    }

    private static String text(Frames frames) {
        List<Object> all = new ArrayList<>(List.of(frames.count(), frames.stream(), frames.irregularities()));
        for (int frame = 0; frame < frames.located(); frame++) {
            all.add(frames.ranges(frame));
        }
        return all.toString();
    }

    private static Encapsulated encapsulated(String frames, byte[] table, byte[]... fragments) {
        return extended(frames, new byte[0], new byte[0], table, fragments);
    }

    private static Encapsulated extended(
            String frames, byte[] offsets, byte[] lengths, byte[] table, byte[]... fragments) {
        ByteArrayOutputStream out = described(frames, 1, "MONOCHROME2", 8);
        Bytes bytes = Bytes.explicit();
        if (offsets.length > 0) {
            bytes.element(0x7FE00001, "OV", offsets).element(0x7FE00002, "OV", lengths);
        }
        bytes.header(0x7FE00010, "OB", Bytes.UNDEFINED).item(table);
        for (byte[] fragment : fragments) {
            bytes.item(fragment);
        }
        out.writeBytes(bytes.endOfSequence().done());
        return new Encapsulated(out.toByteArray());
    }

    private static List<Integer> fragmentsPerFrame(Frames frames) {
        List<Integer> counts = new ArrayList<>();
        for (int frame = 0; frame < frames.located(); frame++) {
            counts.add(frames.ranges(frame).size());
        }
        return counts;
    }

    @Test
    void a_basic_offset_table_tells_which_fragments_make_a_frame() {
        Frames frames = encapsulated("2", ints(0, 26), START, END, WHOLE).frames(JPEG);

        assertThat(fragmentsPerFrame(frames)).containsExactly(2, 1);
        assertThat(frames.irregularities()).isEmpty();
    }

    @Test
    void a_basic_offset_table_that_lies_is_left_aside_and_noted() {
        byte[][] lies = {
            ints(0, 27),
            ints(0, 25),
            ints(0, 0),
            ints(26, 0),
            ints(14, 26),
            ints(0, 26, 30),
            ints(0),
            ints(0, -1),
            {0, 0, 0}
        };
        for (byte[] lie : lies) {
            byte[] even = lie.length % 2 == 0 ? lie : new byte[] {0, 0};
            Frames frames = encapsulated("2", even, START, END, WHOLE).frames(JPEG);

            assertThat(fragmentsPerFrame(frames)).containsExactly(2, 1);
            assertThat(frames.irregularities()).containsExactly(Irregularity.BAD_OFFSET_TABLE);
        }
    }

    @Test
    void an_extended_offset_table_gives_lengths_without_padding() {
        Frames frames = extended("2", longs(0, 14), longs(5, 3), new byte[0], START, END)
                .frames(JPEG);

        assertThat(frames.ranges(0).getFirst().length()).isEqualTo(5);
        assertThat(frames.ranges(1).getFirst().length()).isEqualTo(3);
        assertThat(frames.irregularities()).isEmpty();
    }

    @Test
    void an_extended_offset_table_that_lies_is_left_aside_and_noted() {
        long[][][] lies = {
            {{0, 15}, {5, 3}}, {{0, Long.MAX_VALUE}, {5, 3}}, {{0, -14}, {5, 3}}, {{14, 0}, {5, 3}},
            {{0, 14}, {7, 3}}, {{0, 14}, {5, -1}}, {{0, 14}, {5}}, {{0}, {5}}
        };
        for (long[][] lie : lies) {
            Frames frames = extended("2", longs(lie[0]), longs(lie[1]), new byte[0], START, END)
                    .frames(JPEG);

            assertThat(fragmentsPerFrame(frames)).containsExactly(1, 1);
            assertThat(frames.ranges(0).getFirst().length()).isEqualTo(6);
            assertThat(frames.irregularities()).containsExactly(Irregularity.BAD_OFFSET_TABLE);
        }
    }

    @Test
    void without_a_table_frames_are_found_by_where_images_begin() {
        byte[] no = new byte[0];

        assertThat(fragmentsPerFrame(encapsulated("1", no, START, MIDDLE, END).frames(JPEG)))
                .containsExactly(3);
        assertThat(fragmentsPerFrame(encapsulated("3", no, START, MIDDLE, END).frames(JPEG)))
                .containsExactly(1, 1, 1);
        assertThat(fragmentsPerFrame(encapsulated("3", no, START, END, WHOLE, START, MIDDLE, END)
                        .frames(JPEG)))
                .containsExactly(2, 1, 3);
        // A thumbnail's SOI within an image is none that follows the end of another.
        assertThat(fragmentsPerFrame(encapsulated("2", no, START, WHOLE, WHOLE).frames(JPEG)))
                .containsExactly(2, 1);
        // An empty fragment is no frame.
        assertThat(fragmentsPerFrame(encapsulated("2", no, MIDDLE, no, MIDDLE).frames(JPEG)))
                .containsExactly(2, 1);
    }

    @Test
    void what_nothing_explains_is_not_guessed() {
        Frames frames = encapsulated("2", new byte[0], MIDDLE, MIDDLE, MIDDLE).frames(JPEG);

        assertThat(frames.located()).isZero();
        assertThat(frames.count()).isEqualTo(2);
        assertThat(frames.stream()).hasSize(3);
        assertThat(frames.irregularities()).containsExactly(Irregularity.AMBIGUOUS_FRAGMENTS);
        assertThatThrownBy(() -> frames.ranges(0)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void fewer_fragments_than_frames_are_the_first_frames() {
        Frames frames = encapsulated("2147483647", new byte[0], WHOLE, WHOLE).frames(JPEG);

        assertThat(fragmentsPerFrame(frames)).containsExactly(1, 1);
        assertThat(frames.irregularities()).containsExactly(Irregularity.FRAMES_MISSING);
    }

    @Test
    void video_is_one_stream_however_many_fragments_it_has() {
        Frames frames = encapsulated("2", ints(0), START, MIDDLE).frames(VIDEO);

        assertThat(frames.isStream()).isTrue();
        assertThat(frames.located()).isZero();
        assertThat(frames.stream()).hasSize(2);
    }

    @Test
    void no_fragments_at_all_are_no_frames() {
        Frames frames = encapsulated("1", new byte[0]).frames(JPEG);

        assertThat(frames.located()).isZero();
        assertThat(frames.irregularities()).containsExactly(Irregularity.FRAMES_MISSING);
    }

    private static Frames plain(String frames, int samples, String photometric, int bits, int length) {
        ByteArrayOutputStream out = described(frames, samples, photometric, bits);
        out.writeBytes(
                Bytes.explicit().element(0x7FE00010, "OW", new byte[length]).done());
        return new Encapsulated(out.toByteArray()).frames(TransferSyntax.ExplicitVRLittleEndian);
    }

    @Test
    void native_frames_follow_one_another() {
        Frames words = plain("2", 1, "MONOCHROME2", 16, 60);
        assertThat(words.located()).isEqualTo(2);
        assertThat(words.ranges(1).getFirst().offset()
                        - words.ranges(0).getFirst().offset())
                .isEqualTo(30);
        assertThat(words.irregularities()).isEmpty();

        Frames bits = plain("3", 1, "MONOCHROME2", 1, 6);
        assertThat(List.of(bits.firstBit(0), bits.firstBit(1), bits.firstBit(2)))
                .containsExactly(0, 7, 6);
        assertThat(bits.ranges(1).getFirst().length()).isEqualTo(3);
        assertThat(bits.located()).isEqualTo(3);
        assertThat(bits.irregularities()).isEmpty();

        assertThat(plain("1", 3, "YBR_FULL_422", 8, 30).irregularities()).isEmpty();
        assertThat(plain("1", 3, "YBR_FULL_422", 8, 46).irregularities()).containsExactly(Irregularity.NOT_SUBSAMPLED);
    }

    @Test
    void native_pixels_that_are_too_few_or_too_many_are_noted() {
        assertThat(plain("2", 1, "MONOCHROME2", 8, 30).irregularities()).isEmpty();
        assertThat(plain("3", 1, "MONOCHROME2", 8, 46).irregularities()).isEmpty();
        Frames few = plain("3", 1, "MONOCHROME2", 8, 44);
        assertThat(few.located()).isEqualTo(2);
        assertThat(few.irregularities()).containsExactly(Irregularity.TOO_SHORT);
        assertThat(plain("1", 1, "MONOCHROME2", 8, 18).irregularities()).containsExactly(Irregularity.TOO_LONG);
        assertThat(plain("1", 1, "MONOCHROME2", 0, 18).irregularities()).containsExactly(Irregularity.NO_SHAPE);
    }

    @Test
    void no_product_of_numbers_overflows() {
        PixelShape most = new PixelShape(65535, 65535, 65535, 65535, PixelShape.Subsampling.YBR_422, Integer.MAX_VALUE);
        Frames frames =
                FrameAssembly.uncompressed(most, TransferSyntax.ExplicitVRLittleEndian, new ByteRange(0, 0xFFFFFFFEL));

        assertThat(frames.located()).isZero();
        assertThat(frames.irregularities()).containsExactly(Irregularity.TOO_SHORT);
        assertThatThrownBy(most::frameBits).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void a_scanner_tells_what_it_saw_of_a_stream_that_is_cut_off() {
        byte[] whole = encapsulated("2", ints(0, 26), START, END, WHOLE).bytes();
        PixelShape shape = PixelShape.of(DataSet.read(whole, JPEG, Limits.DEFAULT));
        for (int length = 0; length < whole.length; length++) {
            FrameScanner scanner = new FrameScanner(JPEG, 0, Limits.DEFAULT);
            scanner.accept(whole, 0, length);
            Optional<Frames> frames = scanner.finish(shape);
            frames.ifPresent(found -> assertThat(found.irregularities()).contains(Irregularity.MISSING_DELIMITER));
        }
    }

    @Test
    void a_scanner_never_fails_whatever_it_is_fed() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] whole = extended("2", longs(0, 26), longs(5, 3), ints(0, 26), START, END, WHOLE)
                .bytes();
        PixelShape shape = PixelShape.of(DataSet.read(whole, JPEG, Limits.DEFAULT));
        for (int run = 0; run < 20_000; run++) {
            byte[] bytes = whole.clone();
            for (int change = 0; change < 3; change++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            FrameScanner scanner =
                    new FrameScanner(run % 2 == 0 ? JPEG : TransferSyntax.ImplicitVRLittleEndian, 0, Limits.DEFAULT);
            scanner.accept(bytes, 0, bytes.length);
            for (List<ByteRange> ranges :
                    scanner.finish(shape).map(FramesTest::all).orElse(List.of())) {
                assertThat(ranges)
                        .as("seed " + seed)
                        .allMatch(range -> range.offset() + range.length() <= bytes.length);
            }
        }
    }

    private static List<List<ByteRange>> all(Frames frames) {
        List<List<ByteRange>> all = new ArrayList<>();
        for (int frame = 0; frame < frames.located(); frame++) {
            all.add(frames.ranges(frame));
        }
        return all;
    }
}
