package org.strongroom.server;

import java.io.IOException;
import java.time.Duration;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uids;
import org.strongroom.dimse.Association;
import org.strongroom.dimse.Status;
import picocli.CommandLine.Command;

/** C-ECHO, PS3.4 annex A. */
@Command(name = "echo", description = "Ask a peer whether it answers (C-ECHO).")
final class EchoCommand extends PeerCommand {

    EchoCommand(Invocation invocation) {
        super(invocation);
    }

    @Override
    int run(Line line) throws IOException {
        long start = System.nanoTime();
        try (Association association =
                associate(line, line.proposal().context(Uids.Verification, TransferSyntax.ImplicitVRLittleEndian))) {
            Status status = association.echo();
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            invocation.out().println(line.called() + " answered: " + text(status) + " (" + took.toMillis() + " ms)");
            return status.isSuccess() ? CommandLines.DONE : CommandLines.FAILED;
        }
    }
}
