package org.strongroom.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.crypto.tink.subtle.AesGcmHkdfStreaming;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tink's own implementation of the format is the oracle, both ways. */
class StreamingCipherTest {
    private static final byte[] KEY = bytes(32, 1);
    private static final byte[] OBJECT = bytes(16, 2);
    private static final int FIRST = 65_536 - 40 - 16;
    private static final int NEXT = 65_536 - 16;

    @ParameterizedTest
    @ValueSource(
            ints = {
                0,
                1,
                15,
                16,
                17,
                FIRST - 1,
                FIRST,
                FIRST + 1,
                FIRST + NEXT - 1,
                FIRST + NEXT,
                FIRST + NEXT + 1,
                FIRST + 3 * NEXT,
                27_000_000
            })
    void tink_reads_what_we_write_and_we_read_what_tink_writes(int length) throws Exception {
        byte[] plain = bytes(length, length);
        byte[] ours = seal(plain);
        assertThat(ours).hasSize((int) StreamingCipher.sealedLength(length));
        try (InputStream in = tink().newDecryptingStream(new ByteArrayInputStream(ours), OBJECT)) {
            assertThat(Arrays.equals(in.readAllBytes(), plain)).isTrue();
        }
        ByteArrayOutputStream theirs = new ByteArrayOutputStream();
        try (OutputStream out = tink().newEncryptingStream(theirs, OBJECT)) {
            out.write(plain);
        }
        assertThat(Arrays.equals(open(theirs.toByteArray()), plain)).isTrue();
    }

    @Test
    void a_changed_byte_anywhere_is_refused() throws IOException {
        byte[] sealed = seal(bytes(FIRST + 100, 3));
        Random random = new Random(4);
        for (int i = 0; i < 200; i++) {
            byte[] changed = sealed.clone();
            changed[i < 60 ? i : random.nextInt(sealed.length)] ^= (byte) (1 << random.nextInt(8));
            assertThatThrownBy(() -> open(changed)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void an_object_cut_at_a_segment_border_is_refused() {
        byte[] sealed = seal(bytes(FIRST + NEXT + 5, 3));
        assertThatThrownBy(() -> open(Arrays.copyOf(sealed, 65_536))).hasMessageContaining("does not authenticate");
        assertThatThrownBy(() -> open(Arrays.copyOf(sealed, 2 * 65_536))).hasMessageContaining("does not authenticate");
    }

    @Test
    void another_object_id_does_not_open_it() {
        StreamingCipher cipher = new StreamingCipher();
        byte[] sealed = seal(bytes(100, 3));
        assertThatThrownBy(() -> {
                    cipher.resume(KEY, bytes(16, 9), sealed, 0);
                    cipher.open(0, true, sealed, 40, sealed.length - 40, new byte[100]);
                })
                .isInstanceOf(IOException.class);
    }

    @Test
    void the_note_is_bound_to_its_context_and_is_no_segment() throws IOException {
        StreamingCipher cipher = new StreamingCipher();
        byte[] header = new byte[40];
        cipher.begin(KEY, OBJECT, new SecureRandom(), header);
        byte[] note = cipher.sealNote(bytes(40, 5), bytes(60, 6));
        assertThat(cipher.openNote(note, bytes(60, 6))).isEqualTo(bytes(40, 5));
        assertThatThrownBy(() -> cipher.openNote(note, bytes(60, 7))).hasMessageContaining("does not authenticate");
        assertThatThrownBy(() -> cipher.open(-1, true, note, 0, note.length, new byte[40]))
                .hasMessageContaining("does not authenticate");
    }

    private static AesGcmHkdfStreaming tink() throws GeneralSecurityException {
        return new AesGcmHkdfStreaming(KEY, "HmacSha256", 32, 65_536, 0);
    }

    private static byte[] seal(byte[] plain) {
        StreamingCipher cipher = new StreamingCipher();
        byte[] out = new byte[(int) StreamingCipher.sealedLength(plain.length)];
        cipher.begin(KEY, OBJECT, new SecureRandom(), out);
        int at = StreamingCipher.HEADER;
        int from = 0;
        long segments = StreamingCipher.segments(plain.length);
        for (int i = 0; i < segments; i++) {
            int n = Math.min(StreamingCipher.capacity(i), plain.length - from);
            at += cipher.seal(i, i == segments - 1, Arrays.copyOfRange(plain, from, from + n), n, out, at);
            from += n;
        }
        return out;
    }

    private static byte[] open(byte[] sealed) throws IOException {
        StreamingCipher cipher = new StreamingCipher();
        cipher.resume(KEY, OBJECT, sealed, 0);
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        byte[] segment = new byte[65_536];
        int at = 40;
        for (int i = 0; at < sealed.length; i++) {
            int end = Math.min(sealed.length, (i + 1) * 65_536);
            plain.write(segment, 0, cipher.open(i, end == sealed.length, sealed, at, end - at, segment));
            at = end;
        }
        return plain.toByteArray();
    }

    private static byte[] bytes(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
