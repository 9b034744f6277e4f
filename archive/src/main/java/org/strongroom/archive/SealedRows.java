package org.strongroom.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.TransferSyntax;

/**
 * Seals the attributes of an index row: AES-256-GCM over a data set in explicit VR little endian, bound to its table and
 * row, so that a row moved to another place doesn't open. A sealed row is nonce (12 random bytes), ciphertext, tag (16).
 * Random nonces of 96 bits under one key allow 2^32 rows (NIST SP 800-38D, 8.3); an index has far fewer.
 *
 * <p>Not safe for use by several threads: each takes its own from {@link #copy}.
 */
public final class SealedRows {
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final SecretKey key;
    private final SecureRandom random;
    private final Cipher cipher;

    /** Seals under the subkey {@code index rows 1} of these keys. */
    public SealedRows(KeyDerivation keys, SecureRandom random) {
        byte[] bytes = keys.derive("index rows 1");
        this.key = new SecretKeySpec(bytes, "AES");
        Arrays.fill(bytes, (byte) 0);
        this.random = random;
        this.cipher = cipher();
    }

    private SealedRows(SealedRows other) {
        this.key = other.key;
        this.random = other.random;
        this.cipher = cipher();
    }

    private static Cipher cipher() {
        try {
            return Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-GCM", e);
        }
    }

    /** The same seal for another thread. */
    public SealedRows copy() {
        return new SealedRows(this);
    }

    /** The attributes sealed for row {@code id} of {@code table}. */
    public byte[] seal(String table, long id, DataSet attributes) {
        byte[] plain = attributes.toBytes(TransferSyntax.ExplicitVRLittleEndian);
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(place(table, id));
            byte[] sealed = Arrays.copyOf(nonce, NONCE_BYTES + cipher.getOutputSize(plain.length));
            cipher.doFinal(plain, 0, plain.length, sealed, NONCE_BYTES);
            return sealed;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("sealing a row of the index failed", e);
        }
    }

    /**
     * The attributes of row {@code id} of {@code table}.
     *
     * @throws IOException when they were not sealed for this row under this key, or were changed since
     */
    public DataSet open(String table, long id, byte[] sealed) throws IOException {
        try {
            cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, sealed, 0, NONCE_BYTES));
            cipher.updateAAD(place(table, id));
            byte[] plain = cipher.doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES);
            return DataSet.read(plain, TransferSyntax.ExplicitVRLittleEndian, Limits.DEFAULT);
        } catch (GeneralSecurityException | IllegalArgumentException | DicomFormatException e) {
            throw new IOException(
                    "index row " + table + " " + id + " doesn't open: changed, or sealed under another key; "
                            + "rebuild the index (reindex)",
                    e);
        }
    }

    private static byte[] place(String table, long id) {
        byte[] name = table.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(name.length + Long.BYTES)
                .put(name)
                .putLong(id)
                .array();
    }
}
