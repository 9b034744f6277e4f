package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ControlDoorTest {
    @TempDir
    Path folder = Path.of("");

    private DataDirectory make() throws Exception {
        Path root = folder.resolve("archive");
        DataDirectory directory = new DataDirectory(root, root.resolve("keys"));
        InitCommand.create(directory, System.getProperty("user.name"));
        return directory;
    }

    @Test
    @Timeout(30)
    void commands_are_taken_again_after_accepting_has_failed() throws Exception {
        DataDirectory directory = make();
        AtomicInteger failures = new AtomicInteger(2);
        ControlDoor.Acceptor acceptor = listener -> {
            if (failures.getAndDecrement() > 0) {
                throw new IOException("Too many open files");
            }
            return listener.accept();
        };
        ControlDoor.Runner runner = (invocation, arguments) -> {
            invocation.out().println(arguments);
            return 7;
        };
        try (OpenArchive archive = OpenArchive.open(directory);
                ControlDoor _ = new ControlDoor(directory, archive, runner, acceptor)) {
            ByteArrayOutputStream said = new ByteArrayOutputStream();
            PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
            Invocation invocation = new Invocation(out, out, folder, "tester", false, () -> false, Optional.empty());
            assertThat(ControlClient.forward(directory, invocation, List.of("device", "list")))
                    .contains(7);
            assertThat(said.toString(StandardCharsets.UTF_8)).isEqualTo("[device, list]\n");
        }
    }

    @Test
    void there_is_none_where_files_have_no_owners() throws Exception {
        try (OpenArchive archive = OpenArchive.open(make());
                FileSystem plain = FileSystems.newFileSystem(folder.resolve("files.zip"), Map.of("create", true))) {
            assertThat(plain.supportedFileAttributeViews()).doesNotContain("posix");
            DataDirectory there = new DataDirectory(plain.getPath("/"), plain.getPath("/keys"));
            assertThat(ControlDoor.open(there, archive, (_, _) -> 0)).isEmpty();
            assertThat(Files.exists(there.run())).isFalse();
        }
    }
}
