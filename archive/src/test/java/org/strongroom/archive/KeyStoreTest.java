package org.strongroom.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.strongroom.archive.KeyStore.StudyKey;
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
        try (KeyStore store = open(true)) {
            for (int i = 0; i < studies; i++) {
                keys.put(
                        Samples.study(i), store.forStudy(Samples.study(i)).key().clone());
                if (i % 100 == 99) {
                    store.sync();
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
            store.sync();
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
    void drops_a_torn_tail_and_goes_on_after_it() throws IOException {
        fill(3);
        byte[] whole = disk.bytes(FILE);
        for (int cut = HEADER + RECORD; cut < whole.length; cut++) {
            disk.replace(FILE, Arrays.copyOf(whole, cut));
            try (KeyStore store = open(false)) {
                byte[] made = store.forStudy(Samples.study(100)).key().clone();
                store.sync();
                assertThat(disk.bytes(FILE)).hasSize((cut - HEADER) / RECORD * RECORD + HEADER + RECORD);
                try (KeyStore again = open(false)) {
                    assertThat(again.forStudy(Samples.study(100)).key()).isEqualTo(made);
                }
            }
        }
    }

    @Test
    void a_damaged_record_before_others_is_refused_with_its_number() throws IOException {
        fill(3);
        disk.bytes(FILE)[HEADER + RECORD + 30] ^= 1;
        assertThatThrownBy(() -> open(false)).hasMessageContaining("record 1 is damaged");
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
            for (int i = 0; i < studies; i++) {
                assertThat(store.forStudy(Samples.study(i)).key()).hasSize(32);
            }
            store.sync();
        }
    }

    private KeyStore open(boolean mayCreate) throws IOException {
        return KeyStore.open(disk, FOLDER, Samples.KEYS, new SecureRandom(), mayCreate);
    }
}
