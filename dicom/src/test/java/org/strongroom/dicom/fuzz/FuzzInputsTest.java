package org.strongroom.dicom.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Plays what the fuzzer ever found, and what was kept for its sake, as plain tests: src/test/resources/hostile. */
class FuzzInputsTest {
    private static final Path KEPT = Path.of("src", "test", "resources", "hostile");
    private static final Duration LONGEST = Duration.ofSeconds(2);

    private static final Map<String, Consumer<byte[]>> TARGETS = new TreeMap<>(Map.of(
            "file", FileTarget::fuzzerTestOneInput,
            "implicit", ImplicitTarget::fuzzerTestOneInput,
            "explicit", ExplicitTarget::fuzzerTestOneInput,
            "big-endian", BigEndianTarget::fuzzerTestOneInput,
            "dicomdir", DicomdirTarget::fuzzerTestOneInput,
            "deflated", DeflatedTarget::fuzzerTestOneInput,
            "json", JsonTarget::fuzzerTestOneInput,
            "xml", XmlTarget::fuzzerTestOneInput,
            "deidentify", DeidentifyTarget::fuzzerTestOneInput,
            "character-set", CharacterSetTarget::fuzzerTestOneInput));

    static List<String> targets() {
        return List.copyOf(TARGETS.keySet());
    }

    @ParameterizedTest
    @MethodSource("targets")
    void what_was_found_once_holds_for_good(String target) throws IOException {
        Consumer<byte[]> play = TARGETS.get(target);
        List<Path> inputs;
        try (Stream<Path> files = Files.list(KEPT.resolve(target))) {
            inputs = files.sorted().toList();
        }
        assertThat(inputs).isNotEmpty();
        for (Path input : inputs) {
            byte[] bytes = Files.readAllBytes(input);
            assertTimeout(LONGEST, () -> play.accept(bytes), input.toString());
        }
    }

    @Test
    void every_folder_of_inputs_has_its_target() throws IOException {
        try (Stream<Path> folders = Files.list(KEPT)) {
            assertThat(folders.map(folder -> folder.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(TARGETS.keySet());
        }
    }
}
