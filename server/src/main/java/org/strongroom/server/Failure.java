package org.strongroom.server;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Objects;
import org.strongroom.dicom.DicomFormatException;

/** Why a command could not do its work: one line for the person at the terminal that says what, where and what to do. */
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean misuse;

    Failure(String message) {
        this(message, false);
    }

    private Failure(String message, boolean misuse) {
        super(oneLine(message));
        this.misuse = misuse;
    }

    /** The command line itself can't be carried out, whatever the archive holds. */
    static Failure misuse(String message) {
        return new Failure(message, true);
    }

    boolean isMisuse() {
        return misuse;
    }

    /** What to tell of any exception; never the text of one that may carry a value. */
    static String describe(Throwable thrown) {
        return switch (thrown) {
            case Failure failure -> String.valueOf(failure.getMessage());
            case DicomFormatException format -> oneLine(String.valueOf(format.getMessage()));
            case NoSuchFileException missing -> oneLine("no such file or folder: " + missing.getFile());
            case FileNotFoundException missing -> oneLine("cannot be opened: " + missing.getMessage());
            case AccessDeniedException denied -> oneLine("permission denied: " + denied.getFile());
            case FileAlreadyExistsException exists -> oneLine("exists already: " + exists.getFile());
            case NotDirectoryException file -> oneLine("not a folder: " + file.getFile());
            case DirectoryNotEmptyException full -> oneLine("folder is not empty: " + full.getFile());
            case UncheckedIOException unchecked ->
                describe(
                        Objects.requireNonNullElse(unchecked.getCause(), new IOException("reading or writing failed")));
            case IOException io when io.getMessage() != null -> oneLine(String.valueOf(io.getMessage()));
            default -> "internal error: " + where(thrown);
        };
    }

    /** The type of an exception and where it arose, without its text. */
    static String where(Throwable thrown) {
        StackTraceElement[] trace = thrown.getStackTrace();
        StringBuilder text = new StringBuilder(thrown.getClass().getSimpleName());
        for (int i = 0; i < Math.min(3, trace.length); i++) {
            String type = trace[i].getClassName();
            text.append(i == 0 ? " at " : " < ")
                    .append(type.substring(type.lastIndexOf('.') + 1))
                    .append('.')
                    .append(trace[i].getMethodName())
                    .append(':')
                    .append(trace[i].getLineNumber());
        }
        return text.toString();
    }

    /** Control characters would let a file name write on the terminal or into the next line of a log. */
    static String oneLine(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ").strip();
    }
}
