package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.archive.StoreOutcome;
import org.strongroom.guard.Action;
import org.strongroom.guard.Outcome;
import org.strongroom.guard.Permit;
import org.strongroom.guard.Purpose;

/** What an archive leaves on the disk is its owner's alone, whatever the folder above it allows. */
class PrivateArchiveTest {
    @TempDir
    Path folder = Path.of("");

    @Test
    void every_file_of_an_archive_in_use_is_private() throws Exception {
        Path root = folder.resolve("archive");
        DataDirectory directory = new DataDirectory(root, root.resolve("keys"));
        InitCommand.create(directory, "anna");
        try (OpenArchive archive = OpenArchive.open(directory)) {
            DemoStudies.Instance instance = DemoStudies.makers().get(121).make();
            Permit<Action.Store> permit = archive.permit("anna", Purpose.HOPERAT, new Action.Store("test"));
            StoreOutcome outcome = archive.archive().store(permit, instance.request("TEST"));
            assertThat(outcome).isNotInstanceOf(StoreOutcome.Refused.class);
            archive.guard().settle(permit, new Outcome(true, Map.of("instances", 1L)));
            assertPrivate(root);
        }
        assertPrivate(root);
    }

    private static void assertPrivate(Path root) throws Exception {
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : all.toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                        .as(path.toString())
                        .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------");
            }
        }
    }
}
