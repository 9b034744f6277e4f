package org.strongroom.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.archive.StoreOutcome.Stored;
import org.strongroom.dicom.Limits;
import org.strongroom.guard.KeyRing;
import org.strongroom.guard.Permits;

/** An independent reader, docs/read_pack.py, opens what we write: so docs/pack-format.md is right. */
class PackFormatTest {
    private static final Path ROOT = Path.of(System.getProperty("strongroom.root", ".."));
    private static final String PYTHON = "/usr/bin/python3";

    @TempDir
    Path folder;

    @Test
    void the_python_reader_gives_back_every_object() throws Exception {
        assumeCryptography();
        Map<Digest, byte[]> sent = store(0, 2, 65_000, 65_536, 131_072, 700_000, 1_500_000, 3_000_000);
        Files.createDirectories(folder.resolve("out"));
        Run run = python("--out", folder.resolve("out").toString());
        assertThat(run.status()).as(run.output()).isZero();
        assertThat(run.output().lines()).hasSize(sent.size()).allMatch(line -> line.endsWith("\tok\tTESTER"));
        try (Stream<Path> files = Files.list(folder.resolve("out"))) {
            for (Path file : files.toList()) {
                byte[] bytes = Files.readAllBytes(file);
                int meta = (bytes[140] & 0xFF) + ((bytes[141] & 0xFF) << 8); // (0002,0000), PS3.10 section 7.1
                byte[] dataSet = Arrays.copyOfRange(bytes, 144 + meta, bytes.length);
                assertThat(sent.remove(Samples.digest(dataSet))).isEqualTo(dataSet);
            }
        }
        assertThat(sent).isEmpty();
    }

    @Test
    void the_python_reader_names_a_changed_object() throws Exception {
        assumeCryptography();
        assertThat(store(10_000, 20_000)).hasSize(2);
        Path pack = folder.resolve("packs").resolve(PackFormat.sharedName(1));
        byte[] bytes = Files.readAllBytes(pack);
        bytes[4096 + 5000] ^= 1;
        Files.write(pack, bytes);
        Run run = python();
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.output().lines().filter(line -> line.contains("FAILED"))).hasSize(1);
        assertThat(run.output().lines().filter(line -> line.contains("\tok\t"))).hasSize(1);
    }

    @Test
    void the_reader_has_at_most_150_lines() throws IOException {
        assertThat(Files.readAllLines(ROOT.resolve("docs/read_pack.py"))).hasSizeLessThanOrEqualTo(150);
    }

    private Map<Digest, byte[]> store(int... pixels) throws IOException {
        PackSettings small = new PackSettings(2 << 20, 1 << 20, 4 << 20, 1 << 20, 0, Limits.DEFAULT);
        KeyRing ring = KeyRing.create(folder.resolve("keys"));
        Map<Digest, byte[]> sent = new HashMap<>();
        try (PackArchive archive = PackArchive.open(
                folder.resolve("packs"),
                folder.resolve("keys"),
                label -> ring.derive(label).getEncoded(),
                new MemoryIndex(),
                InstantSource.system(),
                small)) {
            for (int i = 0; i < pixels.length; i++) {
                byte[] dataSet = Samples.dataSet(i % 2, i, pixels[i], i);
                sent.put(Samples.digest(dataSet), dataSet);
                assertThat(archive.store(Permits.store(), Samples.request(dataSet)))
                        .isInstanceOf(Stored.class);
            }
        }
        return sent;
    }

    private record Run(int status, String output) {}

    private Run python(String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                PYTHON,
                ROOT.resolve("docs/read_pack.py").toString(),
                folder.resolve("keys").toString()));
        try (Stream<Path> files = Files.list(folder.resolve("packs"))) {
            files.map(Path::toString)
                    .filter(name -> name.endsWith(".pack") || name.endsWith(".single"))
                    .sorted()
                    .forEach(command::add);
        }
        command.addAll(List.of(more));
        return run(command);
    }

    private static void assumeCryptography() throws Exception {
        boolean there = Files.isExecutable(Path.of(PYTHON))
                && run(List.of(PYTHON, "-c", "import cryptography")).status() == 0;
        Assumptions.assumeTrue(there, "skipped: no python3-cryptography");
    }

    private static Run run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        return new Run(process.waitFor(), output);
    }
}
