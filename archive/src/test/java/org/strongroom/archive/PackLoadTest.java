package org.strongroom.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.archive.Retrieval.StoredInstance;
import org.strongroom.archive.StoreOutcome.Duplicate;
import org.strongroom.archive.StoreOutcome.Stored;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.guard.Permits;
import org.strongroom.testkit.Extent;

/** Many writers and long objects, on a real disk. */
class PackLoadTest {
    @TempDir
    Path folder;

    private final MemoryIndex index = new MemoryIndex();

    @Test
    void sixteen_writers_of_all_sizes_and_duplicates_store_each_object_once() throws Exception {
        long seed = Samples.seed("sixteen writers");
        int objects = Extent.of(60, 400);
        PackSettings scarce = new PackSettings(
                20 << 20, 1 << 20, 2 << 20, 1 << 20, 0, PackSettings.DEFAULT.limits()); // packs, budget: used up
        Map<Uid, Integer> stored = new ConcurrentHashMap<>();
        try (PackArchive archive = open(scarce);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> writers = new ArrayList<>();
            for (int writer = 0; writer < 16; writer++) {
                Random random = new Random(seed + writer);
                writers.add(threads.submit(() -> {
                    for (int i = 0; i < objects; i++) {
                        int number = random.nextInt(objects * 4);
                        byte[] dataSet = Samples.dataSet(number % 5, number, pixels(number), number);
                        switch (archive.store(Permits.store(), Samples.request(dataSet))) {
                            case Stored(long bytes) -> {
                                assertThat(bytes).isEqualTo(dataSet.length);
                                stored.merge(Samples.uidOf(dataSet), 1, Integer::sum);
                            }
                            case Duplicate(long bytes) -> assertThat(bytes).isEqualTo(dataSet.length);
                            case StoreOutcome other -> throw new AssertionError(other);
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
            assertThat(stored.values()).containsOnly(1);
            assertAllThere(archive, stored);
        }
        try (PackArchive archive = open(scarce)) {
            assertAllThere(archive, stored);
        }
    }

    private static int pixels(int number) {
        return new Random(number).nextInt(number % 9 == 0 ? 3_000_000 : number % 2 == 0 ? 600_000 : 9_000);
    }

    private static void assertAllThere(PackArchive archive, Map<Uid, Integer> stored) throws IOException {
        int found = 0;
        for (int study = 0; study < 5; study++) {
            for (StoredInstance instance : Samples.instances(archive.retrieve(Permits.study(Samples.study(study))))) {
                String uid = instance.sopInstance().value();
                int number = Integer.parseInt(uid.substring(uid.lastIndexOf('.') + 1));
                assertThat(Samples.digest(Session.read(instance)))
                        .isEqualTo(Samples.digest(Samples.dataSet(study, number, pixels(number), number)));
                found++;
            }
        }
        assertThat(found).isEqualTo(stored.size());
    }

    @Test
    void memory_does_not_grow_with_the_object() throws Exception {
        long length = Extent.FULL ? 4L << 30 : 300L << 20; // the long run needs more than the heap of the tests
        try (PackArchive archive = open(PackSettings.DEFAULT)) {
            MessageDigest sent = sha256();
            InputStream body = new SequenceInputStream(
                    new ByteArrayInputStream(Samples.head(1, 1, -1)), new Pattern(length, sent));
            StoreOutcome outcome = archive.store(
                    Permits.store(),
                    new StoreRequest(
                            Optional.empty(), Optional.empty(), TransferSyntax.ExplicitVRLittleEndian, body, "LONG"));
            assertThat(outcome).isInstanceOf(Stored.class);
            StoredInstance back = Samples.instances(archive.retrieve(Permits.study(Samples.study(1))))
                    .getFirst();
            MessageDigest read = sha256();
            try (OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), read)) {
                back.writeTo(new Skipping(out, back.length() - length));
            }
            assertThat(read.digest()).isEqualTo(sent.digest());
        }
    }

    @Test
    void a_body_that_breaks_off_leaves_nothing() throws IOException {
        try (PackArchive archive = open(PackSettings.DEFAULT)) {
            for (int pixels : List.of(1_000, 500_000, 12_000_000)) {
                byte[] dataSet = Samples.dataSet(1, pixels, pixels, 1);
                InputStream aborted = new SequenceInputStream(
                        new ByteArrayInputStream(dataSet, 0, dataSet.length * 9 / 10), new Aborted());
                assertThatThrownBy(() -> archive.store(
                                Permits.store(),
                                new StoreRequest(
                                        Optional.empty(),
                                        Optional.empty(),
                                        TransferSyntax.ExplicitVRLittleEndian,
                                        aborted,
                                        "ABORT")))
                        .hasMessage("aborted");
            }
            assertThat(index.entries()).isEmpty();
            assertThat(archive.health().writable()).isTrue();
            try (Stream<Path> files = Files.list(folder.resolve("packs"))) {
                assertThat(files.map(Path::getFileName).map(Path::toString)).containsOnly("lock");
            }
        }
    }

    private PackArchive open(PackSettings settings) throws IOException {
        return PackArchive.open(
                folder.resolve("packs"), folder.resolve("keys"), Samples.KEYS, index, InstantSource.system(), settings);
    }

    private static MessageDigest sha256() throws NoSuchAlgorithmException {
        return MessageDigest.getInstance("SHA-256");
    }

    /** So many bytes of a pattern, digested. */
    private static final class Pattern extends InputStream {
        private final MessageDigest digest;
        private long left;

        Pattern(long length, MessageDigest digest) {
            this.left = length;
            this.digest = digest;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            int n = (int) Math.min(left, length);
            for (int i = 0; i < n; i++) {
                bytes[offset + i] = (byte) (((left - i) * 31) >>> 3);
            }
            digest.update(bytes, offset, n);
            left -= n;
            return n == 0 && length > 0 ? -1 : n;
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException("read in pieces");
        }
    }

    private static final class Skipping extends OutputStream {
        private final OutputStream out;
        private long skip;

        Skipping(OutputStream out, long skip) {
            this.out = out;
            this.skip = skip;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int from = (int) Math.min(skip, length);
            skip -= from;
            out.write(bytes, offset + from, length - from);
        }

        @Override
        public void write(int b) {
            throw new UnsupportedOperationException("written in pieces");
        }
    }

    private static final class Aborted extends InputStream {
        @Override
        public int read() throws IOException {
            throw new IOException("aborted");
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            throw new IOException("aborted");
        }
    }
}
