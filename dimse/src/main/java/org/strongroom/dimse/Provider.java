package org.strongroom.dimse;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.VR;
import org.strongroom.dimse.Inbox.Incoming;

/**
 * Performs the requests of an accepted association, PS3.7 section 9.3, until it ends in whatever way: one after another,
 * but C-STOREs of a requestor that negotiated a window up to as many at once.
 */
final class Provider {
    private static final System.Logger LOG = System.getLogger(Provider.class.getName());
    private static final Tag FAILED_INSTANCES = new Tag(0x00080058);

    /** A UI value has a 16 bit length in explicit VR: a thousand UIDs fit whatever their length. */
    private static final int MOST_FAILED_INSTANCES = 1000;

    /** What is left of a second is for what the socket's buffers hold, and for the abort behind it. */
    private static final Duration CANCEL_GRACE = Duration.ofMillis(200);

    private final Conversation talk;
    private final Map<Integer, AcceptedContext> contexts;
    private final DimseHandler handler;
    private final Timeouts timeouts;
    private final Inbox inbox;

    /** Null where operations are performed one at a time. */
    private final @Nullable Overlap overlap;

    /** Whether the request under way gave the right to read away; a body that is open then is another request's. */
    private boolean operated;

    /** @param window operations the requestor may have outstanding, PS3.7 D.3.3.3 */
    Provider(
            Conversation talk,
            Map<Integer, AcceptedContext> contexts,
            DimseHandler handler,
            Timeouts timeouts,
            int window) {
        this.talk = talk;
        this.contexts = contexts;
        this.handler = handler;
        this.timeouts = timeouts;
        this.inbox = new Inbox(talk, timeouts);
        this.overlap = window > 1 && handler.storesOverlap() ? new Overlap(window) : null;
    }

    void run() throws IOException {
        try {
            while (step(inbox.next(patience()))) {
                // Until released.
            }
        } catch (PduException e) {
            LOG.log(Level.INFO, "association.aborted by=us {0}", e.getMessage());
            throw talk.refuse(e);
        } finally {
            settle();
            // First, since the peer may take its time to close.
            handler.close();
            if (inbox.isListening()) {
                talk.concludeUnread();
            } else {
                talk.conclude(timeouts.association());
            }
        }
    }

    /** A requestor that waits for our answers isn't idle. */
    private Duration patience() {
        Duration idle = timeouts.idle();
        boolean owing = overlap != null && overlap.isBusy();
        return owing && timeouts.response().compareTo(idle) > 0 ? timeouts.response() : idle;
    }

    private void settle() {
        if (overlap != null) {
            overlap.settle();
        }
    }

    /** Says whether the association goes on. */
    private boolean step(Incoming incoming) throws IOException {
        switch (incoming) {
            case Incoming.Request request -> {
                return answer(request);
            }
            case Incoming.Release() -> {
                settle();
                talk.replyToRelease();
                return false;
            }
            case Incoming.Failure(Exception cause) -> {
                switch (cause) {
                    case PduException e -> throw e;
                    case IOException e -> throw e;
                    default -> throw new IllegalStateException("reading failed", cause);
                }
            }
        }
    }

    private boolean answer(Incoming.Request request) throws IOException {
        CommandSet command = request.command();
        int field = command.field();
        if (field == CommandField.C_CANCEL_RQ) {
            // Its operation has ended; PS3.7 section 9.3.2.3 wants no answer.
            return true;
        }
        if (CommandField.isResponse(field)) {
            throw new PduException(0, "response to no request", PduException.UNEXPECTED_PDU);
        }
        if (overlap != null) {
            if (field == CommandField.C_STORE_RQ) {
                overlap.perform(talk.body(), body -> answerBeside(request, body));
                talk.discardBody();
                return true;
            }
            // Whatever else is asked sees all that was stored before.
            overlap.settle();
            overlap.check();
        }
        operated = false;
        // Its body was read ahead, or as identifier; the listening thread may be reading what comes next.
        boolean readAhead = request.identifier() != null;
        Performed performed = performed(request, readAhead ? InputStream.nullInputStream() : talk.body());
        if (!operated && !readAhead) {
            talk.discardBody();
        }
        respond(request, performed.status());
        if (!performed.goesOn()) {
            talk.refuse();
        }
        return performed.goesOn();
    }

    /** A C-STORE on a thread of its own, while another reads what comes next. */
    private void answerBeside(Incoming.Request request, InputStream body) throws IOException {
        try {
            Performed performed = performed(request, body);
            respond(request, performed.status());
            if (!performed.goesOn()) {
                talk.refuse();
                talk.concludeUnread();
            }
        } catch (IOException e) {
            if (!talk.isRefused()) {
                // Whoever reads may be waiting for a peer that will not send.
                talk.line().end(new AssociationAborted(AssociationAborted.By.CONNECTION, "no answer could be sent", e));
            }
            throw e;
        }
    }

    /** @param goesOn false when the association must be aborted after the response */
    private record Performed(Status status, boolean goesOn) {}

