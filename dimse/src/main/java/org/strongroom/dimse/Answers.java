package org.strongroom.dimse;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.Conversation.Arrival;

/** What a requestor reads: responses, and the requests of C-GET. Used by the thread that has the right to read. */
final class Answers {
    private static final Tag FAILED_INSTANCES = new Tag(0x00080058);

    private final Conversation talk;
    private final Timeouts timeouts;
    private final int matchLimit;

    Answers(Conversation talk, Timeouts timeouts, int matchLimit) {
        this.talk = talk;
        this.timeouts = timeouts;
        this.matchLimit = matchLimit;
    }

    /** A response and its identifier, if it has one. */
    record Answer(Status status, Optional<DataSet> identifier) {}

    /** The next message, whatever it is; the acceptor may not leave while it owes one. */
    Arrival.Message message() throws IOException {
        return switch (talk.next(timeouts.response())) {
            case Arrival.Message message -> message;
            case Arrival.ReleaseRequest() -> {
                talk.output().send(new Pdu.ReleaseRp());
                throw new AssociationAborted(
                        AssociationAborted.By.PEER, "the called side released the association before it answered");
            }
            case Arrival.ReleaseReply() ->
                throw new PduException(0, "A-RELEASE-RP without request", PduException.UNEXPECTED_PDU);
        };
    }

    /** The response to one request. */
    CommandSet to(int messageId) throws IOException {
        return checked(message(), messageId);
    }

    static CommandSet checked(Arrival.Message message, int messageId) {
        CommandSet command = message.command();
        if (!CommandField.isResponse(command.field())
                || command.required(CommandSet.MESSAGE_ID_RESPONDED_TO) != messageId) {
            throw new PduException(0, "no response to what was asked", PduException.UNEXPECTED_PDU);
        }
        return command;
    }

    /** The status of a response of C-MOVE or C-GET, with the instances that failed where it is the last. */
    Status withFailed(CommandSet response, AcceptedContext context) throws IOException {
        Status status = StoreMessages.status(response);
        Optional<DataSet> identifier = identifier(response, context, true);
        if (status.isPending() || identifier.isEmpty()) {
            return status;
        }
        List<Uid> failed = identifier.get().text(FAILED_INSTANCES).stream()
                .flatMap(text -> Uid.parse(text).stream())
                .toList();
        return new Status(status.code(), status.comment(), status.offending(), status.counts(), failed);
    }

    /** The next response of a C-FIND, with its identifier if that is wanted. */
    Answer match(int messageId, AcceptedContext context, boolean wanted) throws IOException {
        CommandSet response = to(messageId);
        return new Answer(StoreMessages.status(response), identifier(response, context, wanted));
    }

    private Optional<DataSet> identifier(CommandSet response, AcceptedContext context, boolean wanted)
            throws IOException {
        if (!response.hasDataSet()) {
            return Optional.empty();
        }
        byte[] bytes = talk.identifier(matchLimit);
        if (!wanted) {
            return Optional.empty();
        }
        try {
            return Optional.of(DataSet.read(bytes, context.syntax(), Limits.DEFAULT));
        } catch (DicomFormatException e) {
            throw PduException.invalid(0, "identifier in a response: " + e.getMessage());
        }
    }
}
