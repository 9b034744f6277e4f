package org.strongroom.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.archive.MemoryDisk.Fault;
import org.strongroom.archive.Retrieval.StoredInstance;
import org.strongroom.archive.StoreOutcome.Refused;
import org.strongroom.archive.StoreOutcome.Stored;
import org.strongroom.guard.Permits;
import org.strongroom.testkit.Extent;

/** The disk fails, or the power goes, at every point of a script; the archive is opened again and held to its promise. */
class PackCrashTest {
    @TempDir
    Path folder;

    @Test
    void keeps_its_promise_when_the_power_goes_at_any_call_and_any_sectors_are_left() throws IOException {
        Random random = new Random(Samples.seed("power cuts"));
        int states = Extent.of(3, 500);
        int calls = callsOfScript();
        assertThat(calls).isGreaterThan(60);
        for (int at = 1; at <= calls; at++) {
            MemoryDisk disk = new MemoryDisk();
            MemoryIndex index = new MemoryIndex();
            Session session = new Session(folder);
            disk.failAt(at, Fault.POWER_CUT);
            run(session, disk, index);
            for (int i = 0; i < states; i++) {
                checkRestart(session, disk.afterPowerCut(random), index.crashed(), "call " + at);
            }
        }
    }

    @Test
    void keeps_its_promise_when_the_power_goes_while_many_new_studies_are_stored_at_once() throws Exception {
        Random random = new Random(Samples.seed("many studies"));
        int states = Extent.of(5, 500);
        boolean cut = true;
        for (int at = 1; cut; at++) {
            MemoryDisk disk = new MemoryDisk();
            MemoryIndex index = new MemoryIndex();
            Session session = new Session(folder);
            try (PackArchive archive = session.open(disk, index)) {
                session.store(archive, 1, 0, 500, 1);
                int before = disk.calls();
                disk.failAt(at, Fault.POWER_CUT);
                storeAtOnce(session, archive, index);
                cut = disk.calls() - before >= at;
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("fault of the test");
            }
            for (int i = 0; i < states; i++) {
                checkRestart(session, disk.afterPowerCut(random), index.crashed(), "call " + at);
            }
        }
    }

