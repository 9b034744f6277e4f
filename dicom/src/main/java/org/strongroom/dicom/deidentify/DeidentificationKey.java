package org.strongroom.dicom.deidentify;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.strongroom.dicom.Uid;

/**
 * The secret of a project: the same original value gives the same replacement, in every file and every run, and nobody
 * without the key can tell which original it was. Replacements are HMAC-SHA-256 of a purpose and the original; no table
 * of them is kept. Who has the key can find out whether a known person is among the results.
 *
 * <p>Safe for use by several threads.
 */
public final class DeidentificationKey {
    /** What a key is made of. */
    public static final int BYTES = 32;

    private static final String ALGORITHM = "HmacSHA256";
    private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    private final SecretKeySpec key;

    private DeidentificationKey(byte[] bytes) {
        this.key = new SecretKeySpec(bytes, ALGORITHM);
    }

    /**
     * The key made of these bytes.
     *
     * @throws IllegalArgumentException when there are not {@link #BYTES} of them, or all are the same
     */
    public static DeidentificationKey of(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a key has " + BYTES + " bytes, not " + bytes.length);
        }
        boolean same = true;
        for (byte b : bytes) {
            same &= b == bytes[0];
        }
        if (same) {
            throw new IllegalArgumentException("a key whose bytes are all the same is no secret");
        }
        return new DeidentificationKey(bytes.clone());
    }

    /** Bytes for a new key. */
    public static byte[] random(SecureRandom random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return bytes;
    }

    /** A UID under 2.25 for another, PS3.5 annex B.2: a UUID (RFC 9562, version 8) of 122 bits of the keyed hash. */
    Uid uid(String original) {
        byte[] hash = Arrays.copyOf(hmac("uid", original), 16);
        hash[6] = (byte) ((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte) ((hash[8] & 0x3F) | 0x80);
        return new Uid("2.25." + new BigInteger(1, hash));
    }

    /** 16 letters and digits in place of an identifier; {@code purpose} keeps those of different kinds apart. */
    String pseudonym(String purpose, String original) {
        byte[] hash = hmac(purpose, original);
        StringBuilder text = new StringBuilder("SR");
        for (int i = 0; i < 14; i++) {
            text.append(BASE32.charAt(hash[i] & 31));
        }
        return text.toString();
    }

    /** A number from 1 to {@code most}. */
    int number(String purpose, String original, int most) {
        byte[] hash = hmac(purpose, original);
        return new BigInteger(1, hash).mod(BigInteger.valueOf(most)).intValue() + 1;
    }

    private byte[] hmac(String purpose, String original) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update(purpose.getBytes(StandardCharsets.US_ASCII));
            mac.update((byte) 0);
            return mac.doFinal(original.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException(ALGORITHM + " is missing from this Java", e);
        }
    }

    @Override
    public String toString() {
        return "DeidentificationKey";
    }
}
