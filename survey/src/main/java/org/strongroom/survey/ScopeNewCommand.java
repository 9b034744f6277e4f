package org.strongroom.survey;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.strongroom.dimse.AeTitle;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code survey scope new}: writes the file without which nothing is sent. */
@Command(
        name = "new",
        description = "Writes a scope file: who allows what to be looked at, and until when.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ScopeNewCommand implements Callable<Integer> {
    private final PrintStream out;
    private final Clock clock;

    @Option(names = "--owner", required = true, paramLabel = "NAME", description = "Who answers for the networks.")
    String owner = "";

    @Option(names = "--contact", required = true, paramLabel = "ADDRESS", description = "Where the owner is reached.")
    String contact = "";

    @Option(
            names = "--network",
            required = true,
            split = ",",
            paramLabel = "CIDR",
            description = "What may be looked at, for example 127.0.0.0/28; may be repeated. Loopback only for now.")
    List<String> networks = List.of();

    @Option(
            names = "--exclude",
            split = ",",
            paramLabel = "CIDR",
            description = "Never contacted, even inside a network; may be repeated.")
    List<String> excluded = List.of();

    @Option(
            names = "--ports",
            required = true,
            paramLabel = "LIST",
            description = "For example 104,2762,4242,11112-11120.")
    String ports = "";

    @Option(
            names = "--statement",
            paramLabel = "TEXT",
            description = "The sentence by which the owner allows it; a plain one is written where none is given.")
    Optional<String> statement = Optional.empty();

    @Option(names = "--from", paramLabel = "DAY", description = "First day, as 2026-11-21. Default: today.")
    Optional<String> from = Optional.empty();

    @Option(names = "--until", paramLabel = "DAY", description = "Last day. Default: 30 days after the first.")
    Optional<String> until = Optional.empty();

    @Option(
            names = "--called",
            split = ",",
            paramLabel = "AET",
            description = "AE titles to call others by, at most three. Default: ANY-SCP, COMMON, DCM4CHEE.")
    List<String> called = List.of();

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "The file to write; it must not exist.")
    Path file = Path.of("");

    ScopeNewCommand(PrintStream out, Clock clock) {
        this.out = out;
        this.clock = clock;
    }

    @Override
    public Integer call() throws IOException {
        LocalDate first = from.map(day -> ScopeFile.day("--from", day)).orElseGet(() -> LocalDate.now(clock));
        Scope scope = new Scope(
                owner,
                contact,
                statement.orElse(owner + " answers for these networks and allows this survey of them."),
                networks.stream().map(n -> Network.parse(n.strip())).toList(),
                excluded.stream().map(n -> Network.parse(n.strip())).toList(),
                Ports.parse(ports),
                first,
                until.map(day -> ScopeFile.day("--until", day)).orElse(first.plusDays(30)),
                Scope.CALLING_AE_TITLE,
                called.isEmpty()
                        ? Scope.CALLED_AE_TITLES
                        : called.stream().map(ScopeNewCommand::title).toList(),
                Scope.Rates.LOOPBACK,
                Scope.COUNT_CAP);
        try {
            ScopeFile.write(scope, file);
        } catch (FileAlreadyExistsException e) {
            throw new ScopeRefusedException(file + " exists already and was left as it is; name another file", e);
        }
        long targets = scope.addresses().count() * scope.ports().count();
        out.println("Scope written to " + file + ": " + targets + (targets == 1 ? " target" : " targets") + ", valid "
                + scope.validFrom() + " to " + scope.validUntil() + ".");
        out.println("Look with: strongroom survey run --scope " + file + " --out DIR");
        return Main.DONE;
    }

    private static AeTitle title(String text) {
        return ScopeFile.title("--called", text);
    }
}
