package org.strongroom.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.testkit.Extent;

/** Alters a log in every way and looks at what the verifier names. */
class AuditTamperTest {
    private static final int RECORDS = 300;
    private static final int SEGMENT = 8 * 1024;

    /** A log closed in order, in several segments, and what it looked like after 100 records. */
    @TempDir
    static Path made;

    @TempDir
    Path copy;

    private static KeyRing keys;

    @BeforeAll
    static void makeLog() throws Exception {
        keys = KeyRing.create(made.resolve("keys"));
        FakeClock clock = new FakeClock();
        try (AuditLog log = AuditLog.open(made.resolve("audit"), keys, clock, AuditDisk.FILES, SEGMENT)) {
            fill(log, 100);
        }
        copyTree(made.resolve("audit"), made.resolve("older"));
        try (AuditLog log = AuditLog.open(made.resolve("audit"), keys, clock, AuditDisk.FILES, SEGMENT)) {
            fill(log, RECORDS - 103);
        }
    }

    private static void fill(AuditLog log, int records) throws IOException {
        for (int i = 1; i < records; i++) {
            log.append(new AuditRecord.Refused("192.0.2." + i % 250, Refusal.HANDSHAKE, "x".repeat(i % 60)));
        }
    }

    @Test
    void an_untouched_log_verifies_with_and_without_the_key() throws Exception {
        fresh();
        for (Verification v : List.of(withoutKey(), withKey())) {
            assertThat(v.fault()).isEmpty();
            assertThat(v.notes()).isEmpty();
            assertThat(v.sound()).isTrue();
            assertThat(v.records()).isEqualTo(v.signed());
            assertThat(v.segments()).isGreaterThan(3);
            assertThat(v.headsChecked()).isGreaterThan(3);
        }
        assertThat(withKey().decrypted()).isTrue();
        assertThat(withKey().root()).isEqualTo(withoutKey().root());
    }

    @Test
    void any_bit_changed_in_any_segment_is_named() throws Exception {
        rounds(Extent.of(150, 2000), (random, number, where) -> {
            List<Frame> frames = frames();
            Path file = random(random, segments());
            byte[] bytes = Files.readAllBytes(file);
            int at = random.nextInt(bytes.length);
            bytes[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, bytes);
            long record = recordAt(frames, file, at);
            String place = where + " " + file.getFileName() + " byte " + at;
            assertThat(fault(withoutKey())).as(place).containsExactly(record, record);
            assertThat(fault(withKey())).as(place).containsExactly(record, record);
        });
    }

    @Test
    void an_alteration_with_its_checksum_made_right_is_named_exactly_with_the_key_and_bounded_without()
            throws Exception {
        rounds(50, (random, number, where) -> {
            List<Frame> frames = frames();
            Frame frame = random(random, frames);
            byte[] bytes = Files.readAllBytes(frame.file);
            int at = frame.offset + 20 + random.nextInt(frame.length - 20);
            bytes[at] ^= (byte) (1 << random.nextInt(8));
            write(frame.file, rightChecksum(bytes, frame));
            assertThat(fault(withKey())).as(where).containsExactly(frame.sequence, frame.sequence);
            Verification.Fault bounded = withoutKey().fault().orElseThrow();
            assertThat(bounded.first()).as(where).isLessThanOrEqualTo(frame.sequence);
            assertThat(bounded.last()).as(where).isGreaterThanOrEqualTo(frame.sequence);
        });
    }

    @Test
    void a_removed_record_is_named() throws Exception {
        rounds(30, (random, number, where) -> {
            Frame frame = random(random, frames());
            byte[] bytes = Files.readAllBytes(frame.file);
            write(frame.file, without(bytes, frame.offset, frame.length));
            assertThat(fault(withoutKey())).as(where).containsExactly(frame.sequence, frame.sequence);
        });
    }

    @Test
    void a_removed_record_whose_followers_were_renumbered_is_named_with_the_key() throws Exception {
        rounds(30, (random, number, where) -> {
            List<Frame> frames = frames();
            Frame frame = random(random, frames);
            List<Frame> after = frames.stream()
                    .filter(f -> f.file.equals(frame.file) && f.sequence > frame.sequence)
                    .toList();
            byte[] bytes = Files.readAllBytes(frame.file);
            for (Frame f : after) {
                ByteBuffer.wrap(bytes).putLong(f.offset + 4, f.sequence - 1).putInt(f.offset + 12, 0);
                bytes = rightChecksum(bytes, f);
            }
            write(frame.file, without(bytes, frame.offset, frame.length));
            assertThat(fault(withKey())).as(where).containsExactly(frame.sequence, frame.sequence);
            assertThat(withoutKey().sound()).isFalse();
        });
    }

