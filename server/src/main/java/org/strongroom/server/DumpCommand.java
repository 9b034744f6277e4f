package org.strongroom.server;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints what a file holds. */
@Command(
        name = "dump",
        description = "Print the data elements of a DICOM file, whether or not it is in an archive.",
        mixinStandardHelpOptions = true)
final class DumpCommand implements Callable<Integer> {
    private final Invocation invocation;

    @Parameters(paramLabel = "FILE", description = "a DICOM file, with or without File Meta Information")
    private String file = "";

    DumpCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() {
        throw new Failure("cannot print " + invocation.path(file) + " yet");
    }
}
