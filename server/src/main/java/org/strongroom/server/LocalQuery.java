package org.strongroom.server;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.strongroom.archive.Matches;
import org.strongroom.archive.Query;
import org.strongroom.dicom.DataSet;
import org.strongroom.gateway.BadIdentifier;
import org.strongroom.gateway.InformationModel;
import org.strongroom.gateway.QueryBuilder;
import org.strongroom.gateway.Translated;
import org.strongroom.guard.Action;
import org.strongroom.guard.Outcome;
import org.strongroom.guard.Permit;

/** A query of the archive itself, by a person of this machine with a purpose and a reason. */
record LocalQuery(OpenArchive archive, Invocation invocation, Why why) {
    /**
     * @param whole no more answers than these
     * @param unread objects that could not be read, and so are not among these
     */
    record Answers(List<DataSet> matches, boolean whole, long unread) {
        /** To be called when the answers are out. */
        void requireRead() {
            if (unread > 0) {
                throw new Failure(
                        unread + " stored objects could not be read and are not among these answers; run doctor");
            }
        }
    }

    /** Asks guard, then the archive, and settles. */
    Answers ask(InformationModel model, DataSet identifier, int most) throws IOException {
        Query query = switch (QueryBuilder.build(model, identifier)) {
            case Translated.Bad(BadIdentifier bad) -> throw Keys.failure(bad);
            case Translated.Ready(QueryBuilder.Question question) -> question.query();
        };
        Action.Query action = query.action(Optional.of(why.reason(archive.directory())));
        Permit<Action.Query> permit = archive.permit(invocation.user(), why.purpose(archive.directory()), action);
        List<DataSet> answers = new ArrayList<>();
        boolean answered = false;
        try (Matches matches = archive.archive().find(permit, query, invocation.cancelled())) {
            Optional<DataSet> match = matches.next();
            for (; match.isPresent() && answers.size() < most; match = matches.next()) {
                answers.add(match.get());
            }
            answered = matches.unread() == 0;
            return new Answers(answers, match.isEmpty(), matches.unread());
        } catch (CancellationException e) {
            throw new Failure("stopped after " + answers.size() + " answers");
        } finally {
            archive.guard().settle(permit, new Outcome(answered, Map.of("matches", (long) answers.size())));
        }
    }
}
