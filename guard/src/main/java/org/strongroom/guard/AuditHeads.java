package org.strongroom.guard;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Signs the tree and writes the head to two places: each second when it changed, the newest head; each minute, at opening
 * and at closing also into {@code heads.log}, which keeps all of them. Holds the log's lock file as well.
 */
final class AuditHeads implements Closeable {
    private static final System.Logger LOG = System.getLogger(AuditHeads.class.getName());
    private static final Duration LIST_EVERY = Duration.ofMinutes(1);

    private final AuditKeys keys;
    private final InstantSource clock;
    private final FileChannel lockFile;
    private final HeadFile first;
    private final HeadFile second;
    private final FileChannel list;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable AuditWriter writer;
    private @Nullable Thread thread;
    private long written = -1;
    private long listed = -1;
    private Instant lastListed = Instant.EPOCH;
    private volatile @Nullable String trouble;

    private AuditHeads(Path directory, Path secondPlace, AuditKeys keys, InstantSource clock, FileChannel lockFile)
            throws IOException {
        this.keys = keys;
        this.clock = clock;
        this.lockFile = lockFile;
        this.first = new HeadFile(directory.resolve(AuditLog.HEAD));
        this.second = new HeadFile(secondPlace);
        this.list = openList(directory.resolve(AuditLog.HEADS));
    }

    /**
     * @throws IOException when another process has the log open
     */
    static AuditHeads open(Path directory, Path secondPlace, AuditKeys keys, InstantSource clock) throws IOException {
        FileChannel lockFile =
                PrivateFiles.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock held = lockFile.tryLock();
            if (held == null) {
                throw new IOException(directory + ": the audit log is open in another process; stop that one first");
            }
            return new AuditHeads(directory, secondPlace, keys, clock, lockFile);
        } catch (OverlappingFileLockException e) {
            lockFile.close();
            throw new IOException(directory + ": the audit log is open already in this process", e);
        } catch (IOException e) {
            lockFile.close();
            throw e;
        }
    }

    /** Opens the list for appending, without a last line a crash left unfinished. */
    private static FileChannel openList(Path file) throws IOException {
        PrivateFiles.ensure(file);
        try (RandomAccessFile whole = new RandomAccessFile(file.toFile(), "rw")) {
            long end = whole.length();
            while (end > 0) {
                whole.seek(end - 1);
                if (whole.read() == '\n') {
                    break;
                }
                end--;
            }
            whole.setLength(end);
        }
        return FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    }

    void follow(AuditWriter log) {
        this.writer = log;
    }

    /** Writes the first head and begins to follow the log. */
    void start() throws IOException {
        write(true);
        Thread started = Thread.ofPlatform().name("audit-heads").daemon().start(this::run);
        this.thread = started;
    }

    private void run() {
        try {
            while (!closing.await(1, TimeUnit.SECONDS)) {
                try {
                    write(!clock.instant().isBefore(lastListed.plus(LIST_EVERY)));
                    trouble = null;
                } catch (IOException e) {
                    trouble = "the audit log's signed head can't be written (" + e.getMessage()
                            + "); check the disks of the audit log and of the keys";
                    LOG.log(Level.ERROR, "audit.head_failed");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    Optional<String> trouble() {
        return Optional.ofNullable(trouble);
    }

    /** Signs what is durable now, if it was not signed yet. */
    void write(boolean intoList) throws IOException {
        lock.lock();
        try {
            AuditWriter log = writer;
            if (log == null) {
                return;
            }
            AuditWriter.End end = log.durable();
            long size = end.tree().size();
            if (size != written) {
                TreeHead.Resumable head = sign(end);
                first.write(head);
                second.write(head);
                written = size;
            }
            if (intoList && size != listed) {
                append(sign(end).head().line() + '\n');
                first.sync();
                second.sync();
                listed = size;
                lastListed = clock.instant();
            }
        } finally {
            lock.unlock();
        }
    }

    private TreeHead.Resumable sign(AuditWriter.End end) {
        try {
            TreeHead head = TreeHead.sign(end.tree(), clock.instant(), keys.signing());
            return new TreeHead.Resumable(head, end.segmentFirst(), end.offset(), end.tree());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("an Ed25519 key signs", e);
        }
    }

    private void append(String line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII));
        while (bytes.hasRemaining()) {
            list.write(bytes);
        }
        list.force(false);
    }

    /** Signs the end and lets go of the log. Must not be called by an interrupted thread: channels close under it. */
    @Override
    public void close() throws IOException {
        closing.countDown();
        Thread running = thread;
        if (running != null) {
            AuditLog.awaitEnd(running);
        }
        try (lockFile;
                list;
                first;
                second) {
            write(true);
        }
    }
}
