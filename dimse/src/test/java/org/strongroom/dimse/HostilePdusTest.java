package org.strongroom.dimse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.strongroom.testkit.hostile.HostileCase;
import org.strongroom.testkit.hostile.HostileCase.Target;
import org.strongroom.testkit.hostile.HostileInputs;
import org.strongroom.testkit.hostile.HostilePlayer;

/** Every hostile PDU ends as expected, in less than two seconds, in a process that has less than 512 MB. */
final class HostilePdusTest {
    private static final long LONGEST_MILLIS = 2000;
    private static final long MOST_KILOBYTES = 512 << 10;
    private static final Path KEPT = Path.of("src", "test", "resources", "hostile");

    private static final Map<Target, HostilePlayer.Parser> PARSERS = Map.of(
            Target.PDU, HostilePdusTest::pdu,
            Target.USER_INFORMATION, (_, input) -> UserInformationItem.read(new PduCursor(input.readAllBytes(), 0)),
            Target.COMMAND_SET, (_, input) -> CommandSet.read(input.readAllBytes()));

    private static final Map<String, Consumer<byte[]>> FUZZ_TARGETS = Map.of(
            "pdu", PduTarget::fuzzerTestOneInput,
            "user-information", UserInformationTarget::fuzzerTestOneInput,
            "command-set", CommandSetTarget::fuzzerTestOneInput,
            "dimse-stream", StreamTarget::fuzzerTestOneInput);

    @Test
    void every_hostile_pdu_ends_as_expected_in_little_time_and_memory() throws Exception {
        HostilePlayer.Report report = HostilePlayer.inOwnProcess(HostilePdusTest.class, "128m");
        List<HostileCase> cases = HostileInputs.of(PARSERS.keySet());
        System.out.println("HostilePdusTest: " + cases.size() + " inputs, longest " + report.longestMillis()
                + " ms, most " + report.mostKilobytes() / 1024 + " MB");
        assertThat(report.otherwise(cases, LONGEST_MILLIS)).isEmpty();
        assertThat(report.mostKilobytes()).isBetween(1L, MOST_KILOBYTES);
    }

    @Test
    void what_the_fuzzer_found_once_holds_for_good() throws IOException {
        for (Map.Entry<String, Consumer<byte[]>> target : FUZZ_TARGETS.entrySet()) {
            try (Stream<Path> inputs = Files.list(KEPT.resolve(target.getKey()))) {
                for (Path input : inputs.sorted().toList()) {
                    byte[] bytes = Files.readAllBytes(input);
                    assertTimeout(Duration.ofSeconds(2), () -> target.getValue().accept(bytes), input.toString());
                }
            }
        }
    }

    /** The process of its own. */
    public static void main(String... arguments) throws Exception {
        HostilePlayer.play(PARSERS, Set.of(PduException.class), System.out);
    }

    private static void pdu(HostileCase each, InputStream input) throws IOException {
        byte[] bytes = input.readAllBytes();
        Pdu pdu = Pdu.decode(bytes[0] & 0xFF, Arrays.copyOfRange(bytes, Pdu.HEADER_LENGTH, bytes.length));
        if (pdu.encode().length == 0) {
            throw new AssertionError(each.name());
        }
    }
}
