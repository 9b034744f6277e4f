package org.strongroom.server;

import java.io.IOException;
import java.util.Set;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.Association;
import org.strongroom.dimse.Status;
import org.strongroom.dimse.SubOperations;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** C-MOVE, PS3.4 annex C. */
@Command(name = "move", description = "Ask a peer to send instances to a third (C-MOVE).")
final class MoveCommand extends KeysCommand {
    /** PS3.4 C.4.2.1.5. */
    private static final int MOVE_DESTINATION_UNKNOWN = 0xA801;

    @Option(names = "--to-aet", paramLabel = "AET", required = true, description = "AE title the instances go to")
    private String destination = "";

    MoveCommand(Invocation invocation) {
        super(invocation);
    }

    @Override
    String asked() {
        return " --to-aet " + destination + super.asked();
    }

    @Override
    int run(Line line) throws IOException {
        if (keys.isEmpty()) {
            throw Failure.misuse("which? for example: -k StudyInstanceUID=1.2.3");
        }
        Uid model = keys.model(Keys.Service.MOVE);
        DataSet identifier = keys.identifier(Set.of());
        try (Progress progress = new Progress(invocation, "moving", 0);
                Association association = associate(
                        line,
                        line.proposal()
                                .context(
                                        model,
                                        TransferSyntax.ExplicitVRLittleEndian,
                                        TransferSyntax.ImplicitVRLittleEndian))) {
            Status status = association.move(
                    model,
                    identifier,
                    title("--to-aet", destination),
                    counts -> progress.at(counts.completed() + counts.warning()));
            if (status.code() == MOVE_DESTINATION_UNKNOWN) {
                throw new Failure(
                        line.called() + " does not send to " + destination + " (status A801): it knows no such"
                                + " device with an address, or this one may not move to it; see device add --address, --move-to");
            }
            status.counts().ifPresent(done -> {
                count("instances", done.completed() + done.warning());
                count("failed", done.failed());
            });
            String counts = status.counts().map(MoveCommand::text).orElse("");
            invocation.out().println(line.called() + " answered: " + text(status) + counts);
            return status.isSuccess() ? CommandLines.DONE : CommandLines.FAILED;
        }
    }

    private static String text(SubOperations counts) {
        return " (completed " + counts.completed() + ", failed " + counts.failed() + ", warnings " + counts.warning()
                + ")";
    }
}
