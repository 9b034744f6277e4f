package org.strongroom.dimse;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.strongroom.dimse.Conversation.Arrival;

/**
 * Where a provider takes its next message from. Usually its own thread reads. While a C-FIND, C-MOVE or C-GET runs, a
 * listening thread has the right to read: it takes C-CANCEL and C-STORE-RSP, keeps requests sent ahead, and gives the
 * right back with the first message that belongs to no operation under way, or whose data set must be left in the socket.
 */
final class Inbox {
    /** Identifiers read ahead come to no more than this and one more; then what comes waits in the socket. */
    private static final int AHEAD_BYTES = 64 * 1024;

    private final Conversation talk;
    private final Timeouts timeouts;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Incoming> ahead = new ArrayDeque<>();
    private final Set<Integer> cancelledAhead = new HashSet<>();
    private boolean listening;
    private @Nullable Operation current;
    private volatile boolean over;

    /** What the provider acts on. */
    sealed interface Incoming {
        /**
         * A request.
         *
         * @param identifier its data set where that was read ahead; null where it is still to be read
         */
        record Request(
                int contextId, CommandSet command, @Nullable Octets identifier) implements Incoming {}

        record Release() implements Incoming {}

        record Failure(Exception cause) implements Incoming {}
    }

    /** An operation that may be cancelled. */
    static final class Operation {
        private final int messageId;
        private volatile boolean cancelled;
        private final List<Runnable> whenCancelled = new ArrayList<>();
        private int awaited = -1;
        private @Nullable CommandSet answer;

        Operation(int messageId) {
            this.messageId = messageId;
        }
    }

    Inbox(Conversation talk, Timeouts timeouts) {
        this.talk = talk;
        this.timeouts = timeouts;
    }

    /** The next request, in the order of arrival; waits for it as long as {@code patience} lasts. */
    Incoming next(Duration patience) throws IOException {
        lock.lock();
        try {
            await(() -> !ahead.isEmpty() || !listening, patience, "the peer sent nothing in time");
            Incoming first = ahead.poll();
            if (first != null) {
                return first;
            }
        } finally {
            lock.unlock();
        }
        return switch (talk.next(patience)) {
            case Arrival.Message(int contextId, CommandSet command) -> new Incoming.Request(contextId, command, null);
            case Arrival.ReleaseRequest() -> new Incoming.Release();
            case Arrival.ReleaseReply() ->
                throw new PduException(0, "A-RELEASE-RP without request", PduException.UNEXPECTED_PDU);
        };
    }

    /** Begins an operation during which the peer is listened to. */
    Operation begin(int messageId) {
        Operation operation = new Operation(messageId);
        lock.lock();
        try {
            current = operation;
            operation.cancelled = cancelledAhead.remove(messageId);
            // What was sent ahead may be a data set left in the socket.
            if (!listening && ahead.isEmpty()) {
                listening = true;
                Thread.ofVirtual().name("listening").start(this::listen);
            }
        } finally {
            lock.unlock();
        }
        return operation;
    }

    void end() {
        lock.lock();
        try {
            current = null;
        } finally {
            lock.unlock();
        }
    }

    boolean isCancelled(Operation operation) {
        return operation.cancelled || over || talk.line().ended() != null;
    }

    /** Has {@code action} run when the operation is cancelled or the peer leaves; at once when that has happened. */
    void whenCancelled(Operation operation, Runnable action) {
        lock.lock();
        try {
            if (!isCancelled(operation)) {
                operation.whenCancelled.add(action);
                return;
            }
        } finally {
            lock.unlock();
        }
        start(action);
    }

    private static void start(Runnable action) {
        Thread.ofVirtual().name("cancelling").start(action);
    }

    private void tell(Operation operation) {
        operation.whenCancelled.forEach(Inbox::start);
        operation.whenCancelled.clear();
    }

    /** Whether the listening thread has the right to read. */
    boolean isListening() {
        lock.lock();
        try {
            return listening;
        } finally {
            lock.unlock();
        }
    }

