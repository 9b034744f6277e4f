package org.strongroom.server;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.strongroom.dicom.Uid;
import org.strongroom.guard.Action;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Writes a study as DICOM files, PS3.10, not encrypted. */
@Command(name = "export", description = "Write a study to a folder as plain DICOM files. Needs a purpose and a reason.")
final class ExportCommand extends ArchiveCommand {
    @Option(names = "--study", paramLabel = "UID", required = true, description = "Study Instance UID")
    private String study = "";

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "where; DIR/UID/*.dcm is written")
    private String out = "";

    @Option(names = "--json", description = "print the report as JSON")
    private boolean json;

    @Mixin
    private Why why = new Why();

    ExportCommand(Invocation invocation) {
        super(invocation);
    }

    @Override
    int run(OpenArchive archive) throws IOException {
        Uid uid = Uid.parse(study).orElseThrow(() -> Failure.misuse("--study is not a UID: 1 to 64 digits and points"));
        Action.Retrieve action = new Action.Retrieve(
                Optional.empty(),
                List.of(uid),
                List.of(),
                List.of(),
                "export",
                Optional.of(why.reason(archive.directory())));
        ExportFolder folder = new ExportFolder(invocation, invocation.path(out), Optional.of(uid), json);
        return folder.export(archive, why.purpose(archive.directory()), action);
    }
}
