package org.strongroom.dicom.validate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.strongroom.dicom.Bytes;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;

/** Rules of single kinds of instance (several frames, reports) and of long ones. */
class KindsTest {
    private static final String SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4";
    private static final String BASIC_TEXT = "1.2.840.10008.5.1.4.1.1.88.11";

    private static List<String> found(SyntheticCt ct) {
        return ct.report().findings().stream()
                .map(finding -> finding.rule() + " " + finding.path())
                .toList();
    }

    private static byte[] sequence(int tag, byte[]... items) {
        Bytes content = Bytes.explicit();
        for (byte[] item : items) {
            content.item(item);
        }
        return Bytes.explicit().element(tag, "SQ", content.done()).done();
    }

    private static byte[] frame(boolean identified) {
        byte[] segment =
                Bytes.explicit().element(0x0062000B, "US", (byte) 1, (byte) 0).done();
        return identified ? sequence(0x0062000A, segment) : new byte[0];
    }

    /** A CT image that calls itself a segmentation of two frames: only what is said of its frames is looked at. */
    private static SyntheticCt frames(byte[]... frames) {
        return SyntheticCt.valid()
                .put(0x00080016, "UI", SEGMENTATION)
                .put(0x00280008, "IS", "2")
                .putItems(0x52009229, new byte[0])
                .putItems(0x52009230, frames);
    }

    @Test
    void there_is_one_item_for_each_frame() {
        assertThat(found(frames(frame(true), frame(true)))).doesNotContain("FRAME_COUNT (5200,9230)");
        assertThat(found(frames(frame(true)))).contains("FRAME_COUNT (5200,9230)");
    }

    @Test
    void a_functional_group_is_shared_or_in_each_frame() {
        assertThat(found(frames(frame(true), frame(true))))
                .noneMatch(line -> line.startsWith("FRAME_GROUPS") && line.contains("(0062,000A)"));
        assertThat(found(frames(frame(true), frame(false)))).contains("FRAME_GROUPS (0062,000A)");
        assertThat(found(frames(frame(true), frame(true)).putItems(0x52009229, frame(true))))
                .contains("FRAME_GROUPS (5200,9230)[1] (0062,000A)");
    }

    @Test
    void what_a_functional_group_holds_is_checked() {
        byte[] empty = sequence(0x0062000A, new byte[0]);
        assertThat(found(frames(frame(true), frame(true)))).noneMatch(line -> line.contains("(0062,000B)"));
        assertThat(found(frames(frame(true), empty)))
                .contains("TYPE_1_MISSING (5200,9230)[2] (0062,000A)[1] (0062,000B)");
    }

    private static Bytes item(String relationship, String type) {
        byte[] name = Bytes.explicit()
                .element(0x00080100, "SH", "1 ")
                .element(0x00080102, "SH", "99")
                .element(0x00080104, "LO", "x ")
                .done();
        return Bytes.explicit()
                .element(0x0040A010, "CS", relationship)
                .element(0x0040A040, "CS", type)
                .raw(sequence(0x0040A043, name));
    }

    private static List<String> foundInTree(byte[] child) {
        return found(SyntheticCt.valid()
                        .put(0x00080016, "UI", BASIC_TEXT)
                        .put(0x0040A040, "CS", "CONTAINER")
                        .put(0x0040A050, "CS", "SEPARATE")
                        .putItems(0x0040A730, child))
                .stream()
                .filter(line -> line.contains("(0040,A") && !line.startsWith("NOT_IN_IOD"))
                .filter(line -> line.contains("(0040,A730)"))
                .toList();
    }

    @Test
    void content_items_hold_what_their_value_type_wants() {
        byte[] text = item("CONTAINS", "TEXT").element(0x0040A160, "UT", "ab").done();
        assertThat(foundInTree(text)).isEmpty();
        assertThat(foundInTree(item("CONTAINS", "TEXT").done()))
                .containsExactly("TYPE_1_MISSING (0040,A730)[1] (0040,A160)");
        assertThat(foundInTree(item("CONTAINS", "NUM ").done()))
                .contains("CONTENT_TREE (0040,A730)[1] (0040,A040)", "TYPE_2_MISSING (0040,A730)[1] (0040,A300)");
        assertThat(foundInTree(
                        item("BELONGS ", "TEXT").element(0x0040A160, "UT", "ab").done()))
                .containsExactly("CONTENT_TREE (0040,A730)[1] (0040,A010)");
    }

    @Test
    void code_sequences_of_content_items_have_a_meaning() {
        byte[] code = Bytes.explicit()
                .element(0x00080100, "SH", "1 ")
                .element(0x00080102, "SH", "99")
                .done();
        byte[] child = Bytes.explicit()
                .element(0x0040A010, "CS", "CONTAINS")
                .element(0x0040A040, "CS", "TEXT")
                .raw(sequence(0x0040A043, code))
                .element(0x0040A160, "UT", "ab")
                .done();
        assertThat(foundInTree(child)).containsExactly("TYPE_1_MISSING (0040,A730)[1] (0040,A043)[1] (0008,0104)");
    }

    /** So many zeros, none of them in memory. */
    private static final class Zeros extends InputStream {
        private long left;

        Zeros(long count) {
            left = count;
        }

        @Override
        public int read() {
            return left-- > 0 ? 0 : -1;
        }

        @Override
        public int read(byte[] into, int offset, int count) {
            int there = (int) Math.min(count, left);
            left -= there;
            java.util.Arrays.fill(into, offset, offset + there, (byte) 0);
            return there == 0 && count > 0 ? -1 : there;
        }
    }

    private static Report longImage(long declared, long there) throws IOException {
        byte[] header = Part10.header(
                new Uid(SyntheticCt.CT), new Uid("1.2.3.4"), TransferSyntax.ExplicitVRLittleEndian, Optional.empty());
        byte[] body = SyntheticCt.valid()
                .put(0x00280010, "US", "32768")
                .put(0x00280011, "US", "16384")
                .without(0x7FE00010)
                .body();
        byte[] pixels =
                Bytes.explicit().header(0x7FE00010, "OW", (int) declared).done();
        byte[] start = Bytes.explicit().raw(header).raw(body).raw(pixels).done();
        return Validator.validate(
                new java.io.SequenceInputStream(new java.io.ByteArrayInputStream(start), new Zeros(there)));
    }

    @Test
    void a_gibibyte_of_pixels_is_framed_and_not_held() throws IOException {
        long bytes = 1L << 30;

        assertThat(longImage(bytes, bytes).findings()).extracting(Finding::rule).containsExactly(Rule.NOT_CHECKED);
        assertThat(longImage(bytes - 2, bytes - 2).findings())
                .extracting(Finding::rule)
                .containsExactly(Rule.PIXEL_LENGTH, Rule.NOT_CHECKED);
        assertThat(longImage(bytes, bytes - 2).findings())
                .extracting(Finding::rule)
                .containsExactly(Rule.CANNOT_BE_READ);
    }
}
