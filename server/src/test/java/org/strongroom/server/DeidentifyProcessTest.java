package org.strongroom.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.VR;
import org.strongroom.testkit.Extent;

/** The command as a process of its own: with little memory over files of any length, and ended from outside. */
class DeidentifyProcessTest {
    private static final String SOP_CLASS = "1.2.840.10008.5.1.4.1.1.2";
    private static final String JPEG_BASELINE = "1.2.840.10008.1.2.4.50";
    private static final long GIB = 1L << 30;

    @TempDir
    Path folder = Path.of("");

    /** What a file has before its pixel data, whose header follows. */
    private static byte[] head(TransferSyntax syntax, long pixelLength) {
        DataSet dataSet = DataSet.empty()
                .withText(new Tag(0x00080016), VR.UI, List.of(SOP_CLASS))
                .withText(new Tag(0x00080018), VR.UI, List.of("1.2.3.4"))
                .withText(new Tag(0x00100010), VR.PN, List.of("CANARY^BIRD"))
                .withText(new Tag(0x00100020), VR.LO, List.of("CANARY-1"));
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        head.writeBytes(Part10.header(new Uid(SOP_CLASS), new Uid("1.2.3.4"), syntax, Optional.empty()));
        head.writeBytes(dataSet.toBytes(syntax));
        head.writeBytes(little(12)
                .putShort((short) 0x7FE0)
                .putShort((short) 0x0010)
                .put((syntax.encapsulated() ? "OB" : "OW").getBytes(US_ASCII))
                .putShort((short) 0)
                .putInt((int) pixelLength)
                .array());
        return head.toByteArray();
    }

    private static ByteBuffer little(int count) {
        return ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Sparse: the pixels are zeros that take no space; the last of them are not. */
    private static void writeNative(Path file, long pixelBytes) throws IOException {
        try (SeekableByteChannel out = channel(file)) {
            byte[] head = head(TransferSyntax.ExplicitVRLittleEndian, pixelBytes);
            out.write(ByteBuffer.wrap(head));
            out.position(head.length + pixelBytes - 4);
            out.write(little(4).putInt(0x5A5A5A5A).flip());
        }
    }

    /** Fragments of a quarter of the whole each. */
    private static void writeEncapsulated(Path file, long pixelBytes) throws IOException {
        try (SeekableByteChannel out = channel(file)) {
            out.write(ByteBuffer.wrap(head(TransferSyntax.of(new Uid(JPEG_BASELINE)), 0xFFFFFFFFL)));
            out.write(little(8).putInt(0xE000FFFE).putInt(0).flip());
            for (int i = 0; i < 4; i++) {
                long bytes = pixelBytes / 4;
                out.write(little(8).putInt(0xE000FFFE).putInt((int) bytes).flip());
                out.position(out.position() + bytes);
            }
            out.write(little(8).putInt(0xE0DDFFFE).putInt(0).flip());
        }
    }

    private static SeekableByteChannel channel(Path file) throws IOException {
        return Files.newByteChannel(
                file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE));
    }

    private Process start(String heap, String... arguments) throws IOException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                heap,
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Main.class.getName(),
                "deidentify"));
        line.addAll(List.of(arguments));
        return new ProcessBuilder(line)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile())
                .start();
    }

    private List<Path> results() throws IOException {
        if (!Files.isDirectory(folder.resolve("out"))) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder.resolve("out"))) {
            return files.sorted().toList();
        }
    }

    private void passesInLittleMemory(String name, long bytes) throws IOException, InterruptedException {
        long start = System.nanoTime();
        Process process = start("-Xmx128m", name, "--out", "out");
        assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue())
                .as(Files.readString(folder.resolve("output")))
                .isZero();
        System.out.printf("deidentify of %d MiB in -Xmx128m: %.1f s%n", bytes >> 20, (System.nanoTime() - start) / 1e9);
        assertThat(results()).hasSize(1);
        Path result = results().getFirst();
        assertThat(Files.size(result)).isBetween(bytes, bytes + 4096);
        byte[] beginning = new byte[4096];
        try (SeekableByteChannel in = Files.newByteChannel(result)) {
            in.read(ByteBuffer.wrap(beginning));
        }
        assertThat(new String(beginning, US_ASCII)).doesNotContain("CANARY");
        Files.delete(result);
    }

    @Test
    void native_pixel_data_of_any_length_passes_in_little_memory() throws IOException, InterruptedException {
        long bytes = Extent.FULL ? 3 * GIB : 300L << 20;
        writeNative(folder.resolve("long.dcm"), bytes);
        passesInLittleMemory("long.dcm", bytes);
    }

    @Test
    void encapsulated_pixel_data_of_any_length_passes_in_little_memory() throws IOException, InterruptedException {
        assumeTrue(Extent.FULL, "skipped: only in the full extent");
        long bytes = 5 * GIB / 2;
        writeEncapsulated(folder.resolve("long.dcm"), bytes);
        passesInLittleMemory("long.dcm", bytes);
    }

    @Test
    void what_is_ended_from_outside_leaves_nothing_under_a_final_name() throws IOException, InterruptedException {
        writeNative(folder.resolve("long.dcm"), 3 * GIB);
        Process process = start("-Xmx128m", "long.dcm", "--out", "out");
        try {
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (System.nanoTime() < until
                    && (results().isEmpty() || Files.size(results().getFirst()) < 1 << 20)) {
                Thread.sleep(5);
            }
            process.destroy(); // SIGTERM, to the JVM the same as Ctrl-C
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(process.exitValue()).isNotZero();
        assertThat(results()).noneMatch(file -> file.toString().endsWith(".dcm"));
    }
}
