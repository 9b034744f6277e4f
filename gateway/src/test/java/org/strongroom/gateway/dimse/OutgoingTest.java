package org.strongroom.gateway.dimse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.strongroom.archive.Retrieval.StoredInstance;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;

/** Instances of any length go out in another native transfer syntax without being in memory. */
class OutgoingTest {
    private static final Uid CT = new Uid("1.2.840.10008.5.1.4.1.1.2");
    private static final int MIB = 1 << 20;

    /** More than the heap of the tests has. */
    private static final int LONG_MIB = 1900;

    private interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    @Test
    void implicit_pixel_data_longer_than_the_heap_goes_out_explicit() throws IOException {
        assertThat((long) LONG_MIB * MIB).isGreaterThan(Runtime.getRuntime().maxMemory() / 2);
        StoredInstance stored = stored(TransferSyntax.ImplicitVRLittleEndian, out -> {
            out.write(header(false, LONG_MIB * MIB));
            pixels(out, LONG_MIB);
        });
        Counting sink = new Counting();
        new Outgoing(stored, TransferSyntax.ExplicitVRLittleEndian).writeTo(sink);
        byte[] expected = header(true, LONG_MIB * MIB);
        assertThat(sink.first()).startsWith(expected);
        assertThat(sink.count).isEqualTo(expected.length + (long) LONG_MIB * MIB);
    }

    @Test
    void a_deflated_instance_that_grows_hundredfold_fails_before_a_byte_is_sent() throws IOException {
        byte[] bomb = deflated(300);
        assertThat(300L * MIB / bomb.length).isGreaterThan(300);
        Counting sink = new Counting();
        Outgoing outgoing = new Outgoing(
                stored(TransferSyntax.DeflatedExplicitVRLittleEndian, out -> out.write(bomb)),
                TransferSyntax.ExplicitVRLittleEndian);
        assertThatThrownBy(() -> outgoing.writeTo(sink))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("grows beyond the limit");
        assertThat(sink.count).isZero();
    }

    @Test
    void what_is_damaged_at_its_end_fails_before_a_byte_is_sent() {
        Counting sink = new Counting();
        Outgoing outgoing = new Outgoing(
                stored(TransferSyntax.ImplicitVRLittleEndian, out -> {
                    out.write(header(false, 2 * MIB));
                    pixels(out, 1);
                }),
                TransferSyntax.ExplicitVRLittleEndian);
        assertThatThrownBy(() -> outgoing.writeTo(sink)).isInstanceOf(IOException.class);
        assertThat(sink.count).isZero();
    }

    private static void pixels(OutputStream out, int mib) throws IOException {
        byte[] piece = new byte[64 << 10];
        for (int i = 0; i < mib * 16; i++) {
            out.write(piece);
        }
    }

    /** Patient ID and the header of the pixel data. */
    private static byte[] header(boolean explicit, int length) {
        ByteBuffer bytes = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putShort((short) 0x10).putShort((short) 0x20);
        if (explicit) {
            bytes.put("LO".getBytes(StandardCharsets.US_ASCII)).putShort((short) 2);
        } else {
            bytes.putInt(2);
        }
        bytes.put((byte) 'P').put((byte) '1').putShort((short) 0x7FE0).putShort((short) 0x10);
        if (explicit) {
            bytes.put("OW".getBytes(StandardCharsets.US_ASCII)).putShort((short) 0);
        }
        bytes.putInt(length);
        byte[] all = new byte[bytes.position()];
        bytes.flip().get(all);
        return all;
    }

    private static byte[] deflated(int mib) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(bytes, new Deflater(9, true))) {
            out.write(header(true, mib * MIB));
            pixels(out, mib);
        }
        return bytes.toByteArray();
    }

    private static StoredInstance stored(TransferSyntax syntax, Content content) {
        return new StoredInstance() {
            @Override
            public Uid sopClass() {
                return CT;
            }

            @Override
            public Uid sopInstance() {
                return new Uid("1.2.3");
            }

            @Override
            public TransferSyntax syntax() {
                return syntax;
            }

            @Override
            public long length() {
                return 0;
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                content.writeTo(out);
            }

            @Override
            public void writeFileTo(OutputStream out) {
                throw new UnsupportedOperationException();
            }
        };
    }

    /** Keeps the first bytes and counts the rest. */
    private static final class Counting extends OutputStream {
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
        private long count;

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            count += length;
            kept.write(bytes, offset, Math.min(length, Math.max(0, 200 - kept.size())));
        }

        byte[] first() {
            return kept.toByteArray();
        }
    }
}
