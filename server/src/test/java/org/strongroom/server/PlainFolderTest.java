package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images in clear go where nobody else can read them, nor lead the writer elsewhere. */
class PlainFolderTest {
    @TempDir
    Path folder = Path.of("");

    private static final PlainFolder.Content CONTENT = out -> out.write("image".getBytes(StandardCharsets.US_ASCII));

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private Path made(String name, String permissions) throws IOException {
        Path made = Files.createDirectory(folder.resolve(name));
        return Files.setPosixFilePermissions(made, PosixFilePermissions.fromString(permissions));
    }

    private static void assertRefused(Path path, String why) {
        assertThatThrownBy(() -> PlainFolder.open(path).close())
                .isInstanceOf(Failure.class)
                .hasMessageContaining(why)
                .hasMessageContaining("--out")
                .hasMessageNotContaining("\n");
    }

    @Test
    void folders_and_files_are_made_for_their_owner_alone() throws Exception {
        Path out = folder.resolve("a/b");
        try (PlainFolder plain = PlainFolder.open(out)) {
            assertThat(plain.has("1.dcm")).isFalse();
            assertThat(plain.write("1.dcm", CONTENT)).isEqualTo(5);
            assertThat(plain.has("1.dcm")).isTrue();
        }
        assertThat(mode(folder.resolve("a"))).isEqualTo("rwx------");
        assertThat(mode(out)).isEqualTo("rwx------");
        assertThat(mode(out.resolve("1.dcm"))).isEqualTo("rw-------");
        try (Stream<Path> all = Files.list(out)) {
            assertThat(all).containsExactly(out.resolve("1.dcm"));
        }
    }

    @Test
    void what_was_cut_short_or_altered_is_not_held_and_is_replaced() throws Exception {
        Path out = folder.resolve("out");
        try (PlainFolder plain = PlainFolder.open(out)) {
            assertThat(plain.holds("1.dcm", CONTENT)).isFalse();
            plain.write("1.dcm", CONTENT);
            assertThat(plain.holds("1.dcm", CONTENT)).isTrue();
            for (String other : List.of("", "imag", "imagE", "images")) {
                Files.writeString(out.resolve("1.dcm"), other);
                assertThat(plain.holds("1.dcm", CONTENT)).as(other).isFalse();
            }
            plain.write("1.dcm", CONTENT);
            assertThat(plain.holds("1.dcm", CONTENT)).isTrue();
        }
        try (Stream<Path> all = Files.list(out)) {
            assertThat(all).containsExactly(out.resolve("1.dcm"));
        }
    }

    @Test
    void a_symbolic_link_is_not_a_folder_to_write_to() throws Exception {
        Path elsewhere = made("elsewhere", "rwx------");
        assertRefused(Files.createSymbolicLink(folder.resolve("link"), elsewhere), "symbolic link");
        assertRefused(Files.createSymbolicLink(folder.resolve("nowhere"), folder.resolve("missing")), "symbolic link");
        assertThat(elsewhere).isEmptyDirectory();
    }

    @Test
    void a_folder_that_others_may_write_in_is_refused_and_one_that_they_may_read_is_not() throws Exception {
        assertRefused(made("group", "rwxrwx---"), "chmod go-w");
        assertRefused(made("all", "rwxrwxrwx"), "chmod go-w");
        PlainFolder.open(made("read", "rwxr-xr-x")).close();
    }

    @Test
    void a_folder_of_another_user_is_refused() throws Exception {
        Path other = made("other", "rwxr-xr-x");
        try {
            UserPrincipal nobody =
                    other.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
            Files.setOwner(other, nobody);
        } catch (IOException e) {
            Assumptions.abort("skipped: only root can give a folder away");
        }
        assertRefused(other, "belongs to nobody");
        assertThat(other).isEmptyDirectory();
    }

    @Test
    void a_planted_link_is_neither_followed_nor_overwritten() throws Exception {
        Path victim = Files.writeString(folder.resolve("victim"), "precious");
        Path out = made("out", "rwx------");
        Files.createSymbolicLink(out.resolve("1.dcm.part"), victim);
        Files.createSymbolicLink(out.resolve("2.dcm"), victim);
        try (PlainFolder plain = PlainFolder.open(out)) {
            plain.write("1.dcm", CONTENT);
            assertThatThrownBy(() -> plain.has("2.dcm"))
                    .isInstanceOf(Failure.class)
                    .hasMessageContaining("not a file");
        }
        assertThat(victim).hasContent("precious");
        assertThat(out.resolve("1.dcm")).hasContent("image").isRegularFile();
        assertThat(Files.isSymbolicLink(out.resolve("1.dcm"))).isFalse();
    }

    @Test
    void a_file_that_fails_leaves_nothing_behind_and_what_a_killed_export_left_is_made_anew() throws Exception {
        Path out = made("out", "rwx------");
        Files.writeString(out.resolve("1.dcm.part"), "half of an image, longer than the whole");
        try (PlainFolder plain = PlainFolder.open(out)) {
            assertThatThrownBy(() -> plain.write("2.dcm", file -> {
                        file.write(1);
                        throw new IOException("a segment does not authenticate");
                    }))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("authenticate");
            plain.write("1.dcm", CONTENT);
        }
        try (Stream<Path> all = Files.list(out)) {
            assertThat(all).containsExactly(out.resolve("1.dcm"));
        }
        assertThat(out.resolve("1.dcm")).hasContent("image");
    }

    @Test
    void renaming_the_folder_while_it_is_written_to_leads_nowhere_else() throws Exception {
        Path out = made("out", "rwx------");
        Path moved = folder.resolve("moved");
        Path trap = made("trap", "rwx------");
        try (PlainFolder plain = PlainFolder.open(out)) {
            Files.move(out, moved);
            Files.createSymbolicLink(out, trap);
            plain.write("1.dcm", CONTENT);
        }
        assertThat(trap).isEmptyDirectory();
        assertThat(moved.resolve("1.dcm")).hasContent("image");
    }
}
