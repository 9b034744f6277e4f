package org.strongroom.gateway.dimse;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.strongroom.archive.Retrieval;
import org.strongroom.archive.Retrieval.StoredInstance;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dimse.AeTitle;
import org.strongroom.dimse.DimseRequest.CMove;
import org.strongroom.dimse.Responses;
import org.strongroom.dimse.Status;
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

    private final Destinations destinations;
    private final DeviceRecord device;
    private final BooleanSupplier enrolled;
    private final CMove request;
    private final AeTitle originator;
    private final SubOperationCount count;
    private final Responses responses;

    private boolean unreachable;
    private int failedAssociations;
    private @Nullable Outbound open;

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
        for (List<StoredInstance> page = retrieval.next(); !page.isEmpty(); page = retrieval.next()) {
            if (send(page)) {
                return true;
            }
        }
        return false;
    }

    private boolean send(List<StoredInstance> instances) throws IOException {
        try {
            int from = 0;
            while (from < instances.size()) {
                Set<Proposed> contexts = new LinkedHashSet<>();
                int to = fit(instances, from, contexts);
                for (StoredInstance instance : instances.subList(from, to)) {
                    if (responses.cancelled()) {
                        return true;
                    }
                    sendOne(instance, List.copyOf(contexts));
                    if (count.now().remaining() > 0) {
                        responses.progress(count.now());
                    }
                }
                hangUp();
                from = to;
            }
            return false;
        } finally {
            hangUp();
        }
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
    private void sendOne(StoredInstance instance, List<Proposed> contexts) {
        if (!enrolled.getAsBoolean()) {
            hangUp();
            count.failed(instance.sopInstance());
            return;
        }
        if (open != null && open.isOver()) {
            hangUp();
        }
        Optional<Outbound> outbound = outbound(contexts);
        Optional<TransferSyntax> syntax =
                outbound.flatMap(o -> Syntaxes.forSending(instance.syntax(), o.accepted(instance.sopClass())));
        if (outbound.isEmpty() || syntax.isEmpty()) {
            count.failed(instance.sopInstance());
            return;
        }
        try {
            Status answer = outbound.get().store(new Outgoing(instance, syntax.get()), originator, request.messageId());
            count.sent(answer, instance.sopInstance(), instance.length());
        } catch (IOException e) {
            count.failed(instance.sopInstance());
            failed("instance not sent", e);
            if (outbound.get().isOver()) {
                failedAssociations++;
                hangUp();
            }
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
                open = destinations.call(device, request.destination(), contexts);
            } catch (IOException e) {
                failed("not opened", e);
                unreachable = true;
                // Not reachable now is not reachable a moment later; a device does not wait for three timeouts.
                failedAssociations = MOST_FAILED_ASSOCIATIONS;
            }
        }
        return Optional.ofNullable(open);
    }

    private void failed(String how, IOException e) {
        LOG.log(
                Level.WARNING,
                "move.failed destination={0} {1}: {2}",
                request.destination(),
                how,
                Optional.ofNullable(e.getMessage()).orElse(e.getClass().getSimpleName()));
    }

    private void hangUp() {
        if (open != null) {
            open.close();
            open = null;
        }
    }
}
