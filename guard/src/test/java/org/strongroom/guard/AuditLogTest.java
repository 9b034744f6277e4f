package org.strongroom.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.testkit.Extent;

class AuditLogTest {
    @TempDir
    Path root;

    private KeyRing keys;
    private Path directory;
    private final FakeClock clock = new FakeClock();

    @BeforeEach
    void makeKeys() throws Exception {
        keys = KeyRing.create(root.resolve("keys"));
        directory = root.resolve("audit");
    }

    @Test
    void many_threads_get_distinct_sequences_without_gaps_and_all_is_there_at_once() throws Exception {
        Set<Long> given = ConcurrentHashMap.newKeySet();
        try (AuditLog log = open();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> done = new ArrayList<>();
            for (int t = 0; t < 16; t++) {
                String text = "thread" + t;
                done.add(threads.submit(() -> {
                    for (int i = 0; i < 20; i++) {
                        given.add(log.append(event(text + ' ' + i)).sequence());
                    }
                    return null;
                }));
            }
            for (Future<?> f : done) {
                f.get();
            }
            assertThat(given)
                    .hasSize(320)
                    .containsAll(LongStream.rangeClosed(1, 320).boxed().toList());
            assertThat(details()).hasSize(320);
        }
        assertThat(verify().fault()).isEmpty();
    }

    @Test
    void an_opened_log_goes_on_where_it_ended_and_reads_only_what_is_behind_the_last_head() throws Exception {
        try (AuditLog log = open(4096)) {
            for (int i = 0; i < 100; i++) {
                log.append(event("a" + i));
            }
        }
        // Damage far before the last head: opening does not look there, verifying does.
        Path firstSegment = Segment.in(directory).getFirst().file();
        byte[] bytes = Files.readAllBytes(firstSegment);
        byte[] damaged = bytes.clone();
        damaged[200] ^= 1;
        Files.write(firstSegment, damaged);
        try (AuditLog log = open()) {
            assertThat(log.append(event("b")).sequence()).isEqualTo(103);
        }
        assertThat(verify().sound()).isFalse();
        Files.write(firstSegment, bytes);
        assertThat(verify().fault()).isEmpty();
        assertThat(verify().records()).isEqualTo(105);
    }

    @Test
    void opening_and_closing_are_records() throws Exception {
        open().close();
        open().close();
        assertThat(events())
                .hasExactlyElementsOfTypes(
                        AuditRecord.Started.class,
                        AuditRecord.Stopped.class,
                        AuditRecord.Started.class,
                        AuditRecord.Stopped.class);
    }

    @Test
    void no_text_of_a_record_is_readable_on_disk() throws Exception {
        try (AuditLog log = open()) {
            log.append(event("CANARY^NAME"));
        }
        for (Path file : allFiles()) {
            assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                    .as(file.toString())
                    .doesNotContain("CANARY");
        }
        assertThat(details()).contains("CANARY^NAME");
    }

    @Test
    void a_second_process_or_instance_can_not_open_it() throws Exception {
        try (AuditLog log = open()) {
            assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("open already");
            log.append(event("still works"));
        }
        open().close();
    }

    @Test
    void another_master_key_does_not_read_it() throws Exception {
        open().close();
        KeyRing others = KeyRing.create(root.resolve("others"));
        try (AuditReader reader = AuditReader.open(directory, others)) {
            assertThatThrownBy(reader::next).isInstanceOf(AuditDamagedException.class);
        }
    }

