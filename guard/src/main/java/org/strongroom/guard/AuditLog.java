package org.strongroom.guard;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The audit log: append-only, encrypted, a Merkle tree over its records, with signed heads.
 *
 * <p>Plan: callers encode their record and put it into a queue; one committer thread takes all that wait as a batch, seals,
 * hashes and writes them, and syncs once; then each caller goes on. A second thread signs the tree each second and writes
 * the head into the log directory and into the keys directory. Files: {@link Segment}; heads: {@link TreeHead}.
 *
 * <p>Invariants: a sequence is given once, without gaps; nothing is acknowledged before its batch is synced; no batch is
 * begun before the one before is synced; a head covers synced records only. A sync that failed is never tried again, since
 * the system may have dropped what it could not write: the log stops until the next start, which reads what is there. A
 * write that failed (disk full) is cut off and the next append tries again in a new segment.
 */
public final class AuditLog implements AutoCloseable {
    static final String HEAD = "head";
    static final String HEADS = "heads.log";
    static final long SEGMENT_BYTES = 64L << 20;

    private static final System.Logger LOG = System.getLogger(AuditLog.class.getName());
    /** How long a record nobody waits for may wait for company. */
    private static final long LAZY_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private static final long MAX_QUEUED_BYTES = 8L << 20;

    private final List<String> notes;
    private final InstantSource clock;
    private final AuditWriter writer;
    private final AuditHeads heads;
    private final Thread committer;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Condition room = lock.newCondition();
    private final ArrayDeque<Pending> queue = new ArrayDeque<>();
    private long queuedBytes;
    private int waiting;
    private boolean closing;
    /** Why the log stopped for good. */
    private @Nullable String fault;
    /** Why the last batch could not be written; another may. */
    private volatile @Nullable String trouble;

    private static final class Pending {
        final byte[] json;
        final boolean awaited;
        final long queuedAtNanos = System.nanoTime();
        final CompletableFuture<AuditId> done = new CompletableFuture<>();

        Pending(byte[] json, boolean awaited) {
            this.json = json;
            this.awaited = awaited;
        }
    }

    private AuditLog(InstantSource clock, AuditWriter writer, AuditHeads heads, List<String> notes) {
        this.notes = List.copyOf(notes);
        this.clock = clock;
        this.writer = writer;
        this.heads = heads;
        this.committer = Thread.ofPlatform().name("audit-committer").daemon().unstarted(this::run);
    }

    /**
     * Opens the log in {@code directory}, or begins one there.
     *
     * @throws AuditDamagedException when the log is not what was written; nothing was changed then
     * @throws IOException when another process has it open, or the disk fails
     */
    public static AuditLog open(Path directory, KeyRing keys, InstantSource clock) throws IOException {
        return open(directory, keys, clock, AuditDisk.FILES, SEGMENT_BYTES);
    }

    static AuditLog open(Path directory, KeyRing keys, InstantSource clock, AuditDisk disk, long segmentBytes)
            throws IOException {
        PrivateFiles.createDirectories(directory);
        AuditKeys auditKeys = AuditKeys.openOrCreate(keys);
        Path second = AuditKeys.secondHead(keys.directory());
        AuditHeads heads = AuditHeads.open(directory, second, auditKeys, clock);
        try {
            AuditRecovery.End end = AuditRecovery.recover(directory, second, auditKeys.verifying());
            AuditWriter writer = new AuditWriter(directory, keys, disk, segmentBytes, end);
            heads.follow(writer);
            AuditLog log = new AuditLog(clock, writer, heads, end.notes());
            log.committer.start();
            try {
                log.append(new AuditRecord.Started(program(), log.notes));
                heads.start();
                return log;
            } catch (IOException e) {
                log.stop();
                throw e;
            }
        } catch (IOException e) {
            heads.close();
            throw e;
        }
    }

    private static String program() {
        String version = AuditLog.class.getPackage().getImplementationVersion();
        return "Strongroom " + (version == null ? "unreleased" : version);
    }

    /**
     * Appends a record and returns when it is on stable storage.
     *
     * @throws AuditUnavailableException when it is not, or may not be
     */
    public AuditId append(AuditRecord.Event event) throws AuditUnavailableException {
        CompletableFuture<AuditId> done = enqueue(encode(event), true);
        try {
            return done.join();
        } catch (CompletionException e) {
            throw new AuditUnavailableException("the audit log can't be written", e.getCause());
        }
    }

    /** Appends a record that is on stable storage within a second; waits only when far too many are queued. */
    public void appendLater(AuditRecord.Event event) throws AuditUnavailableException {
        CompletableFuture<AuditId> done = enqueue(encode(event), false);
        if (done.isCompletedExceptionally()) {
            throw new AuditUnavailableException("the audit log can't be written");
        }
    }