    /** Announces that a C-STORE-RSP to {@code messageId} is awaited; to be called before its request is sent. */
    void expect(Operation operation, int messageId) {
        lock.lock();
        try {
            operation.awaited = messageId;
            operation.answer = null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The C-STORE-RSP announced.
     *
     * @return null when it can't come, since a request sent ahead stands before it
     */
    @Nullable
    CommandSet answer(Operation operation) throws IOException {
        lock.lock();
        try {
            await(() -> operation.answer != null || !listening, timeouts.response(), "no C-STORE-RSP came in time");
            if (operation.answer == null && over) {
                throw talk.line().explain(new IOException("the peer left during C-GET"));
            }
            operation.awaited = -1;
            return operation.answer;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the listening thread to bring something about; in vain, the line is closed, which that thread notices. */
    private void await(BooleanSupplier done, Duration patience, String inVain) throws IOException {
        long left = patience.toNanos();
        try {
            while (!done.getAsBoolean()) {
                if (left <= 0) {
                    talk.line().end(new AssociationAborted(AssociationAborted.By.TIMEOUT, inVain));
                    left = TimeUnit.SECONDS.toNanos(1);
                }
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssociationAborted(AssociationAborted.By.US, "interrupted", e);
        }
    }

    private void listen() {
        try {
            while (take(talk.next(null))) {
                // All is done by take.
            }
        } catch (IOException | RuntimeException e) {
            hand(new Incoming.Failure(e), true);
        }
    }

    /** Says whether to read on. */
    private boolean take(Arrival arrival) throws IOException {
        return switch (arrival) {
            case Arrival.Message message -> take(message);
            case Arrival.ReleaseRequest() -> hand(new Incoming.Release(), true);
            case Arrival.ReleaseReply() ->
                throw new PduException(0, "A-RELEASE-RP without request", PduException.UNEXPECTED_PDU);
        };
    }

    private boolean take(Arrival.Message message) throws IOException {
        CommandSet command = message.command();
        int field = command.field();
        if (field == CommandField.C_CANCEL_RQ) {
            cancel(command.required(CommandSet.MESSAGE_ID_RESPONDED_TO));
            return true;
        }
        if (CommandField.isResponse(field)) {
            answered(command);
            return true;
        }
        if (field == CommandField.C_STORE_RQ) {
            return hand(new Incoming.Request(message.contextId(), command, null), true);
        }
        Octets identifier = Octets.of(talk.identifier());
        return hand(new Incoming.Request(message.contextId(), command, identifier), false);
    }

    private void cancel(int messageId) {
        lock.lock();
        try {
            if (current != null && current.messageId == messageId) {
                current.cancelled = true;
                tell(current);
            } else if (ahead.stream()
                    .anyMatch(incoming -> incoming instanceof Incoming.Request request
                            && request.command().number(CommandSet.MESSAGE_ID, -1) == messageId)) {
                cancelledAhead.add(messageId);
            }
        } finally {
            lock.unlock();
        }
    }

    private void answered(CommandSet response) {
        lock.lock();
        try {
            Operation operation = current;
            if (operation == null
                    || operation.awaited < 0
                    || operation.awaited != response.required(CommandSet.MESSAGE_ID_RESPONDED_TO)) {
                throw new PduException(0, "response to no request", PduException.UNEXPECTED_PDU);
            }
            operation.answer = response;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Says whether to go on listening. */
    private boolean hand(Incoming incoming, boolean stop) {
        lock.lock();
        try {
            ahead.add(incoming);
            if (incoming instanceof Incoming.Failure || incoming instanceof Incoming.Release) {
                over = true;
                if (current != null) {
                    tell(current);
                }
            }
            listening = !stop && current != null && ahead.size() < Acceptance.WINDOW && aheadBytes() < AHEAD_BYTES;
            changed.signalAll();
            return listening;
        } finally {
            lock.unlock();
        }
    }

    private int aheadBytes() {
        int sum = 0;
        for (Incoming incoming : ahead) {
            sum += incoming instanceof Incoming.Request(int _, CommandSet _, Octets identifier) && identifier != null
                    ? identifier.length()
                    : 0;
        }
        return sum;
    }
}
