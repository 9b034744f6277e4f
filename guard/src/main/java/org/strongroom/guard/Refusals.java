package org.strongroom.guard;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Records of refusals, bounded in memory and in volume. In each minute the first refusal of an address is a record of its
 * own; the rest are counted and written as one record when the minute is over.
 *
 * <p>Records of their own may take 5 % of what the audit log wrote since its start, and 4 MiB a day in any case (about
 * 25,000 of them): otherwise an idle archive would note nothing. Beyond that refusals are still counted.
 */
final class Refusals implements AutoCloseable {
    static final int MAX_ADDRESSES = 4096;
    static final int MAX_NAMED = 50;
    private static final int MAX_DETAIL = 200;
    private static final long FLOOR_BYTES = 4L << 20;
    private static final int SHARE = 20;
    /** What a record takes on disk with the longest detail; an estimate, since it is encoded elsewhere. */
    private static final int RECORD_BYTES = 160;

    private final AuditLog audit;
    private final InstantSource clock;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<InetAddress, Long> byAddress = new HashMap<>();
    private final Map<Refusal, Long> causes = new EnumMap<>(Refusal.class);
    private Instant minute;
    /** The minute is over, but the audit log took no record of it: the next {@link #tick} tries again. */
    private boolean waiting;

    private Instant day;
    private long bytesToday;
    private long auditBytesAtMidnight;

    private Refusals(AuditLog audit, InstantSource clock) {
        this.audit = audit;
        this.clock = clock;
        this.minute = clock.instant().truncatedTo(ChronoUnit.MINUTES);
        this.day = minute.truncatedTo(ChronoUnit.DAYS);
        this.auditBytesAtMidnight = audit.bytesWritten();
    }

    static Refusals start(AuditLog audit, InstantSource clock) {
        Refusals refusals = new Refusals(audit, clock);
        Thread.ofVirtual().name("refusals").start(refusals::run);
        return refusals;
    }

    private void run() {
        try {
            while (!closing.await(1, TimeUnit.SECONDS)) {
                tick();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void note(InetAddress address, Refusal cause, String detail) {
        Instant now = clock.instant();
        lock.lock();
        try {
            if (!waiting) { // else each refusal of a flood would put the same record together in vain
                turn(now);
            }
            boolean first = !byAddress.containsKey(address);
            if (first && byAddress.size() >= MAX_ADDRESSES) {
                causes.merge(cause, 1L, Long::sum);
                return;
            }
            String text = AuditText.bounded(detail, MAX_DETAIL);
            if (first && mayWrite(text.length())) {
                AuditRecord.Event event = new AuditRecord.Refused(address.getHostAddress(), cause, text);
                if (audit.offer(event)) {
                    bytesToday += RECORD_BYTES + text.length();
                    byAddress.put(address, 0L);
                    return;
                }
            }
            byAddress.merge(address, 1L, Long::sum);
            causes.merge(cause, 1L, Long::sum);
        } finally {
            lock.unlock();
        }
    }

    private boolean mayWrite(int detailLength) {
        long written = audit.bytesWritten() - auditBytesAtMidnight;
        return bytesToday + RECORD_BYTES + detailLength <= Math.max(FLOOR_BYTES, written / SHARE);
    }

    /** Writes the record of the last minute, if it is over. */
    void tick() {
        Instant now = clock.instant();
        lock.lock();
        try {
            turn(now);
        } finally {
            lock.unlock();
        }
    }

    private void turn(Instant now) {
        if (Duration.between(minute, now).abs().compareTo(Duration.ofMinutes(1)) >= 0) {
            waiting = !flush();
            if (!waiting) {
                minute = now.truncatedTo(ChronoUnit.MINUTES);
            }
        }
        if (!now.truncatedTo(ChronoUnit.DAYS).equals(day)) {
            day = now.truncatedTo(ChronoUnit.DAYS);
            bytesToday = 0;
            auditBytesAtMidnight = audit.bytesWritten();
        }
    }

    /** One record whatever came; when the log takes none, all is kept and the minute goes on. */
    private boolean flush() {
        if (!causes.isEmpty()) {
            Map<String, Long> named = new LinkedHashMap<>();
            byAddress.entrySet().stream()
                    .filter(e -> e.getValue() > 0)
                    .sorted(Map.Entry.<InetAddress, Long>comparingByValue(Comparator.reverseOrder())
                            .thenComparing(e -> e.getKey().getHostAddress()))
                    .limit(MAX_NAMED)
                    .forEach(e -> named.put(e.getKey().getHostAddress(), e.getValue()));
            long all = causes.values().stream().mapToLong(Long::longValue).sum();
            long inNamed = named.values().stream().mapToLong(Long::longValue).sum();
            AuditRecord.Event event = new AuditRecord.RefusedMore(minute, new EnumMap<>(causes), named, all - inNamed);
            if (!audit.offer(event)) {
                return false;
            }
        }
        causes.clear();
        byAddress.clear();
        return true;
    }

    @Override
    public void close() {
        closing.countDown();
        lock.lock();
        try {
            flush();
        } finally {
            lock.unlock();
        }
    }
}
