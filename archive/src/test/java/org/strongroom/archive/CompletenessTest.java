package org.strongroom.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.archive.Retrieval.StoredInstance;
import org.strongroom.archive.StoreOutcome.Stored;
import org.strongroom.guard.Permits;

/** Files of an archive vanish or shrink, with the index or without: it is noticed, and what is left is served. */
class CompletenessTest {
    private static final int SMALL = 20;
    private static final String SINGLE = PackFormat.singleName(2);

    @TempDir
    Path folder;

    private final MemoryDisk disk = new MemoryDisk();
    private MemoryIndex index = new MemoryIndex();
    private Session session = new Session(Path.of(""));

    /** Pack 1 with some small objects, a single-object pack 2, packs 3 and 4 with the rest. */
    @BeforeEach
    void fill() throws IOException {
        session = new Session(folder);
        try (PackArchive archive = session.open(disk, index)) {
            assertThat(archive.missing()).isEmpty();
            for (int i = 0; i < SMALL; i++) {
                if (i == 2) {
                    assertThat(session.store(archive, 2, 100, 200_000, 7)).isInstanceOf(Stored.class);
                }
                assertThat(session.store(archive, 1, i, 40_000, i)).isInstanceOf(Stored.class);
            }
            assertThat(archive.missing()).isEmpty();
        }
        assertThat(disk.list(session.packs())).contains(name(1), SINGLE, name(3), name(4));
    }

    private static String name(int number) {
        return PackFormat.sharedName(number);
    }

    private Path pack(String name) {
        return session.packs().resolve(name);
    }

    private static List<String> files(List<MissingPack> missing) {
        return missing.stream().map(MissingPack::file).toList();
    }

    private static int readable(PackArchive archive) throws IOException {
        int readable = 0;
        for (int study : new int[] {1, 2}) {
            for (StoredInstance instance : Samples.instances(archive.retrieve(Permits.study(Samples.study(study))))) {
                try {
                    Session.read(instance);
                    readable++;
                } catch (IOException e) {
                    assertThat(e).isNotNull(); // answered as failed
                }
            }
        }
        return readable;
    }

    /** Opens, expects just these to be missing, at the start and when asked; stores one more; opens again. */
    private void assertMissing(MemoryIndex known, int readable, String... files) throws IOException {
        try (PackArchive archive = session.open(disk, known)) {
            assertThat(files(archive.health().missing())).containsExactly(files);
            assertThat(files(archive.missing())).containsExactly(files);
            assertThat(archive.health().writable()).isTrue();
            assertThat(readable(archive)).isEqualTo(readable);
            assertThat(session.store(archive, 1, 900, 10_000, 900)).isInstanceOf(Stored.class);
            assertThat(readable(archive)).isEqualTo(readable + 1);
        }
        try (PackArchive archive = session.open(disk, known)) {
            assertThat(files(archive.health().missing())).containsExactly(files);
            assertThat(readable(archive)).isEqualTo(readable + 1);
        }
    }

    @Test
    void a_deleted_single_object_pack_is_missed() throws IOException {
        disk.delete(pack(SINGLE));
        assertMissing(index, SMALL, SINGLE);
    }

    @Test
    void the_last_pack_is_missed_and_another_is_begun() throws IOException {
        disk.delete(pack(name(4)));
        try (PackArchive archive = session.open(disk, index)) {
            MissingPack missing = archive.health().missing().getFirst();
            assertThat(missing.file()).isEqualTo(name(4));
            assertThat(missing.instances()).isPositive();
            assertThat(missing.expectedBytes()).isGreaterThan(4096);
            assertThat(missing.foundBytes()).isEmpty();
            session.store(archive, 1, 901, 10_000, 901);
            assertThat(disk.list(session.packs())).contains(name(5)).doesNotContain(name(4));
        }
    }

    @Test
    void a_pack_deleted_together_with_the_index_is_missed() throws IOException {
        for (int number : new int[] {1, 3, 4}) {
            MemoryDisk left = disk.copy();
            left.delete(pack(name(number)));
            try (PackArchive archive = session.open(left, new MemoryIndex())) {
                assertThat(files(archive.health().missing())).containsExactly(name(number));
                assertThat(readable(archive)).isLessThan(SMALL + 1);
            }
        }
        MemoryDisk left = disk.copy();
        left.delete(pack(SINGLE));
        try (PackArchive archive = session.open(left, new MemoryIndex())) {
            assertThat(files(archive.health().missing())).containsExactly(SINGLE);
            assertThat(archive.keysWithoutStudy()).isEqualTo(1);
        }
    }

    @Test
    void all_packs_deleted_together_with_the_index_are_missed_and_no_number_is_used_again() throws IOException {
        for (String name : List.of(name(1), SINGLE, name(3), name(4))) {
            disk.delete(pack(name));
        }
        MemoryIndex fresh = new MemoryIndex();
        assertMissing(fresh, 0, name(1), SINGLE, name(3), name(4));
        assertThat(fresh.entries().getFirst().place().pack()).isEqualTo(5);
    }

