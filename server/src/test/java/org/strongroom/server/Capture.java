package org.strongroom.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.AssociationPolicy;
import org.strongroom.dimse.DimseHandler;
import org.strongroom.dimse.DimseListener;
import org.strongroom.dimse.DimseRequest;
import org.strongroom.dimse.Refusals;
import org.strongroom.dimse.Responses;
import org.strongroom.dimse.Status;

/** A Storage SCP in clear text on loopback that takes everything in the first transfer syntax proposed, and remembers it. */
final class Capture implements AutoCloseable {
    /** An instance as it came over the wire. */
    @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
    record Captured(Uid sopClass, Uid sopInstance, TransferSyntax syntax, byte[] bytes) {}

    private final Map<Uid, Captured> captured = new ConcurrentHashMap<>();
    private final DimseListener listener;

    Capture() throws IOException {
        listener = DimseListener.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Optional.empty(),
                this::answer,
                Refusals.UNHEARD);
    }

    int port() {
        return listener.port();
    }

    Map<Uid, Captured> captured() {
        return captured;
    }

    private AssociationPolicy.Answer answer(AssociationPolicy.AssociateRequest request, AssociationPolicy.Peer peer) {
        return new AssociationPolicy.Answer.Accept(
                request.contexts().stream()
                        .map(context -> new AssociationPolicy.ContextAnswer(
                                context.id(), 0, context.transferSyntaxes().getFirst(), true, false))
                        .toList(),
                new Keeper());
    }

    private final class Keeper implements DimseHandler {
        @Override
        public Status handle(DimseRequest request, Responses responses) throws IOException {
            if (request instanceof DimseRequest.CStore store) {
                byte[] bytes = store.body().readAllBytes();
                captured.put(
                        store.sopInstance(),
                        new Captured(store.sopClass(), store.sopInstance(), store.syntax(), bytes));
            }
            return Status.SUCCESS;
        }

        @Override
        public void close() {}
    }

    @Override
    public void close() {
        listener.close();
    }
}
