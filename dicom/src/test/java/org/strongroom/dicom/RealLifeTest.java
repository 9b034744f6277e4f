package org.strongroom.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.strongroom.dicom.Attributes.PatientID;
import static org.strongroom.dicom.Attributes.ReferencedSOPInstanceUID;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What devices and converters really write, one kind a test. */
class RealLifeTest {
    private static final int SEQUENCE = 0x00081140;
    private static final int UID = 0x00081155;
    private static final Tag PRIVATE = new Tag(0x00291010);
    private static final Uid ANY = new Uid("1.2.3");

    /** PS3.5 section 6.2.2 note 2: implicit VR little endian within, whatever is around it. */
    private static byte[] unknown(Bytes around, byte[] uid) {
        Bytes items = Bytes.implicit().item(uid).endOfSequence();
        return around.header(PRIVATE.code(), "UN", Bytes.UNDEFINED)
                .raw(items.done())
                .done();
    }

    private static byte[] uid() {
        return Bytes.implicit().element(UID, "", "1.2.3\0").done();
    }

    private static void assertUidIn(DataSet dataSet) {
        assertThat(dataSet.items(PRIVATE).getFirst().get(ReferencedSOPInstanceUID))
                .contains(ANY);
    }

    @Test
    void un_of_undefined_length_within_an_item_is_implicit_little_endian_in_either_byte_order() {
        for (boolean big : List.of(false, true)) {
            byte[] item = unknown(big ? Bytes.big() : Bytes.explicit(), uid());
            byte[] data = (big ? Bytes.big() : Bytes.explicit())
                    .header(SEQUENCE, "SQ", Bytes.UNDEFINED)
                    .mark(0xFFFEE000, Bytes.UNDEFINED)
                    .raw(item)
                    .endOfItem()
                    .endOfSequence()
                    .element(0x00100020, "LO", "A ")
                    .done();
            TransferSyntax syntax = big ? TransferSyntax.ExplicitVRBigEndian : TransferSyntax.ExplicitVRLittleEndian;
            DataSet read = DataSet.read(data, syntax, Limits.DEFAULT);

            assertUidIn(read.items(new Tag(SEQUENCE)).getFirst());
            assertThat(read.get(PatientID)).contains("A");
            assertThat(read.irregularities()).isEmpty();
            assertThat(read.toBytes(syntax)).isEqualTo(data);
        }
    }

    @Test
    void un_of_undefined_length_within_another_is_read_through() {
        byte[] inner = Bytes.implicit()
                .header(PRIVATE.code(), "", Bytes.UNDEFINED)
                .item(uid())
                .endOfSequence()
                .done();
        DataSet read =
                DataSet.read(unknown(Bytes.explicit(), inner), TransferSyntax.ExplicitVRLittleEndian, Limits.DEFAULT);

        assertUidIn(read.items(PRIVATE).getFirst());
    }

    /** In implicit VR no VR is written: a private element of undefined length is a sequence. */
    @Test
    void a_private_element_of_undefined_length_in_implicit_vr_is_a_sequence() {
        byte[] data = Bytes.implicit()
                .element(0x00290010, "", "ACME")
                .header(PRIVATE.code(), "", Bytes.UNDEFINED)
                .item(uid())
                .endOfSequence()
                .done();
        DataSet read = DataSet.read(data, TransferSyntax.ImplicitVRLittleEndian, Limits.DEFAULT);

        assertUidIn(read);
        assertThat(read.block(0x0029, "ACME").flatMap(block -> block.element(0x10)))
                .containsInstanceOf(Element.Sequence.class);
    }

    @Test
    void explicit_vr_within_un_of_undefined_length_is_refused_and_not_guessed() {
        byte[] item = Bytes.explicit().element(UID, "UI", "1.2.3\0").done();
        byte[] data = unknown(Bytes.explicit(), item);

        assertThatThrownBy(() -> DataSet.read(data, TransferSyntax.ExplicitVRLittleEndian, Limits.DEFAULT))
                .isInstanceOf(DicomFormatException.class)
                .hasMessageContaining("(0029,1010)[1]");
    }

    /** A file may be a TIFF or a program for whoever looks at its first bytes: the preamble is not ours to judge. */
    @ParameterizedTest
    @ValueSource(strings = {"II*\0", "MM\0*", "MZ", "\u007fELF", "%PDF-1.7", "<html>", "PK\u0003\u0004"})
    void the_preamble_may_hold_anything(String magic) throws IOException {
        byte[] header = Part10.header(ANY, ANY, TransferSyntax.ExplicitVRLittleEndian, Optional.empty());
        byte[] start = magic.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(start, 0, header, 0, start.length);
        Part10 file = Part10.open(new ByteArrayInputStream(header), Limits.DEFAULT);

        assertThat(file.irregularities()).isEmpty();
        assertThat(file.bodyOffset()).isEqualTo(header.length);
        assertThat(file.meta().get(Attributes.MediaStorageSOPInstanceUID)).contains(ANY);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 2, 14, 0xFFFFFFFFL})
    void group_lengths_are_read_and_never_relied_upon(long length) {
        byte[] data = Bytes.explicit()
                .header(0x00080000, "UL", 4)
                .number(4, length)
                .element(0x00080060, "CS", "CT")
                .header(0x00100000, "UL", 4)
                .number(4, length)
                .element(0x00100020, "LO", "A ")
                .done();
        DataSet read = DataSet.read(data, TransferSyntax.ExplicitVRLittleEndian, Limits.DEFAULT);

        assertThat(read.get(PatientID)).contains("A");
        assertThat(read.toBytes(TransferSyntax.ExplicitVRLittleEndian)).isEqualTo(data);
    }

    @Test
    void texts_far_longer_than_their_vr_allows_are_kept() {
        String text = "x".repeat(5_000_000);
        byte[] data = Bytes.explicit()
                .element(0x00100020, "LO", "y".repeat(60_000))
                .element(0x0040A160, "UT", text)
                .done();
        DataSet read = DataSet.read(data, TransferSyntax.ExplicitVRLittleEndian, Limits.DEFAULT);

        assertThat(read.get(PatientID)).hasValueSatisfying(id -> assertThat(id).hasSize(60_000));
        assertThat(read.text(new Tag(0x0040A160))).containsExactly(text);
        assertThat(read.toBytes(TransferSyntax.ExplicitVRLittleEndian)).isEqualTo(data);
    }
}
