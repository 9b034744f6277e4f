package org.strongroom.gateway.dimse;

import static org.strongroom.dicom.Attributes.InstanceAvailability;
import static org.strongroom.dicom.Attributes.QueryRetrieveLevel;
import static org.strongroom.dicom.Attributes.RetrieveAETitle;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.strongroom.archive.Archive;
import org.strongroom.archive.Matches;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.AeTitle;
import org.strongroom.dimse.DimseRequest.CFind;
import org.strongroom.dimse.Responses;
import org.strongroom.dimse.Status;
import org.strongroom.gateway.AnswerCharacterSet;
import org.strongroom.gateway.InformationModel;
import org.strongroom.gateway.QueryBuilder;
import org.strongroom.gateway.QueryBuilder.Question;
import org.strongroom.gateway.Translated;
import org.strongroom.guard.Action;
import org.strongroom.guard.Decision;
import org.strongroom.guard.Guard;
import org.strongroom.guard.Identity;
import org.strongroom.guard.Outcome;
import org.strongroom.guard.Permit;

/** C-FIND, PS3.4 section C.4.1: one permit and one audit record for each request. */
final class FindService {
    private final Guard guard;
    private final Archive archive;
    private final AeTitle ourAeTitle;
    private final Set<Uid> relational;

    /** @param relational SOP classes for which relational queries were negotiated */
    FindService(Guard guard, Archive archive, AeTitle ourAeTitle, Set<Uid> relational) {
        this.guard = guard;
        this.archive = archive;
        this.ourAeTitle = ourAeTitle;
        this.relational = relational;
    }

    Status find(CFind request, InformationModel model, Identity.Device who, Responses responses) throws IOException {
        DataSet identifier =
                who.device().assumed().map(request.identifier()::assuming).orElse(request.identifier());
        return switch (QueryBuilder.build(model, identifier, relational.contains(request.sopClass()))) {
            case Translated.Bad(var why) -> Statuses.of(why);
            case Translated.Ready(Question question) -> {
                Action.Query action = question.query().action(Optional.empty());
                yield switch (guard.decide(who, who.device().purpose(), action)) {
                    case Decision.Denied(Decision.Reason reason) -> Statuses.of(reason);
                    case Decision.Granted(Permit<Action.Query> permit) ->
                        answer(question, identifier, permit, responses);
                };
            }
        };
    }

    private Status answer(Question question, DataSet identifier, Permit<Action.Query> permit, Responses responses)
            throws IOException {
        AnswerCharacterSet characterSet = AnswerCharacterSet.of(identifier);
        boolean availability = identifier.contains(InstanceAvailability);
        long sent = 0;
        boolean success = false;
        try (Matches matches = archive.find(permit, question.query(), responses::cancelled)) {
            boolean all = question.unsupported().isEmpty() && matches.ignored().isEmpty();
            Status pending = all ? Status.PENDING : Status.PENDING_KEYS_NOT_SUPPORTED;
            while (!responses.cancelled()) {
                Optional<DataSet> match = matches.next();
                if (match.isEmpty()) {
                    success = matches.unread() == 0;
                    return success ? Status.SUCCESS : Statuses.unread(matches.unread());
                }
                DataSet answer = characterSet
                        .encoded(match.get())
                        .with(QueryRetrieveLevel, question.query().level().name())
                        .with(RetrieveAETitle, ourAeTitle.value());
                responses.match(pending, availability ? answer.with(InstanceAvailability, "ONLINE") : answer);
                sent++;
            }
            success = true;
            return Status.CANCEL;
        } catch (CancellationException e) {
            success = true;
            return Status.CANCEL;
        } finally {
            guard.settle(permit, new Outcome(success, Map.of("matches", sent)));
        }
    }
}
