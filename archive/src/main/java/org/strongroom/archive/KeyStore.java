package org.strongroom.archive;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.strongroom.archive.Disk.DiskFile;
import org.strongroom.archive.Disk.Mode;
import org.strongroom.dicom.Uid;

/**
 * The data keys of studies, each wrapped under a subkey of the master key, in one append-only file outside the packs. The
 * layout stands in docs/pack-format.md.
 *
 * <p>A key is made when the first object of its study comes, and is on stable storage before that object is
 * ({@link #sync}, by the committer). In memory there are 8 bytes and some room for each study, and the last keys used.
 */
final class KeyStore implements Closeable {
    static final String FILE = "store";

    private static final byte[] MAGIC = "SRKEYS01".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER = 64;
    private static final int RECORD = 80;
    private static final int NONCE = 12;
    private static final int KEY = 32;
    private static final int KEPT_OPEN = 1024;

    private final ReentrantLock lock = new ReentrantLock();
    private final DiskFile file;
    private final SecureRandom random;
    private final Mac identify;
    private final SecretKeySpec wrapping;
    private final Cipher cipher;
    private final KeyTable table = new KeyTable();
    /** Made since the last sync, with the record that will hold them. */
    private final Map<StudyKey, byte[]> unsynced = new LinkedHashMap<>();

