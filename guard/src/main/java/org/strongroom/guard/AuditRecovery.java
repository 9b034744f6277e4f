package org.strongroom.guard;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds the end of a log at opening. Starts at the newest signed head, so the cost does not grow with the log; what lies
 * before it is {@link AuditVerifier}'s.
 *
 * <p>Cut off is only what a power cut leaves: parts of the last batch, never synced, so never acknowledged, and under no
 * signed head. Anything else that is wrong stops the opening: going on would bury it.
 */
final class AuditRecovery {
    private final Path directory;
    private final Optional<TreeHead.Resumable> head;
    private final Optional<TreeHead.Resumable> second;
    private final List<String> notes = new ArrayList<>();
    private MerkleTree tree = new MerkleTree();
    private long segmentFirst;
    private long offset = Segment.HEADER_LENGTH;

    /** The end of the log: the next record starts at {@code offset} if it goes to the segment {@code segmentFirst}. */
    record End(MerkleTree tree, long segmentFirst, long offset, List<String> notes) {}

    private AuditRecovery(Path directory, Path secondHead, PublicKey key) throws IOException {
        this.directory = directory;
        this.head = HeadFile.read(directory.resolve(AuditLog.HEAD), key);
        this.second = HeadFile.read(secondHead, key);
    }

    /**
     * @throws AuditDamagedException when the log is not what was written
     */
    static End recover(Path directory, Path secondHead, PublicKey key) throws IOException {
        AuditRecovery recovery = new AuditRecovery(directory, secondHead, key);
        recovery.run();
        return new End(recovery.tree, recovery.segmentFirst, recovery.offset, recovery.notes);
    }

    private void run() throws IOException {
        List<Segment> segments = Segment.in(directory);
        Optional<TreeHead.Resumable> start = size(head) > 0 ? head : second;
        long known = Math.max(size(head), size(second));
        if (start.isPresent() && known > 0) {
            tree = start.get().tree().copy();
            segmentFirst = start.get().segment();
            offset = start.get().offset();
            noteMissing(head, "the log directory");
            noteMissing(second, "the keys directory");
        } else if (!segments.isEmpty()) {
            notes.add("no signed head was found; the whole log was read");
        }
        List<Segment> rest =
                segments.stream().filter(s -> s.first() >= segmentFirst).toList();
        if (known > 0 && (rest.isEmpty() || rest.getFirst().first() != segmentFirst)) {
            throw new AuditDamagedException(segmentFirst, "the segment that begins with it is missing");
        }
        for (int i = 0; i < rest.size(); i++) {
            walk(rest.get(i), known, i == rest.size() - 1);
        }
        if (tree.size() < known) {
            throw new AuditDamagedException(
                    tree.size(), "missing, though a signed head covers it: cut off, or put back to an older state");
        }
        if (tree.size() > known && known > 0) {
            notes.add((tree.size() - known) + " records after the last signed head were taken over");
        }
    }

    private void noteMissing(Optional<TreeHead.Resumable> place, String where) {
        if (place.isEmpty()) {
            notes.add("no signed head was found in " + where);
        }
    }

    private void walk(Segment segment, long known, boolean last) throws IOException {
        boolean resumed = segment.first() == segmentFirst && tree.size() > 0;
        if (!resumed && segment.first() != tree.size()) {
            throw new AuditDamagedException(tree.size(), "missing: the next segment begins with " + segment.first());
        }
        if (last && !resumed && SegmentReader.isEmpty(segment)) {
            Files.delete(segment.file()); // begun, but no record was written: its name is needed again
            PrivateFiles.syncDirectory(segment.file());
            return;
        }
        if (!resumed) {
            segmentFirst = segment.first();
            offset = Segment.HEADER_LENGTH;
        }
        try (SegmentReader reader = SegmentReader.open(segment, offset, tree.size())) {
            read(reader, segment, known, last);
        }
    }

    private void read(SegmentReader reader, Segment segment, long known, boolean last) throws IOException {
        try {
            for (Optional<SegmentReader.Frame> f = reader.next(); f.isPresent(); f = reader.next()) {
                SegmentReader.Frame frame = f.get();
                tree.append(frame.sequence() == segment.first() ? reader.header() : new byte[0], frame.bytes());
                checkAgainst(head);
                checkAgainst(second);
            }
            offset = reader.offset();
        } catch (AuditDamagedException e) {
            if (!last || tree.size() < known || !reader.endsTorn()) {
                throw e;
            }
            offset = reader.offset();
            notes.add("cut " + (reader.length() - offset) + " bytes of a batch that was never synced");
            cut(segment);
        }
    }

    private void checkAgainst(Optional<TreeHead.Resumable> signed) throws AuditDamagedException {
        if (signed.isPresent()
                && signed.get().head().size() == tree.size()
                && !signed.get().head().isOf(tree)) {
            throw new AuditDamagedException(
                    tree.size() - 1, "the log up to here does not have the root that was signed");
        }
    }

    private void cut(Segment segment) throws IOException {
        if (offset <= Segment.HEADER_LENGTH) {
            Files.delete(segment.file());
            PrivateFiles.syncDirectory(segment.file());
            return;
        }
        try (FileChannel channel = FileChannel.open(segment.file(), StandardOpenOption.WRITE)) {
            channel.truncate(offset);
            channel.force(true);
        }
    }

    private static long size(Optional<TreeHead.Resumable> head) {
        return head.map(h -> h.head().size()).orElse(0L);
    }
}