    private Performed performed(Incoming.Request request, InputStream body) throws IOException {
        int field = request.command().field();
        try {
            return new Performed(perform(request, body), true);
        } catch (DicomFormatException e) {
            return new Performed(malformed(field).because(String.valueOf(e.getMessage())), true);
        } catch (IOException e) {
            if (isOver(e)) {
                throw e;
            }
            LOG.log(Level.ERROR, "operation.failed field=" + field, e);
            return new Performed(
                    field == CommandField.C_STORE_RQ ? Status.OUT_OF_RESOURCES : Status.PROCESSING_FAILURE, true);
        } catch (PduException e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "operation.failed field=" + field, e);
            return new Performed(Status.PROCESSING_FAILURE, false);
        }
    }

    private boolean isOver(IOException e) {
        return e instanceof AssociationAborted
                || talk.line().ended() != null
                || talk.line().isClosed();
    }

    private static Status malformed(int field) {
        return field == CommandField.C_STORE_RQ ? Status.CANNOT_UNDERSTAND : Status.DATA_SET_DOES_NOT_MATCH;
    }

    private Status perform(Incoming.Request request, InputStream body) throws IOException {
        CommandSet command = request.command();
        AcceptedContext context = context(request);
        int field = command.field();
        if (field >= CommandField.N_EVENT_REPORT_RQ && field <= CommandField.N_DELETE_RQ) {
            return Status.UNRECOGNIZED_OPERATION;
        }
        Optional<Uid> sopClass = command.uid(CommandSet.AFFECTED_SOP_CLASS);
        if (sopClass.isEmpty() && field != CommandField.C_ECHO_RQ) {
            return Status.MISSING_ATTRIBUTE.because("no Affected SOP Class UID");
        }
        if (sopClass.isPresent() && !sopClass.get().equals(context.sopClass())) {
            return Status.SOP_CLASS_NOT_SUPPORTED.because("not the SOP class of the presentation context");
        }
        if (!context.requestorIsScu()) {
            return Status.NOT_AUTHORIZED.because("the requestor has no SCU role in this context");
        }
        return switch (field) {
            case CommandField.C_ECHO_RQ -> handler.handle(new DimseRequest.CEcho(), new NoResponses());
            case CommandField.C_STORE_RQ -> store(command, context, body);
            case CommandField.C_FIND_RQ ->
                operate(request, new DimseRequest.CFind(context.sopClass(), context.syntax(), identifier(request)));
            case CommandField.C_MOVE_RQ -> {
                Optional<AeTitle> destination =
                        command.text(CommandSet.MOVE_DESTINATION).flatMap(AeTitle::parse);
                if (destination.isEmpty()) {
                    yield Status.MOVE_DESTINATION_UNKNOWN.because("no Move Destination");
                }
                yield operate(
                        request,
                        new DimseRequest.CMove(
                                command.required(CommandSet.MESSAGE_ID),
                                context.sopClass(),
                                identifier(request),
                                destination.get()));
            }
            case CommandField.C_GET_RQ ->
                operate(request, new DimseRequest.CGet(context.sopClass(), identifier(request)));
            default -> Status.UNRECOGNIZED_OPERATION;
        };
    }

    private Status store(CommandSet command, AcceptedContext context, InputStream body) throws IOException {
        Optional<Uid> sopInstance = command.uid(CommandSet.AFFECTED_SOP_INSTANCE);
        if (sopInstance.isEmpty()) {
            return Status.INVALID_INSTANCE.because("no Affected SOP Instance UID, or none that is a UID");
        }
        return handler.handle(
                new DimseRequest.CStore(
                        context.sopClass(),
                        sopInstance.get(),
                        context.syntax(),
                        body,
                        command.text(CommandSet.MOVE_ORIGINATOR).flatMap(AeTitle::parse)),
                new NoResponses());
    }

    private DataSet identifier(Incoming.Request request) throws IOException {
        byte[] bytes = request.identifier() == null
                ? talk.identifier()
                : request.identifier().toArray();
        return DataSet.read(bytes, context(request).syntax(), Limits.DEFAULT);
    }

    private AcceptedContext context(Incoming.Request request) {
        AcceptedContext context = contexts.get(request.contextId());
        if (context == null) {
            throw new IllegalStateException("a message in a context that was not accepted");
        }
        return context;
    }

    private Status operate(Incoming.Request request, DimseRequest asked) throws IOException {
        operated = true;
        Inbox.Operation operation = inbox.begin(request.command().required(CommandSet.MESSAGE_ID));
        try {
            return handler.handle(asked, new Operating(request, operation));
        } finally {
            inbox.end();
        }
    }

    private void respond(Incoming.Request request, Status status) throws IOException {
        if (status.isPending()) {
            throw new IllegalStateException("a handler returned a pending status as its last");
        }
        byte @Nullable [] failed = null;
        if (!status.failed().isEmpty()) {
            List<String> uids = status.failed().stream()
                    .limit(MOST_FAILED_INSTANCES)
                    .map(Uid::value)
                    .toList();
            failed = DataSet.empty()
                    .withText(FAILED_INSTANCES, VR.UI, uids)
                    .toBytes(context(request).syntax());
        }
        send(request, status, failed);
    }

    private void send(Incoming.Request request, Status status, byte @Nullable [] dataSet) throws IOException {
        CommandSet command = request.command();
        CommandSet.Builder response = CommandSet.command(command.field() | CommandField.RESPONSE)
                .number(CommandSet.MESSAGE_ID_RESPONDED_TO, command.required(CommandSet.MESSAGE_ID))
                .number(CommandSet.STATUS, status.code());
        command.uid(CommandSet.AFFECTED_SOP_CLASS)
                .or(() -> command.uid(CommandSet.REQUESTED_SOP_CLASS))
                .ifPresent(uid -> response.uid(CommandSet.AFFECTED_SOP_CLASS, uid));
        command.uid(CommandSet.AFFECTED_SOP_INSTANCE)
                .or(() -> command.uid(CommandSet.REQUESTED_SOP_INSTANCE))
                .ifPresent(uid -> response.uid(CommandSet.AFFECTED_SOP_INSTANCE, uid));
        status.comment().ifPresent(comment -> response.text(CommandSet.ERROR_COMMENT, comment));
        if (!status.offending().isEmpty()) {
            response.tags(CommandSet.OFFENDING_ELEMENT, status.offending());
        }
        status.counts().ifPresent(counts -> {
            // Remaining is for pending and cancelled ones only, PS3.7 table 9.1-4.
            if (status.isPending() || status.code() == Status.CANCEL.code()) {
                response.count(CommandSet.REMAINING, counts.remaining());
            }
            response.count(CommandSet.COMPLETED, counts.completed())
                    .count(CommandSet.FAILED, counts.failed())
                    .count(CommandSet.WARNING, counts.warning());
        });
        if (dataSet != null) {
            response.withDataSet();
        }
        talk.output().send(request.contextId(), response.build(), dataSet);
    }

    /** What a handler sends during C-FIND, C-MOVE and C-GET. */
    private final class Operating implements Responses {
        private final Incoming.Request request;
        private final Inbox.Operation operation;
        private int lastMessageId;
        private volatile boolean sending;

        Operating(Incoming.Request request, Inbox.Operation operation) {
            this.request = request;
            this.operation = operation;
            inbox.whenCancelled(operation, this::breakOff);
        }

        /** An instance under way may come to its end; not one that takes longer than whoever cancels should wait. */
        private void breakOff() {
            try {
                Thread.sleep(CANCEL_GRACE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (sending) {
                LOG.log(Level.INFO, "get.cancelled within an instance: the association is aborted");
                talk.refuse();
                talk.concludeUnread();
            }
        }

        @Override
        public void match(Status status, DataSet identifier) throws IOException {
            if (!status.isPending()) {
                throw new IllegalStateException("a match needs a pending status");
            }
            send(request, status, identifier.toBytes(context(request).syntax()));
        }

        @Override
        public void progress(SubOperations counts) throws IOException {
            send(request, Status.PENDING.with(counts, List.of()), null);
        }

        @Override
        public boolean cancelled() {
            return inbox.isCancelled(operation);
        }

        @Override
        public void whenCancelled(Runnable action) {
            inbox.whenCancelled(operation, action);
        }

        @Override
        public List<TransferSyntax> acceptedForGet(Uid sopClass) {
            return contexts.values().stream()
                    .filter(context ->
                            context.requestorIsScp() && context.sopClass().equals(sopClass))
                    .map(AcceptedContext::syntax)
                    .toList();
        }

        @Override
        public Status store(Instance instance) throws IOException {
            Optional<AcceptedContext> context = contexts.values().stream()
                    .filter(accepted -> accepted.requestorIsScp()
                            && accepted.sopClass().equals(instance.sopClass())
                            && accepted.syntax().equals(instance.syntax()))
                    .findFirst();
            if (context.isEmpty()) {
                return Status.SOP_CLASS_NOT_SUPPORTED.because("no presentation context accepted for it");
            }
            lastMessageId = lastMessageId % 0xFFFF + 1;
            inbox.expect(operation, lastMessageId);
            CommandSet command = StoreMessages.request(lastMessageId, instance, Optional.empty(), 0);
            IOException unsent = sendInstance(context.get(), command, instance);
            if (unsent != null) {
                LOG.log(Level.WARNING, "get.suboperation failed", unsent);
                return Status.PROCESSING_FAILURE.because("the instance could not be read");
            }
            CommandSet answer = inbox.answer(operation);
            return answer == null
                    ? Status.PROCESSING_FAILURE.because("a request sent ahead stands before the answer")
                    : StoreMessages.status(answer);
        }

        private @Nullable IOException sendInstance(AcceptedContext context, CommandSet command, Instance instance)
                throws IOException {
            sending = true;
            try {
                return talk.output().sendStore(context.id(), command, instance);
            } catch (AssociationAborted e) {
                throw e;
            } catch (IOException e) {
                talk.refuse();
                throw new AssociationAborted(AssociationAborted.By.US, "an instance could not be read to its end", e);
            } finally {
                sending = false;
            }
        }
    }
}