    @Test
    void exchanged_records_are_named() throws Exception {
        rounds(30, (random, number, where) -> {
            List<Frame> frames = frames();
            int at = random.nextInt(frames.size() - 1);
            Frame a = frames.get(at);
            Frame b = frames.get(at + 1);
            if (!a.file.equals(b.file)) {
                return;
            }
            byte[] bytes = Files.readAllBytes(a.file);
            byte[] first = Arrays.copyOfRange(bytes, a.offset, a.offset + a.length);
            byte[] second = Arrays.copyOfRange(bytes, b.offset, b.offset + b.length);
            System.arraycopy(second, 0, bytes, a.offset, b.length);
            System.arraycopy(first, 0, bytes, a.offset + b.length, a.length);
            write(a.file, bytes);
            assertThat(fault(withoutKey())).as(where).containsExactly(a.sequence, a.sequence);
            // Renumbered too: only the seal, or the signed root, tells.
            Frame movedB = new Frame(a.file, a.offset, b.length, a.sequence);
            Frame movedA = new Frame(a.file, a.offset + b.length, a.length, b.sequence);
            for (Frame f : List.of(movedA, movedB)) {
                ByteBuffer.wrap(bytes).putLong(f.offset + 4, f.sequence).putInt(f.offset + 12, 0);
                bytes = rightChecksum(bytes, f);
            }
            write(a.file, bytes);
            assertThat(fault(withKey())).as(where).containsExactly(a.sequence, a.sequence);
            assertThat(withoutKey().sound()).isFalse();
        });
    }

    @Test
    void a_record_put_in_is_named() throws Exception {
        rounds(30, (random, number, where) -> {
            Frame frame = random(random, frames());
            byte[] bytes = Files.readAllBytes(frame.file);
            byte[] more = Arrays.copyOf(bytes, bytes.length + frame.length);
            int after = frame.offset + frame.length;
            System.arraycopy(bytes, frame.offset, more, after, bytes.length - frame.offset);
            write(frame.file, more);
            assertThat(fault(withoutKey())).as(where).containsExactly(frame.sequence + 1, frame.sequence + 1);
        });
    }

    @Test
    void a_log_cut_off_anywhere_is_named_and_not_opened() throws Exception {
        rounds(40, (random, number, where) -> {
            List<Frame> frames = frames();
            Path last = segments().getLast();
            byte[] bytes = Files.readAllBytes(last);
            List<Frame> inLast =
                    frames.stream().filter(f -> f.file.equals(last)).toList();
            // Within a record, and exactly at the end of one.
            int at = number % 2 == 0 ? random.nextInt(bytes.length) : random(random, inLast).offset;
            write(last, Arrays.copyOf(bytes, at));
            long record = recordAt(frames, last, at);
            assertThat(fault(withoutKey())).as(where + " at " + at).containsExactly(record, record);
            assertThatThrownBy(this::open).as(where + " at " + at).isInstanceOf(AuditDamagedException.class);
        });
    }

    @Test
    void a_missing_segment_is_named() throws Exception {
        fresh();
        List<Frame> frames = frames();
        for (Path segment : segments()) {
            fresh();
            Files.delete(segment);
            long first = frames.stream()
                    .filter(f -> f.file.equals(segment))
                    .findFirst()
                    .orElseThrow()
                    .sequence;
            assertThat(fault(withoutKey())).containsExactly(first, first);
        }
    }

    @Test
    void a_log_put_back_to_an_older_state_is_named_by_the_head_in_the_second_place_and_not_opened() throws Exception {
        fresh();
        long olderRecords = 101;
        deleteTree(copy.resolve("audit"));
        copyTree(made.resolve("older"), copy.resolve("audit"));
        assertThat(fault(withoutKey())).containsExactly(olderRecords, olderRecords);
        assertThatThrownBy(this::open)
                .isInstanceOfSatisfying(
                        AuditDamagedException.class,
                        e -> assertThat(e.sequence()).isEqualTo(olderRecords));
    }

