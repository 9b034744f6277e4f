package org.strongroom.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyRingTest {
    @TempDir
    Path root;

    @Test
    void keys_are_the_same_after_reopening_and_differ_by_label_and_by_master_key() throws Exception {
        Path directory = root.resolve("keys");
        byte[] index = KeyRing.create(directory).derive("archive.index.seal").getEncoded();
        KeyRing again = KeyRing.open(directory);
        assertThat(index).hasSize(32);
        assertThat(again.derive("archive.index.seal").getEncoded()).isEqualTo(index);
        assertThat(again.derive("archive.index.tokens").getEncoded()).isNotEqualTo(index);
        KeyRing other = KeyRing.create(root.resolve("other"));
        assertThat(other.derive("archive.index.seal").getEncoded()).isNotEqualTo(index);
    }

    @Test
    void a_label_gives_the_key_other_programs_compute() throws Exception {
        MasterKey zeros = new MasterKey() {
            @Override
            public byte[] unlock() {
                return new byte[32];
            }

            @Override
            public boolean liesOnThisMachine() {
                return true;
            }
        };
        KeyRing keys = KeyRing.open(KeyRing.create(root.resolve("keys")).directory(), zeros);
        // python3: HKDF(SHA256(), 32, None, b"strongroom archive.keystore").derive(bytes(32)), package cryptography
        assertThat(HexFormat.of().formatHex(keys.derive("archive.keystore").getEncoded()))
                .isEqualTo("40552ce697315afff9ce065baa27c0c1922392bafe0c5d795a49c3e38ab90b0c");
    }

    @Test
    void a_master_key_is_never_replaced() throws Exception {
        Path directory = root.resolve("keys");
        KeyRing.create(directory);
        byte[] before = Files.readAllBytes(directory.resolve("master.key"));
        assertThatThrownBy(() -> KeyRing.create(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not overwritten");
        assertThat(Files.readAllBytes(directory.resolve("master.key")))
                .isEqualTo(before)
                .hasSize(32);
    }

    @Test
    void files_are_for_their_owner_only() throws Exception {
        Path directory = root.resolve("keys");
        KeyRing keys = KeyRing.create(directory);
        CertificateAuthority.create(keys, InstantSource.system());
        keys.writeSealed("x.key", new byte[10]);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                .isEqualTo("rwx------");
        try (var files = Files.list(directory)) {
            assertThat(files)
                    .isNotEmpty()
                    .allSatisfy(f -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(f)))
                            .isEqualTo("rw-------"));
        }
    }

    @Test
    void wider_permissions_are_refused_with_the_command_that_mends_them() throws Exception {
        Path directory = root.resolve("keys");
        KeyRing.create(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-x---"));
        assertThatThrownBy(() -> KeyRing.open(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("chmod 700 " + directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        Path key = directory.resolve("master.key");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw----r--"));
        assertThatThrownBy(() -> KeyRing.open(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("chmod 600 " + key);
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("r--------"));
        KeyRing.open(directory);
    }

    @Test
    void a_missing_or_wrong_key_file_is_named() throws Exception {
        assertThatThrownBy(() -> KeyRing.open(root.resolve("none")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("none");
        Path directory = root.resolve("keys");
        KeyRing.create(directory);
        Path key = directory.resolve("master.key");
        Files.write(key, new byte[31]);
        assertThatThrownBy(() -> KeyRing.open(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("32 bytes");
        Files.delete(key);
        assertThatThrownBy(() -> KeyRing.open(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no master key");
        Files.createSymbolicLink(key, root.resolve("elsewhere"));
        assertThatThrownBy(() -> KeyRing.open(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("symbolic link");
    }

    @Test
    void a_sealed_file_opens_under_its_name_and_key_only() throws Exception {
        KeyRing keys = KeyRing.create(root.resolve("keys"));
        byte[] secret = "CANARY".getBytes(StandardCharsets.UTF_8);
        keys.writeSealed("a", secret);
        assertThat(keys.readSealed("a")).isEqualTo(secret);
        Path file = keys.directory().resolve("a");
        byte[] bytes = Files.readAllBytes(file);
        assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).doesNotContain("CANARY");
        keys.writeSealed("b", secret);
        Files.write(keys.directory().resolve("b"), bytes);
        assertThatThrownBy(() -> keys.readSealed("b")).isInstanceOf(IOException.class);
        for (int length = 0; length < bytes.length; length++) {
            Files.write(file, Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> keys.readSealed("a")).isInstanceOf(IOException.class);
        }
    }
}
