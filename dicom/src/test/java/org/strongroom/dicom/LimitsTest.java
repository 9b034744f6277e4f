package org.strongroom.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Both sides of each limit: the largest accepted and the smallest refused. */
class LimitsTest {
    private static final TransferSyntax EXPLICIT = TransferSyntax.ExplicitVRLittleEndian;
    private static final TransferSyntax DEFLATED = TransferSyntax.DeflatedExplicitVRLittleEndian;
    private static final Limits SMALL = new Limits(3, 10, 100, 100, 1 << 16, 1 << 20);

    private static byte[] nested(int depth, boolean undefined) {
        byte[] content = Bytes.explicit().element(0x0040A160, "UT", "x ").done();
        for (int i = 0; i < depth; i++) {
            content = undefined
                    ? Bytes.explicit()
                            .header(0x0040A730, "SQ", Bytes.UNDEFINED)
                            .mark(0xFFFEE000, Bytes.UNDEFINED)
                            .raw(content)
                            .endOfItem()
                            .endOfSequence()
                            .done()
                    : Bytes.explicit()
                            .header(0x0040A730, "SQ", content.length + 8)
                            .item(content)
                            .done();
        }
        return content;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void sequences_nest_64_deep_and_no_deeper(boolean undefined) {
        DataSet deep = DataSet.read(nested(64, undefined), EXPLICIT, Limits.DEFAULT);
        for (int i = 0; i < 64; i++) {
            deep = deep.items(new Tag(0x0040A730)).getFirst();
        }
        assertThat(deep.text(new Tag(0x0040A160))).containsExactly("x");
        assertThatThrownBy(() -> DataSet.read(nested(65, undefined), EXPLICIT, Limits.DEFAULT))
                .isInstanceOf(DicomFormatException.class)
                .hasMessageContaining("nested deeper than 64");
    }

    @Test
    void thousands_of_nested_sequences_do_not_exhaust_the_stack() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] level = Bytes.explicit()
                .header(0x0040A730, "SQ", Bytes.UNDEFINED)
                .mark(0xFFFEE000, Bytes.UNDEFINED)
                .done();
        for (int i = 0; i < 100_000; i++) {
            out.writeBytes(level);
        }
        assertThatThrownBy(() -> DataSet.read(out.toByteArray(), EXPLICIT, Limits.DEFAULT))
                .isInstanceOf(DicomFormatException.class);
        assertThatThrownBy(() -> DataSet.readHead(out.toByteArray(), out.size(), false, EXPLICIT, Limits.DEFAULT))
                .isInstanceOf(DicomFormatException.class);
    }

    private static byte[] elements(int count) {
        Bytes bytes = Bytes.explicit();
        for (int i = 0; i < count; i++) {
            bytes.element(0x00091000 + i, "US", (byte) 0, (byte) 0);
        }
        return bytes.done();
    }

    @Test
    void a_data_set_has_so_many_elements_and_no_more_items_included() {
        assertThat(DataSet.read(elements(10), EXPLICIT, SMALL).tags()).hasSize(10);
        assertThatThrownBy(() -> DataSet.read(elements(11), EXPLICIT, SMALL))
                .isInstanceOf(DicomFormatException.class)
                .hasMessageContaining("more than 10 elements");

        byte[] item = elements(5);
        byte[] two = Bytes.explicit()
                .header(0x0040A730, "SQ", item.length + 8)
                .item(item)
                .raw(elements(5))
                .done();
        assertThatThrownBy(() -> DataSet.read(two, EXPLICIT, SMALL)).isInstanceOf(DicomFormatException.class);
    }

    private static byte[] emptyItems(int count) {
        Bytes bytes = Bytes.explicit().header(0x0040A730, "SQ", count * 8);
        for (int i = 0; i < count; i++) {
            bytes.item(new byte[0]);
        }
        return bytes.done();
    }

    @Test
    void items_that_hold_nothing_count_too() {
        assertThat(DataSet.read(emptyItems(9), EXPLICIT, SMALL).items(new Tag(0x0040A730)))
                .hasSize(9);
        assertThatThrownBy(() -> DataSet.read(emptyItems(10), EXPLICIT, SMALL))
                .isInstanceOf(DicomFormatException.class)
                .hasMessageContaining("more than 10 elements and items");
    }

    /** An element of this length, then what identifies the instance. */
    private static byte[] withValue(int tag, int length) {
        return Bytes.explicit()
                .element(tag, "UN", new byte[length])
                .element(tag + 1, "UT", "x ")
                .header(0x7FE00010, "OW", 4)
                .raw(new byte[4])
                .done();
    }

    @ParameterizedTest
    @CsvSource({"100, 2", "102, 0"})
    void after_group_0020_readHead_stops_at_a_value_longer_than_the_limit(int length, int elements) {
        byte[] bytes = withValue(0x00291001, length);
        DataSet.Head head =
                DataSet.readHead(bytes, bytes.length, true, EXPLICIT, SMALL).orElseThrow();

        assertThat(head.elements().tags()).hasSize(elements);
        assertThat(head.endOffset()).isEqualTo(elements == 0 ? 0 : bytes.length - 16);
    }

    @Test
    void up_to_group_0020_readHead_reads_values_of_16_times_the_limit_and_refuses_longer_ones() {
        byte[] accepted = withValue(0x00091001, 1600);
        byte[] refused = withValue(0x00091001, 1602);

        assertThat(DataSet.readHead(accepted, accepted.length, true, EXPLICIT, SMALL)
                        .orElseThrow()
                        .elements()
                        .tags())
                .hasSize(2);
        assertThat(DataSet.readHead(accepted, 100, false, EXPLICIT, SMALL)).isEmpty();
        assertThatThrownBy(() -> DataSet.readHead(refused, 100, false, EXPLICIT, SMALL))
                .isInstanceOf(DicomFormatException.class);
    }

    @Test
    void readHead_stops_at_a_sequence_of_undefined_length_that_does_not_end_within_the_limit() {
        Bytes bytes = Bytes.explicit().element(0x0020000D, "UI", "1.2.").header(0x52009230, "SQ", Bytes.UNDEFINED);
        for (int i = 0; i < 100; i++) {
            bytes.item(Bytes.explicit().element(0x00209157, "UL", new byte[4]).done());
        }
        Optional<DataSet.Head> head =
                DataSet.readHead(bytes.done(), bytes.done().length, false, EXPLICIT, new Limits(3, 1000, 100, 1, 1, 1));

        assertThat(head.orElseThrow().endOffset()).isEqualTo(12);
    }

    @Test
    void readHead_asks_for_no_more_than_16_times_the_limit() {
        Bytes bytes = Bytes.explicit().header(0x00081115, "SQ", Bytes.UNDEFINED);
        for (int i = 0; i < 100; i++) {
            bytes.item(Bytes.explicit().element(0x00081150, "UI", "1.2.3.4.").done());
        }
        byte[] all = bytes.done();
        Limits limits = new Limits(3, 1000, 100, 1, 1, 1);

        assertThat(DataSet.readHead(all, 1615, false, EXPLICIT, limits)).isEmpty();
        assertThatThrownBy(() -> DataSet.readHead(all, 1616, false, EXPLICIT, limits))
                .isInstanceOf(DicomFormatException.class)
                .hasMessageContaining("no end");
    }

    @Test
    void a_length_of_gigabytes_is_refused_or_waited_for_and_never_allocated() {
        byte[] bytes = Bytes.explicit()
                .element(0x00080060, "CS", "CT")
                .header(0x00091001, "OB", Integer.MAX_VALUE - 1)
                .raw(new byte[20])
                .done();

        assertThatThrownBy(() -> DataSet.read(bytes, EXPLICIT, Limits.DEFAULT))
                .isInstanceOf(DicomFormatException.class);
        assertThatThrownBy(() -> DataSet.readHead(bytes, bytes.length, false, EXPLICIT, Limits.DEFAULT))
                .isInstanceOf(DicomFormatException.class);
    }

    private static byte[] deflated(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflating =
                new DeflaterOutputStream(out, new Deflater(Deflater.BEST_COMPRESSION, true))) {
            deflating.write(bytes);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return out.toByteArray();
    }

    private static byte[] zeros(int length) {
        return Bytes.explicit().element(0x00091001, "OB", new byte[length]).done();
    }

    @Test
    void a_deflated_data_set_may_inflate_freely_up_to_a_size_and_then_by_a_ratio() {
        assertThat(DataSet.read(deflated(zeros(60_000)), DEFLATED, SMALL).tags())
                .hasSize(1);
        assertThatThrownBy(() -> DataSet.read(deflated(zeros(70_000)), DEFLATED, SMALL))
                .isInstanceOf(DicomFormatException.class)
                .hasMessageContaining("grows beyond the limit");
        assertThatThrownBy(() -> DataSet.read(deflated(zeros(64 << 20)), DEFLATED, Limits.DEFAULT))
                .isInstanceOf(DicomFormatException.class);
    }

    @Test
    void what_inflates_more_than_100_to_1_may_come_to_16_mebibytes() {
        byte[] fits = deflated(zeros((16 << 20) - 12));
        byte[] over = deflated(zeros((16 << 20) - 10));
        assertThat(fits.length).isLessThan((16 << 20) / 100);

        assertThat(DataSet.read(fits, DEFLATED, Limits.DEFAULT).tags()).hasSize(1);
        assertThatThrownBy(() -> DataSet.read(over, DEFLATED, Limits.DEFAULT))
                .isInstanceOf(DicomFormatException.class)
                .hasMessageContaining("grows beyond the limit");
    }

    @Test
    void a_deflated_data_set_may_inflate_to_so_many_bytes_and_no_more() {
        byte[] noise = new byte[2 << 20];
        new Random(1).nextBytes(noise);
        byte[] fits = deflated(Bytes.explicit()
                .element(0x00091001, "OB", Arrays.copyOf(noise, (1 << 20) - 12))
                .done());
        byte[] over = deflated(Bytes.explicit()
                .element(0x00091001, "OB", Arrays.copyOf(noise, (1 << 20) - 10))
                .done());

        assertThat(DataSet.read(fits, DEFLATED, SMALL).tags()).hasSize(1);
        assertThatThrownBy(() -> DataSet.read(over, DEFLATED, SMALL)).isInstanceOf(DicomFormatException.class);
    }

    @Test
    void a_deflated_data_set_that_is_cut_off_or_damaged_is_refused() {
        byte[] whole = deflated(elements(8));
        byte[] cut = Arrays.copyOf(whole, whole.length - 5);
        byte[] damaged = whole.clone();
        damaged[0] |= 7;

        assertThatThrownBy(() -> DataSet.read(cut, DEFLATED, Limits.DEFAULT))
                .isInstanceOf(DicomFormatException.class)
                .hasMessageContaining("cut off");
        assertThatThrownBy(() -> DataSet.read(damaged, DEFLATED, Limits.DEFAULT))
                .isInstanceOf(DicomFormatException.class);
    }

    @Test
    void the_head_of_a_deflated_data_set_needs_only_its_first_bytes() {
        byte[] noise = new byte[1 << 20];
        new Random(1).nextBytes(noise);
        byte[] bytes = Bytes.explicit()
                .element(0x00100020, "LO", "A ")
                .element(0x7FE00010, "OW", noise)
                .done();
        byte[] deflated = deflated(bytes);
        DataSet.Head head = DataSet.readHead(deflated, 4096, false, DEFLATED, Limits.DEFAULT)
                .orElseThrow();

        assertThat(head.endOffset()).isEqualTo(10);
        assertThat(head.elements().tags()).containsExactly(new Tag(0x00100020));
        assertThat(DataSet.readHead(deflated, 3, false, DEFLATED, Limits.DEFAULT))
                .isEmpty();
        assertThatThrownBy(() -> DataSet.readHead(deflated, 3, true, DEFLATED, Limits.DEFAULT))
                .isInstanceOf(DicomFormatException.class);
    }

    @Test
    void limits_that_make_no_sense_are_refused() {
        assertThatThrownBy(() -> new Limits(1001, 1, 1, 1, 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThat(new Limits(1000, 1, 1, 1, 1, 1).nesting()).isEqualTo(1000);
    }
}
