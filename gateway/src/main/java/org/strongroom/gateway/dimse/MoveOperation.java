package org.strongroom.gateway.dimse;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.strongroom.archive.Retrieval;
import org.strongroom.archive.Retrieval.StoredInstance;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dimse.AeTitle;
import org.strongroom.dimse.DimseRequest.CMove;
import org.strongroom.dimse.Responses;
import org.strongroom.dimse.Status;
import org.strongroom.gateway.dimse.Destinations.Errand;
import org.strongroom.gateway.dimse.Destinations.Outbound;
import org.strongroom.gateway.dimse.Destinations.Proposed;
import org.strongroom.guard.DeviceRecord;

/**
 * The sub-operations of one C-MOVE. Instances go in their order; an association proposes what as many of them as fit
 * into 128 presentation contexts need, then the next is opened. One that breaks is replaced, a few times in all, so that one
 * instance the destination chokes on does not cost the rest.
 */
final class MoveOperation {
    private static final System.Logger LOG = System.getLogger(MoveOperation.class.getName());

    private static final int MOST_FAILED_ASSOCIATIONS = 3;

    /** A longer instance, in bytes, gains nothing from being sent before the answers to others: they are read first. */
    private static final long MOST_OVERLAPPED = 1 << 20;

    private static final Duration CANCEL_GRACE = Duration.ofMillis(500);

    private final Destinations destinations;
    private final DeviceRecord device;
    private final BooleanSupplier enrolled;
    private final CMove request;
    private final AeTitle originator;
    private final SubOperationCount count;
    private final Responses responses;

    private boolean unreachable;
    private int failedAssociations;

    /** Whether each instance waits for the answer to the one before: an association ended with several out. */
    private boolean oneByOne;

    /** Why whoever asked can't be told of progress any more. */
    private @Nullable IOException gone;

    private volatile boolean brokenOff;
    private volatile @Nullable Outbound open;
    private volatile @Nullable CompletableFuture<Outbound> calling;

    MoveOperation(
            Destinations destinations,
            DeviceRecord device,
            BooleanSupplier enrolled,
            CMove request,
            String originator,
            SubOperationCount count,
            Responses responses) {
        this.destinations = destinations;
        this.device = device;
        this.enrolled = enrolled;
        this.request = request;
        this.originator = new AeTitle(originator);
        this.count = count;
        this.responses = responses;
    }

    /** Sends all; returns whether it was cancelled. An {@link IOException} means that whoever asked is gone. */
    boolean send(Retrieval retrieval) throws IOException {
        responses.whenCancelled(this::breakOff);
        try {
            for (List<StoredInstance> page = count.of(retrieval.next());
                    !page.isEmpty();
                    page = count.of(retrieval.next())) {
                if (send(page)) {
                    return true;
                }
            }
            return false;
        } finally {
            hangUp();
        }
    }

    private boolean send(List<StoredInstance> page) throws IOException {
        int from = 0;
        while (from < page.size()) {
            Set<Proposed> contexts = new LinkedHashSet<>();
            int to = fit(page, from, contexts);
            if (send(new ArrayDeque<>(page.subList(from, to)), List.copyOf(contexts))) {
                return true;
            }
            hangUp();
            from = to;
        }
        return false;
    }

    private boolean send(Deque<StoredInstance> left, List<Proposed> contexts) throws IOException {
        do {
            while (!left.isEmpty() && !responses.cancelled()) {
                sendOne(left.remove(), contexts, left);
                checkPresent();
            }
            awaitAnswers(left);
            checkPresent();
        } while (!left.isEmpty() && !responses.cancelled());
        return brokenOff || !left.isEmpty();
    }

    /** Collects the contexts of the instances from an index on, as many as fit; returns the index of the first that does not. */
    private static int fit(List<StoredInstance> instances, int from, Set<Proposed> contexts) {
        int to = from;
        while (to < instances.size()) {
            Set<Proposed> more = new LinkedHashSet<>(contexts);
            more.addAll(needed(instances.get(to)));
            if (more.size() > Destinations.MOST_CONTEXTS) {
                return to;
            }
            contexts.addAll(more);
            to++;
        }
        return to;
    }

    /** As stored; for native ones also the two native little endian syntaxes, since every peer takes one (PS3.5 10.1). */
    private static List<Proposed> needed(StoredInstance instance) {
        Set<TransferSyntax> syntaxes = new LinkedHashSet<>();
        syntaxes.add(instance.syntax());
        if (!instance.syntax().encapsulated()) {
            syntaxes.add(TransferSyntax.ExplicitVRLittleEndian);
            syntaxes.add(TransferSyntax.ImplicitVRLittleEndian);
        }
        return syntaxes.stream()
                .map(syntax -> new Proposed(instance.sopClass(), syntax))
                .toList();
    }

