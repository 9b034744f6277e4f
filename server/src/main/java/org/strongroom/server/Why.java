package org.strongroom.server;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.strongroom.guard.Purpose;
import picocli.CommandLine.Option;

/** The purpose and the reason that reading patients' data needs; a demo's archive supplies its own. */
final class Why {
    /** Administration is no purpose to read for. */
    private static final Set<Purpose> READING = EnumSet.complementOf(EnumSet.of(Purpose.HSYSADMIN));

    @Option(
            names = "--purpose",
            paramLabel = "CODE",
            description = "purpose of use (HL7): TREAT, ETREAT, HPAYMT, HOPERAT, HRESCH, PATRQT, PUBHLTH")
    private Optional<String> purpose = Optional.empty();

    @Option(names = "--reason", paramLabel = "TEXT", description = "why, in your words; kept in the audit log")
    private Optional<String> reason = Optional.empty();

    Purpose purpose(DataDirectory directory) {
        if (purpose.isEmpty() && directory.isDemo()) {
            return Purpose.TREAT;
        }
        String code = purpose.orElseThrow(Why::missing).toUpperCase(Locale.ROOT);
        return READING.stream()
                .filter(one -> one.name().equals(code))
                .findFirst()
                .orElseThrow(() -> Failure.misuse("--purpose " + code + " is none of "
                        + READING.stream().map(Enum::name).collect(Collectors.joining(", "))));
    }

    String reason(DataDirectory directory) {
        if (reason.isEmpty() && directory.isDemo()) {
            return "demonstration";
        }
        return reason.filter(text -> !text.isBlank()).orElseThrow(Why::missing);
    }

    private static Failure missing() {
        return Failure.misuse("reading patients' data needs --purpose CODE and --reason TEXT, for example:"
                + " --purpose TREAT --reason \"second opinion\"");
    }
}
