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
import org.strongroom.dicom.Part10;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints what a file holds. */
@Command(
        name = "dump",
        description = "Print the data elements of a DICOM file, whether or not it is in an archive.",
        mixinStandardHelpOptions = true)
final class DumpCommand implements Callable<Integer> {
    /** A longer data set is printed up to its pixel data. */
    private static final int WHOLE_BYTES = 32 << 20;

    private final Invocation invocation;

    @Parameters(paramLabel = "FILE", description = "a DICOM file, with or without File Meta Information")
    private String file = "";

    @Option(names = "--longest", paramLabel = "N", description = "most characters of a value (default: 64)")
    private int longest = 64;

    DumpCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        if (longest < 4) {
            throw new Failure("--longest " + longest + " is less than 4");
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
        try (InputStream in = new BufferedInputStream(Files.newInputStream(path))) {
            Part10 part10 = Part10.open(in, Limits.DEFAULT);
            DataSetPrinter printer = new DataSetPrinter(invocation.out(), longest);
            if (!part10.meta().tags().isEmpty()) {
                invocation.out().println("# File Meta Information");
                printer.print(part10.meta());
            }
            invocation.out().println("# Data set, transfer syntax " + part10.syntax());
            print(part10, printer);
        }
    }

    private void print(Part10 part10, DataSetPrinter printer) throws IOException {
        byte[] bytes = part10.body().readNBytes(WHOLE_BYTES);
        boolean complete = part10.body().read() < 0;
        if (complete) {
            printer.print(DataSet.read(bytes, part10.syntax(), Limits.DEFAULT));
            return;
        }
        Optional<DataSet.Head> head = DataSet.readHead(bytes, bytes.length, false, part10.syntax(), Limits.DEFAULT);
        printer.print(head.map(DataSet.Head::elements)
                .orElseThrow(() -> new Failure("more than " + WHOLE_BYTES + " bytes before the pixel data")));
        invocation
                .out()
                .println("# Pixel data and what follows: not printed, the file is longer than " + (WHOLE_BYTES >> 20)
                        + " MiB");
    }
}
