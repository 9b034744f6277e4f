package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.testkit.Programs;

/** Zip files of other programs are read, and none decides what it costs to look at it. */
class ZipDirectoryTest {
    private static final int ENTRIES_AT = 10;
    private static final int BYTES_AT = 12;
    private static final int OFFSET_AT = 16;

    @TempDir
    Path folder = Path.of("");

    private static List<String> read(Path file) throws IOException {
        List<String> all = new ArrayList<>();
        try (ZipDirectory zip = ZipDirectory.open(file)) {
            for (Optional<ZipDirectory.Entry> at = zip.next(); at.isPresent(); at = zip.next()) {
                try (InputStream in = zip.open(at.get())) {
                    String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                    all.add(at.get().folder() ? "folder" : at.get().name() + "=" + text);
                }
            }
        }
        return all;
    }

    private static byte[] zip(int method) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.setMethod(method);
            zip.setComment("a comment");
            for (String name : List.of("a", "b/c")) {
                byte[] content = ("content of " + name).getBytes(StandardCharsets.UTF_8);
                CRC32 crc = new CRC32();
                crc.update(content);
                ZipEntry entry = new ZipEntry(name);
                entry.setSize(content.length);
                entry.setCompressedSize(method == ZipOutputStream.STORED ? content.length : -1);
                entry.setCrc(crc.getValue());
                zip.putNextEntry(entry);
                zip.write(content);
            }
        }
        return bytes.toByteArray();
    }

    private Path file(byte[] content) throws IOException {
        Path file = Files.createTempFile(folder, "test", ".zip");
        return Files.write(file, content);
    }

    private static int endOf(byte[] zip) {
        return zip.length - 22 - "a comment".length();
    }

    private static byte[] with(byte[] zip, int at, int value) {
        byte[] changed = zip.clone();
        ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
        return changed;
    }

    @Test
    void stored_and_deflated_entries_are_read_also_behind_a_program_that_unpacks_itself() throws Exception {
        String[] expected = {"a=content of a", "b/c=content of b/c"};
        assertThat(read(file(zip(ZipOutputStream.STORED)))).containsExactly(expected);
        assertThat(read(file(zip(ZipOutputStream.DEFLATED)))).containsExactly(expected);
        ByteArrayOutputStream behind = new ByteArrayOutputStream();
        behind.writeBytes(new byte[1000]);
        behind.writeBytes(zip(ZipOutputStream.DEFLATED));
        assertThat(read(file(behind.toByteArray()))).containsExactly(expected);
    }

    @Test
    void zip64_is_read() throws Exception {
        Programs.require("python3");
        Path file = folder.resolve("large.zip");
        Programs.Run made = Programs.run(Duration.ofMinutes(2), folder, List.of("python3", "-c", """
                        import zipfile,sys
                        z=zipfile.ZipFile(sys.argv[1],'w',zipfile.ZIP_DEFLATED)
                        with z.open('wide','w',force_zip64=True) as f: f.write(b'WIDE')
                        for i in range(70000): z.writestr('n%d'%i,'')
                        z.close()""", file.toString()));
        assertThat(made.exit()).as(made.output()).isZero();
        List<String> all = read(file);
        assertThat(all).hasSize(70_001).startsWith("wide=WIDE", "n0=").endsWith("n69999=");
    }

    @Test
    void a_sparse_file_that_claims_a_directory_of_400_mebibytes_is_refused_at_once() throws Exception {
        Path evil = folder.resolve("evil.zip");
        long length = 400L << 20;
        for (int entries : new int[] {1, 60_000}) {
            try (RandomAccessFile file = new RandomAccessFile(evil.toFile(), "rw")) {
                file.setLength(length);
                file.seek(length);
                file.write(ByteBuffer.allocate(22)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(0x06054B50)
                        .putInt(0)
                        .putShort((short) entries)
                        .putShort((short) entries)
                        .putInt((int) length)
                        .array());
            }
            long before = Runtime.getRuntime().totalMemory();
            assertThatThrownBy(() -> read(evil))
                    .isInstanceOf(Failure.class)
                    .hasMessageContaining("evil.zip: not a zip file, or damaged")
                    .message()
                    .doesNotContain("\n");
            assertThat(Runtime.getRuntime().totalMemory() - before).isLessThan(100 << 20);
        }
    }

    @Test
    void a_million_entries_and_more_are_refused_before_they_are_looked_at() throws Exception {
        byte[] zip64 = ByteBuffer.allocate(56 + 20 + 22)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0, 0x06064B50)
                .putLong(32, ZipDirectory.MOST_ENTRIES + 1L)
                .putInt(56, 0x07064B50)
                .putInt(76, 0x06054B50)
                .putInt(76 + 8, -1)
                .putInt(76 + 12, -1)
                .putInt(76 + 16, -1)
                .array();
        assertThatThrownBy(() -> read(file(zip64)))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("more than 1000000");
    }

    @Test
    void what_an_end_record_can_not_say_is_refused() throws Exception {
        byte[] good = zip(ZipOutputStream.DEFLATED);
        int end = endOf(good);
        List<byte[]> bad = List.of(
                with(good, end + BYTES_AT, good.length),
                with(good, end + BYTES_AT, 0x7FFFFFFF),
                with(good, end + OFFSET_AT, good.length),
                with(good, end + ENTRIES_AT - 2, 0x00030003),
                with(good, end, 0),
                new byte[0],
                new byte[22]);
        for (byte[] one : bad) {
            assertThatThrownBy(() -> read(file(one)))
                    .isInstanceOf(Failure.class)
                    .hasMessageContaining("damaged");
        }
    }

    @Test
    void an_entry_that_is_not_what_the_directory_says_is_refused_alone() throws Exception {
        byte[] good = zip(ZipOutputStream.STORED);
        byte[] flipped = good.clone();
        flipped[31] ^= 1;
        assertThatThrownBy(() -> read(file(flipped)))
                .isInstanceOf(ZipException.class)
                .hasMessageContaining("CRC");
        byte[] elsewhere = with(good, endOf(good) + OFFSET_AT, 0);
        assertThatThrownBy(() -> read(file(elsewhere)))
                .isInstanceOf(ZipException.class)
                .hasMessageContaining("not where");
        byte[] lost = good.clone();
        lost[0] = 0;
        assertThatThrownBy(() -> read(file(lost))).isInstanceOf(ZipException.class);
    }

    @Test
    void random_damage_ends_in_a_refusal_or_in_content_of_the_right_crc() throws Exception {
        long seed = System.nanoTime();
        System.err.println("ZipDirectoryTest seed " + seed);
        Random random = new Random(seed);
        byte[] good = zip(ZipOutputStream.DEFLATED);
        for (int i = 0; i < 500; i++) {
            byte[] bad = good.clone();
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            }
            Path file = file(bad);
            try {
                assertThat(read(file)).hasSizeLessThan(3);
            } catch (Failure | IOException e) {
                assertThat(e).hasMessageNotContaining("\n");
            }
            Files.delete(file);
        }
    }
}
