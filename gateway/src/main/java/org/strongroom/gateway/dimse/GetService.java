package org.strongroom.gateway.dimse;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.strongroom.archive.Archive;
import org.strongroom.archive.Retrieval;
import org.strongroom.archive.Retrieval.StoredInstance;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dimse.DimseRequest.CGet;
import org.strongroom.dimse.Responses;
import org.strongroom.dimse.Status;
import org.strongroom.gateway.InformationModel;
import org.strongroom.gateway.RetrieveBuilder;
import org.strongroom.gateway.Translated;
import org.strongroom.guard.Action;
import org.strongroom.guard.Decision;
import org.strongroom.guard.Guard;
import org.strongroom.guard.Identity;
import org.strongroom.guard.Permit;

/** C-GET, PS3.4 section C.4.3: the instances come back over the association that asked for them. */
final class GetService {
    private final Guard guard;
    private final Archive archive;

    GetService(Guard guard, Archive archive) {
        this.guard = guard;
        this.archive = archive;
    }

    Status get(CGet request, InformationModel model, Identity.Device who, Responses responses) throws IOException {
        return switch (RetrieveBuilder.build(model, request.identifier(), who.aeTitle())) {
            case Translated.Bad(var why) -> Statuses.of(why);
            case Translated.Ready(Action.Retrieve action) ->
                switch (guard.decide(who, who.device().purpose(), action)) {
                    case Decision.Denied(Decision.Reason reason) -> Statuses.of(reason);
                    case Decision.Granted(Permit<Action.Retrieve> permit) -> send(permit, responses);
                };
        };
    }

    private Status send(Permit<Action.Retrieve> permit, Responses responses) throws IOException {
        SubOperationCount count = new SubOperationCount(0);
        boolean success = false;
        try {
            Retrieval retrieval = archive.retrieve(permit);
            count = new SubOperationCount(retrieval.count());
            for (List<StoredInstance> page = count.of(retrieval.next());
                    !page.isEmpty();
                    page = count.of(retrieval.next())) {
                for (StoredInstance instance : page) {
                    if (responses.cancelled()) {
                        success = true;
                        return count.end(true);
                    }
                    sendOne(instance, count, responses);
                    if (count.now().remaining() > 0) {
                        responses.progress(count.now());
                    }
                }
            }
            success = count.failed() == 0;
            return count.end(false);
        } finally {
            guard.settle(permit, count.outcome(success));
        }
    }

    private static void sendOne(StoredInstance instance, SubOperationCount count, Responses responses)
            throws IOException {
        Optional<TransferSyntax> syntax =
                Syntaxes.forSending(instance.syntax(), responses.acceptedForGet(instance.sopClass()));
        if (syntax.isEmpty()) {
            count.failed(instance.sopInstance());
            return;
        }
        Status answer = responses.store(new Outgoing(instance, syntax.get()));
        count.sent(answer, instance.sopInstance(), instance.length());
    }
}
