package org.strongroom.dimse;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.Uids;
import org.strongroom.dimse.Conversation.Arrival;

/**
 * An association as requestor and service user, PS3.8 section 7.1 and PS3.7 section 9: established when it exists,
 * released when closed. Used by one thread at a time; {@link #cancel} and {@link #abort} may come from any.
 *
 * <p>After an {@link AssociationAborted} it is over. Any other {@link IOException} of an operation leaves it usable.
 */
public final class Association implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Association.class.getName());
    static final Status NO_CONTEXT =
            Status.SOP_CLASS_NOT_SUPPORTED.because("the called side accepted no such presentation context");

    /** What is asked of an acceptor that sets no bound to the operations outstanding. */
    private static final int MOST_OUTSTANDING = 64;

    private final Conversation talk;
    private final Watch watch;
    private final Timeouts timeouts;
    private final AcceptedContexts contexts;
    private final UserInformation peer;
    private final Answers answers;
    private int lastMessageId;
    private @Nullable Unfinished open;

    /** The operation under way, for {@link #cancel}; null when none is. */
    private volatile @Nullable Operation operation;

    private volatile boolean ended;

    private record Operation(int contextId, int messageId) {}

    /** What must come to its end before another operation begins. */
    interface Unfinished {
        void finish() throws IOException;
    }

    /** Told of each pending response of C-MOVE and C-GET. */
    public interface Progress {
        Progress IGNORED = counts -> {};

        void progress(SubOperations counts);
    }

    /** Takes the instances that C-GET brings. */
    public interface Sink {
        /** Reads the body and says what became of it; what is left unread is skipped. */
        Status receive(DimseRequest.CStore store) throws IOException;
    }

    private Association(
            Conversation talk,
            Watch watch,
            Timeouts timeouts,
            AcceptedContexts contexts,
            UserInformation peer,
            int matchLimit) {
        this.answers = new Answers(talk, timeouts, matchLimit);
        this.talk = talk;
        this.watch = watch;
        this.timeouts = timeouts;
        this.contexts = contexts;
        this.peer = peer;
    }

    /**
     * Connects and asks for an association.
     *
     * @throws AssociationRejected when the acceptor says no
     * @throws AssociationAborted when it aborts, closes, or does not answer in time
     * @throws IOException when it can't be reached, or TLS fails; the message says which
     */
    public static Association request(PeerAddress peer, Proposal proposal, Timeouts timeouts) throws IOException {
        return request(peer, proposal, timeouts, Opening.OURS);
    }

    static Association request(PeerAddress peer, Proposal proposal, Timeouts timeouts, Opening opening)
            throws IOException {
        Establishment made = Establishment.establish(peer, proposal, timeouts, opening);
        return new Association(made.talk(), made.watch(), timeouts, made.contexts(), made.peer(), opening.matchLimit());
    }

    /** The contexts the acceptor agreed to. */
    public List<AcceptedContext> contexts() {
        return contexts.all();
    }

    /** The contexts it did not. */
    public List<RefusedContext> refused() {
        return contexts.refused();
    }

    /** What the acceptor said of itself. */
    public UserInformation peer() {
        return peer;
    }

    /** C-ECHO, PS3.7 section 9.1.5. */
    public Status echo() throws IOException {
        AcceptedContext context = contexts.requireAny(Uids.Verification);
        int id = begin(context);
        CommandSet command = CommandSet.command(CommandField.C_ECHO_RQ)
                .uid(CommandSet.AFFECTED_SOP_CLASS, Uids.Verification)
                .number(CommandSet.MESSAGE_ID, id)
                .build();
        return conclude(() -> {
            talk.output().send(context.id(), command, null);
            return StoreMessages.status(answers.to(id));
        });
    }

    /**
     * C-STORE, PS3.7 section 9.1.1.
     *
     * @return what the peer answered; 0122 when it accepted no context for this class and syntax
     * @throws IOException when the instance could not be read, or the association is over
     */
    public Status store(Instance instance) throws IOException {
        return store(instance, Optional.empty(), 0);
    }

    /** C-STORE as sub-operation of the C-MOVE that {@code originator} invoked with that message ID. */
    public Status store(Instance instance, AeTitle originator, int originatorMessageId) throws IOException {
        return store(instance, Optional.of(originator), originatorMessageId);
    }

    private Status store(Instance instance, Optional<AeTitle> originator, int originatorMessageId) throws IOException {
        Optional<AcceptedContext> context = contexts.forClass(instance.sopClass(), List.of(instance.syntax()));
        if (context.isEmpty()) {
            return NO_CONTEXT;
        }
        int id = begin(context.get());
        CommandSet command = StoreMessages.request(id, instance, originator, originatorMessageId);
        return conclude(() -> {
            IOException unsent = talk.output().sendStore(context.get().id(), command, instance);
            if (unsent != null) {
                operation = null;
                throw unsent;
            }
            return StoreMessages.status(answers.to(id));
        });
    }

    /**
     * C-STOREs that need not wait for each other's response, within {@link #window}. Beginning another operation waits for
     * those that are out.
     */
    public <I extends Instance> Stores<I> stores(Stores.Answered<? super I> answered) throws IOException {
        finishOpen();
        return new Stores<>(this, talk, answers, contexts, window(), Optional.empty(), 0, answered);
    }

    /** The same as sub-operations of the C-MOVE that {@code originator} invoked with that message ID. */
    public <I extends Instance> Stores<I> stores(
            Stores.Answered<? super I> answered, AeTitle originator, int originatorMessageId) throws IOException {
        finishOpen();
        return new Stores<>(
                this, talk, answers, contexts, window(), Optional.of(originator), originatorMessageId, answered);
    }

    /** Operations that may be outstanding at once, PS3.7 D.3.3.3: what the acceptor agreed to, else one. */
    public int window() {
        return peer.asyncWindow()
                .map(window -> window.invoked() == 0 ? MOST_OUTSTANDING : Math.min(window.invoked(), MOST_OUTSTANDING))
                .orElse(1);
    }

    /**
     * C-FIND, PS3.7 section 9.1.2. Closing the matches early, or beginning another operation, sends C-CANCEL.
     *
     * @param model the SOP class of the information model
     */
    public Matches find(Uid model, DataSet keys) throws IOException {
        AcceptedContext context = contexts.requireAny(model);
        int id = begin(context);
        CommandSet command = asking(CommandField.C_FIND_RQ, model, id).build();
        byte[] identifier = keys.toBytes(context.syntax());
        guarded(() -> {
            talk.output().send(context.id(), command, identifier);
            return true;
        });
        Matches matches = new Matches(this, context, id);
        open = matches;
        return matches;
    }

    /** C-MOVE, PS3.7 section 9.1.4; returns the last response's status with counts and the instances that failed. */
    public Status move(Uid model, DataSet keys, AeTitle destination, Progress progress) throws IOException {
        AcceptedContext context = contexts.requireAny(model);
        int id = begin(context);
        CommandSet command = asking(CommandField.C_MOVE_RQ, model, id)
                .text(CommandSet.MOVE_DESTINATION, destination.value())
                .build();
        byte[] identifier = keys.toBytes(context.syntax());
        return conclude(() -> {
            talk.output().send(context.id(), command, identifier);
            while (true) {
                Status status = answers.withFailed(answers.to(id), context);
                if (!status.isPending()) {
                    return status;
                }
                status.counts().ifPresent(progress::progress);
            }
        });
    }

    /**
     * C-GET, PS3.7 section 9.1.3. Instances come in contexts proposed with the SCP role.
     *
     * @throws IOException also the first of {@code sink}, after the operation was cancelled and has ended
     */
    public Status get(Uid model, DataSet keys, Sink sink, Progress progress) throws IOException {
        AcceptedContext context = contexts.requireAny(model);
        int id = begin(context);
        CommandSet command = asking(CommandField.C_GET_RQ, model, id).build();
        byte[] identifier = keys.toBytes(context.syntax());
        Receiver receiver = new Receiver(talk, contexts, sink);
        Status status = conclude(() -> {
            talk.output().send(context.id(), command, identifier);
            while (true) {
                Arrival.Message message = answers.message();
                if (message.command().field() == CommandField.C_STORE_RQ) {
                    if (!receiver.take(message)) {
                        cancel();
                    }
                    continue;
                }
                Status answer = answers.withFailed(Answers.checked(message, id), context);
                if (!answer.isPending()) {
                    return answer;
                }
                answer.counts().ifPresent(progress::progress);
            }
        });
        receiver.rethrow();
        return status;
    }

    /** What the requests about keys have in common, PS3.7 sections 9.3.2 to 9.3.4. */
    private static CommandSet.Builder asking(int field, Uid model, int id) {
        return CommandSet.command(field)
                .uid(CommandSet.AFFECTED_SOP_CLASS, model)
                .number(CommandSet.MESSAGE_ID, id)
                .number(CommandSet.PRIORITY, 0)
                .withDataSet();
    }

    /** Sends C-CANCEL for the C-FIND, C-MOVE or C-GET under way, PS3.7 section 9.3.2.3; nothing when there is none. */
    public void cancel() throws IOException {
        Operation current = operation;
        if (current != null) {
            CommandSet command = CommandSet.command(CommandField.C_CANCEL_RQ)
                    .number(CommandSet.MESSAGE_ID_RESPONDED_TO, current.messageId())
                    .build();
            talk.output().send(current.contextId(), command, null);
        }
    }

    /** Whether it can't be used any more. */
    public boolean hasEnded() {
        return ended;
    }

    /** Ends it in order, PS3.8 section 7.2, and closes the connection. */
    public void release() throws IOException {
        if (ended) {
            return;
        }
        finishOpen();
        guarded(() -> {
            talk.output().send(new Pdu.ReleaseRq());
            boolean collided = false;
            while (true) {
                Arrival arrival = talk.next(timeouts.association());
                if (arrival instanceof Arrival.ReleaseReply) {
                    return true;
                }
                if (collided) {
                    throw new PduException(0, "no A-RELEASE-RP after a collision", PduException.UNEXPECTED_PDU);
                }
                if (arrival instanceof Arrival.ReleaseRequest) {
                    // Both asked at once: the requestor answers first, PS3.8 action AR-8.
                    talk.output().send(new Pdu.ReleaseRp());
                    collided = true;
                }
                // Else it was on its way when we asked, action AR-6.
            }
        });
        end();
    }

    /** Ends it at once, PS3.8 section 7.3. */
    public void abort() {
        if (!ended) {
            talk.refuse();
            ended = true;
            talk.concludeUnread();
            watch.close();
        }
    }

    /** Releases; aborts when an operation is under way or the release fails. */
    @Override
    public void close() {
        if (ended) {
            return;
        }
        if (operation != null && !(open instanceof Matches)) {
            abort();
            return;
        }
        try {
            release();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "association.release failed: {0}", e.getMessage());
            end();
        }
    }

    private void end() {
        ended = true;
        operation = null;
        talk.conclude(Establishment.FAREWELL);
        watch.close();
    }

    interface Step<T> {
        T run() throws IOException;
    }

    /** Runs what reads or writes: what the peer does against the protocol ends the association here. */
    <T> T guarded(Step<T> step) throws IOException {
        try {
            return step.run();
        } catch (PduException e) {
            AssociationAborted aborted = talk.refuse(e);
            end();
            throw aborted;
        } catch (IOException e) {
            if (e instanceof AssociationAborted || talk.line().isClosed()) {
                end();
            } else if (operation != null) {
                // Something failed in the middle of a message; no other may follow it.
                abort();
            }
            throw e;
        }
    }

    private <T> T conclude(Step<T> step) throws IOException {
        T result = guarded(step);
        operation = null;
        return result;
    }

    /** Finishes what is open, and takes a message ID. */
    private int begin(AcceptedContext context) throws IOException {
        if (ended) {
            throw new AssociationAborted(AssociationAborted.By.US, "the association has ended");
        }
        finishOpen();
        lastMessageId = lastMessageId % 0xFFFF + 1;
        operation = new Operation(context.id(), lastMessageId);
        return lastMessageId;
    }

    /** Takes a message ID for one more of the operations that {@code those} holds open together. */
    int begin(AcceptedContext context, Stores<?> those) throws IOException {
        if (open != those) {
            begin(context);
            open = those;
            return lastMessageId;
        }
        if (ended) {
            throw new AssociationAborted(AssociationAborted.By.US, "the association has ended");
        }
        lastMessageId = lastMessageId % 0xFFFF + 1;
        return lastMessageId;
    }

    private void finishOpen() throws IOException {
        if (open != null) {
            open.finish();
        }
    }

    /** What was open has come to its end. */
    void concluded(Unfinished which) {
        if (which.equals(open)) {
            open = null;
            operation = null;
        }
    }

    /** The next response of a C-FIND, with its identifier if that is wanted. */
    Answers.Answer answer(int messageId, AcceptedContext context, boolean wanted) throws IOException {
        return guarded(() -> answers.match(messageId, context, wanted));
    }

    Timeouts timeouts() {
        return timeouts;
    }
}
