package org.strongroom.server;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * The sheet of paper that opens the archive when the machine is lost: a secret of 256 bits, written as sixteen words of
 * five letters that can be read aloud in any language, and two check words. The master key lies in keys/recovery wrapped
 * under it; the secret itself is printed once and stored nowhere.
 *
 * <p>A word is 16 bits, two for each vowel and four for each consonant: consonant, vowel, consonant, vowel, consonant. The
 * check words are the first 32 bits of SHA-256 over a label and the secret, so a slip of the pen is told from a wrong
 * sheet.
 */
final class RecoverySheet {
    private static final String CONSONANTS = "bdfghjklmnprstvz";
    private static final String VOWELS = "aiou";
    private static final int SECRET_BYTES = 32;
    private static final int CHECK_BYTES = 4;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final byte[] MAGIC = "SRREC001".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LABEL = "strongroom recovery sheet 1".getBytes(StandardCharsets.US_ASCII);

    private final byte[] secret;

    private RecoverySheet(byte[] secret) {
        this.secret = secret;
    }

    static RecoverySheet create(SecureRandom random) {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        return new RecoverySheet(secret);
    }

    /** The sheet typed back, in any case and with any spacing. */
    static RecoverySheet parse(String text) {
        String[] words = text.strip().toLowerCase(Locale.ROOT).split("[^a-z]+", -1);
        if (words.length != (SECRET_BYTES + CHECK_BYTES) / 2) {
            throw new Failure(
                    "a recovery sheet has " + (SECRET_BYTES + CHECK_BYTES) / 2 + " words, not " + words.length);
        }
        ByteBuffer bytes = ByteBuffer.allocate(SECRET_BYTES + CHECK_BYTES);
        for (int i = 0; i < words.length; i++) {
            bytes.putShort((short) number(words[i], i + 1));
        }
        RecoverySheet sheet = new RecoverySheet(Arrays.copyOf(bytes.array(), SECRET_BYTES));
        byte[] check = Arrays.copyOfRange(bytes.array(), SECRET_BYTES, SECRET_BYTES + CHECK_BYTES);
        if (!MessageDigest.isEqual(check, sheet.check())) {
            throw new Failure("the check words do not fit the other words: compare each word with the sheet");
        }
        return sheet;
    }

    /** Sixteen words and two check words. */
    List<String> words() {
        ByteBuffer bytes = ByteBuffer.allocate(SECRET_BYTES + CHECK_BYTES)
                .put(secret)
                .put(check())
                .flip();
        List<String> words = new ArrayList<>();
        while (bytes.hasRemaining()) {
            words.add(word(bytes.getShort() & 0xFFFF));
        }
        return words;
    }

    private static String word(int number) {
        return new String(new char[] {
            CONSONANTS.charAt(number >>> 12),
            VOWELS.charAt(number >>> 10 & 3),
            CONSONANTS.charAt(number >>> 6 & 15),
            VOWELS.charAt(number >>> 4 & 3),
            CONSONANTS.charAt(number & 15)
        });
    }

    private static int number(String word, int place) {
        int number = 0;
        for (int i = 0; i < word.length() && word.length() == 5; i++) {
            int digit = (i % 2 == 0 ? CONSONANTS : VOWELS).indexOf(word.charAt(i));
            if (digit < 0) {
                throw new Failure("word " + place + " of the recovery sheet cannot be one: compare it with the sheet");
            }
            number = i % 2 == 0 ? number << 4 | digit : number << 2 | digit;
        }
        if (word.length() != 5) {
            throw new Failure("word " + place + " of the recovery sheet has not five letters");
        }
        return number;
    }

    private byte[] check() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(LABEL);
            return Arrays.copyOf(digest.digest(secret), CHECK_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-256 is missing from this Java", e);
        }
    }

    /** The master key wrapped under this sheet, the content of keys/recovery: magic, nonce, AES-256-GCM. */
    byte[] wrap(byte[] masterKey, SecureRandom random) throws GeneralSecurityException {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce).doFinal(masterKey);
        return ByteBuffer.allocate(MAGIC.length + NONCE_BYTES + sealed.length)
                .put(MAGIC)
                .put(nonce)
                .put(sealed)
                .array();
    }

    /** The master key out of keys/recovery. */
    byte[] unwrap(byte[] file) {
        int header = MAGIC.length + NONCE_BYTES;
        if (file.length < header + TAG_BITS / 8 || !Arrays.equals(file, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new Failure("keys/recovery is not a wrapped key of this version");
        }
        try {
            return cipher(Cipher.DECRYPT_MODE, Arrays.copyOfRange(file, MAGIC.length, header))
                    .doFinal(file, header, file.length - header);
        } catch (GeneralSecurityException e) {
            throw new Failure("this recovery sheet belongs to another archive, or keys/recovery was altered");
        }
    }

    private Cipher cipher(int mode, byte[] nonce) throws GeneralSecurityException {
        SecretKey key = KDF.getInstance("HKDF-SHA256")
                .deriveKey("AES", HKDFParameterSpec.ofExtract().addIKM(secret).thenExpand(LABEL, SECRET_BYTES));
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(MAGIC);
        return cipher;
    }
}
