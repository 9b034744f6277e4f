package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.testkit.Programs;

/** A release is made with the JDK of release/jdk.txt and no other. */
class ReleaseJdkTest {
    @TempDir
    Path jdk = Path.of("");

    private Path release = Path.of("");
    private String pinned = "";

    @BeforeEach
    void read() throws IOException {
        String root = System.getProperty("strongroom.root", "");
        Assumptions.assumeFalse(root.isEmpty(), "skipped: strongroom.root is not set");
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "skipped: no /bin/sh");
        release = Path.of(root, "release");
        pinned = Files.readString(release.resolve("jdk.txt"))
                .lines()
                .filter(line -> !line.startsWith("#"))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private Programs.Run of(String facts, String allowed) throws IOException, InterruptedException {
        Files.writeString(jdk.resolve("release"), facts);
        return Programs.run(
                Duration.ofSeconds(30), "/bin/sh", release.resolve("pinned.sh").toString(), jdk.toString(), allowed);
    }

    @Test
    void the_pinned_one_is_taken_whatever_else_its_file_says() throws Exception {
        String facts = "OS_ARCH=\"aarch64\"\n" + pinned + "LIBC=\"gnu\"\n";
        assertThat(of(facts, "pinned")).isEqualTo(new Programs.Run(0, "pinned\n"));
        assertThat(of(facts, "any")).isEqualTo(new Programs.Run(0, "pinned\n"));
    }

    @Test
    void another_vendor_or_version_is_refused_in_one_line_that_names_both() throws Exception {
        for (String other : new String[] {
            pinned.replaceFirst("IMPLEMENTOR=\"[^\"]*\"", "IMPLEMENTOR=\"Somebody\""),
            pinned.replaceFirst("(?m)^JAVA_VERSION=\"[^\"]*\"", "JAVA_VERSION=\"99\""),
            ""
        }) {
            Programs.Run run = of(other, "pinned");
            assertThat(run.exit()).isEqualTo(1);
            assertThat(run.output().lines()).hasSize(1);
            assertThat(run.output()).contains(pinned.lines().toList());
            assertThat(other.lines())
                    .allSatisfy(line -> assertThat(run.output()).contains(line));
        }
    }

    @Test
    void another_one_makes_a_trial_where_any_will_do() throws Exception {
        assertThat(of(pinned.replaceFirst("IMPLEMENTOR=\"[^\"]*\"", "IMPLEMENTOR=\"Somebody\""), "any"))
                .isEqualTo(new Programs.Run(0, "unpinned\n"));
    }
}
