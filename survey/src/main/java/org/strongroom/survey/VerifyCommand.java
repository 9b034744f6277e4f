package org.strongroom.survey;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code survey verify}: reads the chain of a packet log again. */
@Command(
        name = "verify",
        description = "Checks that no line of a run's packet log was taken out, altered or moved.",
        mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {
    private final PrintStream out;

    @Parameters(paramLabel = "DIR", description = "The folder of the run.")
    Path folder = Path.of("");

    VerifyCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() throws IOException {
        PacketLog.Verified verified = PacketLog.verify(folder.resolve("packets.log"));
        if (verified.damagedLine() != 0) {
            out.println(
                    "Line " + verified.damagedLine() + " doesn't fit the chain: the log was altered there or before.");
        } else if (!verified.ended()) {
            out.println("The chain holds, but the log has no end: the run was killed, or lines were cut off.");
        } else {
            out.println("The chain holds over " + verified.lines() + " lines. Head: " + verified.head());
        }
        return verified.intact() ? Main.DONE : Main.FAILED;
    }
}
