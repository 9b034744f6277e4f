package org.strongroom.server;

import java.io.BufferedInputStream;
import java.io.BufferedWriter;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DataSetPrinter;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Dictionary;
import org.strongroom.dicom.Irregularity;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Outline;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.model.BulkReferences;
import org.strongroom.dicom.model.DicomJsonWriter;
import org.strongroom.dicom.model.NativeXmlWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints what a file holds, of any length: long values are told by their lengths, not read. */
@Command(
        name = "dump",
        description = "Print the data elements of a DICOM file, whether or not it is in an archive.",
        mixinStandardHelpOptions = true)
final class DumpCommand implements Callable<Integer> {
    /** Values that are longer are passed over in a file. */
    private static final long LONGEST_READ = 1 << 20;

    /** All that is read of a file: it is held up to three times, beside its index. */
    private static final int MOST_READ =
            (int) Math.min(256 << 20, Runtime.getRuntime().maxMemory() / 4);

    private static final int BUFFERED = 1 << 15;

    private final Invocation invocation;

    @Parameters(
            paramLabel = "FILE",
            arity = "1..*",
            description = "DICOM files, with or without File Meta Information, or folders of them")
    private List<String> files = List.of();

    @Option(
            names = "--tag",
            paramLabel = "TAG",
            description =
                    "only elements of this keyword or tag (PatientID, 00100020 or 0010,0020), with their items; may be repeated")
    private List<String> only = List.of();

    @Option(names = "--longest", paramLabel = "N", description = "most characters of a value (default: 64)")
    private int longest = 64;

    @Option(
            names = "--json",
            description = "the data set in the DICOM JSON Model (PS3.18 annex F), without File Meta Information")
    private boolean json;

    @Option(
            names = "--xml",
            description = "the data set as a Native DICOM Model (PS3.19), without File Meta Information")
    private boolean xml;

    @Option(
            names = "--longest-bulk",
            paramLabel = "BYTES",
            description =
                    "with --json and --xml: longer values outside sequences become a URI file:FILE#OFFSET,LENGTH (default: 1024)")
    private int longestBulk = 1024;

    DumpCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        if (longest < 4) {
            throw new Failure("--longest " + longest + " is less than 4");
        }
        if (longestBulk < 0) {
            throw new Failure("--longest-bulk " + longestBulk + " is less than 0");
        }
        if (json && xml) {
            throw new Failure("--json and --xml: one of them");
        }
        Set<Tag> tags = only.stream().map(DumpCommand::tag).collect(Collectors.toSet());
        List<Path> paths = paths();
        if ((json || xml) && (paths.size() > 1 || !tags.isEmpty())) {
            throw new Failure("--json and --xml are for one whole file");
        }
        boolean several = paths.size() > 1;
        int failed = 0;
        for (Path path : paths) {
            if (several) {
                invocation.out().println("# " + path);
            }
            try {
                print(path, tags);
            } catch (DicomFormatException e) {
                if (!several) {
                    throw new Failure(path + ": " + e.getMessage());
                }
                invocation.out().println("# not read: " + e.getMessage());
                failed++;
            }
        }
        if (failed > 0) {
            throw new Failure(failed + " of " + paths.size() + " files not read");
        }
        return CommandLines.DONE;
    }

    /** The files named, and those in folders in order of their paths; links in folders are not followed. */
    private List<Path> paths() throws IOException {
        List<Path> paths = new ArrayList<>();
        for (String file : files) {
            Path path = invocation.path(file);
            if (Files.isDirectory(path)) {
                try (Stream<Path> inside = Files.walk(path)) {
                    inside.filter(each -> Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS))
                            .sorted()
                            .forEach(paths::add);
                }
            } else {
                paths.add(path);
            }
        }
        if (paths.isEmpty()) {
            throw new Failure("no files in " + String.join(" ", files));
        }
        return paths;
    }

    private static Tag tag(String text) {
        String digits = text.replaceAll("[(),]", "");
        if (digits.matches("[0-9A-Fa-f]{8}")) {
            return new Tag(Integer.parseUnsignedInt(digits, 16));
        }
        return Dictionary.standard()
                .keyword(text)
                .map(Dictionary.Entry::tag)
                .orElseThrow(() -> new Failure("--tag " + text + " is neither a keyword nor a tag"));
    }

    private void print(Path path, Set<Tag> tags) throws IOException {
        try (Counted in = new Counted(new BufferedInputStream(Files.newInputStream(path)))) {
            Part10 part10 = Part10.open(in, Limits.DEFAULT);
            // What is taken of the file less what of it waits in the body's first part.
            long bodyAt = in.count() - part10.body().available();
            DataSet dataSet = outline(path, part10, bodyAt);
            if (json) {
                DicomJsonWriter writer = new DicomJsonWriter(
                        invocation.out(), DicomJsonWriter.Layout.INDENTED, references(path, part10, bodyAt));
                writer.write(dataSet);
                writer.flush();
            } else if (xml) {
                new NativeXmlWriter(invocation.out(), DicomJsonWriter.Layout.INDENTED, references(path, part10, bodyAt))
                        .write(dataSet);
            } else {
                printForPeople(part10, dataSet, tags, part10.syntax().deflated() ? -1 : bodyAt);
            }
            if (json || xml) {
                tellWhatIsLeftOut(path, dataSet);
            }
        }
    }

    /** Through a buffer: the stream of the invocation passes on what it gets piece by piece. */
    private void printForPeople(Part10 part10, DataSet dataSet, Set<Tag> tags, long bodyAt) throws IOException {
        try (Writer out = new BufferedWriter(
                new OutputStreamWriter(new Unclosed(invocation.out()), StandardCharsets.UTF_8), BUFFERED)) {
            DataSetPrinter printer = new DataSetPrinter(out, longest, bodyAt);
            if (!tags.isEmpty()) {
                printer.print(part10.meta(), tags);
                printer.print(dataSet, tags);
                return;
            }
            if (!part10.meta().tags().isEmpty()) {
                out.append("# File Meta Information\n");
                printer.print(part10.meta());
            }
            String syntax = Dictionary.standard().uidName(part10.syntax().uid()).orElse("unknown");
            out.append("# Data set, transfer syntax " + part10.syntax() + " " + syntax + "\n");
            printer.print(dataSet);
            Set<Irregularity> irregularities = EnumSet.noneOf(Irregularity.class);
            irregularities.addAll(part10.irregularities());
            irregularities.addAll(part10.meta().irregularities());
            irregularities.addAll(dataSet.irregularities());
            for (Irregularity irregularity : irregularities) {
                out.append("# not as the standard has it: " + irregularity.words() + "\n");
            }
        }
    }

    /** A model has each tag once and nothing behind the data set. */
    private void tellWhatIsLeftOut(Path path, DataSet dataSet) {
        Set<Irregularity> all = dataSet.irregularities();
        for (Irregularity lost : List.of(Irregularity.DUPLICATE_ELEMENT, Irregularity.TRAILING_BYTES)) {
            if (all.contains(lost)) {
                invocation.err().println("strongroom dump: " + Failure.oneLine(path + ": left out: " + lost.words()));
            }
        }
    }

    /** Flushed where others are closed. */
    private static final class Unclosed extends FilterOutputStream {
        Unclosed(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) throws IOException {
            out.write(bytes, offset, count);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }

    private DataSet outline(Path path, Part10 part10, long bodyAt) throws IOException {
        // What is passed over in a deflated file has no place that a URI could name.
        long longestBulkRead = part10.syntax().deflated() ? MOST_READ : longestBulk;
        long longestRead = json || xml ? longestBulkRead : LONGEST_READ;
        if (!Files.isRegularFile(path)) {
            return Outline.read(part10.body(), part10.syntax(), Limits.DEFAULT, longestRead, MOST_READ);
        }
        // Opened again: what is passed over in a file needs no reading.
        try (InputStream body = Files.newInputStream(path)) {
            body.skipNBytes(bodyAt);
            return Outline.read(body, part10.syntax(), Limits.DEFAULT, longestRead, MOST_READ);
        }
    }

    /** What the outline passed over, by its place in the file; of a deflated one everything is written out. */
    private static BulkReferences references(Path path, Part10 part10, long bodyAt) {
        if (part10.syntax().deflated()) {
            return BulkReferences.NONE;
        }
        String uri = path.toUri().toString();
        return (where, vr, position, length, elsewhere) ->
                elsewhere ? Optional.of(uri + "#" + (bodyAt + position) + "," + length) : Optional.empty();
    }
}