    @Test
    void a_log_verifies_and_reads_while_it_is_written() throws Exception {
        try (AuditLog log = open(16_384);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int t = 0; t < 4; t++) {
                Future<?> ignored = threads.submit(() -> {
                    for (int i = 0; i < 400; i++) {
                        log.append(event("x".repeat(i % 500)));
                    }
                    return null;
                });
                assertThat(ignored).isNotNull();
            }
            long records = 0;
            for (int i = 0; i < 20; i++) {
                Verification found = verify();
                assertThat(found.fault()).isEmpty();
                assertThat(found.records()).isGreaterThanOrEqualTo(records);
                records = found.records();
                assertThat(details()).hasSizeGreaterThanOrEqualTo((int) records - 1);
            }
        }
        assertThat(verify().records()).isEqualTo(1602);
    }

    @Test
    void reading_may_begin_at_any_record() throws Exception {
        try (AuditLog log = open(2048)) {
            for (int i = 1; i <= 50; i++) {
                log.append(event("e" + i));
            }
        }
        for (long from = 0; from < 54; from++) {
            try (AuditReader reader = AuditReader.open(directory, keys, from)) {
                Optional<AuditRecord> first = reader.next();
                assertThat(first.map(AuditRecord::sequence))
                        .isEqualTo(from < 52 ? Optional.of(from) : Optional.empty());
            }
        }
    }

    @Test
    void closing_by_an_interrupted_thread_loses_nothing() throws Exception {
        AuditLog log = open();
        log.appendLater(event("later"));
        Thread.currentThread().interrupt();
        log.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(details()).containsExactly("later");
        assertThat(verify().signed()).isEqualTo(3);
    }

    @Test
    void openssl_verifies_a_signed_head() throws Exception {
        Path openssl = Path.of("/usr/bin/openssl");
        Assumptions.assumeTrue(Files.isExecutable(openssl), "skipped: no openssl");
        open().close();
        String line = Files.readAllLines(directory.resolve(AuditLog.HEADS)).getLast();
        int space = line.lastIndexOf(' ');
        Files.writeString(root.resolve("message"), line.substring(0, space));
        Files.write(root.resolve("signature"), Base64.getDecoder().decode(line.substring(space + 1)));
        Process process = new ProcessBuilder(
                        openssl.toString(),
                        "pkeyutl",
                        "-verify",
                        "-pubin",
                        "-inkey",
                        root.resolve("keys/audit-sign.pub").toString(),
                        "-rawin",
                        "-in",
                        root.resolve("message").toString(),
                        "-sigfile",
                        root.resolve("signature").toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    @Test
    void the_largest_record_fits_and_one_byte_more_does_not() throws Exception {
        int overhead = AuditCodec.encode(clock.instant(), event("")).length;
        try (AuditLog log = open()) {
            String largest = "x".repeat(Segment.MAX_RECORD - overhead);
            log.append(event(largest));
            assertThatThrownBy(() -> log.append(event(largest + "x"))).isInstanceOf(IllegalStateException.class);
            assertThat(details()).containsExactly(largest);
        }
        assertThat(verify().fault()).isEmpty();
    }

    @Test
    void after_a_failed_sync_nothing_is_granted_until_the_next_start() throws Exception {
        FaultyDisk disk = new FaultyDisk();
        House house = new House(root.resolve("house"), disk);
        Action.Store store = new Action.Store("import");
        assertThat(house.guard.healthy()).isTrue();
        disk.syncsLeft.set(0);
        assertThat(House.denied(house.guard.decide(house.admin, Purpose.HSYSADMIN, store)))
                .isEqualTo(Decision.Reason.AUDIT_UNAVAILABLE);
        disk.syncsLeft.set(Integer.MAX_VALUE);
        assertThat(House.denied(house.guard.decide(house.admin, Purpose.HSYSADMIN, store)))
                .as("never tried again")
                .isEqualTo(Decision.Reason.AUDIT_UNAVAILABLE);
        assertThat(house.guard.healthy()).isFalse();
        assertThat(house.guard.problems()).anyMatch(p -> p.contains("restart"));
        house.close();
        try (AuditLog log = AuditLog.open(house.auditDirectory(), house.keys, house.clock)) {
            log.append(event("goes on"));
        }
        assertThat(AuditVerifier.verify(house.auditDirectory(), house.keys).fault())
                .isEmpty();
    }

    @Test
    void a_full_disk_denies_and_the_log_goes_on_when_there_is_room_again() throws Exception {
        for (int good = 0; good < 6; good++) {
            FaultyDisk disk = new FaultyDisk();
            House house = new House(root.resolve("house" + good), disk);
            Action.Store store = new Action.Store("import");
            disk.writesLeft.set(good);
            disk.halfWritten = good % 2 == 0;
            for (int i = 0; i < good; i++) {
                House.granted(house.guard.decide(house.admin, Purpose.HSYSADMIN, store));
            }
            for (int i = 0; i < 3; i++) {
                assertThat(House.denied(house.guard.decide(house.admin, Purpose.HSYSADMIN, store)))
                        .isEqualTo(Decision.Reason.AUDIT_UNAVAILABLE);
                assertThat(house.guard.healthy()).isFalse();
                assertThat(house.guard.problems()).anyMatch(p -> p.contains("free space"));
            }
            disk.writesLeft.set(Integer.MAX_VALUE);
            Permit<Action.Store> permit = House.granted(house.guard.decide(house.admin, Purpose.HSYSADMIN, store));
            assertThat(house.guard.healthy()).isTrue();
            house.close();
            List<AuditRecord> records = house.records();
            assertThat(records.stream()
                            .filter(r -> r.event() instanceof AuditRecord.Decided)
                            .count())
                    .isEqualTo(good + 1);
            assertThat(records.get((int) permit.audit().sequence()).event()).isInstanceOf(AuditRecord.Decided.class);
            assertThat(AuditVerifier.verify(house.auditDirectory(), house.keys).fault())
                    .isEmpty();
        }
    }

    @Test
    void a_registry_change_that_can_not_be_written_down_does_not_happen() throws Exception {
        FaultyDisk disk = new FaultyDisk();
        House house = new House(root.resolve("house"), disk);
        Permit<Action.Administer> permit = house.administer("device add CT1");
        disk.syncsLeft.set(0);
        assertThatThrownBy(() -> house.registry.add(permit, house.record("CT1", Set.of(), Set.of())))
                .isInstanceOf(AuditUnavailableException.class);
        assertThat(house.registry.devices()).isEmpty();
        assertThat(house.store.rows).doesNotContainKey(List.of("device", "CT1"));
        house.close();
    }

    @Test
    void a_power_cut_loses_nothing_acknowledged_and_the_torn_end_is_cut() throws Exception {
        long seed = Long.getLong("strongroom.seed", System.nanoTime());
        System.err.println("AuditLogTest seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        List<String> acknowledged = new ArrayList<>();
        int cuts = 0;
        for (int round = 0; round < Extent.of(25, 100); round++) {
            FaultyDisk disk = new FaultyDisk();
            String where = "seed " + seed + " round " + round;
            AuditLog log = AuditLog.open(directory, keys, clock, disk, 1 + random.nextInt(20_000));
            cuts += log.notes().stream().anyMatch(n -> n.startsWith("cut ")) ? 1 : 0;
            disk.syncsLeft.set(random.nextInt(20));
            acknowledged.addAll(appendUntilItStops(log, round));
            log.close();
            disk.powerCut(random);
            assertThat(verify().fault()).as(where).isEmpty();
        }
        open().close();
        assertThat(details()).containsAll(acknowledged);
        assertThat(verify().fault()).isEmpty();
        assertThat(cuts).as("rounds with a torn end, else this tests nothing").isPositive();
    }

    /** Eight threads append until the log stops; what was acknowledged. */
    private List<String> appendUntilItStops(AuditLog log, int round) throws Exception {
        Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int t = 0; t < 8; t++) {
                String name = "r" + round + "t" + t;
                Future<?> ignored = threads.submit(() -> {
                    try {
                        for (int i = 0; i < 10_000; i++) {
                            String text = name + ' ' + i + "-".repeat(i * 97 % 700);
                            log.append(event(text));
                            acknowledged.add(text);
                        }
                    } catch (AuditUnavailableException e) {
                        return; // the disk failed, as planned
                    }
                });
                assertThat(ignored).isNotNull();
            }
        }
        return List.copyOf(acknowledged);
    }

    static AuditRecord.Event event(String text) {
        return new AuditRecord.Refused("192.0.2.1", Refusal.HANDSHAKE, text);
    }

    private AuditLog open() throws IOException {
        return open(AuditLog.SEGMENT_BYTES);
    }

    private AuditLog open(long segmentBytes) throws IOException {
        return AuditLog.open(directory, keys, clock, AuditDisk.FILES, segmentBytes);
    }

    private Verification verify() throws IOException {
        return AuditVerifier.verify(directory, keys);
    }

    private List<AuditRecord.Event> events() throws IOException {
        List<AuditRecord.Event> events = new ArrayList<>();
        try (AuditReader reader = AuditReader.open(directory, keys)) {
            for (Optional<AuditRecord> r = reader.next(); r.isPresent(); r = reader.next()) {
                events.add(r.get().event());
            }
        }
        return events;
    }

    private List<String> details() throws IOException {
        return events().stream()
                .filter(AuditRecord.Refused.class::isInstance)
                .map(e -> ((AuditRecord.Refused) e).detail())
                .toList();
    }

    private List<Path> allFiles() throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }
}
