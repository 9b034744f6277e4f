package org.strongroom.gateway.dimse;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.AcceptedContext;
import org.strongroom.dimse.AeTitle;
import org.strongroom.dimse.Association;
import org.strongroom.dimse.PeerAddress;
import org.strongroom.dimse.Proposal;
import org.strongroom.dimse.Stores;
import org.strongroom.dimse.Timeouts;
import org.strongroom.dimse.UserInformation.AsyncWindow;
import org.strongroom.guard.DeviceRecord;

/** Calls devices where they are enrolled to listen: over TLS, or in clear while their dated exception lasts. */
final class DeviceDestinations implements Destinations {
    /** Instances that may wait at a destination for its answer at once, where it agrees; most agree to none. */
    private static final int WINDOW = 16;

    private final AeTitle calling;
    private final DeviceLine line;
    private final InstantSource clock;

    DeviceDestinations(AeTitle calling, DeviceLine line, InstantSource clock) {
        this.calling = calling;
        this.line = line;
        this.clock = clock;
    }

    @Override
    public Outbound call(DeviceRecord device, Errand errand, Answered answered) throws IOException {
        DeviceRecord.Destination destination =
                device.destination().orElseThrow(() -> new IOException("device " + device.name() + " has no address"));
        Optional<Instant> clearUntil = destination.clearUntil();
        boolean clear = clearUntil.isPresent() && clock.instant().isBefore(clearUntil.get());
        Optional<SSLContext> tls = clear ? Optional.empty() : Optional.of(line.tls(device));
        InetSocketAddress address = new InetSocketAddress(destination.host(), destination.port());
        Proposal proposal = Proposal.to(errand.calledAeTitle(), calling).asyncWindow(new AsyncWindow(WINDOW, 1));
        for (Proposed context : errand.contexts()) {
            proposal = proposal.context(context.sopClass(), context.syntax());
        }
        Association association = Association.request(new PeerAddress(address, tls), proposal, Timeouts.DEFAULT);
        Stores<Outgoing> stores = association.stores(answered::answered, errand.originator(), errand.messageId());
        return new Open(association, stores, clear ? clearUntil : Optional.empty(), clock);
    }

    private record Open(Association association, Stores<Outgoing> stores, Optional<Instant> until, InstantSource clock)
            implements Outbound {
        @Override
        public List<TransferSyntax> accepted(Uid sopClass) {
            return association.contexts().stream()
                    .filter(context -> context.sopClass().equals(sopClass) && context.requestorIsScu())
                    .map(AcceptedContext::syntax)
                    .toList();
        }

        @Override
        public void send(Outgoing instance) throws IOException {
            stores.send(instance);
        }

        @Override
        public void finish() throws IOException {
            stores.finish();
        }

        @Override
        public List<Outgoing> outstanding() {
            return stores.outstanding();
        }

        @Override
        public boolean hasEnded() {
            return association.hasEnded();
        }

        @Override
        public boolean isOver() {
            return association.hasEnded()
                    || until.filter(end -> !clock.instant().isBefore(end)).isPresent();
        }

        @Override
        public void abort() {
            association.abort();
        }

        @Override
        public void close() {
            association.close();
        }
    }
}
