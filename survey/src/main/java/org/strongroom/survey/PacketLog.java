package org.strongroom.survey;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The record of every connection a survey made: one line each, chained by SHA-256, so that a line taken out, altered or
 * moved shows. Written and flushed as each connection ends.
 *
 * <p>A line is seven fields with a tab between: number, time (UTC), event, target, bytes sent, bytes received, verdict;
 * then a tab and the hexadecimal SHA-256 of the chain value before, the seven fields, and nothing else. The chain value
 * before the first line is {@value #GENESIS}. The first line is {@code begin} and names the scope file's hash, the last
 * is {@code end}.
 *
 * <p>The chain alone can't show that whole runs were replaced, nor lines cut off the end of a log without its {@code end}
 * line; depositing the head with the owner comes with the signed scope.
 */
final class PacketLog implements Closeable {
    static final String GENESIS = "0000000000000000000000000000000000000000000000000000000000000000";

    private record UnderWay(String kind, Target target) {}

    private final Set<UnderWay> underWay = new LinkedHashSet<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Writer out;
    private final Clock clock;
    private long lines;
    private boolean ended;
    private String head = GENESIS;

    private PacketLog(Writer out, Clock clock) {
        this.out = out;
        this.clock = clock;
    }

    /** Begins a new log, which owns {@code out}. */
    static PacketLog begin(Writer out, Clock clock, String scopeSha256) throws IOException {
        PacketLog log = new PacketLog(out, clock);
        log.append("begin", "scope:" + scopeSha256, 0, 0, "-");
        return log;
    }

    /**
     * A connection is about to be made; should the run be stopped before its end, its line is written then.
     *
     * @return false when the log has ended: the connection must not be made
     */
    boolean begin(String kind, Target target) {
        lock.lock();
        try {
            return !ended && underWay.add(new UnderWay(kind, target));
        } finally {
            lock.unlock();
        }
    }

    /** A connection that was {@link #begin begun} has ended. */
    void probe(String kind, Target target, Look look) throws IOException {
        lock.lock();
        try {
            if (underWay.remove(new UnderWay(kind, target))) {
                append(
                        kind,
                        target.toString(),
                        look.sentBytes(),
                        look.receivedBytes(),
                        look.verdict().word());
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends the log and returns its head, which names all that was done. Connections under way are told as cut. */
    String end(boolean stopped) throws IOException {
        lock.lock();
        try {
            for (UnderWay cut : underWay) {
                append(cut.kind(), cut.target().toString(), 0, 0, "cut");
            }
            underWay.clear();
            append("end", "-", 0, 0, stopped ? "stopped" : "finished");
            ended = true;
            return head;
        } finally {
            lock.unlock();
        }
    }

    /** The caller holds the lock, or is alone. */
    private void append(String event, String target, long sentBytes, long receivedBytes, String verdict)
            throws IOException {
        String fields = String.join(
                "\t",
                Long.toString(lines),
                clock.instant().truncatedTo(ChronoUnit.MILLIS).toString(),
                event,
                target,
                Long.toString(sentBytes),
                Long.toString(receivedBytes),
                verdict);
        head = next(head, fields);
        lines++;
        out.write(fields + "\t" + head + "\n");
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    private static String next(String before, String fields) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(before.getBytes(StandardCharsets.US_ASCII));
            digest.update(fields.getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /**
     * What reading a log again found.
     *
     * @param damagedLine first line whose chain value doesn't fit, counted from 1; 0 when all fit
     * @param ended whether the last line says that the run came to its end
     */
    record Verified(long lines, long damagedLine, boolean ended, String head) {
        boolean intact() {
            return damagedLine == 0 && ended;
        }
    }

    static Verified verify(Path file) throws IOException {
        String chain = GENESIS;
        long lines = 0;
        boolean ended = false;
        try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                int tab = line.lastIndexOf('\t');
                String fields = tab < 0 ? line : line.substring(0, tab);
                String expected = next(chain, fields);
                boolean numbered = fields.startsWith(lines + "\t");
                lines++;
                if (ended || !numbered || tab < 0 || !expected.equals(line.substring(tab + 1))) {
                    return new Verified(lines, lines, false, chain);
                }
                chain = expected;
                ended = fields.split("\t", -1)[2].equals("end");
            }
        }
        return new Verified(lines, 0, ended, chain);
    }
}
