package org.strongroom.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.strongroom.archive.KeyStore.StudyKey;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.testkit.Extent;

class KeyStoreTest {
    private static final Path FOLDER = Path.of("keys");
    private static final Path FILE = FOLDER.resolve(KeyStore.FILE);
    private static final int HEADER = 64;
    private static final int RECORD = 80;

    private final MemoryDisk disk = new MemoryDisk();

    @Test
    void gives_each_study_one_key_for_good() throws IOException {
        int studies = Extent.of(5_000, 100_000); // more than are kept unwrapped
        Map<Uid, byte[]> keys = new HashMap<>();
        List<StudyKey> batch = new ArrayList<>();
        try (KeyStore store = open(true)) {
            for (int i = 0; i < studies; i++) {
                batch.add(store.forStudy(Samples.study(i)));
                keys.put(Samples.study(i), batch.getLast().key().clone());
                if (i % 100 == 99) {
                    store.sync(batch);
                    batch.clear();
                }
            }
            assertSame(store, keys);
        }
        assertThat(keys.values().stream().map(Arrays::hashCode).distinct().count())
                .isGreaterThan(studies - 5L);
        try (KeyStore store = open(false)) {
            assertSame(store, keys);
            assertThat(disk.bytes(FILE)).hasSize(HEADER + studies * RECORD);
        }
    }

    private static void assertSame(KeyStore store, Map<Uid, byte[]> keys) throws IOException {
        for (Map.Entry<Uid, byte[]> known : keys.entrySet()) {
            StudyKey key = store.forStudy(known.getKey());
            assertThat(key.key()).isEqualTo(known.getValue());
            assertThat(store.find(key.id()).orElseThrow().key()).isEqualTo(known.getValue());
        }
    }

    @Test
    void writes_nothing_that_tells_the_study_or_the_key() throws IOException {
        try (KeyStore store = open(true)) {
            StudyKey key = store.forStudy(Samples.study(7));
            store.sync(List.of(key));
            String file = new String(disk.bytes(FILE), java.nio.charset.StandardCharsets.ISO_8859_1);
            assertThat(file).doesNotContain(Samples.study(7).value());
            assertThat(file).doesNotContain(new String(key.key(), java.nio.charset.StandardCharsets.ISO_8859_1));
        }
    }

    @Test
    void another_master_key_is_told_apart_at_once() throws IOException {
        open(true).close();
        disk.replace(FILE, Arrays.copyOf(disk.bytes(FILE), HEADER + RECORD));
        KeyDerivation other = label -> Samples.KEYS.derive("other " + label);
        assertThatThrownBy(() -> KeyStore.open(disk, FOLDER, other, new SecureRandom(), false))
                .hasMessageContaining("another master key");
    }

    @Test
    void passes_over_a_torn_tail_and_goes_on_after_it() throws IOException {
        fill(3);
        byte[] whole = disk.bytes(FILE);
        for (int cut = HEADER + RECORD; cut < whole.length; cut++) {
            disk.replace(FILE, Arrays.copyOf(whole, cut));
            try (KeyStore store = open(false)) {
                StudyKey key = store.forStudy(Samples.study(100));
                byte[] made = key.key().clone();
                store.sync(List.of(key));
                int left = Math.ceilDiv(cut - HEADER, RECORD);
                assertThat(disk.bytes(FILE)).hasSize(HEADER + (left + 1) * RECORD);
                try (KeyStore again = open(false)) {
                    assertThat(again.forStudy(Samples.study(100)).key()).isEqualTo(made);
                }
            }
        }
    }

    @Test
    void a_damaged_key_that_is_needed_is_named_and_kept_and_replaced_by_no_other() throws IOException {
        fill(3);
        byte[] whole = disk.bytes(FILE).clone();
        MemoryIndex index = new MemoryIndex();
        for (int i = 0; i < 3; i++) {
            index.record(List.of(entry(i)), Position.START);
        }
        for (int damaged = 0; damaged < 3; damaged++) {
            for (int at : new int[] {0, 15, 30, 79}) { // id, key, check sum
                byte[] bytes = whole.clone();
                bytes[HEADER + damaged * RECORD + at] ^= 1;
                disk.replace(FILE, bytes.clone());
                try (KeyStore store = open(false)) {
                    assertThat(store.compare(index)).isEqualTo(1);
                    Uid study = Samples.study(damaged);
                    assertThatThrownBy(() -> store.forStudy(study))
                            .isInstanceOf(KeyStore.LostKeyException.class)
                            .hasMessageContaining("from a backup")
                            .hasMessageNotContaining(study.value());
                    assertThat(store.forStudy(Samples.study((damaged + 1) % 3)).key())
                            .hasSize(32);
                    store.sync(List.of(store.forStudy(Samples.study(9))));
                }
                assertThat(disk.bytes(FILE)).startsWith(bytes).hasSize(bytes.length + RECORD);
            }
        }
    }

    @Test
    void a_store_that_was_cut_at_a_record_is_noticed_by_the_number_of_studies() throws IOException {
        fill(3);
        MemoryIndex index = new MemoryIndex();
        for (int i = 0; i < 3; i++) {
            index.record(List.of(entry(i)), Position.START);
        }
        disk.replace(FILE, Arrays.copyOf(disk.bytes(FILE), HEADER + RECORD));
        try (KeyStore store = open(false)) {
            assertThat(store.compare(index)).isEqualTo(2);
            assertThatThrownBy(() -> store.forStudy(Samples.study(2))).isInstanceOf(KeyStore.LostKeyException.class);
        }
    }

