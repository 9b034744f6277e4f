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
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
 * <p>A key is made when the first object of its study comes, is shared by those that come beside it, and is on stable
 * storage before they are ({@link #sync}, by the committer). When none of them is stored it is forgotten
 * ({@link #release}). In memory there are 8 bytes and some room for each study, the last keys used, and those in use.
 *
 * <p>Records are appended and never cut off or written again. A broken record is passed over: it is what a power cut left of
 * a batch nobody was told of, or a key that was lost later. Which of them, the studies tell that have objects
 * ({@link #compare}): one of those without a key gets no other, under which its objects would not open.
 */
final class KeyStore implements Closeable {
    static final String FILE = "store";

    private static final System.Logger LOG = System.getLogger(KeyStore.class.getName());
    private static final byte[] MAGIC = "SRKEYS01".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER = 64;
    private static final int RECORD = 80;
    private static final int NONCE = 12;
    private static final int KEY = 32;
    private static final int KEPT_OPEN = 1024;
    private static final int MOST_NAMED = 10;

    private final ReentrantLock lock = new ReentrantLock();
    private final Path path;
    private final DiskFile file;
    private final SecureRandom random;
    private final Mac identify;
    private final SecretKeySpec wrapping;
    private final Cipher cipher;
    private final KeyTable table = new KeyTable();
    /** Not on stable storage, while objects under them come in. */
    private final Map<KeyId, Made> made = new HashMap<>();
    /** Needed by what is stored, and not there. */
    private final Set<KeyId> lost = new HashSet<>();

    private final Map<KeyId, StudyKey> open = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<KeyId, StudyKey> eldest) {
            return size() > KEPT_OPEN;
        }
    };

    private int places;
    private int broken;

    /** The key of a study can't be had, and no other may be made: its objects would not open. */
    static final class LostKeyException extends IOException {
        private static final long serialVersionUID = 1;

        LostKeyException(String message) {
            super(message);
        }
    }

    private static final class Made {
        private final StudyKey key;
        private int users;

        Made(StudyKey key) {
            this.key = key;
        }
    }

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

    private KeyStore(Path path, DiskFile file, KeyDerivation keys, SecureRandom random) {
        this.path = path;
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
            KeyStore store = new KeyStore(path, file, keys, random);
            if (file.size() < HEADER && !mayCreate) {
                throw new IOException("key store " + path + " is cut short: bring it back from a backup");
            }
            if (file.size() <= HEADER && mayCreate) {
                store.writeHeader(); // new, or the power went while it was made
                disk.syncDirectory(directory);
            } else {
                store.checkHeader(path);
                store.load();
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

    private void load() throws IOException {
        long size = file.size();
        ByteBuffer chunk = ByteBuffer.allocate(RECORD * 4096);
        for (long at = HEADER; at < size; at += chunk.capacity()) {
            file.read(chunk.clear(), at);
            int read = chunk.position();
            for (int i = 0; i < read; i += RECORD, places++) {
                if (i + RECORD <= read && isWhole(chunk.array(), i)) {
                    table.put(KeyId.get(chunk.position(i)), places);
                } else {
                    broken++;
                    if (broken <= MOST_NAMED) {
                        LOG.log(System.Logger.Level.INFO, "keystore.broken file=" + path + " record=" + places);
                    }
                }
            }
        }
    }

    private static boolean isWhole(byte[] bytes, int at) {
        return Checksums.crc32c(bytes, at, RECORD - 4) == ByteBuffer.wrap(bytes).getInt(at + RECORD - 4);
    }

    private long end() {
        return HEADER + (long) places * RECORD;
    }

    /**
     * Looks, where records are broken or too few, whether each study that has objects has its key; before anything is
     * stored. What {@link #miss} was told counts too.
     *
     * @return how many studies can't be opened
     */
    int compare(Index index) throws IOException {
        if (broken > 0 || size() < index.studies()) {
            index.studies(study -> {
                KeyId id = idOf(study);
                if (!isStored(id)) {
                    miss(id);
                }
            });
        }
        lock.lock();
        try {
            if (!lost.isEmpty()) {
                LOG.log(
                        System.Logger.Level.ERROR,
                        "keystore.lost file=" + path + " studies=" + lost.size() + " broken=" + broken + " keys="
                                + lost.stream().limit(MOST_NAMED).toList()
                                + " what=\"bring the key store back from a backup; nothing was cut off\"");
            } else if (broken > 0) {
                LOG.log(
                        System.Logger.Level.INFO,
                        "keystore.torn file=" + path + " records=" + broken + " what=\"no study lacks its key\"");
            }
            return lost.size();
        } finally {
            lock.unlock();
        }
    }

    /** There is an object under this id, and its key is not there. */
    void miss(KeyId id) {
        lock.lock();
        try {
            lost.add(id);
        } finally {
            lock.unlock();
        }
    }

    /**
     * The key of a study, made when there is none yet; {@link #release} follows.
     *
     * @throws LostKeyException when there was one and it is lost
     */
    StudyKey forStudy(Uid study) throws IOException {
        lock.lock();
        try {
            KeyId id = idOf(study);
            Optional<StudyKey> known = lookUp(id);
            if (known.isPresent()) {
                return known.get();
            }
            if (lost.contains(id)) {
                throw new LostKeyException(
                        "the key of this study was lost: bring the key store " + path + " back from a backup");
            }
            Made shared = made.computeIfAbsent(id, this::create);
            shared.users++;
            return shared.key;
        } finally {
            lock.unlock();
        }
    }

    /** The object is stored, or will never be; when no other uses the key and it was not stored, it is forgotten. */
    void release(StudyKey key) {
        lock.lock();
        try {
            Made shared = made.get(key.id());
            if (shared != null && --shared.users == 0) {
                made.remove(key.id());
                Arrays.fill(key.key(), (byte) 0);
            }
        } finally {
            lock.unlock();
        }
    }

    /** How many keys are held for objects that come in. */
    int unstored() {
        lock.lock();
        try {
            return made.size();
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
            return places - broken;
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
        int at = record(id, bytes);
        if (at < 0) {
            return Optional.empty();
        }
        StudyKey key = new StudyKey(id, unwrap(bytes, at));
        open.put(id, key);
        return Optional.of(key);
    }

    private boolean isStored(KeyId id) throws IOException {
        lock.lock();
        try {
            return record(id, new byte[RECORD]) >= 0;
        } finally {
            lock.unlock();
        }
    }

    /** Reads the record with this id; returns its number, or -1 when there is none. */
    private int record(KeyId id, byte[] into) throws IOException {
        for (int at = table.first(id); at >= 0; at = table.next(id)) {
            int read = file.read(ByteBuffer.wrap(into), HEADER + (long) at * RECORD);
            if (read < RECORD || !isWhole(into, 0)) {
                throw new LostKeyException("key store " + path + ": record " + at
                        + " was damaged since the start: bring it back from a backup");
            }
            if (KeyId.get(ByteBuffer.wrap(into)).equals(id)) {
                return at;
            }
        }
        return -1;
    }

    private Made create(KeyId id) {
        byte[] key = new byte[KEY];
        random.nextBytes(key);
        return new Made(new StudyKey(id, key));
    }

    /**
     * Puts those of these keys on stable storage that are not yet; called by one thread only, while the keys are in use.
     *
     * @throws Disk.DiskFullException when they do not fit; the store is as before
     * @throws IOException for any other failure, which is final
     */
    void sync(Collection<StudyKey> keys) throws IOException {
        Map<KeyId, StudyKey> fresh = new LinkedHashMap<>();
        ByteBuffer tail;
        lock.lock();
        try {
            for (StudyKey key : keys) {
                if (made.containsKey(key.id())) {
                    fresh.put(key.id(), key);
                }
            }
            if (fresh.isEmpty()) {
                return;
            }
            tail = ByteBuffer.allocate(fresh.size() * RECORD);
            for (StudyKey key : fresh.values()) {
                tail.put(wrap(key.id(), key.key()));
            }
        } finally {
            lock.unlock();
        }
        try {
            file.write(tail.flip(), end());
        } catch (Disk.DiskFullException e) {
            file.truncate(end());
            throw e;
        }
        file.sync();
        lock.lock();
        try {
            for (StudyKey key : fresh.values()) {
                table.put(key.id(), places++);
                made.remove(key.id());
                open.put(key.id(), key);
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
            throw new IOException(
                    "key store " + path + ": record " + record + " does not open under the master key", e);
        }
    }

    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            open.values().forEach(key -> Arrays.fill(key.key(), (byte) 0));
            open.clear();
            made.values().forEach(shared -> Arrays.fill(shared.key.key(), (byte) 0));
            made.clear();
            file.close();
        } finally {
            lock.unlock();
        }
    }
}
