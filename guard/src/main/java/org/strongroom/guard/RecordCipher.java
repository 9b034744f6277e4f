package org.strongroom.guard;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Seals the records of one segment: AES-256-GCM with a key of the segment's own, the sequence as nonce and as associated
 * data. Not safe for use by several threads.
 */
final class RecordCipher {
    static final int OVERHEAD = 16;

    private final Cipher cipher;
    private final SecretKey key;

    RecordCipher(KeyRing keys, byte[] salt) {
        this.key = keys.derive("guard.audit", salt);
        try {
            this.cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-256-GCM is in every JDK", e);
        }
    }

    byte[] seal(long sequence, byte[] record) {
        try {
            return run(Cipher.ENCRYPT_MODE, sequence, record, 0);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("sealing with a fresh nonce can't fail", e);
        }
    }

    /**
     * @param frame the record's frame; what follows its header is opened
     * @throws AuditDamagedException when it was not sealed with this key as this record
     */
    byte[] open(long sequence, byte[] frame) throws AuditDamagedException {
        try {
            return run(Cipher.DECRYPT_MODE, sequence, frame, Segment.FRAME_HEADER_LENGTH);
        } catch (GeneralSecurityException e) {
            throw new AuditDamagedException(sequence, "altered: it does not open with the audit key");
        }
    }

    private byte[] run(int mode, long sequence, byte[] bytes, int offset) throws GeneralSecurityException {
        byte[] nonce = ByteBuffer.allocate(12).putInt(0).putLong(sequence).array();
        cipher.init(mode, key, new GCMParameterSpec(OVERHEAD * 8, nonce));
        cipher.updateAAD(nonce, 4, 8);
        return cipher.doFinal(bytes, offset, bytes.length - offset);
    }
}
