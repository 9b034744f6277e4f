package org.strongroom.archive;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.strongroom.dicom.Tag;

/**
 * Keyed hashes under which values are searched without being readable: the first 8 bytes of HMAC-SHA256 over what is
 * searched (the attribute), how (the {@link Kind}) and the normalised value. Equal values of one attribute have equal
 * tokens, which is what a thief of the database can see (docs/threat-model.md); nothing else can be computed without the
 * key. A token may stand for two values, if hardly ever: whoever finds by token compares the unsealed value.
 *
 * <p>Not safe for use by several threads: each takes its own from {@link #copy}.
 */
public final class BlindTokens {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int HEAD = 5;

    private final Mac mac;
    private byte[] input = new byte[256];

    /** What of a value a token stands for. */
    public enum Kind {
        /** The whole normalised value. */
        EXACT(1),
        /** The first letters of a component of a name. */
        PREFIX(2),
        /** Three letters in a row, or one ideograph. */
        GRAM(3),
        /** How a component of a name sounds. */
        PHONETIC(4);

        private final byte code;

        Kind(int code) {
            this.code = (byte) code;
        }
    }

    /** Tokens under the subkey {@code index tokens 1} of these keys. */
    public BlindTokens(KeyDerivation keys) {
        byte[] key = keys.derive("index tokens 1");
        try {
            mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private BlindTokens(Mac mac) {
        this.mac = mac;
    }

    /** The same tokens for another thread. */
    public BlindTokens copy() {
        try {
            return new BlindTokens((Mac) mac.clone());
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the JDK's " + ALGORITHM + " can be cloned", e);
        }
    }

    /** The token of a normalised value. */
    public long token(Tag attribute, Kind kind, String normalised) {
        return token(attribute, kind, 0, normalised);
    }

    /** The token of a part: {@code part} tells components of a name apart. */
    public long token(Tag attribute, Kind kind, int part, String normalised) {
        byte[] text = normalised.getBytes(StandardCharsets.UTF_8);
        int length = HEAD + 1 + text.length;
        if (input.length < length) {
            input = new byte[length * 2];
        }
        ByteBuffer.wrap(input)
                .putInt(attribute.code())
                .put(kind.code)
                .put((byte) part)
                .put(text);
        mac.update(input, 0, length);
        return ByteBuffer.wrap(mac.doFinal()).getLong();
    }
}
