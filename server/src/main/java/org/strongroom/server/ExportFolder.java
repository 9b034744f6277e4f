package org.strongroom.server;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.channels.ClosedByInterruptException;
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
    private static final int MOST_NAMED = 20;

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

    private record Report(long found, long written, long there, long bytes, long unread, boolean stopped) {
        boolean complete() {
            return !stopped && unread == 0;
        }
    }

    /** A stored object can't be read, though the others may be. */
    private static final class UnreadException extends IOException {
        private static final long serialVersionUID = 1;

        UnreadException(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }

    /** Remembers whether it was the writing that failed. */
    private static final class Target extends FilterOutputStream {
        private boolean failed;

        Target(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) throws IOException {
            failed = true;
            out.write(bytes, offset, count);
            failed = false;
        }
    }

    private static PlainFolder.Content content(StoredInstance instance) {
        return out -> {
            Target target = new Target(out);
            try {
                instance.writeFileTo(target);
            } catch (ClosedByInterruptException | InterruptedIOException e) {
                throw e;
            } catch (IOException e) {
                throw target.failed ? e : new UnreadException(e);
            }
        };
    }

    /** Asks guard, writes what the permit opens, settles and reports; returns the exit status. */
    int export(OpenArchive archive, Purpose purpose, Action.Retrieve action) throws IOException {
        Permit<Action.Retrieve> permit = archive.permit(invocation.user(), purpose, action);
        Report report = new Report(0, 0, 0, 0, 0, true);
        try {
            report = write(archive.archive().retrieve(permit));
        } finally {
            archive.guard()
                    .settle(
                            permit,
                            new Outcome(
                                    report.complete(), Map.of("instances", report.written(), "bytes", report.bytes())));
        }
        if (report.found() == 0) {
            throw new Failure("no such study, series or instance here");
        }
        print(report);
        return report.complete() ? CommandLines.DONE : CommandLines.FAILED;
    }

    /** Writes what is not there yet, or was cut short or altered since; a file appears under its name when it is whole. */
    private Report write(Retrieval retrieval) throws IOException {
        List<StoredInstance> page = retrieval.next();
        if (page.isEmpty()) {
            return new Report(0, 0, 0, 0, 0, false);
        }
        // Whoever may write in the folder above could put another in the place of this one.
        PlainFolder.open(out).close();
        long written = 0;
        long there = 0;
        long bytes = 0;
        long unread = 0;
        try (PlainFolder plain = PlainFolder.open(folder);
                Progress progress = new Progress(invocation, "exporting", retrieval.count())) {
            for (; !page.isEmpty(); page = retrieval.next()) {
                for (StoredInstance instance : page) {
                    if (invocation.cancelled().getAsBoolean()) {
                        return new Report(retrieval.count(), written, there, bytes, unread, true);
                    }
                    String name = name(instance.sopInstance());
                    try {
                        if (plain.holds(name, content(instance))) {
                            there++;
                        } else {
                            bytes += plain.write(name, content(instance));
                            written++;
                        }
                    } catch (UnreadException e) {
                        if (unread++ < MOST_NAMED) {
                            invocation
                                    .err()
                                    .println("instance " + instance.sopInstance() + " can't be read: "
                                            + Failure.describe(e) + "; bring its pack back from a backup");
                        }
                    }
                    progress.at(written + there + unread);
                }
            }
        }
        return new Report(retrieval.count(), written, there, bytes, unread, false);
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
            fields.put("unread", report.unread());
            fields.put("complete", report.complete());
            invocation.out().println(Json.text(fields));
            return;
        }
        invocation
                .out()
                .println("found " + report.found() + ", written " + report.written() + " (" + report.bytes()
                        + " bytes), already there " + report.there()
                        + (report.unread() > 0 ? ", can't be read " + report.unread() : "")
                        + (report.stopped() ? ", stopped before the end" : ""));
        invocation
                .out()
                .println("in " + folder + ": these files are not encrypted; delete them when they are not needed.");
    }
}
