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
import org.strongroom.dimse.Instance;
import org.strongroom.dimse.PeerAddress;
import org.strongroom.dimse.Proposal;
import org.strongroom.dimse.Status;
import org.strongroom.dimse.Timeouts;
import org.strongroom.guard.DeviceRecord;

/** Calls devices where they are enrolled to listen: over TLS, or in clear while their dated exception lasts. */
final class DeviceDestinations implements Destinations {
    private final AeTitle calling;
    private final DeviceLine line;
    private final InstantSource clock;

    DeviceDestinations(AeTitle calling, DeviceLine line, InstantSource clock) {
        this.calling = calling;
        this.line = line;
        this.clock = clock;
    }

    @Override
    public Outbound call(DeviceRecord device, AeTitle calledAeTitle, List<Proposed> contexts) throws IOException {
        DeviceRecord.Destination destination =
                device.destination().orElseThrow(() -> new IOException("device " + device.name() + " has no address"));
        Optional<Instant> clearUntil = destination.clearUntil();
        boolean clear = clearUntil.isPresent() && clock.instant().isBefore(clearUntil.get());
        Optional<SSLContext> tls = clear ? Optional.empty() : Optional.of(line.tls(device));
        InetSocketAddress address = new InetSocketAddress(destination.host(), destination.port());
        Proposal proposal = Proposal.to(calledAeTitle, calling);
        for (Proposed context : contexts) {
            proposal = proposal.context(context.sopClass(), context.syntax());
        }
        Association association = Association.request(new PeerAddress(address, tls), proposal, Timeouts.DEFAULT);
        return new Open(association, clear ? clearUntil : Optional.empty(), clock);
    }

    private record Open(Association association, Optional<Instant> until, InstantSource clock) implements Outbound {
        @Override
        public List<TransferSyntax> accepted(Uid sopClass) {
            return association.contexts().stream()
                    .filter(context -> context.sopClass().equals(sopClass) && context.requestorIsScu())
                    .map(AcceptedContext::syntax)
                    .toList();
        }

        @Override
        public Status store(Instance instance, AeTitle originator, int originatorMessageId) throws IOException {
            return association.store(instance, originator, originatorMessageId);
        }

        @Override
        public boolean isOver() {
            return association.hasEnded()
                    || until.filter(end -> !clock.instant().isBefore(end)).isPresent();
        }

        @Override
        public void close() {
            association.close();
        }
    }
}
