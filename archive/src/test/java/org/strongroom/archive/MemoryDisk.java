package org.strongroom.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A disk in memory that knows what was synced. {@link #afterPowerCut} gives what may be left: everything synced, and of the
 * rest any sectors of 512 bytes in any order; of names that were not synced, the first few changes. Any call can be made to
 * fail, or to be the last before the power goes.
 */
final class MemoryDisk implements Disk {
    private static final int SECTOR = 512;

    /** How a call fails. */
    enum Fault {
        /** An I/O error; nothing was done. */
        ERROR,
        /** Half of a write was done, then an I/O error. */
        SHORT,
        /** Half of a write was done, then the volume is full; other calls succeed. */
        FULL,
        /** This call and all later ones fail: the power is gone. */
        POWER_CUT
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Path, Content> names = new TreeMap<>();
    private final Map<Path, Content> durableNames = new TreeMap<>();
    private final List<NameChange> unsyncedNames = new ArrayList<>();
    private int calls;
    private int faultAt = Integer.MAX_VALUE;
    private Fault fault = Fault.ERROR;

    private record NameChange(Path file, Runnable apply) {}

    private static final class Write {
        private final long position;
        private final byte[] bytes;

        Write(long position, byte[] bytes) {
            this.position = position;
            this.bytes = bytes;
        }
    }

    private static final class Content {
        private byte[] bytes = new byte[0];
        private byte[] durable = new byte[0];
        private final List<Write> unsynced = new ArrayList<>();

        void write(long position, byte[] from) {
            int end = Math.toIntExact(position + from.length);
            bytes = end > bytes.length ? Arrays.copyOf(bytes, end) : bytes;
            System.arraycopy(from, 0, bytes, (int) position, from.length);
            unsynced.add(new Write(position, from));
        }

        void truncate(long size) {
            if (size < bytes.length) {
                bytes = Arrays.copyOf(bytes, (int) size);
                durable = Arrays.copyOf(durable, (int) Math.min(durable.length, size));
                unsynced.removeIf(write -> write.position + write.bytes.length > size);
            }
        }

        void sync() {
            durable = bytes.clone();
            unsynced.clear();
        }

        Content afterPowerCut(Random random) {
            Content left = new Content();
            left.bytes = durable.clone();
            int kept = random.nextInt(4); // of four sectors: 0, 1, 2, 3
            for (Write write : unsynced) {
                for (int from = 0; from < write.bytes.length; from += SECTOR) {
                    if (random.nextInt(4) < kept) {
                        int end = Math.min(write.bytes.length, from + SECTOR);
                        left.write(write.position + from, Arrays.copyOfRange(write.bytes, from, end));
                    }
                }
            }
            left.sync();
            return left;
        }
    }

    /** Makes the {@code n}th changing call from now fail, counted from 1. */
    void failAt(int n, Fault how) {
        lock.lock();
        try {
            faultAt = calls + n;
            fault = how;
        } finally {
            lock.unlock();
        }
    }

    void works() {
        faultAt = Integer.MAX_VALUE;
    }

    int calls() {
        return calls;
    }

    /** What a machine may find that starts after the power went now. */
    MemoryDisk afterPowerCut(Random random) {
        lock.lock();
        try {
            int applied = random.nextInt(unsyncedNames.size() + 1);
            unsyncedNames.stream().limit(applied).forEach(change -> change.apply.run());
            MemoryDisk left = new MemoryDisk();
            durableNames.forEach((path, content) -> {
                Content kept = content.afterPowerCut(random);
                left.names.put(path, kept);
                left.durableNames.put(path, kept);
            });
            return left;
        } finally {
            lock.unlock();
        }
    }

    /** The bytes of a file, to be changed in place. */
    byte[] bytes(Path file) {
        return content(file).bytes;
    }

    void replace(Path file, byte[] bytes) {
        Content content = content(file);
        content.bytes = bytes;
        content.sync();
    }

    /** A copy in which everything is durable. */
    MemoryDisk copy() {
        MemoryDisk copy = new MemoryDisk();
        names.forEach((path, content) -> {
            Content same = new Content();
            same.bytes = content.bytes.clone();
            same.sync();
            copy.names.put(path, same);
            copy.durableNames.put(path, same);
        });
        return copy;
    }

    private Content content(Path file) {
        Content content = names.get(file);
        if (content == null) {
            throw new IllegalArgumentException("no file " + file);
        }
        return content;
    }

    @Override
    public List<String> list(Path directory) {
        lock.lock();
        try {
            return names.keySet().stream()
                    .filter(path -> directory.equals(path.getParent()))
                    .map(path -> String.valueOf(path.getFileName()))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public DiskFile open(Path path, Mode mode) throws IOException {
        lock.lock();
        try {
            Content known = names.get(path);
            if (known == null && (mode == Mode.READ || mode == Mode.READ_BLOCKS)) {
                throw new NoSuchFileException(path.toString());
            }
            if (known == null) {
                count();
                Content made = new Content();
                names.put(path, made);
                change(path, () -> durableNames.put(path, made));
                return new OpenFile(made, mode);
            }
            return new OpenFile(known, mode);
        } finally {
            lock.unlock();
        }
    }

    private void change(Path path, Runnable change) {
        unsyncedNames.add(new NameChange(path, change));
    }

    @Override
    public long size(Path file) {
        return content(file).bytes.length;
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        lock.lock();
        try {
            count();
            Content content = content(from);
            names.remove(from);
            names.put(to, content);
            change(from, () -> {
                durableNames.remove(from);
                durableNames.put(to, content);
            });
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void delete(Path file) throws IOException {
        lock.lock();
        try {
            count();
            names.remove(file);
            change(file, () -> durableNames.remove(file));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        lock.lock();
        try {
            count();
            unsyncedNames.removeIf(change -> {
                boolean here = directory.equals(change.file.getParent());
                if (here) {
                    change.apply.run();
                }
                return here;
            });
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long usableBytes(Path directory) {
        return Long.MAX_VALUE;
    }

    /** Counts a changing call; true when only half of it is to be done before it fails. */
    private boolean count() throws IOException {
        calls++;
        boolean now = calls == faultAt;
        boolean powerGone = fault == Fault.POWER_CUT && calls >= faultAt;
        if (powerGone || (now && fault == Fault.ERROR)) {
            throw new IOException("fault of the test");
        }
        return now;
    }

    private final class OpenFile implements DiskFile {
        private final Content content;
        private final Mode mode;

        OpenFile(Content content, Mode mode) {
            this.content = content;
            this.mode = mode;
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            lock.lock();
            try {
                boolean whole = position % Blocks.SIZE == 0 && from.remaining() % Blocks.SIZE == 0;
                boolean reader = mode == Mode.READ || mode == Mode.READ_BLOCKS;
                if (reader || (mode == Mode.WRITE_BLOCKS && !whole)) {
                    throw new IllegalArgumentException("not a write of whole blocks, or not opened to write");
                }
                boolean half = count();
                byte[] bytes = new byte[half ? from.remaining() / 2 : from.remaining()];
                from.get(bytes);
                content.write(position, bytes);
                if (half) {
                    throw fault == Fault.FULL
                            ? new DiskFullException("the test's disk is full")
                            : new IOException("fault of the test");
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public int read(ByteBuffer to, long position) {
            lock.lock();
            try {
                if (mode == Mode.READ_BLOCKS && (position % Blocks.SIZE != 0 || to.remaining() % Blocks.SIZE != 0)) {
                    throw new IllegalArgumentException("not a read of whole blocks");
                }
                int n = (int) Math.max(0, Math.min(to.remaining(), content.bytes.length - position));
                if (n > 0) {
                    to.put(content.bytes, (int) position, n);
                }
                return n;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public long size() {
            return content.bytes.length;
        }

        @Override
        public void truncate(long size) throws IOException {
            lock.lock();
            try {
                count();
                content.truncate(size);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void sync() throws IOException {
            lock.lock();
            try {
                if (count() && fault == Fault.SHORT) {
                    throw new IOException("fault of the test");
                }
                content.sync();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {}
    }
}
