package org.strongroom.server;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DataSetPrinter;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Outline;
import org.strongroom.dicom.Part10;
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

    /** All that is read of a file. */
    private static final int MOST_READ = 256 << 20;

    /** Of a deflated file, which can't be passed over in parts. */
    private static final int MOST_DEFLATED = 32 << 20;

    private final Invocation invocation;

    @Parameters(paramLabel = "FILE", description = "a DICOM file, with or without File Meta Information")
    private String file = "";

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
        Path path = invocation.path(file);
        if (Files.isDirectory(path)) {
            throw new Failure("a folder, not a file: " + path);
        }
        try {
            print(path);
        } catch (DicomFormatException e) {
            throw new Failure(path + ": " + e.getMessage());
        }
        return CommandLines.DONE;
    }

    private void print(Path path) throws IOException {
        try (Counted in = new Counted(new BufferedInputStream(Files.newInputStream(path)))) {
            Part10 part10 = Part10.open(in, Limits.DEFAULT);
            // What is taken of the file less what of it waits in the body's first part.
            long bodyAt = in.count() - part10.body().available();
            DataSet dataSet = part10.syntax().deflated() ? deflated(part10) : outline(path, part10, bodyAt);
            if (json) {
                DicomJsonWriter writer = new DicomJsonWriter(
                        invocation.out(), DicomJsonWriter.Layout.INDENTED, references(path, part10, bodyAt));
                writer.write(dataSet);
                writer.flush();
            } else if (xml) {
                new NativeXmlWriter(invocation.out(), DicomJsonWriter.Layout.INDENTED, references(path, part10, bodyAt))
                        .write(dataSet);
            } else {
                printForPeople(part10, dataSet);
            }
        }
    }

    private void printForPeople(Part10 part10, DataSet dataSet) throws IOException {
        DataSetPrinter printer = new DataSetPrinter(invocation.out(), longest);
        if (!part10.meta().tags().isEmpty()) {
            invocation.out().println("# File Meta Information");
            printer.print(part10.meta());
        }
        invocation.out().println("# Data set, transfer syntax " + part10.syntax());
        printer.print(dataSet);
    }

    private DataSet outline(Path path, Part10 part10, long bodyAt) throws IOException {
        long longestRead = json || xml ? longestBulk : LONGEST_READ;
        if (!Files.isRegularFile(path)) {
            return Outline.read(part10.body(), part10.syntax(), Limits.DEFAULT, longestRead, MOST_READ);
        }
        // Opened again: what is passed over in a file needs no reading.
        try (InputStream body = Files.newInputStream(path)) {
            body.skipNBytes(bodyAt);
            return Outline.read(body, part10.syntax(), Limits.DEFAULT, longestRead, MOST_READ);
        }
    }

    private static DataSet deflated(Part10 part10) throws IOException {
        byte[] bytes = part10.body().readNBytes(MOST_DEFLATED);
        if (part10.body().read() >= 0) {
            throw new Failure("more than " + (MOST_DEFLATED >> 20) + " MiB of a deflated data set");
        }
        return DataSet.read(bytes, part10.syntax(), Limits.DEFAULT);
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