    /** Asks each time whether the device may still have it: a long C-MOVE does not outlast its revocation. */
    private void sendOne(StoredInstance instance, List<Proposed> contexts, Deque<StoredInstance> left) {
        boolean allowed = enrolled.getAsBoolean();
        Outbound before = open;
        boolean hangsUp = before != null && (!allowed || before.isOver());
        if (hangsUp || instance.length() > MOST_OVERLAPPED) {
            awaitAnswers(left);
        }
        if (hangsUp) {
            hangUp();
        }
        if (!allowed) {
            failed(instance);
            return;
        }
        Optional<Outbound> outbound = outbound(contexts);
        if (outbound.isEmpty() && brokenOff) {
            left.addFirst(instance);
            return;
        }
        Optional<TransferSyntax> syntax =
                outbound.flatMap(o -> Syntaxes.forSending(instance.syntax(), o.accepted(instance.sopClass())));
        if (outbound.isEmpty() || syntax.isEmpty()) {
            failed(instance);
            return;
        }
        try {
            outbound.get().send(new Outgoing(instance, syntax.get()));
        } catch (IOException e) {
            log("instance not sent", e);
            if (outbound.get().hasEnded()) {
                lost(outbound.get(), Optional.of(instance), left);
            } else {
                failed(instance);
            }
            return;
        }
        if (oneByOne) {
            awaitAnswers(left);
        }
    }

    private void awaitAnswers(Deque<StoredInstance> left) {
        Outbound line = open;
        if (line == null) {
            return;
        }
        try {
            line.finish();
        } catch (IOException e) {
            log("no answer", e);
        }
        if (!line.outstanding().isEmpty()) {
            lost(line, Optional.empty(), left);
        }
    }

    /**
     * An association ended. One instance without an answer has failed; of several it is not known which the destination
     * choked on, so they go again one by one: what it has already, it has twice the same.
     */
    private void lost(Outbound line, Optional<StoredInstance> current, Deque<StoredInstance> left) {
        List<StoredInstance> unknown = new ArrayList<>();
        line.outstanding().forEach(instance -> unknown.add(instance.stored()));
        current.filter(instance -> !unknown.contains(instance)).ifPresent(unknown::add);
        line.abort();
        hangUp();
        if (unknown.size() > 1 && !oneByOne && !responses.cancelled()) {
            oneByOne = true;
            unknown.reversed().forEach(left::addFirst);
            return;
        }
        failedAssociations++;
        unknown.forEach(this::failed);
    }

    private void failed(StoredInstance instance) {
        count.failed(instance.sopInstance());
        tell();
    }

    private void answered(Outgoing instance, Status status) {
        count.sent(status, instance.sopInstance(), instance.stored().length());
        tell();
    }

    private void tell() {
        if (gone == null && count.now().remaining() > 0) {
            try {
                responses.progress(count.now());
            } catch (IOException e) {
                gone = e;
            }
        }
    }

    private void checkPresent() throws IOException {
        IOException why = gone;
        if (why != null) {
            throw why;
        }
    }

    /** The final status; where nothing was sent since nobody answered, it says so. */
    Status end(boolean cancelled) {
        Status status = count.end(cancelled);
        return unreachable && status.code() == Status.SUBOPERATIONS_FAILED.code()
                ? status.because("the destination does not answer, or refuses us")
                : status;
    }

    private Optional<Outbound> outbound(List<Proposed> contexts) {
        if (open == null && failedAssociations < MOST_FAILED_ASSOCIATIONS) {
            try {
                open = call(new Errand(request.destination(), originator, request.messageId(), contexts));
            } catch (IOException e) {
                if (!brokenOff) {
                    log("not opened", e);
                    unreachable = true;
                    // Not reachable now is not reachable a moment later; a device does not wait for three timeouts.
                    failedAssociations = MOST_FAILED_ASSOCIATIONS;
                }
            }
        }
        return Optional.ofNullable(open);
    }

    /** On a thread of its own, since a destination may take its time to answer, and a C-CANCEL doesn't wait for that. */
    private Outbound call(Errand errand) throws IOException {
        CompletableFuture<Outbound> answer = new CompletableFuture<>();
        calling = answer;
        Thread.ofVirtual().name("calling").start(() -> {
            try {
                Outbound line = destinations.call(device, errand, this::answered);
                if (!answer.complete(line)) {
                    line.close();
                }
            } catch (IOException | RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        if (responses.cancelled()) {
            brokenOff = true;
            abandon(answer);
        }
        try {
            return answer.join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case IOException cause -> throw cause;
                case RuntimeException cause -> throw cause;
                case null, default -> throw e;
            }
        } finally {
            calling = null;
        }
    }

    private static void abandon(CompletableFuture<Outbound> answer) {
        answer.completeExceptionally(new IOException("cancelled"));
    }

    /**
     * On a C-CANCEL: no sub-operation begins any more, and the one under way may end, but not take longer than whoever
     * cancels should wait. The destination drops what it has part of.
     */
    private void breakOff() {
        CompletableFuture<Outbound> answer = calling;
        if (answer != null) {
            brokenOff = true;
            abandon(answer);
        }
        try {
            Thread.sleep(CANCEL_GRACE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Outbound line = open;
        if (line != null) {
            brokenOff = true;
            line.abort();
        }
    }

    private void log(String how, IOException e) {
        LOG.log(
                Level.WARNING,
                "move.failed destination={0} {1}: {2}",
                request.destination(),
                how,
                Optional.ofNullable(e.getMessage()).orElse(e.getClass().getSimpleName()));
    }

    private void hangUp() {
        Outbound line = open;
        if (line != null) {
            line.close();
            open = null;
        }
    }
}
