package org.strongroom.gateway.dimse;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Optional;
import org.strongroom.archive.Archive;
import org.strongroom.archive.Retrieval;
import org.strongroom.dimse.DimseRequest.CMove;
import org.strongroom.dimse.Responses;
import org.strongroom.dimse.Status;
import org.strongroom.gateway.InformationModel;
import org.strongroom.gateway.RetrieveBuilder;
import org.strongroom.gateway.Translated;
import org.strongroom.guard.Action;
import org.strongroom.guard.Decision;
import org.strongroom.guard.DeviceRecord;
import org.strongroom.guard.DeviceRegistry;
import org.strongroom.guard.Guard;
import org.strongroom.guard.Identity;
import org.strongroom.guard.Permit;

/** C-MOVE, PS3.4 section C.4.2: the instances go over associations of our own to an enrolled device. */
final class MoveService {
    private static final System.Logger LOG = System.getLogger(MoveService.class.getName());

    private final Guard guard;
    private final DeviceRegistry registry;
    private final Archive archive;
    private final Destinations destinations;

    MoveService(Guard guard, DeviceRegistry registry, Archive archive, Destinations destinations) {
        this.guard = guard;
        this.registry = registry;
        this.archive = archive;
        this.destinations = destinations;
    }

    Status move(CMove request, InformationModel model, Identity.Device who, Responses responses) throws IOException {
        String title = request.destination().value();
        return switch (RetrieveBuilder.build(model, request.identifier(), title)) {
            case Translated.Bad(var why) -> Statuses.of(why);
            case Translated.Ready(Action.Retrieve action) -> {
                Optional<DeviceRecord> device = registry.byAeTitle(title);
                // Asked also when the destination is unknown: a refused request is a record like any other.
                yield switch (guard.decide(who, who.device().purpose(), action)) {
                    case Decision.Denied(Decision.Reason reason) ->
                        device.isEmpty() ? Status.MOVE_DESTINATION_UNKNOWN : Statuses.of(reason);
                    case Decision.Granted(Permit<Action.Retrieve> permit) ->
                        move(request, device, who, permit, responses);
                };
            }
        };
    }

    private Status move(
            CMove request,
            Optional<DeviceRecord> device,
            Identity.Device who,
            Permit<Action.Retrieve> permit,
            Responses responses)
            throws IOException {
        SubOperationCount count = new SubOperationCount(0);
        boolean success = false;
        try {
            if (device.flatMap(DeviceRecord::destination).isEmpty()) {
                return Status.MOVE_DESTINATION_UNKNOWN.because("this device has no address: device add --address");
            }
            Retrieval retrieval = archive.retrieve(permit);
            count = new SubOperationCount(retrieval.count());
            DeviceRecord to = device.orElseThrow();
            MoveOperation operation =
                    new MoveOperation(destinations, to, () -> isEnrolled(to), request, who.aeTitle(), count, responses);
            boolean cancelled = operation.send(retrieval);
            success = cancelled || count.failed() == 0;
            LOG.log(
                    Level.INFO,
                    "move.ended destination={0} completed={1} failed={2} audit={3}",
                    request.destination(),
                    count.succeeded(),
                    count.failed(),
                    permit.audit().sequence());
            return operation.end(cancelled);
        } finally {
            guard.settle(permit, count.outcome(success));
        }
    }

    private boolean isEnrolled(DeviceRecord device) {
        return registry.byFingerprint(device.fingerprint()).isPresent();
    }
}
