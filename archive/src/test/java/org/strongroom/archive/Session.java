package org.strongroom.archive;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.strongroom.archive.Retrieval.StoredInstance;
import org.strongroom.archive.StoreOutcome.Refused;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Uid;
import org.strongroom.guard.Permits;

/**
 * A scripted run of an archive on a {@link MemoryDisk}, and the promise it is held to: what was acknowledged is there, equal
 * byte for byte; nothing is visible that was not sent; of several versions all acknowledged ones are kept.
 */
final class Session {
    /** Small, so that a short script fills packs and needs packs of single objects. */
    static final PackSettings SMALL = new PackSettings(300_000, 128 << 10, 1 << 20, 1 << 20, 0, Limits.DEFAULT);

    private static final int STUDIES = 3;
    private static final int MOST_STUDIES = 40;

    private final Path folder;
    private final Map<Digest, byte[]> sent = new ConcurrentHashMap<>();
    private final Map<Digest, byte[]> acknowledged = new ConcurrentHashMap<>();
    private final Map<Uid, Digest> firstAcknowledged = new ConcurrentHashMap<>();

    Session(Path folder) {
        this.folder = folder;
    }

    /** The same promises; what is stored in the copy does not concern this one. */
    Session copy() {
        Session copy = new Session(folder);
        copy.sent.putAll(sent);
        copy.acknowledged.putAll(acknowledged);
        copy.firstAcknowledged.putAll(firstAcknowledged);
        return copy;
    }

    Path packs() {
        return folder.resolve("packs");
    }

    PackArchive open(Disk disk, Index index) throws IOException {
        return PackArchive.open(
                disk, packs(), folder.resolve("keys"), Samples.KEYS, index, InstantSource.system(), SMALL);
    }

    /** Stores one instance, remembers what was said. */
    StoreOutcome store(PackArchive archive, int study, int number, int pixels, long seed) throws IOException {
        byte[] dataSet = Samples.dataSet(study, number, pixels, seed);
        Digest digest = Samples.digest(dataSet);
        sent.put(digest, dataSet);
        StoreOutcome outcome = archive.store(Permits.store(), Samples.request(dataSet));
        if (!(outcome instanceof Refused)) {
            acknowledged.put(digest, dataSet);
            firstAcknowledged.putIfAbsent(Samples.instance(study, number), digest);
        }
        return outcome;
    }

    /** About forty objects: small and large, again, and with other bytes; the index is made durable now and then. */
    void script(PackArchive archive, MemoryIndex index) throws IOException {
        int[] pixels = {0, 700, 5_000, 70_000, 30, 200_000, 9_000, 140_000};
        for (int i = 0; i < 32; i++) {
            store(archive, i % STUDIES, i, pixels[i % pixels.length], i);
            if (i % 5 == 4) {
                store(archive, (i - 2) % STUDIES, i - 2, pixels[(i - 2) % pixels.length], i - 2);
            }
            if (i % 7 == 6) {
                store(archive, (i - 3) % STUDIES, i - 3, pixels[(i - 3) % pixels.length], 1000 + i);
            }
            if (i % 6 == 5) {
                index.flush();
            }
        }
    }

    /** Throws when the promise is broken. */
    void check(PackArchive archive, MemoryIndex index) throws IOException {
        Set<Digest> visible = new HashSet<>();
        for (int study = 0; study < MOST_STUDIES; study++) {
            for (StoredInstance instance : Samples.instances(archive.retrieve(Permits.study(Samples.study(study))))) {
                Digest digest = Samples.digest(read(instance));
                byte[] known = sent.get(digest);
                if (known == null || !Arrays.equals(known, read(instance))) {
                    throw new AssertionError("visible, but never sent");
                }
                visible.add(digest);
            }
        }
        for (Map.Entry<Uid, Digest> first : firstAcknowledged.entrySet()) {
            if (!visible.contains(first.getValue()) && onlyVersion(first.getKey())) {
                throw new AssertionError("acknowledged, but not visible");
            }
        }
        List<Entry> entries = index.entries();
        for (Map.Entry<Digest, byte[]> promised : acknowledged.entrySet()) {
            if (entries.stream().noneMatch(entry -> entry.digest().equals(promised.getKey()))) {
                throw new AssertionError("acknowledged, but lost");
            }
        }
    }

    /** An earlier version that was sent, and refused or never answered, may be the visible one. */
    private boolean onlyVersion(Uid uid) {
        int versions = 0;
        for (byte[] dataSet : sent.values()) {
            versions += Samples.uidOf(dataSet).equals(uid) ? 1 : 0;
        }
        return versions == 1;
    }

    static byte[] read(StoredInstance instance) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        instance.writeTo(out);
        return out.toByteArray();
    }
}