    @Test
    void a_shorter_pack_is_noticed_and_nothing_is_cut_from_it() throws IOException {
        for (String name : List.of(name(1), SINGLE, name(3), name(4))) {
            for (int left : new int[] {0, 4096, 12_000, 50_000}) {
                MemoryDisk cut = disk.copy();
                cut.replace(pack(name), Arrays.copyOf(cut.bytes(pack(name)), left));
                for (MemoryIndex known : List.of(index.crashed(), new MemoryIndex())) {
                    try (PackArchive archive = session.open(cut, known)) {
                        assertThat(files(archive.health().missing()))
                                .as(name + " " + left)
                                .containsExactly(name);
                        assertThat(archive.health().missing().getFirst().foundBytes())
                                .isEqualTo(OptionalLong.of(left));
                        assertThat(session.store(archive, 2, 700 + left, 100, 7))
                                .isNotNull();
                    }
                    assertThat(cut.bytes(pack(name))).hasSize(left);
                }
            }
        }
    }

    @Test
    void a_pack_that_is_back_is_indexed_again() throws IOException {
        for (String name : List.of(name(1), SINGLE, name(3), name(4))) {
            MemoryDisk changed = disk.copy();
            byte[] bytes = changed.bytes(pack(name)).clone();
            changed.delete(pack(name));
            MemoryIndex fresh = new MemoryIndex();
            try (PackArchive archive = session.open(changed, fresh)) {
                assertThat(readable(archive)).isLessThan(SMALL + 1);
                session.store(archive, 1, 900, 10_000, 900);
                fresh.flush();
            }
            changed.open(pack(name), Disk.Mode.WRITE).close();
            changed.replace(pack(name), bytes);
            try (PackArchive archive = session.open(changed, fresh)) {
                assertThat(archive.health().missing()).isEmpty();
                assertThat(archive.missing()).isEmpty();
                assertThat(readable(archive)).as(name).isEqualTo(SMALL + 2);
            }
        }
    }

    @Test
    void an_acknowledged_end_of_the_last_pack_that_is_damaged_is_not_cut_off_as_torn() throws IOException {
        Path last = pack(name(4));
        byte[] bytes = disk.bytes(last);
        int at = (int) index.entries().getLast().place().offset();
        bytes[at + 5_000] ^= 1;
        int size = bytes.length;
        try (PackArchive archive = session.open(disk, new MemoryIndex())) {
            assertThat(archive.health().damagedRecords()).isEqualTo(1);
            assertThat(session.store(archive, 1, 900, 10_000, 900)).isInstanceOf(Stored.class);
        }
        assertThat(disk.bytes(last)).hasSize(size);
        assertThat(disk.list(session.packs())).contains(name(5));
    }

    @Test
    void without_a_list_it_is_made_from_packs_and_index_and_says_what_the_index_misses() throws IOException {
        Path list = folder.resolve("keys").resolve(PackList.FILE);
        disk.delete(list);
        disk.delete(pack(SINGLE));
        disk.delete(pack(name(3)));
        assertMissing(index, readableWithout(3), SINGLE, name(3));
    }

    private int readableWithout(int number) {
        return (int) index.entries().stream()
                .filter(entry -> entry.place().pack() != number && entry.place().pack() != 2)
                .count();
    }

    @Test
    void an_altered_list_is_never_believed() throws IOException {
        Path list = folder.resolve("keys").resolve(PackList.FILE);
        Random random = new Random(Samples.seed("list of packs"));
        for (int i = 0; i < 300; i++) {
            MemoryDisk altered = disk.copy();
            byte[] bytes = altered.bytes(list);
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            try (PackArchive archive = session.open(altered, new MemoryIndex())) {
                assertThat(archive.health().missing()).isEmpty();
                assertThat(readable(archive)).isEqualTo(SMALL + 1);
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("list of packs");
            }
        }
    }

    @Test
    void a_list_under_another_master_key_is_refused() {
        KeyDerivation other = label -> new byte[32];
        assertThatThrownBy(() -> PackList.open(disk, folder.resolve("keys"), other))
                .hasMessageContaining("another master key");
    }

    @Test
    void a_torn_write_leaves_the_length_before() throws IOException {
        MemoryDisk own = new MemoryDisk();
        List<Long> lengths = new ArrayList<>();
        try (PackList list = PackList.open(own, folder, Samples.KEYS)) {
            list.add(1, false, 4096, false);
            list.grown(1, 8192);
            list.grown(1, 12_288);
            own.failAt(1, MemoryDisk.Fault.SHORT);
            assertThatThrownBy(() -> list.grown(1, 16_384)).hasMessageContaining("can't be written");
        }
        PackList.read(own, folder, Samples.KEYS).forEach(pack -> lengths.add(pack.length()));
        assertThat(lengths).containsExactly(12_288L);
    }
}
