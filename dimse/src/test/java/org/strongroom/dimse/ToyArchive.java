package org.strongroom.dimse;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.VR;

/** An archive in memory that accepts everything and finds everything it has, whatever is asked. */
final class ToyArchive implements AssociationPolicy {
    static final Tag STUDY_INSTANCE_UID = new Tag(0x0020000D);
    static final Tag LEVEL = new Tag(0x00080052);

    final Map<Uid, Stored> instances = new ConcurrentHashMap<>();
    final Map<AeTitle, PeerAddress> destinations = new ConcurrentHashMap<>();
    final AtomicInteger opened = new AtomicInteger();
    final AtomicInteger closed = new AtomicInteger();
    final List<AssociateRequest> requests = new ArrayList<>();
    final CountDownLatch cancelSeen = new CountDownLatch(1);

    /** Matches given to each C-FIND; a negative number goes on until cancelled. */
    volatile int matches = 3;

    /** Makes each match as long as this. */
    volatile String comments = "";

    volatile Optional<Rejection> rejection = Optional.empty();
    volatile Optional<String> identity = Optional.empty();

    record Stored(Uid sopClass, Uid sopInstance, TransferSyntax syntax, Octets content) implements Instance {
        Stored(Uid sopClass, Uid sopInstance, TransferSyntax syntax, byte[] bytes) {
            this(sopClass, sopInstance, syntax, Octets.of(bytes));
        }

        byte[] bytes() {
            return content.toArray();
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            out.write(bytes());
        }
    }

    @Override
    public synchronized Answer answer(AssociateRequest request, Peer peer) {
        requests.add(request);
        if (rejection.isPresent()) {
            return new Answer.Reject(rejection.get());
        }
        List<ContextAnswer> answers = request.contexts().stream()
                .map(context -> new ContextAnswer(
                        context.id(),
                        context.transferSyntaxes().isEmpty() ? 4 : 0,
                        choice(context.transferSyntaxes()),
                        true,
                        true))
                .toList();
        opened.incrementAndGet();
        return new Answer.Accept(answers, new Handler(), identity, List.of());
    }

    private static TransferSyntax choice(List<TransferSyntax> proposed) {
        TransferSyntax wanted = TransferSyntax.ExplicitVRLittleEndian;
        return proposed.contains(wanted) || proposed.isEmpty() ? wanted : proposed.getFirst();
    }

    private final class Handler implements DimseHandler {
        @Override
        public Status handle(DimseRequest request, Responses responses) throws IOException {
            return switch (request) {
                case DimseRequest.CEcho() -> Status.SUCCESS;
                case DimseRequest.CStore store -> {
                    byte[] bytes = store.body().readAllBytes();
                    instances.put(
                            store.sopInstance(),
                            new Stored(store.sopClass(), store.sopInstance(), store.syntax(), bytes));
                    yield Status.SUCCESS;
                }
                case DimseRequest.CFind _ -> find(responses);
                case DimseRequest.CMove move -> move(move, responses);
                case DimseRequest.CGet _ -> get(responses);
            };
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }

    private Status find(Responses responses) throws IOException {
        for (int i = 0; matches < 0 || i < matches; i++) {
            if (responses.cancelled()) {
                cancelSeen.countDown();
                return Status.CANCEL;
            }
            DataSet match = DataSet.empty()
                    .withText(LEVEL, VR.CS, List.of("STUDY"))
                    .withText(STUDY_INSTANCE_UID, VR.UI, List.of("1.2.3." + i))
                    .withText(new Tag(0x00204000), VR.UT, List.of(comments));
            responses.match(Status.PENDING, match);
            if (matches < 0) {
                pause();
            }
        }
        return Status.SUCCESS;
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(2);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private Status move(DimseRequest.CMove move, Responses responses) throws IOException {
        PeerAddress destination = destinations.get(move.destination());
        if (destination == null) {
            return Status.MOVE_DESTINATION_UNKNOWN;
        }
        Proposal proposal = Proposal.to(move.destination(), new AeTitle("TOY"));
        Map<String, Stored> kinds = new LinkedHashMap<>();
        instances.values().forEach(stored -> kinds.put(stored.sopClass() + " " + stored.syntax(), stored));
        for (Stored stored : kinds.values()) {
            proposal = proposal.context(stored.sopClass(), stored.syntax());
        }
        List<Uid> failed = new ArrayList<>();
        int done = 0;
        int all = instances.size();
        try (Association association = Association.request(destination, proposal, Timeouts.DEFAULT)) {
            for (Stored stored : instances.values()) {
                if (responses.cancelled()) {
                    return Status.CANCEL.with(
                            new SubOperations(all - done - failed.size(), done, failed.size(), 0), failed);
                }
                Status status = association.store(stored, new AeTitle("TOY"), move.messageId());
                if (status.isSuccess()) {
                    done++;
                } else {
                    failed.add(stored.sopInstance());
                }
                responses.progress(new SubOperations(all - done - failed.size(), done, failed.size(), 0));
            }
        }
        return ended(done, failed);
    }

    private Status get(Responses responses) throws IOException {
        List<Uid> failed = new ArrayList<>();
        int done = 0;
        int all = instances.size();
        for (Stored stored : instances.values()) {
            if (responses.cancelled()) {
                cancelSeen.countDown();
                return Status.CANCEL.with(
                        new SubOperations(all - done - failed.size(), done, failed.size(), 0), failed);
            }
            if (responses.acceptedForGet(stored.sopClass()).contains(stored.syntax())
                    && responses.store(stored).isSuccess()) {
                done++;
            } else {
                failed.add(stored.sopInstance());
            }
            responses.progress(new SubOperations(all - done - failed.size(), done, failed.size(), 0));
        }
        return ended(done, failed);
    }

    private static Status ended(int done, List<Uid> failed) {
        SubOperations counts = new SubOperations(0, done, failed.size(), 0);
        return (failed.isEmpty() ? Status.SUCCESS : Status.SUBOPERATIONS_WARNING).with(counts, failed);
    }
}
