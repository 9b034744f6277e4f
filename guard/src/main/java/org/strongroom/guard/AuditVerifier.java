package org.strongroom.guard;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Verifies an audit log offline: walks all segments, checks framing, order and checksums, computes the tree anew and
 * compares it with every signed head, those in the log directory and the one in the keys directory. Needs the public key
 * only; with the key ring it opens each record too, and then names an alteration exactly.
 *
 * <p>What it can't see: a log put back to an older state together with both places of its heads. For that, heads must be
 * kept elsewhere.
 *
 * <p>A log that is being written may be verified: heads are read first, so the log holds what they cover.
 */
public final class AuditVerifier {
    private static final int MAX_LINE = 1000;

    private final Path directory;
    private final @Nullable KeyRing keys;
    private final MerkleTree tree = new MerkleTree();
    private final Deque<TreeHead> heads = new ArrayDeque<>();
    private final List<String> notes = new ArrayList<>();
    private Optional<TreeHead> newest = Optional.empty();
    private long headsChecked;
    private long sizeChecked;
    private int places;
    private long listed;
    private long badLines;
    private int segments;
    private long bytes;

    private AuditVerifier(Path directory, @Nullable KeyRing keys) {
        this.directory = directory;
        this.keys = keys;
    }

    /**
     * Verifies without opening records.
     *
     * @param directory of the log
     * @param keysDirectory for the public key and the second place of the head; no secret is read
     * @throws IOException when the files can't be read at all
     */
    public static Verification verify(Path directory, Path keysDirectory) throws IOException {
        return new AuditVerifier(directory, null).run(keysDirectory);
    }

    /** Verifies, and opens every record. */
    public static Verification verify(Path directory, KeyRing keys) throws IOException {
        return new AuditVerifier(directory, keys).run(keys.directory());
    }

    private Verification run(Path keysDirectory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new IOException(directory + ": no audit log here");
        }
        PublicKey key = AuditKeys.publicKey(keysDirectory);
        Optional<Verification.Fault> fault;
        try {
            readHeads(key, AuditKeys.secondHead(keysDirectory));
            walk();
            if (!heads.isEmpty()) {
                throw missing();
            }
            fault = headFault();
        } catch (AuditDamagedException e) {
            fault = Optional.of(e.fault());
        }
        if (tree.size() > sizeChecked && fault.isEmpty()) {
            notes.add((tree.size() - sizeChecked) + " records at the end are under no signed head yet");
        }
        return new Verification(
                tree.size(),
                segments,
                bytes,
                HexFormat.of().formatHex(tree.root()),
                headsChecked,
                newest.map(TreeHead::size).orElse(0L),
                newest.map(TreeHead::time),
                keys != null,
                fault,
                List.copyOf(notes));
    }

    /** Both places hold a head from the moment the log was first opened; the list is written after them. */
    private Optional<Verification.Fault> headFault() {
        @Nullable String finding = null;
        if (badLines > 0) {
            finding = badLines + " lines of " + AuditLog.HEADS + " are no heads this log's key signed: altered";
        } else if (places == 0 && listed == 0 && tree.size() > 1) {
            finding = "no signed head is left: removed; only order and checksums could be verified";
        } else if (places < 2 && listed > 0) {
            finding = "the newest signed head is missing in one of its two places: removed or altered";
        } else if (listed == 0 && sizeChecked > 1) {
            finding = AuditLog.HEADS + " is missing or empty: removed";
        }
        return Optional.ofNullable(finding)
                .map(f -> new Verification.Fault(Verification.Fault.NO_RECORD, Verification.Fault.NO_RECORD, f));
    }

    private AuditDamagedException missing() {
        TreeHead head = heads.getLast();
        return new AuditDamagedException(
                tree.size(),
                "missing: the log ends before it, but a head signed at " + head.time() + " covers " + head.size()
                        + " records: cut off, or put back to an older state");
    }

    private void readHeads(PublicKey key, Path secondPlace) throws IOException {
        List<TreeHead> found = new ArrayList<>();
        Optional<TreeHead.Resumable> first = HeadFile.read(directory.resolve(AuditLog.HEAD), key);
        Optional<TreeHead.Resumable> second = HeadFile.read(secondPlace, key);
        first.ifPresent(h -> found.add(h.head()));
        second.ifPresent(h -> found.add(h.head()));
        places = found.size();
        Path list = directory.resolve(AuditLog.HEADS);
        if (Files.exists(list)) {
            readList(list, key, found);
        }
        found.sort(Comparator.comparingLong(TreeHead::size));
        heads.addAll(found);
        newest = found.isEmpty() ? Optional.empty() : Optional.of(found.getLast());
        checkHeads();
    }

    private void readList(Path list, PublicKey key, List<TreeHead> found) throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(list, StandardCharsets.ISO_8859_1)) {
            for (String line = line(lines); !line.isEmpty(); line = line(lines)) {
                if (!line.endsWith("\n") && line.length() < MAX_LINE) {
                    return; // a crash left it unfinished; the next start cuts it off
                }
                Optional<TreeHead> head = TreeHead.parse(line, key);
                head.ifPresent(found::add);
                listed += head.isPresent() ? 1 : 0;
                badLines += head.isPresent() ? 0 : 1;
            }
        }
    }

    /** The next line with its end, at most {@link #MAX_LINE} characters of it; empty at the end of the file. */
    private static String line(BufferedReader in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0; c = in.read()) {
            line.append((char) c);
            if (c == '\n' || line.length() == MAX_LINE) {
                break;
            }
        }
        return line.toString();
    }

    private void walk() throws IOException {
        List<Segment> all = Segment.in(directory);
        for (int i = 0; i < all.size(); i++) {
            Segment segment = all.get(i);
            boolean last = i == all.size() - 1;
            if (segment.first() != tree.size()) {
                throw new AuditDamagedException(
                        tree.size(), "missing: the next segment begins with record " + segment.first());
            }
            if (last && SegmentReader.isEmpty(segment)) {
                notes.add("the last segment was begun, but holds no record");
                return;
            }
            try (SegmentReader reader = SegmentReader.open(segment)) {
                segments++;
                read(reader, last);
            }
        }
    }

    private void read(SegmentReader reader, boolean last) throws IOException {
        RecordCipher cipher = keys == null ? null : new RecordCipher(keys, Segment.salt(reader.header()));
        byte[] before = reader.header();
        try {
            for (Optional<SegmentReader.Frame> f = reader.next(); f.isPresent(); f = reader.next()) {
                SegmentReader.Frame frame = f.get();
                if (cipher != null) {
                    cipher.open(frame.sequence(), frame.bytes());
                }
                tree.append(before, frame.bytes());
                before = new byte[0];
                checkHeads();
            }
        } catch (AuditDamagedException e) {
            boolean unsigned = heads.isEmpty();
            if (e.sequence() != reader.sequence() || !last || !unsigned || !reader.endsTorn()) {
                throw e;
            }
            notes.add((reader.length() - reader.offset())
                    + " bytes at the end are part of a batch that was never acknowledged (a crash, or being written)");
        } finally {
            bytes += reader.offset();
        }
    }

    /** Compares the tree with the heads of its size. */
    private void checkHeads() throws AuditDamagedException {
        while (!heads.isEmpty() && heads.getFirst().size() == tree.size()) {
            TreeHead head = heads.removeFirst();
            if (!head.isOf(tree)) {
                throw new AuditDamagedException(
                        sizeChecked, tree.size() - 1, "altered: the root is not the one signed at " + head.time());
            }
            headsChecked++;
            sizeChecked = tree.size();
        }
    }
}
