package org.strongroom.server;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.strongroom.archive.Retrieval;
import org.strongroom.archive.Retrieval.StoredInstance;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.Uid;
import org.strongroom.guard.Action;
import org.strongroom.guard.Outcome;
import org.strongroom.guard.Permit;
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

    private record Report(long found, long written, long there, long bytes, boolean stopped) {}

    @Override
    int run(OpenArchive archive) throws IOException {
        Uid uid = Uid.parse(study).orElseThrow(() -> new Failure("--study is not a UID: 1 to 64 digits and points"));
        Action.Retrieve action = new Action.Retrieve(
                Optional.empty(),
                List.of(uid),
                List.of(),
                List.of(),
                "export",
                Optional.of(why.reason(archive.directory())));
        Permit<Action.Retrieve> permit = archive.permit(invocation.user(), why.purpose(archive.directory()), action);
        Path folder = invocation.path(out).resolve(uid.value());
        Report report = new Report(0, 0, 0, 0, true);
        try {
            report = write(archive.archive().retrieve(permit), folder);
        } finally {
            archive.guard()
                    .settle(
                            permit,
                            new Outcome(
                                    !report.stopped(), Map.of("instances", report.written(), "bytes", report.bytes())));
        }
        if (report.found() == 0) {
            throw new Failure("no such study here: " + uid);
        }
        print(folder, report);
        return report.stopped() ? CommandLines.FAILED : CommandLines.DONE;
    }

    /** Writes what is not there yet; a file appears under its name when it is whole. */
    private Report write(Retrieval retrieval, Path folder) throws IOException {
        List<StoredInstance> instances = retrieval.instances();
        if (instances.isEmpty()) {
            return new Report(0, 0, 0, 0, false);
        }
        Files.createDirectories(folder);
        long written = 0;
        long there = 0;
        long bytes = 0;
        try (Progress progress = new Progress(invocation, "exporting", instances.size())) {
            for (StoredInstance instance : instances) {
                if (invocation.cancelled().getAsBoolean()) {
                    return new Report(instances.size(), written, there, bytes, true);
                }
                Path file = folder.resolve(name(instance.sopInstance()));
                if (Files.exists(file)) {
                    there++;
                } else {
                    bytes += write(instance, file);
                    written++;
                }
                progress.at(written + there);
            }
        }
        return new Report(instances.size(), written, there, bytes, false);
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

    private static long write(StoredInstance instance, Path file) throws IOException {
        Path unfinished = file.resolveSibling(file.getFileName() + ".part");
        long bytes;
        try (OutputStream plain = Files.newOutputStream(unfinished);
                Counting counting = new Counting(new BufferedOutputStream(plain, 1 << 16))) {
            counting.write(
                    Part10.header(instance.sopClass(), instance.sopInstance(), instance.syntax(), Optional.empty()));
            instance.writeTo(counting);
            bytes = counting.bytes();
        }
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return bytes;
    }

    private void print(Path folder, Report report) {
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
