package org.strongroom.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two bytes that are no letters where a VR belongs: read together with the length as 32 bits, as if there were no VR, they
 * would swallow what follows.
 */
class SpoiltVrTest {
    private static final TransferSyntax SYNTAX = TransferSyntax.ExplicitVRLittleEndian;

    private static byte[] with(String vr, byte[] behind) {
        byte[] bytes = Bytes.explicit()
                .element(0x00080060, "CS", "CT")
                .element(0x00100010, "PN", "ONE^TWO ")
                .element(0x00100020, "LO", "42")
                .element(0x00189998, "SQ", Bytes.explicit().item(behind).done())
                .element(0x7FE00010, "OB", new byte[600_000])
                .done();
        bytes[4] = (byte) vr.charAt(0);
        bytes[5] = (byte) vr.charAt(1);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(strings = {"??", "  ", "\0\0", "\1\2", "ct", "\u00ff\u00ff"})
    void what_follows_is_read_and_rewritten_as_if_it_were_sound(String vr) throws IOException {
        byte[] last = Bytes.explicit().element(0x00080060, "CS", "MR").done();
        last[4] = (byte) vr.charAt(0);
        last[5] = (byte) vr.charAt(1);
        byte[] spoilt = with(vr, last);
        DataSet dataSet = DataSet.read(spoilt, SYNTAX, Limits.DEFAULT);
        assertThat(dataSet.irregularities()).containsExactly(Irregularity.UNKNOWN_VR);
        assertThat(dataSet.text(Attributes.Modality.tag())).containsExactly("CT");
        assertThat(dataSet.text(Attributes.PatientName.tag())).containsExactly("ONE^TWO");
        assertThat(dataSet.contains(new Tag(0x7FE00010))).isTrue();
        assertThat(dataSet.items(new Tag(0x00189998)).getFirst().text(Attributes.Modality.tag()))
                .containsExactly("MR");
        assertThat(dataSet.toBytes(SYNTAX)).isEqualTo(spoilt);
        byte[] sound =
                with("CS", Bytes.explicit().element(0x00080060, "CS", "MR").done());
        assertThat(rewritten(spoilt)).isEqualTo(rewritten(sound));
    }

    @ParameterizedTest
    @ValueSource(strings = {"??", "\0\0"})
    void where_nothing_begins_behind_it_is_no_vr(String vr) {
        byte[] bytes = Bytes.explicit()
                .element(0x00080060, "CS", "CT")
                .raw("ANYTHING AT ALL".getBytes(StandardCharsets.US_ASCII))
                .done();
        bytes[4] = (byte) vr.charAt(0);
        bytes[5] = (byte) vr.charAt(1);
        assertThatThrownBy(() -> DataSet.read(bytes, SYNTAX, Limits.DEFAULT))
                .isInstanceOf(DicomFormatException.class)
                .hasMessageContaining("neither a VR nor a length that fits in (0008,0060)");
    }

    private static byte[] rewritten(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Rewriter rewriter = new Rewriter(out, SYNTAX, SYNTAX, 0, Limits.DEFAULT)) {
            for (int at = 0; at < bytes.length; at += 7) {
                rewriter.write(bytes, at, Math.min(7, bytes.length - at));
            }
            rewriter.finish();
        }
        return out.toByteArray();
    }
}
