package org.strongroom.server;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.deidentify.Deidentifier;
import org.strongroom.dicom.deidentify.Tally;

/** Takes one source after the other through the de-identifier into a folder. */
final class DeidentifyRun {
    private final Invocation invocation;
    private final Deidentifier deidentifier;
    private final PlainFolder folder;
    private final DeidentifyReport report;

    DeidentifyRun(Invocation invocation, Deidentifier deidentifier, PlainFolder folder, DeidentifyReport report) {
        this.invocation = invocation;
        this.deidentifier = deidentifier;
        this.folder = folder;
        this.report = report;
    }

    /** What came in can't be read, though the folder may be written. */
    private static final class UnreadException extends IOException {
        private static final long serialVersionUID = 1;

        UnreadException(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }

    /** Tells failures to read from failures to write. */
    private static final class Source extends FilterInputStream {
        Source(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            try {
                return in.read();
            } catch (IOException e) {
                throw new UnreadException(e);
            }
        }

        @Override
        public int read(byte[] bytes, int offset, int count) throws IOException {
            try {
                return in.read(bytes, offset, count);
            } catch (IOException e) {
                throw new UnreadException(e);
            }
        }
    }

    private static InputStream open(ImportSources.Source source) throws IOException {
        try {
            return new Source(source.open());
        } catch (IOException e) {
            throw new UnreadException(e);
        }
    }

    /** The exit status: 1 when a file was refused or the person stopped it. */
    int run(ImportSources sources) throws IOException {
        boolean stopped = false;
        try (Progress progress = new Progress(invocation, "de-identifying", sources.size())) {
            long done = 0;
            Optional<ImportSources.Source> source = sources.next();
            while (source.isPresent() && !stopped) {
                one(source.get());
                progress.at(++done);
                stopped = invocation.cancelled().getAsBoolean();
                source = sources.next();
            }
        }
        report.finish();
        report.summary(stopped).forEach(invocation.out()::println);
        invocation.out().println("in " + folder.path() + ": pixels were not looked at; see docs/deidentification.md");
        return stopped || report.refused() > 0 ? CommandLines.FAILED : CommandLines.DONE;
    }

    private void one(ImportSources.Source source) throws IOException {
        try {
            Deidentifier.Examination examination;
            try (InputStream in = open(source)) {
                examination = deidentifier.examine(in);
            }
            switch (examination) {
                case Deidentifier.Refused(var reason) -> report.refused(source.name(), reason.name(), reason.text());
                case Deidentifier.Ready ready -> write(source, ready);
            }
        } catch (DicomFormatException e) {
            report.refused(source.name(), "NOT_READABLE", Failure.describe(e));
        } catch (UnreadException e) {
            report.refused(source.name(), "NOT_READABLE", Failure.describe(e));
        }
    }

    private void write(ImportSources.Source source, Deidentifier.Ready ready) throws IOException {
        String name = ready.sopInstance().value() + ".dcm";
        AtomicReference<Optional<Tally>> tally = new AtomicReference<>(Optional.empty());
        PlainFolder.Content content = out -> {
            try (InputStream in = open(source)) {
                tally.set(Optional.of(deidentifier.write(ready, in, out)));
            }
        };
        if (!folder.has(name)) {
            folder.write(name, content);
            report.written(source.name(), tally.get().orElseThrow());
        } else if (folder.holds(name, content)) {
            report.there(source.name(), tally.get().orElseThrow());
        } else {
            report.refused(
                    source.name(),
                    "CONFLICT",
                    "would take the name of another file in the folder: the same SOP Instance UID with other content, or"
                            + " an earlier run with other options; name an empty folder with --out");
        }
    }
}
