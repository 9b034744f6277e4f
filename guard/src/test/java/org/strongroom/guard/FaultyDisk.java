package org.strongroom.guard;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/** A disk whose nth write or sync fails, and that can lose what was not synced. */
final class FaultyDisk implements AuditDisk {
    private final Map<Path, Long> synced = new LinkedHashMap<>();
    /** Writes and syncs still to succeed; from then on all fail until set anew. */
    final AtomicInteger writesLeft = new AtomicInteger(Integer.MAX_VALUE);

    final AtomicInteger syncsLeft = new AtomicInteger(Integer.MAX_VALUE);
    /** Whether a failing write writes half of its bytes first, as a full disk does. */
    volatile boolean halfWritten = true;

    @Override
    public SegmentFile create(Path file) throws IOException {
        SegmentFile real = AuditDisk.FILES.create(file);
        synced.put(file, 0L);
        return new SegmentFile() {
            @Override
            public void write(ByteBuffer bytes) throws IOException {
                if (writesLeft.getAndDecrement() <= 0) {
                    if (halfWritten) {
                        real.write(bytes.duplicate().limit(bytes.position() + bytes.remaining() / 2));
                    }
                    throw new IOException("No space left on device");
                }
                real.write(bytes);
            }

            @Override
            public void sync() throws IOException {
                if (syncsLeft.getAndDecrement() <= 0) {
                    throw new IOException("Input/output error");
                }
                real.sync();
                synced.put(file, Files.size(file));
            }

            @Override
            public void truncate(long length) throws IOException {
                real.truncate(length);
                synced.put(file, length);
            }

            @Override
            public void close() throws IOException {
                real.close();
            }
        };
    }

    /** Loses sectors that were not synced: they read as zeros, or the file is shorter, as a file system leaves it. */
    void powerCut(RandomGenerator random) throws IOException {
        for (Map.Entry<Path, Long> e : synced.entrySet()) {
            if (!Files.exists(e.getKey())) {
                continue;
            }
            try (RandomAccessFile file = new RandomAccessFile(e.getKey().toFile(), "rw")) {
                long from = e.getValue();
                long length = file.length();
                for (long sector = from; sector < length; sector += 512 - sector % 512) {
                    if (random.nextBoolean()) {
                        file.seek(sector);
                        file.write(new byte[(int) Math.min(512 - sector % 512, length - sector)]);
                    }
                }
                if (length > from && random.nextBoolean()) {
                    file.setLength(from + random.nextLong(length - from + 1));
                }
            }
        }
    }
}
