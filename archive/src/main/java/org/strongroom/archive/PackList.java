package org.strongroom.archive;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.strongroom.archive.Disk.DiskFile;
import org.strongroom.archive.Disk.Mode;

/**
 * Which packs there are and how long each is at least, kept beside the key store and authenticated by a subkey of the master
 * key: so that a pack is missed though the index is gone too. The layout stands in docs/pack-format.md.
 *
 * <p>It follows the packs and never leads them: a pack is listed when its name is on stable storage, a length when what lies
 * before it is. So it may lag after a crash, and recovery adds what it lacks; what it names, there was. It is synced once
 * for each shared pack, not for each object. An entry has two halves that are written in turn, so a torn write leaves the
 * older one. One thread at a time.
 */
final class PackList implements Closeable {
    static final String FILE = "packs";

    private static final System.Logger LOG = System.getLogger(PackList.class.getName());
    private static final byte[] MAGIC = "SRLIST01".getBytes(StandardCharsets.US_ASCII);
    private static final int HALF = 64;
    private static final int ENTRY = 2 * HALF;
    private static final int MAC_AT = 32;
    private static final int READ_AT_ONCE = 4096;
    private static final long HEADER_PLACE = -1;

    private final Path path;
    private final DiskFile file;
    private final Mac mac;
    private final Map<Integer, Pack> packs = new TreeMap<>();
    private final boolean fresh;
    private int entries;
    private int damaged;
    private Pack current = new Pack(0, false, 0, false, -1, 0);

    /**
     * A pack that was there.
     *
     * @param length bytes it had at least; 0 where nobody knows
     * @param missed whether it was found missing or shorter: once it is back, all of it is to be indexed
     * @param entry which entry it has
     * @param version counts the writes of the entry; its half is the version modulo 2
     */
    record Pack(int number, boolean single, long length, boolean missed, int entry, long version) {
        String name() {
            return single ? PackFormat.singleName(number) : PackFormat.sharedName(number);
        }

        private Pack next(long newLength, boolean nowMissed) {
            return new Pack(number, single, newLength, nowMissed, entry, version + 1);
        }
    }

