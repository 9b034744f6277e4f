package org.strongroom.dimse;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.strongroom.dicom.Uid;

/**
 * C-STOREs of which several may wait for their response at once, PS3.7 D.3.3.3: as many as the acceptor agreed to, one
 * where it agreed to none. Responses are matched by message ID, in whatever order they come. Used by one thread; {@link
 * #close} waits for the responses that are out.
 */
public final class Stores<I extends Instance> implements Association.Unfinished, AutoCloseable {
    private final Association association;
    private final Conversation talk;
    private final Answers answers;
    private final AcceptedContexts contexts;
    private final int window;
    private final Answered<? super I> answered;
    private final Optional<AeTitle> originator;
    private final int originatorMessageId;
    private final Map<Integer, I> outstanding = new LinkedHashMap<>();

    /** Told what became of each instance. */
    public interface Answered<I extends Instance> {
        /** Called by the thread that sends, or closes. */
        void answered(I instance, Status status) throws IOException;
    }

    Stores(
            Association association,
            Conversation talk,
            Answers answers,
            AcceptedContexts contexts,
            int window,
            Optional<AeTitle> originator,
            int originatorMessageId,
            Answered<? super I> answered) {
        this.association = association;
        this.talk = talk;
        this.answers = answers;
        this.contexts = contexts;
        this.window = window;
        this.originator = originator;
        this.originatorMessageId = originatorMessageId;
        this.answered = answered;
    }

    /** How many may wait for their response at once. */
    public int window() {
        return window;
    }

    /** Instances that were sent and have no response yet, in the order they were sent. */
    public List<I> outstanding() {
        return List.copyOf(outstanding.values());
    }

    /**
     * Sends one; first waits until the window has room for it, and with a window of one also for its response. An instance no context was accepted for is answered 0122
     * without being sent.
     *
     * @throws IOException when the instance could not be read, or the association is over; see {@link #outstanding}
     */
    public void send(I instance) throws IOException {
        Optional<AcceptedContext> context = contexts.forClass(instance.sopClass(), List.of(instance.syntax()));
        if (context.isEmpty()) {
            answered.answered(instance, Association.NO_CONTEXT);
            return;
        }
        while (outstanding.size() >= window) {
            takeOne();
        }
        int id = association.begin(context.get(), this);
        IOException unsent = association
                .guarded(() -> {
                    CommandSet command = StoreMessages.request(id, instance, originator, originatorMessageId);
                    return Optional.ofNullable(
                            talk.output().sendStore(context.get().id(), command, instance));
                })
                .orElse(null);
        if (unsent != null) {
            throw unsent;
        }
        outstanding.put(id, instance);
        while (!outstanding.isEmpty() && (window == 1 || association.guarded(talk::hasArrived))) {
            takeOne();
        }
    }

    private void takeOne() throws IOException {
        Answer<I> answer = association.guarded(this::answer);
        answered.answered(answer.instance(), answer.status());
    }

    private record Answer<I>(I instance, Status status) {}

    private Answer<I> answer() throws IOException {
        CommandSet command = answers.message().command();
        I instance = command.field() == (CommandField.C_STORE_RQ | CommandField.RESPONSE)
                ? outstanding.remove(command.required(CommandSet.MESSAGE_ID_RESPONDED_TO))
                : null;
        if (instance == null) {
            throw new PduException(0, "no response to what was asked", PduException.UNEXPECTED_PDU);
        }
        Status status = StoreMessages.status(command);
        Optional<Uid> named = command.uid(CommandSet.AFFECTED_SOP_INSTANCE);
        if (named.isPresent() && !named.get().equals(instance.sopInstance())) {
            status = Status.PROCESSING_FAILURE.because("the called side answered about another instance");
        }
        return new Answer<>(instance, status);
    }

    /** Waits for the responses that are out; nothing where the association is over. */
    @Override
    public void close() throws IOException {
        finish();
    }

    @Override
    public void finish() throws IOException {
        while (!outstanding.isEmpty() && !association.hasEnded()) {
            takeOne();
        }
        association.concluded(this);
    }
}
