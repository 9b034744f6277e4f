package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Making an archive is cut short at some moment, or two processes make one in the same folder. */
class UnfinishedTest {
    @TempDir
    Path folder = Path.of("");

    private DataDirectory directory = new DataDirectory(Path.of(""), Path.of(""));

    @BeforeEach
    void name() {
        Path root = folder.resolve("archive");
        directory = new DataDirectory(root, root.resolve("keys"));
    }

    @Test
    void what_was_cut_short_cannot_be_opened_and_is_made_anew() throws Exception {
        Path elsewhere = Files.writeString(folder.resolve("elsewhere"), "kept");
        try (Unfinished _ = Unfinished.begin(directory)) {
            InitCommand.create(directory, "anna"); // and never finished
        }
        Files.createSymbolicLink(directory.data().resolve("link"), elsewhere);
        Files.writeString(directory.root().resolve("notes.txt"), "a user's");
        byte[] key = Files.readAllBytes(directory.keys().resolve("master.key"));
        assertThatThrownBy(() -> OpenArchive.open(directory)).hasMessageContaining("was not made to its end");

        try (Unfinished unfinished = Unfinished.begin(directory)) {
            InitCommand.create(directory, "anna");
            unfinished.finish();
        }

        OpenArchive.open(directory).close();
        assertThat(Files.readAllBytes(directory.keys().resolve("master.key"))).isNotEqualTo(key);
        assertThat(elsewhere).content().isEqualTo("kept");
        assertThat(directory.root().resolve("notes.txt")).exists();
        assertThatThrownBy(() -> Unfinished.begin(directory)).hasMessageContaining("is not empty");
    }

    @Test
    void the_second_of_two_that_make_one_is_told_and_leaves_the_first_alone() throws Exception {
        try (Unfinished first = Unfinished.begin(directory)) {
            InitCommand.create(directory, "anna");
            assertThatThrownBy(() -> Unfinished.begin(directory)).hasMessageContaining("another process is making");
            first.finish();
        }
        OpenArchive.open(directory).close();
    }

    @Test
    void a_mark_laid_beside_images_destroys_nothing() throws Exception {
        InitCommand.create(directory, "anna");
        Path pack = Files.writeString(
                Files.createDirectories(directory.data().resolve("packs")).resolve("00000001.pack"), "images");
        Files.createFile(directory.root().resolve("unfinished"));

        assertThatThrownBy(() -> Unfinished.begin(directory)).hasMessageContaining("there are images in");

        assertThat(pack).content().isEqualTo("images");
        assertThat(directory.keys().resolve("master.key")).exists();
    }
}