    /** The first waits in the committer until the others, 20 new studies, make one batch. */
    private static void storeAtOnce(Session session, PackArchive archive, MemoryIndex index) throws Exception {
        List<Thread> others = new ArrayList<>();
        index.beforeVersions(() -> {
            while (others.stream()
                    .anyMatch(other -> other.isAlive() && !(LockSupport.getBlocker(other) instanceof Arrival))) {
                LockSupport.parkNanos(100_000);
            }
            index.beforeVersions(() -> {});
        });
        ConcurrentLinkedQueue<Exception> failures = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < 20; i++) {
            int study = 10 + i;
            others.add(new Thread(() -> store(session, archive, study, failures)));
        }
        Thread first = new Thread(() -> store(session, archive, 2, failures));
        others.forEach(Thread::start);
        first.start();
        for (Thread thread : others) {
            thread.join();
        }
        first.join();
        assertThat(failures).isEmpty();
    }

    private static void store(Session session, PackArchive archive, int study, Queue<Exception> failures) {
        try {
            session.store(archive, study, 1, 300, study);
        } catch (IOException | RuntimeException e) {
            failures.add(e);
        }
    }

    @Test
    void a_key_that_is_damaged_later_costs_its_study_alone_and_is_whole_again_from_a_backup() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        MemoryIndex index = new MemoryIndex();
        Session session = new Session(folder);
        try (PackArchive archive = session.open(disk, index)) {
            session.script(archive, index);
            index.flush();
        }
        Path keys = folder.resolve("keys").resolve(KeyStore.FILE);
        byte[] backup = disk.bytes(keys).clone();
        for (int study = 0; study < 3; study++) {
            for (MemoryIndex known : List.of(index.crashed(), new MemoryIndex())) {
                MemoryDisk damaged = disk.copy();
                damaged.bytes(keys)[64 + 80 * study + 50] ^= 1; // the last one, too
                try (PackArchive archive = session.open(damaged, known)) {
                    assertThat(archive.health().lostKeys()).isEqualTo(1);
                    for (int other = 0; other < 3; other++) {
                        StoreOutcome outcome =
                                archive.store(Permits.store(), Samples.request(Samples.dataSet(other, 700, 90, 1)));
                        assertThat(outcome).isInstanceOf(other == study ? Refused.class : Stored.class);
                    }
                    assertThat(archive.health().writable()).isTrue();
                }
                damaged.replace(keys, backup);
                try (PackArchive archive = session.open(damaged, new MemoryIndex())) {
                    assertThat(archive.health().lostKeys()).isZero();
                    assertThat(unreadable(archive)).isZero();
                }
            }
        }
    }

    @Test
    void refuses_and_keeps_its_promise_when_any_call_fails() throws IOException {
        int calls = callsOfScript();
        for (Fault fault : new Fault[] {Fault.ERROR, Fault.SHORT, Fault.FULL}) {
            for (int at = 1; at <= calls; at++) {
                MemoryDisk disk = new MemoryDisk();
                MemoryIndex index = new MemoryIndex();
                Session session = new Session(folder);
                disk.failAt(at, fault);
                run(session, disk, index);
                disk.works();
                checkRestart(session, disk.copy(), index.crashed(), fault + " at call " + at);
            }
        }
    }

    private int callsOfScript() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        run(new Session(folder), disk, new MemoryIndex());
        return disk.calls();
    }

    /** The script, as far as the disk lets it; what could be read before is read again at the end. */
    private static void run(Session session, MemoryDisk disk, MemoryIndex index) {
        try (PackArchive archive = session.open(disk, index)) {
            session.script(archive, index);
            session.check(archive, index);
        } catch (IOException e) {
            assertThat(e.getMessage()).containsAnyOf("fault of the test", "disk is full");
        }
    }

    private static void checkRestart(Session before, MemoryDisk disk, MemoryIndex index, String when) {
        Session session = before.copy();
        try (PackArchive archive = session.open(disk, index)) {
            session.check(archive, index);
            assertThat(session.store(archive, 1, 999, 4_000, 5)).isInstanceOf(Stored.class);
            session.check(archive, index);
            assertThat(archive.health().damagedRecords()).isZero();
            assertThat(archive.health().missing()).as("no false alarm").isEmpty();
            assertThat(archive.health().lostKeys()).as("no false alarm").isZero();
            assertThat(archive.missing()).as("no false alarm").isEmpty();
        } catch (IOException | AssertionError e) {
            throw new AssertionError(when, e);
        }
    }

    @Test
    void a_pack_cut_anywhere_gives_back_the_records_before_the_cut() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        MemoryIndex index = new MemoryIndex();
        Session session = new Session(folder);
        try (PackArchive archive = session.open(disk, index)) {
            for (int i = 0; i < 6; i++) {
                session.store(archive, 1, i, i * 900, i);
            }
        }
        Path pack = session.packs().resolve(PackFormat.sharedName(1));
        byte[] whole = disk.bytes(pack);
        for (int cut = 0; cut <= whole.length; cut++) {
            long end = cut;
            boolean atBorder = index.entries().stream()
                    .anyMatch(entry -> Math.abs(entry.place().offset() - end) <= 2);
            if (cut % 512 == 0 || atBorder || Extent.FULL) {
                MemoryDisk left = disk.copy();
                left.replace(pack, Arrays.copyOf(whole, cut));
                MemoryIndex fresh = new MemoryIndex();
                try (PackArchive archive = session.open(left, fresh)) {
                    assertThat(archive.health().damagedRecords()).isZero();
                    assertThat(fresh.entries()).as("cut at " + cut).hasSize(recordsBefore(cut, whole, index));
                    assertThat(session.store(archive, 2, 7, 100, 7)).isInstanceOf(Stored.class);
                }
                try (PackArchive archive = session.open(left, new MemoryIndex())) {
                    assertThat(Samples.instances(archive.retrieve(Permits.study(Samples.study(2)))))
                            .hasSize(1);
                }
            }
        }
    }

    private static int recordsBefore(int cut, byte[] whole, MemoryIndex index) throws IOException {
        int count = 0;
        for (Entry entry : index.entries()) {
            int at = (int) entry.place().offset();
            count += at + RecordHeader.read(whole, at, entry.place()).recordLength() <= cut ? 1 : 0;
        }
        return count;
    }

    @Test
    void a_changed_bit_is_never_served_and_never_costs_another_record() throws IOException {
        Random random = new Random(Samples.seed("bit flips"));
        MemoryDisk disk = new MemoryDisk();
        MemoryIndex index = new MemoryIndex();
        Session session = new Session(folder);
        try (PackArchive archive = session.open(disk, index)) {
            session.script(archive, index);
        }
        for (int i = 0; i < Extent.of(200, 10_000); i++) {
            MemoryDisk flipped = disk.copy();
            String name = flipped.list(session.packs())
                    .get(random.nextInt(flipped.list(session.packs()).size()));
            byte[] bytes = flipped.bytes(session.packs().resolve(name));
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            try (PackArchive archive = session.open(flipped, index.crashed())) {
                assertThat(unreadable(archive)).isLessThanOrEqualTo(1);
            }
            MemoryIndex rebuilt = new MemoryIndex();
            try (PackArchive archive = session.open(flipped, rebuilt)) {
                assertThat(archive.health().damagedRecords()).isLessThanOrEqualTo(1);
                assertThat(rebuilt.entries())
                        .hasSizeGreaterThanOrEqualTo(index.entries().size() - 1);
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("pack"); // in the header of the file: named, and nothing is served
            }
        }
    }

    private static int unreadable(PackArchive archive) throws IOException {
        int unreadable = 0;
        for (int study = 0; study < 3; study++) {
            for (StoredInstance instance : Samples.instances(archive.retrieve(Permits.study(Samples.study(study))))) {
                try {
                    Session.read(instance); // Session.check compares the bytes; here they authenticate or they do not
                } catch (IOException e) {
                    unreadable++;
                }
            }
        }
        return unreadable;
    }

    @Test
    void goes_on_when_the_disk_was_full_and_has_room_again() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        MemoryIndex index = new MemoryIndex();
        Session session = new Session(folder);
        try (PackArchive archive = session.open(disk, index)) {
            session.store(archive, 1, 1, 5_000, 1);
            for (int pixels : new int[] {5_000, 200_000}) {
                disk.failAt(pixels > 100_000 ? 2 : 1, Fault.FULL);
                assertThat(session.store(archive, 1, pixels, pixels, 2)).isInstanceOf(Refused.class);
                assertThat(archive.health().writable()).isTrue();
                assertThat(session.store(archive, 1, pixels, pixels, 2)).isInstanceOf(Stored.class);
            }
            session.check(archive, index);
        }
    }

    @Test
    void stops_storing_for_good_after_a_failed_sync_and_goes_on_reading() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        MemoryIndex index = new MemoryIndex();
        Session session = new Session(folder);
        try (PackArchive archive = session.open(disk, index)) {
            session.store(archive, 1, 1, 5_000, 1);
            disk.failAt(2, Fault.ERROR);
            assertThat(session.store(archive, 1, 2, 5_000, 2)).isInstanceOf(Refused.class);
            assertThat(session.store(archive, 1, 3, 5_000, 3)).isInstanceOf(Refused.class);
            assertThat(archive.health().reason())
                    .hasValueSatisfying(reason -> assertThat(reason).contains("reading goes on"));
            session.check(archive, index);
        }
        checkRestart(session, disk.copy(), index.crashed(), "after a failed sync");
    }

    @Test
    void refuses_to_open_packs_without_their_keys() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        Session session = new Session(folder);
        try (PackArchive archive = session.open(disk, new MemoryIndex())) {
            session.store(archive, 1, 1, 100, 1);
        }
        disk.delete(folder.resolve("keys").resolve(KeyStore.FILE));
        assertThatThrownBy(() -> session.open(disk, new MemoryIndex())).hasMessageContaining("no key store");
    }
}
