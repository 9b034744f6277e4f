package org.strongroom.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.strongroom.archive.Retrieval;
import org.strongroom.archive.Retrieval.StoredInstance;
import org.strongroom.dicom.Uid;
import org.strongroom.guard.Action;
import org.strongroom.guard.Outcome;
import org.strongroom.guard.Permit;
import org.strongroom.guard.Purpose;

/** A folder that a person takes instances out to, as plain DICOM files. */
final class ExportFolder {
    private final Invocation invocation;
    private final Path out;
    private final Path folder;
    private final boolean json;

    /** @param study to write into a folder of its own in {@code out} */
    ExportFolder(Invocation invocation, Path out, Optional<Uid> study, boolean json) {
        this.invocation = invocation;
        this.out = out;
        this.folder = study.map(uid -> out.resolve(uid.value())).orElse(out);
        this.json = json;
    }

    private record Report(long found, long written, long there, long bytes, boolean stopped) {}

    /** Asks guard, writes what the permit opens, settles and reports; returns the exit status. */
    int export(OpenArchive archive, Purpose purpose, Action.Retrieve action) throws IOException {
        Permit<Action.Retrieve> permit = archive.permit(invocation.user(), purpose, action);
        Report report = new Report(0, 0, 0, 0, true);
        try {
            report = write(archive.archive().retrieve(permit));
        } finally {
            archive.guard()
                    .settle(
                            permit,
                            new Outcome(
                                    !report.stopped(), Map.of("instances", report.written(), "bytes", report.bytes())));
        }
        if (report.found() == 0) {
            throw new Failure("no such study, series or instance here");
        }
        print(report);
        return report.stopped() ? CommandLines.FAILED : CommandLines.DONE;
    }

    /** Writes what is not there yet, or was cut short or altered since; a file appears under its name when it is whole. */
    private Report write(Retrieval retrieval) throws IOException {
        List<StoredInstance> page = retrieval.next();
        if (page.isEmpty()) {
            return new Report(0, 0, 0, 0, false);
        }
        // Whoever may write in the folder above could put another in the place of this one.
        PlainFolder.open(out).close();
        long written = 0;
        long there = 0;
        long bytes = 0;
        try (PlainFolder plain = PlainFolder.open(folder);
                Progress progress = new Progress(invocation, "exporting", retrieval.count())) {
            for (; !page.isEmpty(); page = retrieval.next()) {
                for (StoredInstance instance : page) {
                    if (invocation.cancelled().getAsBoolean()) {
                        return new Report(retrieval.count(), written, there, bytes, true);
                    }
                    String name = name(instance.sopInstance());
                    if (plain.holds(name, instance::writeFileTo)) {
                        there++;
                    } else {
                        bytes += plain.write(name, instance::writeFileTo);
                        written++;
                    }
                    progress.at(written + there);
                }
            }
        }
        return new Report(retrieval.count(), written, there, bytes, false);
    }

    /** The name is ours: nothing that came over the wire becomes part of a path. */
    private static String name(Uid sopInstance) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest(sopInstance.value().getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(hash, 0, 12) + ".dcm";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is missing from this Java", e);
        }
    }

    private void print(Report report) {
        if (json) {
            Map<String, Object> fields = new TreeMap<>();
            fields.put("folder", folder.toString());
            fields.put("found", report.found());
            fields.put("written", report.written());
            fields.put("alreadyThere", report.there());
            fields.put("bytes", report.bytes());
            fields.put("complete", !report.stopped());
            invocation.out().println(Json.text(fields));
            return;
        }
        invocation
                .out()
                .println("found " + report.found() + ", written " + report.written() + " (" + report.bytes()
                        + " bytes), already there " + report.there()
                        + (report.stopped() ? ", stopped before the end" : ""));
        invocation
                .out()
                .println("in " + folder + ": these files are not encrypted; delete them when they are not needed.");
    }
}
