package org.strongroom.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.strongroom.archive.StoreOutcome;
import org.strongroom.archive.StoreRequest;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.SpecificCharacterSet;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.Uids;
import org.strongroom.guard.Action;
import org.strongroom.guard.Outcome;
import org.strongroom.guard.Permit;
import org.strongroom.guard.Purpose;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes files into the archive. What is there already is recognised, so an import that was cut off is run again. */
@Command(
        name = "import",
        description = "Take files into the archive: folders, zips, the folder of a DICOMDIR. Run again to resume.")
final class ImportCommand extends ArchiveCommand {
    /** Enough that they share a sync, few enough to be a guest in the server. */
    private static final int AT_ONCE = 8;

    private static final int MOST_REASONS = 1000;

    @Parameters(paramLabel = "PATH", arity = "1..*", description = "folder, zip, DICOMDIR or file")
    private List<String> paths = List.of();

    @Option(
            names = "--charset",
            paramLabel = "TERMS",
            description = "character set of files that declare none, as (0008,0005) would have it: \"ISO_IR 100\"")
    private Optional<String> charset = Optional.empty();

    private Optional<SpecificCharacterSet> assumed = Optional.empty();

    @Option(names = "--json", description = "print the report as JSON")
    private boolean json;

    ImportCommand(Invocation invocation) {
        super(invocation);
    }

    /** What became of the files. */
    private static final class Report {
        private final AtomicLong taken = new AtomicLong();
        private final AtomicLong bytes = new AtomicLong();
        private final AtomicLong duplicates = new AtomicLong();
        private final AtomicLong conflicts = new AtomicLong();
        private final AtomicLong directories = new AtomicLong();
        private final AtomicLong refused = new AtomicLong();
        private final AtomicLong missing = new AtomicLong();
        private final ConcurrentLinkedQueue<Told> told = new ConcurrentLinkedQueue<>();
        private final AtomicLong toTell = new AtomicLong();

        private final AtomicLong handedOut = new AtomicLong();
        private long counted;

        /** More than were counted where files were added meanwhile. */
        long found() {
            return Math.max(counted, handedOut.get());
        }

        boolean isClean() {
            return refused.get() == 0 && missing.get() == 0 && done() == found();
        }

        private record Told(String what, String file, String why) {}

        long done() {
            return taken.get() + duplicates.get() + conflicts.get() + directories.get() + refused.get();
        }

        void refuse(String file, String why) {
            refused.incrementAndGet();
            tell("refused", file, why);
        }

        /** An object with the UID of a stored one and other bytes. */
        void differ(String file) {
            conflicts.incrementAndGet();
            tell("kept", file, "other bytes than the stored object with its UID, which stays the one given out");
        }

        /** What a DICOMDIR lists and its folder does not hold. */
        void miss(String directory, String what) {
            missing.incrementAndGet();
            tell("refused", directory, what);
        }

        private void tell(String what, String file, String why) {
            if (toTell.incrementAndGet() <= MOST_REASONS) {
                told.add(new Told(what, file, why));
            }
        }
    }

    @Override
    int run(OpenArchive archive) throws IOException {
        assumed = AssumedCharacterSet.of(charset);
        List<Path> places = paths.stream().map(invocation::path).toList();
        Permit<Action.Store> permit = archive.permit(invocation.user(), Purpose.HOPERAT, new Action.Store("import"));
        Report report = new Report();
        try (ImportSources sources = ImportSources.of(places)) {
            report.counted = sources.size();
            store(archive, permit, sources, report);
        } finally {
            archive.guard()
                    .settle(
                            permit,
                            new Outcome(
                                    report.isClean(),
                                    Map.of(
                                            "instances", report.taken.get(),
                                            "bytes", report.bytes.get(),
                                            "conflicts", report.conflicts.get(),
                                            "failed", report.refused.get() + report.missing.get())));
        }
        print(report.found(), report);
        return report.isClean() ? CommandLines.DONE : CommandLines.FAILED;
    }

