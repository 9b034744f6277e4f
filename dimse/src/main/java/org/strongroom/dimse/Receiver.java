package org.strongroom.dimse;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.Conversation.Arrival;

/** Answers the C-STORE sub-operations of a C-GET, PS3.7 section 9.1.3. */
final class Receiver {
    private final Conversation talk;
    private final AcceptedContexts contexts;
    private final Association.Sink sink;
    private @Nullable IOException failure;

    Receiver(Conversation talk, AcceptedContexts contexts, Association.Sink sink) {
        this.talk = talk;
        this.contexts = contexts;
        this.sink = sink;
    }

    /** Takes one instance; false when the sink failed on it, and the operation should be cancelled. */
    boolean take(Arrival.Message message) throws IOException {
        CommandSet command = message.command();
        AcceptedContext context = contexts.require(message.contextId());
        boolean failedBefore = failure != null;
        Status status = receive(command, context);
        talk.discardBody();
        CommandSet.Builder answer = CommandSet.command(CommandField.C_STORE_RQ | CommandField.RESPONSE)
                .uid(CommandSet.AFFECTED_SOP_CLASS, context.sopClass())
                .number(CommandSet.MESSAGE_ID_RESPONDED_TO, command.required(CommandSet.MESSAGE_ID))
                .number(CommandSet.STATUS, status.code());
        command.uid(CommandSet.AFFECTED_SOP_INSTANCE)
                .ifPresent(uid -> answer.uid(CommandSet.AFFECTED_SOP_INSTANCE, uid));
        talk.output().send(context.id(), answer.build(), null);
        return failedBefore || failure == null;
    }

    private Status receive(CommandSet command, AcceptedContext context) throws IOException {
        Optional<Uid> instance = command.uid(CommandSet.AFFECTED_SOP_INSTANCE);
        if (!context.requestorIsScp() || instance.isEmpty()) {
            return Status.NOT_AUTHORIZED;
        }
        if (failure != null) {
            return Status.OUT_OF_RESOURCES;
        }
        try {
            return sink.receive(new DimseRequest.CStore(
                    context.sopClass(), instance.get(), context.syntax(), talk.body(), Optional.empty()));
        } catch (AssociationAborted e) {
            throw e;
        } catch (IOException e) {
            failure = e;
            return Status.OUT_OF_RESOURCES;
        }
    }

    /** Throws what the sink threw first. */
    void rethrow() throws IOException {
        if (failure != null) {
            throw failure;
        }
    }
}