    /** As {@link #appendLater}, but never waits: false when the queue is half full or the log is stopped. */
    boolean offer(AuditRecord.Event event) {
        byte[] json = encode(event);
        lock.lock();
        try {
            if (fault != null || closing || queuedBytes > MAX_QUEUED_BYTES / 2) {
                return false;
            }
            put(new Pending(json, false));
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** What is wrong with the log; empty when it can be written. Says what to do. */
    public Optional<String> trouble() {
        lock.lock();
        try {
            return Optional.ofNullable(fault)
                    .or(() -> Optional.ofNullable(trouble))
                    .or(heads::trouble);
        } finally {
            lock.unlock();
        }
    }

    /** What opening found that an operator should know: a torn end cut off, a signed head missing. */
    public List<String> notes() {
        return notes;
    }

    /** Bytes of records written since the log was opened. */
    long bytesWritten() {
        return writer.bytesWritten();
    }

    private byte[] encode(AuditRecord.Event event) {
        byte[] json = AuditCodec.encode(clock.instant(), event);
        if (json.length > Segment.MAX_RECORD) {
            throw new IllegalStateException("an audit record of " + json.length + " bytes; guard bounds its fields");
        }
        return json;
    }

    private CompletableFuture<AuditId> enqueue(byte[] json, boolean awaited) {
        lock.lock();
        try {
            while (fault == null && !closing && queuedBytes > MAX_QUEUED_BYTES) {
                room.awaitUninterruptibly();
            }
            if (fault != null || closing) {
                return CompletableFuture.failedFuture(
                        new AuditUnavailableException(fault == null ? "the audit log is closed" : fault));
            }
            Pending pending = new Pending(json, awaited);
            put(pending);
            return pending.done;
        } finally {
            lock.unlock();
        }
    }

    private void put(Pending pending) {
        queue.add(pending);
        queuedBytes += pending.json.length;
        if (pending.awaited) {
            waiting++;
        }
        if (pending.awaited ? waiting == 1 : queue.size() == 1) {
            work.signal();
        }
    }

    private void run() {
        boolean orderly = false;
        try {
            for (List<Pending> batch = take(); !batch.isEmpty(); batch = take()) {
                commit(batch);
            }
            orderly = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            stopForGood(orderly ? "the audit log is closed" : "the audit log's committer ended; restart the server");
        }
    }

    /** The next batch, never more than one sync may cover; empty when the log is closing and nothing is left. */
    private List<Pending> take() throws InterruptedException {
        lock.lock();
        try {
            while (waiting == 0 && !closing) {
                long left = queue.isEmpty()
                        ? Long.MAX_VALUE
                        : LAZY_NANOS - (System.nanoTime() - queue.peek().queuedAtNanos);
                if (left <= 0 || queuedBytes > MAX_QUEUED_BYTES / 4) {
                    break;
                }
                work.awaitNanos(left);
            }
            List<Pending> batch = new ArrayList<>();
            long bytes = 0;
            for (Pending next = queue.peek(); next != null; next = queue.peek()) {
                bytes += AuditWriter.frameLength(next.json.length);
                if (bytes > Segment.MAX_BATCH) {
                    break;
                }
                batch.add(queue.remove());
                queuedBytes -= next.json.length;
                waiting -= next.awaited ? 1 : 0;
            }
            room.signalAll();
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private void commit(List<Pending> batch) {
        AuditUnavailableException lost = new AuditUnavailableException("the audit log can't be written");
        try {
            long first = writer.write(batch.stream().map(p -> p.json).toList());
            trouble = null;
            for (int i = 0; i < batch.size(); i++) {
                batch.get(i).done.complete(new AuditId(first + i));
            }
        } catch (AuditWriter.StoppedException e) {
            LOG.log(Level.ERROR, "audit.stopped cause=" + e.getMessage());
            stopForGood(String.valueOf(e.getMessage()));
            lost.initCause(e);
        } catch (IOException e) {
            LOG.log(Level.ERROR, "audit.write_failed records=" + batch.size());
            trouble = "the audit log can't be written (" + e.getMessage() + "); free space on its disk";
            lost.initCause(e);
        } finally {
            batch.forEach(p -> p.done.completeExceptionally(lost)); // does nothing to those that are written
        }
    }

    private void stopForGood(String cause) {
        List<Pending> left;
        lock.lock();
        try {
            if (fault == null) {
                fault = cause;
            }
            left = List.copyOf(queue);
            queue.clear();
            queuedBytes = 0;
            waiting = 0;
            room.signalAll();
        } finally {
            lock.unlock();
        }
        AuditUnavailableException e = new AuditUnavailableException(cause);
        left.forEach(p -> p.done.completeExceptionally(e));
    }

    /** Writes out what is queued, signs the end and closes the files, also when the caller was interrupted. */
    @Override
    public void close() throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            closeUninterrupted();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void closeUninterrupted() throws IOException {
        lock.lock();
        try {
            if (closing) {
                return;
            }
        } finally {
            lock.unlock();
        }
        try {
            append(new AuditRecord.Stopped());
        } catch (AuditUnavailableException e) {
            LOG.log(Level.ERROR, "audit.closed_without_stop_record");
        }
        stop();
        heads.close();
    }

    private void stop() throws IOException {
        lock.lock();
        try {
            closing = true;
            work.signalAll();
            room.signalAll();
        } finally {
            lock.unlock();
        }
        awaitEnd(committer);
        writer.close();
    }

    /** Waits whatever happens: what is queued must reach the disk. */
    static void awaitEnd(Thread thread) {
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                LOG.log(Level.DEBUG, "audit.close_interrupted");
            }
        }
    }
}
