package org.strongroom.gateway.dimse;

import java.net.InetAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.strongroom.archive.Archive;
import org.strongroom.dimse.AeTitle;
import org.strongroom.dimse.AssociationPolicy;
import org.strongroom.dimse.DimseHandler;
import org.strongroom.guard.DeviceRegistry;
import org.strongroom.guard.Guard;
import org.strongroom.guard.Identification;
import org.strongroom.guard.Identity;
import org.strongroom.guard.Refusal;

/**
 * The DICOM door: an association is for an enrolled device that proved its certificate, calls with an AE title bound to
 * that certificate, and calls us by our name; everybody else is rejected, and the refusal is audited. Which services an
 * association then offers is the device's policy.
 */
public final class DimseDoor implements AssociationPolicy {
    private final Guard guard;
    private final DeviceRegistry registry;
    private final Archive archive;
    private final Destinations destinations;
    private final AeTitle title;
    private final Set<AeTitle> aliases;
    private final InstantSource clock;

    /**
     * A door that may call devices for C-MOVE.
     *
     * @param title the archive's AE title: given as Retrieve AE Title, and calling AE title of C-MOVE sub-operations
     * @param aliases further AE titles it answers to
     * @param line how devices are reached
     */
    public DimseDoor(
            Guard guard,
            DeviceRegistry registry,
            Archive archive,
            AeTitle title,
            Set<AeTitle> aliases,
            DeviceLine line,
            InstantSource clock) {
        this(guard, registry, archive, title, aliases, new DeviceDestinations(title, line, clock), clock);
    }

    DimseDoor(
            Guard guard,
            DeviceRegistry registry,
            Archive archive,
            AeTitle title,
            Set<AeTitle> aliases,
            Destinations destinations,
            InstantSource clock) {
        this.guard = guard;
        this.registry = registry;
        this.archive = archive;
        this.title = title;
        this.aliases = Set.copyOf(aliases);
        this.destinations = destinations;
        this.clock = clock;
    }

    @Override
    public Answer answer(AssociateRequest request, Peer peer) {
        InetAddress address = peer.address().getAddress();
        if (peer.certificate().isEmpty()) {
            guard.refused(address, Refusal.NO_CERTIFICATE, titles(request));
            return new Answer.Reject(Rejection.CALLING_AE_TITLE_NOT_RECOGNIZED);
        }
        // Who calls is settled first: our name is nothing to be tried out by strangers.
        return switch (guard.identify(peer.certificate().get(), request.callingAeTitle(), address)) {
            case Identification.Refused(Refusal cause, Optional<String> device) -> {
                guard.refused(
                        address,
                        cause,
                        titles(request) + device.map(name -> " device=" + name).orElse(""));
                yield new Answer.Reject(Rejection.CALLING_AE_TITLE_NOT_RECOGNIZED);
            }
            case Identification.Known(Identity.Device who) -> {
                if (!isOurs(request.calledAeTitle())) {
                    guard.refused(address, Refusal.CALLED_AE_TITLE_UNKNOWN, titles(request) + " " + who.name());
                    yield new Answer.Reject(Rejection.CALLED_AE_TITLE_NOT_RECOGNIZED);
                }
                List<ContextAnswer> contexts =
                        Contexts.answer(request, who.device().services());
                Negotiation negotiated = Negotiation.of(request, contexts);
                // A user identity is no part of the answer: nobody here can verify one yet, so it gets no positive
                // response
                // and grants nothing (docs/decisions/0017).
                yield new Answer.Accept(
                        contexts,
                        handler(who, negotiated),
                        Optional.of(who.device().name()),
                        negotiated.answers());
            }
        };
    }

    private boolean isOurs(String calledAeTitle) {
        return AeTitle.parse(calledAeTitle)
                .filter(called -> called.equals(title) || aliases.contains(called))
                .isPresent();
    }

    private DimseHandler handler(Identity.Device who, Negotiation negotiated) {
        return new DeviceHandler(
                who,
                new StoreService(guard, archive, clock, who),
                new FindService(guard, archive, title, negotiated.relational()),
                new GetService(guard, archive),
                new MoveService(guard, registry, archive, destinations));
    }

    /** As received, and so from a stranger: only what can be in an AE title. */
    private static String titles(AssociateRequest request) {
        return "calling=" + printable(request.callingAeTitle()) + " called=" + printable(request.calledAeTitle());
    }

    private static String printable(String title) {
        return AeTitle.parse(title).map(AeTitle::value).orElse("(not an AE title)");
    }
}
