package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.testkit.Programs;

class ImportSourcesTest {
    @TempDir
    Path folder = Path.of("");

    private static List<String> contents(Path... paths) throws IOException {
        List<String> contents = new ArrayList<>();
        try (ImportSources sources = ImportSources.of(List.of(paths))) {
            long counted = sources.size();
            for (Optional<ImportSources.Source> at = sources.next(); at.isPresent(); at = sources.next()) {
                try (InputStream in = at.get().open()) {
                    contents.add(new String(in.readAllBytes(), StandardCharsets.UTF_8));
                }
            }
            assertThat(contents).hasSize((int) counted);
        }
        return contents;
    }

    @Test
    void a_folder_means_all_below_it_and_zips_are_looked_into() throws Exception {
        Files.writeString(folder.resolve("a"), "A");
        Files.createDirectories(folder.resolve("deep/er"));
        Files.writeString(folder.resolve("deep/er/b"), "B");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(folder.resolve("c.ZIP")))) {
            zip.putNextEntry(new ZipEntry("../../outside"));
            zip.write('C');
        }

        assertThat(contents(folder)).containsExactlyInAnyOrder("A", "B", "C");
    }

    @Test
    void a_dicomdir_means_its_folder() throws Exception {
        Files.createDirectories(folder.resolve("medium/images"));
        Files.writeString(folder.resolve("medium/DICOMDIR"), "directory");
        Files.writeString(folder.resolve("medium/images/1"), "one");

        assertThat(contents(folder.resolve("medium/DICOMDIR"))).containsExactlyInAnyOrder("directory", "one");
    }

    @Test
    void symbolic_links_do_not_lead_out_of_the_folder() throws Exception {
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Files.writeString(outside.resolve("secret"), "S");
        Path inside = Files.createDirectory(folder.resolve("inside"));
        Files.createSymbolicLink(inside.resolve("link"), outside);
        Files.createSymbolicLink(inside.resolve("file"), outside.resolve("secret"));

        assertRefused(inside, 2, "symbolic link");
    }

    /** Each is a source of its own, so that who imports is told. */
    private static void assertRefused(Path path, int sources, String why) throws IOException {
        try (ImportSources found = ImportSources.of(List.of(path))) {
            assertThat(found.size()).isEqualTo(sources);
            for (int i = 0; i < sources; i++) {
                assertThatThrownBy(found.next().orElseThrow()::open).hasMessageContaining(why);
            }
        }
    }

    @Test
    void a_pipe_is_never_opened() throws Exception {
        Path inside = Files.createDirectory(folder.resolve("inside"));
        Path pipe = inside.resolve("pipe");
        Programs.run(Duration.ofSeconds(30), Programs.require("mkfifo").toString(), pipe.toString());

        assertRefused(inside, 1, "neither a file nor a folder");
        assertThatThrownBy(() -> ImportSources.of(List.of(pipe))).hasMessageContaining("neither a file nor a folder");
    }

    @Test
    void an_entry_that_inflates_beyond_the_ratio_is_cut_off() throws Exception {
        Path bomb = folder.resolve("bomb.zip");
        try (OutputStream file = Files.newOutputStream(bomb);
                ZipOutputStream zip = new ZipOutputStream(file)) {
            zip.putNextEntry(new ZipEntry("zeros"));
            byte[] block = new byte[1 << 20];
            for (int i = 0; i < 40; i++) {
                zip.write(block);
            }
        }

        try (ImportSources sources = ImportSources.of(List.of(bomb));
                InputStream in = sources.next().orElseThrow().open()) {
            assertThatThrownBy(() -> in.transferTo(OutputStream.nullOutputStream()))
                    .isInstanceOf(ZipException.class)
                    .hasMessageContaining("100:1");
        }
    }

    @Test
    void sixteen_mebibytes_are_taken_at_any_ratio() throws Exception {
        Path dense = folder.resolve("dense.zip");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(dense))) {
            zip.putNextEntry(new ZipEntry("zeros"));
            zip.write(new byte[16 << 20]);
        }

        assertThat(contents(dense).getFirst()).hasSize(16 << 20);
    }

    @Test
    void what_is_not_there_is_said() throws Exception {
        assertThatThrownBy(() -> contents(folder.resolve("nowhere")))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("nowhere");
    }

    @Test
    void a_zip_that_is_none_is_one_refused_source_and_those_beside_it_are_read() throws Exception {
        zip("a.zip", "A");
        Files.writeString(folder.resolve("b.zip"), "no zip at all");
        byte[] damaged = zip("c.zip", "C");
        damaged[damaged.length - 22 - 46 - "one".length()] ^= 0x55; // the only entry of its directory
        Files.write(folder.resolve("c.zip"), damaged);
        zip("d.zip", "D");

        List<String> read = new ArrayList<>();
        List<String> refused = new ArrayList<>();
        try (ImportSources sources = ImportSources.of(List.of(folder))) {
            sort(sources, read, refused);
        }
        assertThat(read).containsExactlyInAnyOrder("A", "D");
        assertThat(refused)
                .hasSize(2)
                .anySatisfy(line -> assertThat(line).startsWith("b.zip").contains("not a zip file"))
                .anySatisfy(line -> assertThat(line).startsWith("c.zip"));
    }

    /** Root may read everything: here the folder's opening, or going through it, fails instead. */
    @Test
    void folders_that_cannot_be_read_are_one_refused_source_each_and_those_beside_them_are_read() throws Exception {
        for (String name : List.of("a", "closed", "torn", "z")) {
            Files.createDirectory(folder.resolve(name));
            Files.writeString(folder.resolve(name).resolve("file"), name);
        }
        List<String> read = new ArrayList<>();
        List<String> refused = new ArrayList<>();
        try (ImportSources sources = ImportSources.of(List.of(folder), ImportSourcesTest::failing)) {
            assertThat(sources.size()).isEqualTo(4);
            sort(sources, read, refused);
        }
        assertThat(read).containsExactlyInAnyOrder("a", "z");
        assertThat(refused).containsExactlyInAnyOrder("closed: permission denied: closed", "torn: Input/output error");
    }

    private static void sort(ImportSources sources, List<String> read, List<String> refused) throws IOException {
        for (Optional<ImportSources.Source> at = sources.next(); at.isPresent(); at = sources.next()) {
            try (InputStream in = at.get().open()) {
                read.add(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                refused.add(Path.of(at.get().name()).getFileName() + ": " + e.getMessage());
            }
        }
    }

    @SuppressWarnings("StreamResourceLeak") // whoever asks closes it
    private static DirectoryStream<Path> failing(Path path) throws IOException {
        String name = String.valueOf(path.getFileName());
        if (name.equals("closed")) {
            throw new AccessDeniedException(name);
        }
        DirectoryStream<Path> files = Files.newDirectoryStream(path);
        return !name.equals("torn")
                ? files
                : new DirectoryStream<>() {
                    @Override
                    public Iterator<Path> iterator() {
                        return new Iterator<>() {
                            @Override
                            public boolean hasNext() {
                                throw new DirectoryIteratorException(new IOException("Input/output error"));
                            }

                            @Override
                            public Path next() {
                                throw new NoSuchElementException();
                            }
                        };
                    }

                    @Override
                    public void close() throws IOException {
                        files.close();
                    }
                };
    }

    private byte[] zip(String name, String content) throws IOException {
        Path path = folder.resolve(name);
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(path))) {
            zip.putNextEntry(new ZipEntry("one"));
            zip.write(content.getBytes(StandardCharsets.UTF_8));
        }
        return Files.readAllBytes(path);
    }
}