    private void store(OpenArchive archive, Permit<Action.Store> permit, ImportSources sources, Report report)
            throws IOException {
        try (Progress progress = new Progress(invocation, "importing", sources.size());
                ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                running.add(workers.submit(() -> {
                    work(archive, permit, sources, report, progress);
                    return true;
                }));
            }
            for (Future<?> one : running) {
                await(one);
            }
        }
    }

    private void work(
            OpenArchive archive, Permit<Action.Store> permit, ImportSources sources, Report report, Progress progress)
            throws IOException {
        while (!invocation.cancelled().getAsBoolean() && !Instant.now().isAfter(permit.until())) {
            Optional<ImportSources.Source> source = sources.next();
            if (source.isEmpty()) {
                return;
            }
            report.handedOut.incrementAndGet();
            store(archive, permit, source.get(), report);
            progress.at(report.done());
        }
    }

    private static void await(Future<?> worker) throws IOException {
        try {
            worker.get();
        } catch (ExecutionException e) {
            throw new IOException(
                    "the import stopped: " + Failure.describe(e.getCause() == null ? e : e.getCause()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the import was interrupted");
        }
    }

    private void store(OpenArchive archive, Permit<Action.Store> permit, ImportSources.Source source, Report report) {
        try (InputStream in = source.open()) {
            Part10 file = Part10.open(in, Limits.DEFAULT);
            Optional<Uid> sopClass = file.meta().get(Attributes.MediaStorageSOPClassUID);
            if (sopClass.filter(Uids.MediaStorageDirectoryStorage::equals).isPresent()) {
                report.directories.incrementAndGet();
                compare(file, source, report);
                return;
            }
            // What the data set says counts, as for store: programs that give copies new UIDs forget the meta
            // information.
            StoreRequest request = new StoreRequest(
                    Optional.empty(),
                    Optional.empty(),
                    file.syntax(),
                    file.body(),
                    "import",
                    assumed.or(() -> Part10.assumedCharacterSet(file.meta())));
            count(source, archive.archive().store(permit, request), report);
        } catch (DicomFormatException | IOException e) {
            report.refuse(source.name(), Failure.describe(e));
        }
    }

    private static void compare(Part10 directory, ImportSources.Source source, Report report) {
        Optional<Path> folder = source.path().map(Path::toAbsolutePath).map(Path::getParent);
        if (folder.isEmpty()) {
            return; // in a zip file, whose own directory says what is there
        }
        try {
            FileSet.compare(
                    directory,
                    folder.get(),
                    missing -> report.miss(source.name(), missing + " is listed and not there"));
        } catch (IOException e) {
            report.miss(source.name(), Failure.describe(e));
        }
    }

    private static void count(ImportSources.Source source, StoreOutcome outcome, Report report) {
        switch (outcome) {
            case StoreOutcome.Stored(long bytes) -> {
                report.taken.incrementAndGet();
                report.bytes.addAndGet(bytes);
            }
            case StoreOutcome.Duplicate _ -> report.duplicates.incrementAndGet();
            case StoreOutcome.Conflict(long bytes) -> {
                report.differ(source.name());
                report.bytes.addAndGet(bytes);
            }
            case StoreOutcome.Refused(StoreOutcome.Cause _, String message, List<Tag> elements) ->
                report.refuse(source.name(), message + (elements.isEmpty() ? "" : " at " + elements));
        }
    }

    private void print(long found, Report report) {
        long left = found - report.done();
        if (json) {
            Map<String, Object> fields = new TreeMap<>();
            fields.put("found", found);
            fields.put("taken", report.taken.get());
            fields.put("bytes", report.bytes.get());
            fields.put("duplicates", report.duplicates.get());
            fields.put("conflicts", report.conflicts.get());
            fields.put("directories", report.directories.get());
            fields.put("refused", report.refused.get());
            fields.put("missing", report.missing.get());
            fields.put("notReached", left);
            fields.put(
                    "reasons",
                    report.told.stream()
                            .map(one -> Map.of("file", one.file(), "what", one.what(), "why", one.why()))
                            .collect(Collectors.toList()));
            invocation.out().println(Json.text(fields));
            return;
        }
        for (Report.Told one : report.told) {
            invocation.err().println(one.what() + " " + one.file() + ": " + one.why());
        }
        if (report.toTell.get() > MOST_REASONS) {
            invocation.err().println("and " + (report.toTell.get() - MOST_REASONS) + " more");
        }
        invocation
                .out()
                .println("found " + found + ": taken " + report.taken + " (" + report.bytes + " bytes), there already "
                        + report.duplicates + ", same UID with other bytes " + report.conflicts + ", directories "
                        + report.directories + ", refused " + report.refused
                        + (report.missing.get() > 0 ? ", listed and missing " + report.missing : "")
                        + (left > 0 ? ", not reached " + left : ""));
    }
}