    private final Map<KeyId, StudyKey> open = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<KeyId, StudyKey> eldest) {
            return size() > KEPT_OPEN && !unsynced.containsKey(eldest.getValue());
        }
    };

    private int records;

    /** A data key and its id. */
    static final class StudyKey {
        private final KeyId id;
        private final byte[] key;

        StudyKey(KeyId id, byte[] key) {
            this.id = id;
            this.key = key;
        }

        KeyId id() {
            return id;
        }

        /** 32 bytes, not to be changed. */
        byte[] key() {
            return key;
        }
    }

    private KeyStore(DiskFile file, KeyDerivation keys, SecureRandom random) {
        this.file = file;
        this.random = random;
        this.wrapping = new SecretKeySpec(keys.derive("archive.study-key-wrap"), "AES");
        try {
            this.identify = Mac.getInstance("HmacSHA256");
            identify.init(new SecretKeySpec(keys.derive("archive.study-key-id"), "HmacSHA256"));
            this.cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java lacks AES-GCM or HMAC-SHA256", e);
        }
    }

    /**
     * Opens the store in {@code directory}, or makes one where there is none and {@code mayCreate}.
     *
     * @throws IOException naming the file: when it is missing, damaged, or belongs to another master key
     */
    static KeyStore open(Disk disk, Path directory, KeyDerivation keys, SecureRandom random, boolean mayCreate)
            throws IOException {
        Path path = directory.resolve(FILE);
        boolean exists = disk.list(directory).contains(FILE);
        if (!exists && !mayCreate) {
            throw new IOException(
                    "there are packs but no key store " + path
                            + ": without it no object opens. Give the right keys folder, or bring the store back from a backup");
        }
        DiskFile file = disk.open(path, Mode.WRITE);
        try {
            KeyStore store = new KeyStore(file, keys, random);
            if (file.size() < HEADER && !mayCreate) {
                throw new IOException("key store " + path + " is cut short: bring it back from a backup");
            }
            if (file.size() <= HEADER && mayCreate) {
                store.writeHeader(); // new, or the power went while it was made
                disk.syncDirectory(directory);
            } else {
                store.checkHeader(path);
                store.load(path);
            }
            return store;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private void writeHeader() throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        header.put(MAGIC).putInt(1).putInt(0).put(check());
        header.putInt(HEADER - 4, Checksums.crc32c(header.array(), 0, HEADER - 4));
        file.write(header.clear(), 0);
        file.sync();
    }

    private byte[] check() {
        return Arrays.copyOf(identify.doFinal(MAGIC), KeyId.LENGTH);
    }

    private void checkHeader(Path path) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        file.read(header, 0);
        byte[] bytes = header.array();
        if (!Arrays.equals(MAGIC, 0, MAGIC.length, bytes, 0, MAGIC.length)
                || Checksums.crc32c(bytes, 0, HEADER - 4) != header.getInt(HEADER - 4)) {
            throw new IOException(path + " is not a key store of this version, or its header is damaged: bring it"
                    + " back from a backup, or start the version that wrote it");
        }
        byte[] expected = check();
        if (!MessageDigest.isEqual(expected, Arrays.copyOfRange(bytes, 16, 16 + expected.length))) {
            throw new IOException(path + " belongs to another master key");
        }
    }

    private void load(Path path) throws IOException {
        long size = file.size();
        ByteBuffer chunk = ByteBuffer.allocate(RECORD * 4096);
        int torn = -1;
        for (long at = HEADER; at + RECORD <= size; at += chunk.limit()) {
            file.read(chunk.clear(), at);
            chunk.limit(chunk.position() / RECORD * RECORD);
            for (int i = 0; i < chunk.limit(); i += RECORD, records++) {
                if (Checksums.crc32c(chunk.array(), i, RECORD - 4) != chunk.getInt(i + RECORD - 4)) {
                    torn = torn < 0 ? records : torn;
                } else if (torn >= 0) {
                    throw new IOException("key store " + path + ": record " + torn + " is damaged, others follow it."
                            + " Bring the store back from a backup");
                } else {
                    KeyId id = KeyId.get(chunk.position(i));
                    table.put(id, records);
                }
            }
        }
        if (torn >= 0) {
            records = torn; // a power cut while the tail was written: no object was acknowledged under these keys
        }
        file.truncate(end());
    }

    private long end() {
        return HEADER + (long) records * RECORD;
    }

    /** The key of a study, made when there is none yet. */
    StudyKey forStudy(Uid study) throws IOException {
        lock.lock();
        try {
            KeyId id = idOf(study);
            Optional<StudyKey> known = lookUp(id);
            return known.isPresent() ? known.get() : create(id);
        } finally {
            lock.unlock();
        }
    }

    /** Under which id the key of a study is, or would be. */
    KeyId idOf(Uid study) {
        lock.lock();
        try {
            byte[] mac = identify.doFinal(study.value().getBytes(StandardCharsets.US_ASCII));
            return KeyId.get(ByteBuffer.wrap(mac));
        } finally {
            lock.unlock();
        }
    }

    /** How many studies have a key on stable storage. */
    int size() {
        lock.lock();
        try {
            return records;
        } finally {
            lock.unlock();
        }
    }

    /** The key with this id; empty when the store has none. */
    Optional<StudyKey> find(KeyId id) throws IOException {
        lock.lock();
        try {
            return lookUp(id);
        } finally {
            lock.unlock();
        }
    }

    private Optional<StudyKey> lookUp(KeyId id) throws IOException {
        StudyKey ready = open.get(id);
        if (ready != null) {
            return Optional.of(ready);
        }
        byte[] bytes = new byte[RECORD];
        for (int at = table.first(id); at >= 0; at = table.next(id)) {
            file.read(ByteBuffer.wrap(bytes), HEADER + (long) at * RECORD);
            if (KeyId.get(ByteBuffer.wrap(bytes)).equals(id)) {
                StudyKey key = new StudyKey(id, unwrap(bytes, at));
                open.put(id, key);
                return Optional.of(key);
            }
        }
        return Optional.empty();
    }

    private StudyKey create(KeyId id) {
        byte[] key = new byte[KEY];
        random.nextBytes(key);
        StudyKey made = new StudyKey(id, key);
        unsynced.put(made, wrap(id, key));
        open.put(id, made);
        return made;
    }

    /** Puts all keys made so far on stable storage; called by one thread only. A failure is final. */
    void sync() throws IOException {
        List<StudyKey> made;
        ByteBuffer tail;
        lock.lock();
        try {
            if (unsynced.isEmpty()) {
                return;
            }
            made = List.copyOf(unsynced.keySet());
            tail = ByteBuffer.allocate(made.size() * RECORD);
            unsynced.values().forEach(tail::put);
        } finally {
            lock.unlock();
        }
        file.write(tail.flip(), end());
        file.sync();
        lock.lock();
        try {
            for (StudyKey key : made) {
                table.put(key.id(), records++);
                unsynced.remove(key);
            }
        } finally {
            lock.unlock();
        }
    }

    private byte[] wrap(KeyId id, byte[] key) {
        ByteBuffer bytes = ByteBuffer.allocate(RECORD);
        id.put(bytes);
        byte[] nonce = new byte[NONCE];
        random.nextBytes(nonce);
        bytes.put(nonce);
        try {
            cipher.init(Cipher.ENCRYPT_MODE, wrapping, new GCMParameterSpec(StreamingCipher.TAG * 8, nonce));
            cipher.updateAAD(bytes.array(), 0, KeyId.LENGTH);
            bytes.put(cipher.doFinal(key));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM refused to wrap a key", e);
        }
        return bytes.putInt(Checksums.crc32c(bytes.array(), 0, RECORD - 4)).array();
    }

    private byte[] unwrap(byte[] bytes, int record) throws IOException {
        try {
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    wrapping,
                    new GCMParameterSpec(StreamingCipher.TAG * 8, bytes, KeyId.LENGTH, NONCE));
            cipher.updateAAD(bytes, 0, KeyId.LENGTH);
            return cipher.doFinal(bytes, KeyId.LENGTH + NONCE, KEY + StreamingCipher.TAG);
        } catch (GeneralSecurityException e) {
            throw new IOException("key store: record " + record + " does not open under the master key", e);
        }
    }

    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            open.values().forEach(key -> Arrays.fill(key.key(), (byte) 0));
            open.clear();
            file.close();
        } finally {
            lock.unlock();
        }
    }
}
