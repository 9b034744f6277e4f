package org.strongroom.guard;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The keys directory (0700) and the keys derived from the master key: one for each use, named by a label. HKDF-SHA256,
 * RFC 5869, without salt since the master key is uniformly random.
 *
 * <p>Private keys in the directory are sealed with a derived key, so that they are worth as little as the master key's
 * own protection allows: nothing when the master key sits in a TPM or behind a passphrase.
 */
public final class KeyRing {
    private static final int NONCE_LENGTH = 12;
    private static final int TAG_BITS = 128;

    private final Path directory;
    private final SecretKey extracted;

    private KeyRing(Path directory, byte[] master) throws IOException {
        this.directory = directory;
        if (master.length != KeyFile.LENGTH) {
            throw new IOException("a master key has " + KeyFile.LENGTH + " bytes, not " + master.length);
        }
        this.extracted = new SecretKeySpec(master, "HKDF");
    }

    /** Makes the keys directory and a master key file in it. */
    public static KeyRing create(Path directory) throws IOException {
        return open(directory, KeyFile.create(directory));
    }

    /** Opens the keys directory with the master key file in it. */
    public static KeyRing open(Path directory) throws IOException {
        return open(directory, new KeyFile(directory));
    }

    /**
     * Opens the keys directory with a master key from elsewhere.
     *
     * @throws IOException when the directory is missing or open to others, or the master key can't be had
     */
    public static KeyRing open(Path directory, MasterKey masterKey) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new IOException(directory + ": no keys directory here; strongroom init makes one");
        }
        PrivateFiles.check(directory);
        byte[] master = masterKey.unlock();
        try {
            return new KeyRing(directory, master);
        } finally {
            Arrays.fill(master, (byte) 0);
        }
    }

    /** A key of 32 bytes for one use, for AES-256 or HMAC-SHA256; always the same for the same label. */
    public SecretKey derive(String label) {
        return derive(label, new byte[0]);
    }

    /** As {@link #derive(String)}, with a public salt that makes the key one of many for this label. */
    SecretKey derive(String label, byte[] salt) {
        try {
            HKDFParameterSpec spec = HKDFParameterSpec.ofExtract()
                    .addIKM(extracted)
                    .addSalt(salt)
                    .thenExpand(("strongroom " + label).getBytes(StandardCharsets.UTF_8), KeyFile.LENGTH);
            return KDF.getInstance("HKDF-SHA256").deriveKey("AES", spec);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HKDF-SHA256 and AES are in every JDK 25", e);
        }
    }

    /**
     * Refuses what other keys made, before anything is written with these. {@code file} holds a random number and its
     * HMAC-SHA256 under a derived key; it is made where it is missing.
     *
     * @throws IOException when the file was made with other keys, or can't be read or made
     */
    public void requireOwn(Path file) throws IOException {
        if (!Files.exists(file)) {
            byte[] number = new byte[KeyFile.LENGTH];
            new SecureRandom().nextBytes(number);
            byte[] mac = bindingMac(number);
            byte[] content = Arrays.copyOf(number, number.length + mac.length);
            System.arraycopy(mac, 0, content, number.length, mac.length);
            PrivateFiles.create(file, content);
            return;
        }
        byte[] content = Files.readAllBytes(file);
        byte[] number = Arrays.copyOf(content, KeyFile.LENGTH);
        byte[] mac = Arrays.copyOfRange(content, KeyFile.LENGTH, Math.max(KeyFile.LENGTH, content.length));
        if (!MessageDigest.isEqual(mac, bindingMac(number))) {
            throw new IOException("the keys in " + directory + " are not those this archive was made with (" + file
                    + "): name the right folder with keys = PATH in strongroom.toml; nothing was changed");
        }
    }

    private byte[] bindingMac(byte[] number) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(derive("guard.binding"));
            return mac.doFinal(number);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HmacSHA256 is in every JDK 25", e);
        }
    }

    public Path directory() {
        return directory;
    }

    boolean has(String name) {
        return Files.exists(directory.resolve(name));
    }

    /** Writes a file only this key ring can read, replacing an older one whole. */
    void writeSealed(String name, byte[] content) throws IOException {
        byte[] nonce = new byte[NONCE_LENGTH];
        new SecureRandom().nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, name, nonce).doFinal(content);
            byte[] file = Arrays.copyOf(nonce, nonce.length + sealed.length);
            System.arraycopy(sealed, 0, file, nonce.length, sealed.length);
            PrivateFiles.replace(directory.resolve(name), file);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-256-GCM is in every JDK 25", e);
        }
    }

    /**
     * Reads a file {@link #writeSealed} wrote.
     *
     * @throws IOException when the file is missing, open to others, altered, or sealed with another master key
     */
    byte[] readSealed(String name) throws IOException {
        Path path = directory.resolve(name);
        PrivateFiles.check(path);
        byte[] file = Files.readAllBytes(path);
        if (file.length < NONCE_LENGTH + TAG_BITS / 8) {
            throw new IOException(path + " is too short to be a sealed file; restore it from a copy");
        }
        try {
            return cipher(Cipher.DECRYPT_MODE, name, Arrays.copyOf(file, NONCE_LENGTH))
                    .doFinal(file, NONCE_LENGTH, file.length - NONCE_LENGTH);
        } catch (GeneralSecurityException e) {
            throw new IOException(path + " does not open with this master key: altered, or of another archive", e);
        }
    }

    private Cipher cipher(int mode, String name, byte[] nonce) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, derive("guard.files"), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(name.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