    @Test
    void altered_or_removed_heads_are_reported() throws Exception {
        fresh();
        Path list = copy.resolve("audit").resolve(AuditLog.HEADS);
        byte[] bytes = Files.readAllBytes(list);
        bytes[bytes.length / 2] ^= 1;
        write(list, bytes);
        assertThat(withoutKey().sound()).isFalse();
        Files.delete(list);
        assertThat(withoutKey().sound()).isFalse();
        fresh();
        Files.delete(copy.resolve("audit").resolve(AuditLog.HEAD));
        assertThat(withoutKey().sound()).isFalse();
        fresh();
        Files.delete(AuditKeys.secondHead(copy.resolve("keys")));
        assertThat(withoutKey().sound()).isFalse();
    }

    @Test
    void damage_of_any_kind_never_ends_in_another_exception_than_the_documented_one() throws Exception {
        rounds(Extent.of(60, 1000), (random, number, where) -> {
            List<Path> files;
            try (Stream<Path> all = Files.list(copy.resolve("audit"))) {
                files = all.sorted().toList();
            }
            Path file = random(random, files);
            byte[] bytes = Files.readAllBytes(file);
            int changes = 1 + random.nextInt(20);
            for (int c = 0; c < changes && bytes.length > 0; c++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            write(file, Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)));
            withKey();
            try {
                open().close();
            } catch (IOException e) {
                assertThat(e).as(where).isInstanceOf(AuditDamagedException.class);
            }
        });
    }

    private record Frame(Path file, int offset, int length, long sequence) {}

    private void fresh() throws IOException {
        deleteTree(copy);
        copyTree(made.resolve("audit"), copy.resolve("audit"));
        copyTree(made.resolve("keys"), copy.resolve("keys"));
    }

    private AuditLog open() throws IOException {
        return AuditLog.open(copy.resolve("audit"), KeyRing.open(copy.resolve("keys")), new FakeClock());
    }

    private Verification withoutKey() throws IOException {
        return AuditVerifier.verify(copy.resolve("audit"), copy.resolve("keys"));
    }

    private Verification withKey() throws IOException {
        return AuditVerifier.verify(copy.resolve("audit"), KeyRing.open(copy.resolve("keys")));
    }

    private static long[] fault(Verification verification) {
        Verification.Fault fault = verification.fault().orElseThrow(() -> new AssertionError("no fault found"));
        return new long[] {fault.first(), fault.last()};
    }

    private List<Path> segments() throws IOException {
        return Segment.in(copy.resolve("audit")).stream().map(Segment::file).toList();
    }

    private List<Frame> frames() throws IOException {
        List<Frame> frames = new ArrayList<>();
        for (Segment segment : Segment.in(copy.resolve("audit"))) {
            try (SegmentReader reader = SegmentReader.open(segment)) {
                long offset = reader.offset();
                for (Optional<SegmentReader.Frame> f = reader.next(); f.isPresent(); f = reader.next()) {
                    frames.add(new Frame(
                            segment.file(),
                            (int) offset,
                            f.get().bytes().length,
                            f.get().sequence()));
                    offset = reader.offset();
                }
            }
        }
        return frames;
    }

    /** The record a byte belongs to; a segment's header belongs to its first record. */
    private static long recordAt(List<Frame> frames, Path file, int at) {
        return frames.stream()
                .filter(f -> f.file.equals(file) && at < f.offset + f.length)
                .findFirst()
                .orElseThrow()
                .sequence;
    }

    private static byte[] rightChecksum(byte[] bytes, Frame f) {
        byte[] sealed = Arrays.copyOfRange(bytes, f.offset + 20, f.offset + f.length);
        ByteBuffer.wrap(bytes).putInt(f.offset + 16, Segment.crc(bytes, f.offset, 16, sealed, 0));
        return bytes;
    }

    private static byte[] without(byte[] bytes, int offset, int length) {
        byte[] rest = Arrays.copyOf(bytes, bytes.length - length);
        System.arraycopy(bytes, offset + length, rest, offset, rest.length - offset);
        return rest;
    }

    private static void write(Path file, byte[] bytes) throws IOException {
        Files.write(file, bytes);
    }

    private static <T> T random(SplittableRandom random, List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private interface Round {
        void play(SplittableRandom random, int number, String where) throws Exception;
    }

    /** Each with a fresh copy. */
    private void rounds(int count, Round round) throws Exception {
        long seed = Long.getLong("strongroom.seed", System.nanoTime());
        System.err.println("AuditTamperTest seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < count; i++) {
            fresh();
            round.play(random, i, "seed " + seed + " round " + i);
        }
    }

    static void copyTree(Path from, Path to) throws IOException {
        PrivateFiles.createDirectories(to);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(from)) {
            for (Path file : files) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    static void deleteTree(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