    private PackList(Path path, DiskFile file, KeyDerivation keys, boolean fresh) {
        this.path = path;
        this.file = file;
        this.fresh = fresh;
        try {
            this.mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(keys.derive("archive.pack-list"), "HmacSHA256"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java lacks HMAC-SHA256", e);
        }
    }

    /** Opens the list in {@code directory}, or makes an empty one. */
    static PackList open(Disk disk, Path directory, KeyDerivation keys) throws IOException {
        Path path = directory.resolve(FILE);
        DiskFile file = disk.open(path, Mode.WRITE);
        try {
            boolean exists = wasMade(file);
            PackList list = new PackList(path, file, keys, !exists);
            if (exists) {
                list.load();
            } else {
                list.writeHeader();
                disk.syncDirectory(directory);
            }
            return list;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** False for one that is new, or whose header the power took before anything followed. */
    private static boolean wasMade(DiskFile file) throws IOException {
        byte[] header = new byte[ENTRY];
        int read = file.read(ByteBuffer.wrap(header), 0);
        return file.size() > ENTRY || (read == ENTRY && !isZero(header, 0));
    }

    /** What the list says, while it may be in use; empty when there is none. */
    static Collection<Pack> read(Disk disk, Path directory, KeyDerivation keys) throws IOException {
        Path path = directory.resolve(FILE);
        if (!disk.list(directory).contains(FILE)) {
            return java.util.List.of();
        }
        try (DiskFile file = disk.open(path, Mode.READ);
                PackList list = new PackList(path, file, keys, false)) {
            list.load();
            return list.packs();
        }
    }

    private void writeHeader() throws IOException {
        ByteBuffer header = ByteBuffer.allocate(ENTRY).put(MAGIC);
        header.put(MAC_AT, sum(HEADER_PLACE, header.array(), 0));
        file.write(header.clear(), 0);
        file.sync();
    }

    private byte[] sum(long place, byte[] bytes, int at) {
        mac.update(ByteBuffer.allocate(Long.BYTES).putLong(place).flip());
        mac.update(bytes, at, MAC_AT);
        return mac.doFinal();
    }

    private boolean authentic(long place, byte[] bytes, int at) {
        byte[] found = new byte[HALF - MAC_AT];
        System.arraycopy(bytes, at + MAC_AT, found, 0, found.length);
        return MessageDigest.isEqual(found, sum(place, bytes, at));
    }

    private void load() throws IOException {
        ByteBuffer header = ByteBuffer.allocate(ENTRY);
        file.read(header, 0);
        if (!authentic(HEADER_PLACE, header.array(), 0)) {
            throw new IOException("the list of packs " + path + " is damaged or belongs to another master key: bring it"
                    + " back from a backup; when you know that all packs are there, move it away, and it is made anew");
        }
        long size = file.size();
        ByteBuffer chunk = ByteBuffer.allocate(ENTRY * READ_AT_ONCE);
        for (long at = ENTRY; at + HALF <= size; at += chunk.capacity()) {
            file.read(chunk.clear(), at);
            int read = chunk.position();
            chunk.put(chunk.position(), new byte[chunk.remaining()]);
            for (int i = 0; i + HALF <= read; i += ENTRY, entries++) {
                boolean last = at + i + ENTRY >= size;
                load(chunk.array(), i, last);
            }
        }
    }

    /** An entry of zeros is one that a power cut took; of the last, too, a part may be missing. */
    private void load(byte[] bytes, int at, boolean last) {
        boolean empty = true;
        boolean any = false;
        for (int half = 0; half < 2; half++) {
            int from = at + half * HALF;
            if (isZero(bytes, from)) {
                continue;
            }
            empty = false;
            if (authentic(2L * entries + half, bytes, from)) {
                any = true;
                take(ByteBuffer.wrap(bytes, from, HALF));
            }
        }
        if (!empty && !any && !last) {
            damaged++;
            LOG.log(System.Logger.Level.ERROR, "packlist.damaged file=" + path + " entry=" + entries);
        }
    }

    private static boolean isZero(byte[] bytes, int from) {
        for (int i = from; i < from + HALF; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private void take(ByteBuffer in) {
        int number = in.getInt();
        boolean single = in.get() == 2;
        boolean missed = in.get() == 1;
        in.getShort();
        Pack found = new Pack(number, single, in.getLong(), missed, entries, in.getLong());
        Pack known = packs.get(number);
        boolean newer = known == null || known.entry() != found.entry() || known.version() < found.version();
        if (newer) {
            packs.put(number, found);
        }
    }

    private void write(Pack pack) throws IOException {
        ByteBuffer half = ByteBuffer.allocate(HALF);
        half.putInt(pack.number()).put((byte) (pack.single() ? 2 : 1)).put((byte) (pack.missed() ? 1 : 0));
        half.putShort((short) 0).putLong(pack.length()).putLong(pack.version());
        int which = (int) (pack.version() % 2);
        half.put(MAC_AT, sum(2L * pack.entry() + which, half.array(), 0));
        try {
            file.write(half.clear(), ENTRY * (1L + pack.entry()) + (long) which * HALF);
        } catch (IOException e) {
            // Also when its volume is full: what it says of a pack must not be in doubt.
            throw new IOException("the list of packs " + path + " can't be written: " + e.getMessage(), e);
        }
    }

    /** Adds a pack whose name, and whose first {@code length} bytes, are on stable storage; {@link #sync} may follow. */
    void add(int number, boolean single, long length, boolean missed) throws IOException {
        Pack pack = new Pack(number, single, length, missed, entries, 0);
        write(pack);
        entries++;
        packs.put(number, pack);
        current = single ? current : pack;
    }

    /** The current shared pack has this many bytes on stable storage. */
    void grown(int number, long length) throws IOException {
        if (current.number() != number) {
            throw new IllegalStateException("pack " + number + " is not the one that was added last");
        }
        change(current, length, false);
    }

    /** Notes a length, or that a pack is missed, or back. */
    void change(Pack pack, long length, boolean missed) throws IOException {
        Pack next = pack.next(length, missed);
        write(next);
        packs.put(next.number(), next);
        current = current.number() == next.number() ? next : current;
    }

    /** The shared pack that is appended to; the others are forgotten, since their entries never change while it is. */
    void goOnWith(int number) {
        Pack pack = packs.get(number);
        current = pack == null ? current : pack;
        packs.clear();
    }

    void sync() throws IOException {
        file.sync();
    }

    Collection<Pack> packs() {
        return java.util.List.copyOf(packs.values());
    }

    /** Whether there was none. */
    boolean isFresh() {
        return fresh;
    }

    /** Entries that do not authenticate. */
    int damaged() {
        return damaged;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
