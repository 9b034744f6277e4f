package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts a person starts, in a checkout of their own whose JDK and Maven only note that they were called. */
class LauncherTest {
    /** Makes the start-up cache in a second, and says when two do so at once, or in the same place. */
    private static final String JAVA = """
            #!/bin/sh
            cache=
            for word; do case $word in -XX:AOTCacheOutput=*) cache=${word#*=} ;; esac; done
            [ -n "$cache" ] || { echo started >>"$NOTES/started"; exit 0; }
            mkdir "$NOTES/rehearsing" "$word" || { echo "two at once" >>"$NOTES/clash"; exit 1; }
            sleep 1
            echo cache >"$cache"
            echo configuration >"$cache.config"
            echo made >>"$NOTES/made"
            rmdir "$NOTES/rehearsing"
            """;

    @TempDir
    Path folder = Path.of("");

    private Path target = Path.of("");
    private Path lock = Path.of("");

    @BeforeEach
    void checkOut() throws IOException {
        String root = System.getProperty("strongroom.root", "");
        Assumptions.assumeFalse(root.isEmpty(), "skipped: strongroom.root is not set");
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "skipped: no /bin/sh");
        Files.createDirectories(folder.resolve("tools"));
        for (String name : List.of("strongroom", "check", "pom.xml", "tools/jdk.sh")) {
            Files.copy(Path.of(root, name), folder.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
        }
        script("jdk/bin/java", JAVA);
        script("jdk/bin/javac", "#!/bin/sh\n");
        Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"25\"\n");
        Files.createDirectories(folder.resolve("survey/target"));
        target = Files.createDirectories(folder.resolve("server/target"));
        lock = target.resolve("build.lock");
        Files.createDirectories(target.resolve("lib"));
        Files.writeString(target.resolve("strongroom-server.jar"), "jar");
        Files.writeString(folder.resolve("survey/target/built"), "");
        Files.writeString(target.resolve("built"), "");
        Files.setLastModifiedTime(folder.resolve("pom.xml"), FileTime.from(Instant.EPOCH));
    }

    private void script(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private Process start(Map<String, String> environment, String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("output").toFile()));
        builder.environment().remove("STRONGROOM_START_CACHE");
        builder.environment().put("JAVA_HOME", folder.resolve("jdk").toString());
        builder.environment().put("NOTES", folder.toString());
        builder.environment().putAll(environment);
        return builder.start();
    }

    private void awaitSuccess(Process process) throws IOException, InterruptedException {
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ended").isTrue();
            assertThat(process.exitValue()).as(output()).isZero();
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private String output() throws IOException {
        return Files.readString(folder.resolve("output"));
    }

    private List<String> leftInTarget() throws IOException {
        try (Stream<Path> files = Files.list(target)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private void assertWhole() throws IOException {
        assertThat(folder.resolve("clash")).doesNotExist();
        assertThat(target.resolve("start.aot")).hasContent("cache");
        assertThat(leftInTarget())
                .containsExactly("built", "lib", "rehearsal.log", "start.aot", "strongroom-server.jar");
    }

    @Test
    void starts_at_once_make_one_start_up_cache() throws Exception {
        List<Process> starts = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            starts.add(start(Map.of(), "./strongroom", "doctor"));
        }
        for (Process process : starts) {
            awaitSuccess(process);
        }
        assertThat(folder.resolve("started")).hasContent("started\nstarted\nstarted\nstarted");
        assertThat(folder.resolve("made")).hasContent("made");
        assertWhole();
    }

    @Test
    void the_build_waits_for_its_turn_to_make_the_cache() throws Exception {
        Process first = start(Map.of("STRONGROOM_BUILD", "cache"), "./strongroom");
        Process second = start(Map.of("STRONGROOM_BUILD", "cache"), "./strongroom");
        awaitSuccess(first);
        awaitSuccess(second);
        assertThat(folder.resolve("made")).hasContent("made\nmade");
        assertThat(folder.resolve("started")).doesNotExist();
        assertWhole();
    }

    @Test
    void locks_of_the_dead_keep_nobody_waiting() throws Exception {
        Files.createDirectory(lock);
        Files.setLastModifiedTime(lock, FileTime.from(Instant.now().minusSeconds(130)));
        awaitSuccess(start(Map.of("STRONGROOM_BUILD", "cache"), "./strongroom"));
        Process gone = start(Map.of(), "/bin/sh", "-c", "exit 0");
        awaitSuccess(gone);
        Files.createDirectory(lock);
        Files.writeString(lock.resolve("pid"), gone.pid() + "\n");
        awaitSuccess(start(Map.of("STRONGROOM_BUILD", "cache"), "./strongroom"));
        assertThat(output()).doesNotContain("waiting");
        assertWhole();
    }

    @Test
    void a_lock_that_has_just_been_taken_is_not_dead() throws Exception {
        Files.createDirectory(lock);
        awaitSuccess(start(Map.of(), "./strongroom", "doctor"));
        assertThat(lock).exists();
        assertThat(folder.resolve("made")).doesNotExist();
        assertThat(folder.resolve("started")).hasContent("started");
    }

    @Test
    void the_check_says_that_there_is_no_corpus() throws Exception {
        script("mvnw", "#!/bin/sh\necho mvnw \"$@\"\n");
        Files.writeString(folder.resolve("tools/packages.txt"), "# none\n");
        Path checkOut = Files.createDirectory(folder.resolve("check-out"));
        for (String name : List.of("check", "mvnw", "pom.xml", "tools")) {
            Files.move(folder.resolve(name), checkOut.resolve(name));
        }
        awaitSuccess(start(Map.of(), "./check-out/check"));
        assertThat(output())
                .startsWith("No corpus of DICOM files in ./../shared/data")
                .contains("mvnw -B");

        Files.delete(folder.resolve("output"));
        Files.createDirectories(folder.resolve("shared/data"));
        Files.writeString(folder.resolve("shared/data/MANIFEST.tsv"), "");
        awaitSuccess(start(Map.of(), "./check-out/check"));
        assertThat(output()).startsWith("mvnw -B").contains("verify");
    }
}
