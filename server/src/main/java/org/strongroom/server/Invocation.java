package org.strongroom.server;

import java.io.PrintStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Where and for whom a command runs: at a terminal, or inside the server for a client of its control socket.
 *
 * @param user the name the operating system has for the person
 * @param folder what relative paths in arguments are relative to
 * @param progress whether progress is drawn: standard error is a terminal
 * @param cancelled whether the person has gone away, so that a long command stops at the next object
 * @param running the archive the server has open; empty in a process of its own
 */
record Invocation(
        PrintStream out,
        PrintStream err,
        Path folder,
        String user,
        boolean progress,
        BooleanSupplier cancelled,
        Optional<OpenArchive> running) {
    /** A path given as an argument. */
    Path path(String argument) {
        try {
            return folder.resolve(argument).normalize();
        } catch (InvalidPathException e) {
            throw new Failure("not a path: " + argument);
        }
    }
}
