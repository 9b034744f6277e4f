package org.strongroom.guard;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of a log from the first to the last, decrypted. Checks the framing and the seals; whether records were
 * removed at the end is for {@link AuditVerifier} to say. May read a log that is being written.
 */
public final class AuditReader implements Closeable {
    private final KeyRing keys;
    private final Iterator<Segment> segments;
    private @Nullable SegmentReader reader;
    private @Nullable RecordCipher cipher;
    private final long from;
    private long next;

    private AuditReader(KeyRing keys, Iterator<Segment> segments, long next, long from) {
        this.next = next;
        this.from = from;
        this.keys = keys;
        this.segments = segments;
    }

    /** Opens the log in {@code directory} at its first record. */
    public static AuditReader open(Path directory, KeyRing keys) throws IOException {
        return open(directory, keys, 0);
    }

    /** Opens the log at the record {@code from}, without reading the segments before it. */
    public static AuditReader open(Path directory, KeyRing keys, long from) throws IOException {
        List<Segment> all = Segment.in(directory);
        int start = 0;
        while (start + 1 < all.size() && all.get(start + 1).first() <= from) {
            start++;
        }
        List<Segment> rest = all.subList(start, all.size());
        return new AuditReader(
                keys, rest.iterator(), start == 0 ? 0 : rest.getFirst().first(), from);
    }

    /**
     * The next record; empty at the end. What a crash left unfinished at the end counts as the end.
     *
     * @throws AuditDamagedException when the log is not what was written
     */
    public Optional<AuditRecord> next() throws IOException {
        while (true) {
            SegmentReader current = reader;
            RecordCipher opener = cipher;
            if (current == null || opener == null) {
                if (!segments.hasNext()) {
                    return Optional.empty();
                }
                openNext(segments.next());
                continue;
            }
            Optional<SegmentReader.Frame> frame = frame(current);
            if (frame.isPresent()) {
                long sequence = frame.get().sequence();
                next = sequence + 1;
                if (sequence < from) {
                    continue;
                }
                return Optional.of(AuditCodec.decode(
                        sequence, opener.open(sequence, frame.get().bytes())));
            }
            close();
        }
    }

    private Optional<SegmentReader.Frame> frame(SegmentReader current) throws IOException {
        try {
            return current.next();
        } catch (AuditDamagedException e) {
            if (segments.hasNext() || !current.endsTorn()) {
                throw e;
            }
            return Optional.empty();
        }
    }

    private void openNext(Segment segment) throws IOException {
        if (segment.first() != next) {
            throw new AuditDamagedException(next, "missing: the next segment begins with " + segment.first());
        }
        if (!segments.hasNext() && SegmentReader.isEmpty(segment)) {
            return;
        }
        SegmentReader opened = SegmentReader.open(segment);
        reader = opened;
        cipher = new RecordCipher(keys, Segment.salt(opened.header()));
    }

    @Override
    public void close() throws IOException {
        if (reader != null) {
            reader.close();
            reader = null;
        }
    }
}
