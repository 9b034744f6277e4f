package org.strongroom.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.archive.Retrieval.StoredInstance;
import org.strongroom.archive.StoreOutcome.Conflict;
import org.strongroom.archive.StoreOutcome.Duplicate;
import org.strongroom.archive.StoreOutcome.Stored;
import org.strongroom.guard.Action;
import org.strongroom.guard.Permit;
import org.strongroom.guard.Permits;

class PackTest {
    @TempDir
    Path folder;

    private final MemoryIndex index = new MemoryIndex();

    @Test
    void returns_what_was_stored_byte_for_byte_before_and_after_a_restart() throws IOException {
        int[] pixels = {0, 2, 65_000, 65_300, 130_800, 300_000, 9_000_000};
        try (PackArchive archive = open()) {
            for (int i = 0; i < pixels.length; i++) {
                byte[] dataSet = Samples.dataSet(1, i, pixels[i], i);
                assertThat(store(archive, dataSet)).isEqualTo(new Stored(dataSet.length));
            }
            assertAllThere(archive, pixels);
        }
        try (PackArchive archive = open()) {
            assertAllThere(archive, pixels);
        }
    }

    private static void assertAllThere(PackArchive archive, int[] pixels) throws IOException {
        List<StoredInstance> stored = Samples.instances(archive.retrieve(Permits.study(Samples.study(1))));
        assertThat(stored).hasSize(pixels.length);
        for (int i = 0; i < pixels.length; i++) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            stored.get(i).writeTo(out);
            assertThat(Arrays.equals(out.toByteArray(), Samples.dataSet(1, i, pixels[i], i)))
                    .as("pixels " + pixels[i])
                    .isTrue();
        }
    }

    @Test
    void the_same_bytes_again_are_a_duplicate_other_bytes_a_conflict() throws IOException {
        try (PackArchive archive = open()) {
            for (int pixels : List.of(100, 9_000_000)) {
                byte[] first = Samples.dataSet(2, pixels, pixels, 1);
                byte[] other = Samples.dataSet(2, pixels, pixels, 2);
                assertThat(store(archive, first)).isInstanceOf(Stored.class);
                assertThat(store(archive, first)).isInstanceOf(Duplicate.class);
                assertThat(store(archive, other)).isInstanceOf(Conflict.class);
                assertThat(store(archive, other)).isInstanceOf(Duplicate.class);
                assertThat(store(archive, first)).isInstanceOf(Duplicate.class);
            }
            assertThat(archive.conflicts()).isEqualTo(new Index.Conflicts(2, 0));
        }
        assertThat(index.entries()).hasSize(4);
    }

    @Test
    void what_comes_again_is_stored_anew_and_shown_where_the_copy_is_damaged() throws IOException {
        for (int pixels : List.of(100, 9_000_000)) {
            byte[] dataSet = Samples.dataSet(pixels, 1, pixels, 1);
            Path pack;
            try (PackArchive archive = open()) {
                assertThat(store(archive, dataSet)).isInstanceOf(Stored.class);
                Place place = index.entries().getLast().place();
                boolean single = place.offset() == PackFormat.SINGLE_RECORD;
                pack = folder.resolve("packs")
                        .resolve(single ? PackFormat.singleName(place.pack()) : PackFormat.sharedName(place.pack()));
                flip(pack, place.offset() + RecordHeader.LENGTH + 60 + pixels / 2);
                assertThat(store(archive, dataSet)).isInstanceOf(Stored.class);
                assertThat(store(archive, dataSet)).isInstanceOf(Duplicate.class);
                assertShown(archive, pixels, dataSet);
            }
            try (PackArchive archive = open()) {
                assertShown(archive, pixels, dataSet);
                assertThat(archive.health().writable()).isTrue();
            }
        }
        try (Stream<Path> files = Files.list(folder.resolve("packs"))) {
            assertThat(files).noneMatch(file -> file.toString().endsWith(".part"));
        }
    }

    private static void flip(Path file, long at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[(int) at] ^= 1;
        Files.write(file, bytes);
    }

    private static void assertShown(PackArchive archive, int study, byte[] dataSet) throws IOException {
        List<StoredInstance> shown = Samples.instances(archive.retrieve(Permits.study(Samples.study(study))));
        assertThat(shown).hasSize(1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        shown.getFirst().writeTo(out);
        assertThat(Arrays.equals(out.toByteArray(), dataSet)).isTrue();
    }

    @Test
    void a_second_opening_of_the_same_folder_is_refused() throws IOException {
        try (PackArchive archive = open()) {
            assertThat(archive.health().writable()).isTrue();
            assertThatThrownBy(this::open).hasMessageContaining("open in another process");
        }
    }

    @Test
    void a_permit_opens_no_other_question_and_none_after_its_end() throws IOException {
        Query asked = new Query(Level.STUDY, List.of(), Set.of());
        Query other = new Query(Level.IMAGE, List.of(), Set.of());
        Permit<Action.Query> permit = Permits.of(asked.action(Optional.empty()), Instant.MAX);
        Permit<Action.Query> ended = Permits.of(asked.action(Optional.empty()), Instant.EPOCH);
        try (PackArchive archive = open()) {
            assertThatThrownBy(() -> archive.find(permit, asked, () -> false))
                    .as("the index is asked")
                    .hasMessage("not in this fake");
            assertThatThrownBy(() -> archive.find(permit, other, () -> false)).hasMessageContaining("another question");
            assertThatThrownBy(() -> archive.find(ended, asked, () -> false))
                    .hasMessageContaining("guard must be asked again");
        }
    }

    private PackArchive open() throws IOException {
        return PackArchive.open(
                folder.resolve("packs"),
                folder.resolve("keys"),
                Samples.KEYS,
                index,
                InstantSource.system(),
                PackSettings.DEFAULT);
    }

    private static StoreOutcome store(PackArchive archive, byte[] dataSet) throws IOException {
        return archive.store(Permits.store(), Samples.request(dataSet));
    }

    @Test
    void only_the_owner_may_read_what_is_written() throws IOException {
        try (PackArchive archive = open()) {
            store(archive, Samples.dataSet(1, 1, 100, 1));
            store(archive, Samples.dataSet(1, 2, 9_000_000, 1));
        }
        assumeTrue(folder.getFileSystem().supportedFileAttributeViews().contains("posix"), "skipped: not POSIX");
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.filter(path -> !path.equals(folder)).toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                        .as(path.toString())
                        .endsWith("------");
            }
        }
    }

    @Test
    void no_value_of_a_data_set_can_be_found_in_the_files() throws IOException {
        try (PackArchive archive = open()) {
            store(archive, Samples.dataSet(1, 1, 100, 1));
            store(archive, Samples.dataSet(1, 2, 9_000_000, 1));
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.filter(Files::isRegularFile).toList()) {
                String content = Files.readString(path, StandardCharsets.ISO_8859_1);
                for (String planted :
                        List.of("CANARY", "Canary", "TESTER", Samples.study(1).value())) {
                    assertThat(content.contains(planted))
                            .as(planted + " in " + path)
                            .isFalse();
                }
            }
        }
    }
}