    @Test
    void a_record_that_is_damaged_after_the_start_is_replaced_by_no_other_key() throws IOException {
        fill(2);
        try (KeyStore store = open(false)) {
            disk.bytes(FILE)[HEADER + RECORD + 10] ^= 1; // in the id: it looks like that of another study
            assertThatThrownBy(() -> store.forStudy(Samples.study(1))).isInstanceOf(KeyStore.LostKeyException.class);
        }
    }

    @Test
    void the_power_goes_while_twenty_keys_are_written_and_the_store_opens_with_those_before() throws IOException {
        Random random = new Random(Samples.seed("twenty keys"));
        fill(3);
        MemoryIndex index = new MemoryIndex();
        index.record(List.of(entry(1)), Position.START);
        for (int state = 0; state < Extent.of(200, 5_000); state++) {
            MemoryDisk here = disk.copy();
            try (KeyStore store = KeyStore.open(here, FOLDER, Samples.KEYS, new SecureRandom(), false)) {
                List<StudyKey> keys = new ArrayList<>();
                for (int i = 100; i < 120; i++) {
                    keys.add(store.forStudy(Samples.study(i)));
                }
                here.failAt(2, MemoryDisk.Fault.POWER_CUT);
                assertThatThrownBy(() -> store.sync(keys)).hasMessageContaining("fault of the test");
            }
            MemoryDisk left = here.afterPowerCut(random);
            byte[] before = left.bytes(FILE).clone();
            try (KeyStore store = KeyStore.open(left, FOLDER, Samples.KEYS, new SecureRandom(), false)) {
                assertThat(store.compare(index)).as("nothing is missed").isZero();
                for (int i = 0; i < 3; i++) {
                    assertThat(store.find(store.idOf(Samples.study(i)))).isPresent();
                }
                List<StudyKey> keys = new ArrayList<>();
                for (int i = 100; i < 120; i++) {
                    keys.add(store.forStudy(Samples.study(i)));
                }
                store.sync(keys);
                assertThat(left.bytes(FILE)).startsWith(before);
            }
            try (KeyStore store = KeyStore.open(left, FOLDER, Samples.KEYS, new SecureRandom(), false)) {
                for (int i = 100; i < 120; i++) {
                    assertThat(store.find(store.idOf(Samples.study(i)))).isPresent();
                }
            }
        }
    }

    @Test
    void a_key_of_objects_that_are_not_stored_is_forgotten_and_shared_until_then() throws IOException {
        try (KeyStore store = open(true)) {
            for (int i = 0; i < 10_000; i++) {
                store.release(store.forStudy(Samples.study(i)));
            }
            assertThat(store.unstored()).isZero();
            StudyKey one = store.forStudy(Samples.study(1));
            assertThat(store.forStudy(Samples.study(1))).isSameAs(one);
            store.release(one);
            store.sync(List.of(one));
            store.release(one);
            assertThat(store.unstored()).isZero();
            assertThat(store.forStudy(Samples.study(1)).key()).isEqualTo(one.key());
        }
        assertThat(disk.bytes(FILE)).hasSize(HEADER + RECORD);
    }

    @Test
    void goes_on_after_a_full_disk_without_what_was_half_written() throws IOException {
        try (KeyStore store = open(true)) {
            List<StudyKey> keys = List.of(
                    store.forStudy(Samples.study(1)),
                    store.forStudy(Samples.study(2)),
                    store.forStudy(Samples.study(3)));
            disk.failAt(1, MemoryDisk.Fault.FULL);
            assertThatThrownBy(() -> store.sync(keys)).isInstanceOf(Disk.DiskFullException.class);
            assertThat(disk.bytes(FILE)).hasSize(HEADER);
            keys.forEach(store::release);
            store.sync(List.of(store.forStudy(Samples.study(2))));
        }
        try (KeyStore store = open(false)) {
            assertThat(store.size()).isEqualTo(1);
        }
    }

    private static Entry entry(int study) {
        return new Entry(
                DataSet.empty(),
                Samples.study(study),
                new Uid(Samples.study(study).value() + ".7"),
                Samples.instance(study, 1),
                Samples.CT,
                TransferSyntax.ExplicitVRLittleEndian,
                new Place(1, 4096L * (1 + study)),
                100,
                Samples.digest(new byte[] {(byte) study}),
                Instant.EPOCH,
                "TESTER",
                Set.of());
    }

    @Test
    void a_damaged_header_or_a_missing_store_is_refused_where_there_are_packs() throws IOException {
        assertThatThrownBy(() -> open(false)).hasMessageContaining("no key store");
        fill(1);
        disk.bytes(FILE)[20] ^= 1;
        assertThatThrownBy(() -> open(false)).hasMessageContaining("not a key store");
        disk.replace(FILE, new byte[10]);
        assertThatThrownBy(() -> open(false)).hasMessageContaining("cut short");
    }

    private void fill(int studies) throws IOException {
        try (KeyStore store = open(true)) {
            List<StudyKey> keys = new ArrayList<>();
            for (int i = 0; i < studies; i++) {
                keys.add(store.forStudy(Samples.study(i)));
            }
            store.sync(keys);
        }
    }

    private KeyStore open(boolean mayCreate) throws IOException {
        return KeyStore.open(disk, FOLDER, Samples.KEYS, new SecureRandom(), mayCreate);
    }
}
