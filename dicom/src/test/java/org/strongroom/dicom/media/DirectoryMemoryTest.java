package org.strongroom.dicom.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.testkit.Extent;
import org.strongroom.testkit.Programs;

/** What a DICOMDIR costs, in Java machines of their own. */
class DirectoryMemoryTest {
    private static final TransferSyntax SYNTAX = TransferSyntax.ExplicitVRLittleEndian;

    @TempDir
    Path folder = Path.of("");

    private String run(String heap, String... arguments) throws Exception {
        List<String> command = new java.util.ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                DirectoryMemoryTest.class.getName()));
        command.addAll(Arrays.asList(arguments));
        Programs.Run run = Programs.run(Duration.ofMinutes(2), folder, command);
        assertThat(run.exit()).as(run.output()).isZero();
        return run.output();
    }

    @Test
    void a_hundred_thousand_instances_are_written_read_and_written_again_in_256_mb() throws Exception {
        int count = Extent.of(10_000, 100_000);
        String out = run(Extent.of(48, 256) + "m", "roundtrip", folder.toString(), String.valueOf(count));
        System.out.println("DirectoryMemoryTest: " + out.strip());
        assertThat(out).contains(count + " instances");
    }

    /** The longest that is read, in every way to fill it with as little as possible. */
    @Test
    void the_longest_hostile_one_ends_in_a_typed_error_in_256_mb() throws Exception {
        int length = Extent.of(20 << 20, DicomDirectory.MOST_BYTES);
        String heap = Extent.of(96, 256) + "m";
        for (String kind : List.of("empty-items", "small-records", "too-long")) {
            Path file = folder.resolve(kind);
            hostile(file, kind, length);
            String out = run(heap, "hostile", file.toString());
            System.out.println("DirectoryMemoryTest: " + kind + ": " + out.strip());
            assertThat(out).contains("refused: ");
            Files.delete(file);
        }
    }

    private static void hostile(Path file, String kind, int length) throws IOException {
        Uid uid = DicomDirectory.MEDIA_STORAGE_DIRECTORY;
        byte[] header = Part10.header(uid, uid, SYNTAX, Optional.empty());
        byte[] sequence = new byte[] {4, 0, 0x20, 0x12, 'S', 'Q', 0, 0, -1, -1, -1, -1};
        ByteBuffer empty = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putInt(0xE000FFFE);
        ByteBuffer small = ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0xE000FFFE)
                .putInt(8)
                .putInt(0x14300004)
                .put("CS\0\0".getBytes(StandardCharsets.ISO_8859_1));
        byte[] item = kind.equals("empty-items") ? empty.array() : small.array();
        int most = kind.equals("too-long") ? DicomDirectory.MOST_BYTES + 1 : length;
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
            out.write(header);
            out.write(sequence);
            for (int at = header.length + sequence.length; at + item.length <= most; at += item.length) {
                out.write(item);
            }
            if (kind.equals("too-long")) {
                out.write(item);
            }
        }
    }

    /** The process of its own. */
    public static void main(String... arguments) throws Exception {
        Path path = Path.of(arguments[1]);
        if (arguments[0].equals("hostile")) {
            try {
                System.out.println("read: " + DicomDirectory.read(path).all().size());
            } catch (DicomFormatException e) {
                System.out.println("refused: " + e.getMessage());
            }
            return;
        }
        int count = Integer.parseInt(arguments[2]);
        write(path, count);
        System.gc();
        long start = System.nanoTime();
        DicomDirectory read = DicomDirectory.read(path.resolve("DICOMDIR"));
        int files = 0;
        for (DirectoryRecord record : read.all()) {
            files += record.fileId().isEmpty() ? 0 : 1;
        }
        long millis = (System.nanoTime() - start) / 1_000_000;
        FileSetBuilder.from(read, false).writeTo(path);
        int again = FileSetBuilder.from(DicomDirectory.read(path.resolve("DICOMDIR")), false)
                .size();
        if (!read.irregularities().isEmpty() || files != count || again != count) {
            throw new IllegalStateException("read " + files + ", again " + again);
        }
        System.out.println(count + " instances, " + Files.size(path.resolve("DICOMDIR")) / 1024 + " KiB, read in "
                + millis + " ms");
    }

    private static void write(Path path, int count) throws IOException, FileSetException {
        FileSetBuilder builder = new FileSetBuilder("BIG", false);
        for (int i = 0; i < count; i++) {
            builder.add(
                    List.of("S" + i % 97, String.format(Locale.ROOT, "I%07d", i)),
                    SYNTAX,
                    DicomDirectoryTest.instance(i).with(Attributes.SeriesInstanceUID, new Uid("1.2.5." + i % 97)));
        }
        builder.writeTo(path);
    }
}
