package org.strongroom.dimse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.strongroom.dicom.DataSet;

/**
 * The matches of a C-FIND, read from the network as they are asked for; walked through once. {@link #close} before the
 * end sends C-CANCEL and waits for the performer to stop. Failures of the network come as {@link UncheckedIOException}.
 */
public final class Matches implements Iterable<DataSet>, Association.Unfinished, AutoCloseable {
    private final Association association;
    private final AcceptedContext context;
    private final int messageId;
    private @Nullable DataSet next;
    private @Nullable Status status;

    Matches(Association association, AcceptedContext context, int messageId) {
        this.association = association;
        this.context = context;
        this.messageId = messageId;
    }

    /** The one walk through the matches: every call goes on where the last one stopped. */
    @Override
    public Iterator<DataSet> iterator() {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return fetch() != null;
            }

            @Override
            public DataSet next() {
                DataSet match = fetch();
                if (match == null) {
                    throw new NoSuchElementException("no further match");
                }
                next = null;
                return match;
            }
        };
    }

    private @Nullable DataSet fetch() {
        try {
            while (next == null && status == null) {
                advance(true);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return next;
    }

    /** The status of the last response; empty until the matches have ended, or were closed. */
    public Optional<Status> status() {
        return Optional.ofNullable(status);
    }

    /** Takes one match without reading it; false at the end. */
    boolean skip() throws IOException {
        return status == null && advance(false);
    }

    /** Says whether a match came, rather than the end. */
    private boolean advance(boolean wanted) throws IOException {
        Answers.Answer answer = association.answer(messageId, context, wanted);
        if (!answer.status().isPending()) {
            status = answer.status();
            association.concluded(this);
            return false;
        }
        next = answer.identifier().orElse(null);
        return true;
    }

    @Override
    public void close() throws IOException {
        if (!association.hasEnded()) {
            finish();
        }
    }

    /** Cancels, and reads on until the last response; a performer that does not stop is aborted. */
    @Override
    public void finish() throws IOException {
        finish(association.timeouts().response());
    }

    /** The same, for a performer that is given less time to stop. */
    void finish(Duration patience) throws IOException {
        next = null;
        if (status != null) {
            return;
        }
        association.cancel();
        long by = System.nanoTime() + patience.toNanos();
        while (status == null) {
            advance(false);
            if (status == null && System.nanoTime() - by > 0) {
                association.abort();
                throw new AssociationAborted(AssociationAborted.By.US, "the called side goes on in spite of C-CANCEL");
            }
        }
    }
}
