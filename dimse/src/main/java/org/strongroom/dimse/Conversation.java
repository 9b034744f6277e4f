package org.strongroom.dimse;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * DIMSE messages over one connection, PS3.7 section 6.3 and PS3.8 annex E, for both sides of an association. One thread
 * reads at a time; writing is safe from any.
 */
final class Conversation {
    /** PS3.7 sets none; a command set of every element defined has under 2 KiB. */
    static final int COMMAND_SET_LIMIT = 64 * 1024;

    /** Identifier of C-FIND, C-MOVE, C-GET held in memory. */
    static final int IDENTIFIER_LIMIT = 256 * 1024;

    /** What a peer may still send after an abort before its connection is closed under it. */
    private static final int MOST_DISCARDED = 16 << 20;

    private final Socket socket;
    private final Line line;
    private final Timeouts timeouts;
    private final PduInput input;
    private final PduOutput output;
    private Set<Integer> contexts = Set.of();
    private @Nullable Body body;
    private volatile Pdu.@Nullable Abort due;
    private boolean released;

    /** What comes between messages. */
    sealed interface Arrival {
        /** A command set; its data set, if it has one, follows and is read by {@link Conversation#body}. */
        record Message(int contextId, CommandSet command) implements Arrival {}

        record ReleaseRequest() implements Arrival {}

        record ReleaseReply() implements Arrival {}
    }

    Conversation(Socket socket, Line line, Timeouts timeouts, PduInput input, PduOutput output) {
        this.socket = socket;
        this.line = line;
        this.timeouts = timeouts;
        this.input = input;
        this.output = output;
    }

    Line line() {
        return line;
    }

    PduOutput output() {
        return output;
    }

    /** Whether something has come that nobody waited for; over TLS perhaps only part of a message. */
    boolean hasArrived() throws IOException {
        return input.hasArrived();
    }

    /** @param accepted identifiers of the presentation contexts messages may come in */
    void established(Set<Integer> accepted, long peerMaximumLength) {
        contexts = accepted;
        output.peerTakes(peerMaximumLength);
    }

    /** Reads the PDU that must not be P-DATA-TF; -1 stands for the end of the connection. */
    @Nullable
    Pdu handshakePdu() throws IOException {
        int type = input.nextPdu();
        if (type < 0) {
            return null;
        }
        if (type == Pdu.P_DATA_TF) {
            throw new PduException(0, "P-DATA-TF outside an association", PduException.UNEXPECTED_PDU);
        }
        return Pdu.decode(type, input.rest());
    }

    /**
     * State 3, before the answer to A-ASSOCIATE-RQ, and state 8, before that to A-RELEASE-RQ: the peer may abort or leave,
     * and nothing else.
     *
     * @return false when it has aborted
     */
    boolean keepsWaiting() throws IOException {
        if (!input.hasArrived()) {
            return true;
        }
        if (handshakePdu() instanceof Pdu.Abort) {
            return false;
        }
        throw new PduException(0, "a PDU before the answer to a request", PduException.UNEXPECTED_PDU);
    }

    /**
     * Reads the next command set, or what else may come instead. The data set of the message before is skipped if it has
     * not been read.
     *
     * @param patience for its first byte; null for any time, until {@link Line#readWithin} says otherwise
     * @throws AssociationAborted when the peer aborted or is gone
     * @throws PduException when the bytes are not what they must be; the caller aborts
     */
    Arrival next(@Nullable Duration patience) throws IOException {
        discardBody();
        if (input.pduAtEnd()) {
            if (patience == null) {
                line.readAtLeisure();
            } else {
                line.readWithin(patience);
            }
            if (!input.await()) {
                throw gone();
            }
        }
        line.readPaced();
        int contextId = -1;
        byte[] command = new byte[0];
        do {
            if (input.pduAtEnd()) {
                int type = input.nextPdu();
                if (type != Pdu.P_DATA_TF) {
                    return control(type, contextId >= 0);
                }
            }
            input.nextPdv();
            if (!input.pdvIsCommand()) {
                throw new PduException(Pdu.HEADER_LENGTH, "data set without command set", PduException.UNEXPECTED_PDU);
            }
            contextId = contextOf(contextId);
            command = append(command);
        } while (!input.pdvIsLast());
        CommandSet set = CommandSet.read(command);
        body = set.hasDataSet() ? new Body(contextId) : null;
        if (body == null) {
            line.readAtLeisure();
        }
        return new Arrival.Message(contextId, set);
    }

    private int contextOf(int before) {
        int id = input.pdvContextId();
        if (!contexts.contains(id)) {
            throw PduException.invalid(Pdu.HEADER_LENGTH + 4, "presentation context " + id + " was not accepted");
        }
        if (before >= 0 && before != id) {
            throw PduException.invalid(Pdu.HEADER_LENGTH + 4, "presentation context changes within a message");
        }
        return id;
    }

    private byte[] append(byte[] command) throws IOException {
        int length = command.length;
        if (length + input.pdvRemaining() > COMMAND_SET_LIMIT) {
            throw PduException.invalid(0, "command set longer than " + COMMAND_SET_LIMIT + " bytes");
        }
        byte[] longer = Arrays.copyOf(command, length + input.pdvRemaining());
        while (input.pdvRemaining() > 0) {
            length += input.readPdv(longer, length, longer.length - length);
        }
        return longer;
    }

    private Arrival control(int type, boolean withinMessage) throws IOException {
        if (type < 0) {
            throw gone();
        }
        Pdu pdu = Pdu.decode(type, input.rest());
        return switch (pdu) {
            case Pdu.Abort abort -> throw AssociationAborted.received(abort);
            case Pdu.ReleaseRq _ when !withinMessage -> new Arrival.ReleaseRequest();
            case Pdu.ReleaseRp _ when !withinMessage -> new Arrival.ReleaseReply();
            default ->
                throw new PduException(0, "PDU of type " + type + " where none belongs", PduException.UNEXPECTED_PDU);
        };
    }

    private IOException gone() {
        return line.explain(new AssociationAborted(
                AssociationAborted.By.CONNECTION, "the peer closed the connection without releasing the association"));
    }

    /** The data set of the message last read, pulled from the socket; empty when it has none. */
    InputStream body() {
        return body == null ? InputStream.nullInputStream() : body;
    }

    void discardBody() throws IOException {
        if (body != null) {
            body.discard();
            body = null;
        }
    }

    /** The whole data set of the message last read, for identifiers. */
    byte[] identifier() throws IOException {
        return identifier(IDENTIFIER_LIMIT);
    }

    /** @param limit its length in bytes at most */
    byte[] identifier(int limit) throws IOException {
        byte[] bytes = body().readNBytes(limit + 1);
        if (bytes.length > limit) {
            throw PduException.invalid(0, "identifier longer than " + limit + " bytes");
        }
        return bytes;
    }

    /**
     * The association can't go on: {@link #conclude} will abort it. Until then the peer is not waited for, so that whoever
     * holds something for this association can let go of it first.
     *
     * @return what to throw
     */
    AssociationAborted refuse(PduException cause) {
        due = new Pdu.Abort(2, cause.reason());
        return new AssociationAborted(AssociationAborted.By.US, String.valueOf(cause.getMessage()), cause);
    }

    /** Whether it will be aborted. */
    boolean isRefused() {
        return due != null;
    }

    /** As service user: {@link #conclude} will abort. */
    void refuse() {
        due = new Pdu.Abort(0, 0);
    }

    /**
     * As acceptor: answers A-RELEASE-RQ; {@link #conclude} will wait for the requestor to close, PS3.8 section 9.2.1.
     *
     * @throws PduException when the requestor sent something more (state 8); an A-ABORT gets no answer
     */
    void replyToRelease() throws IOException {
        if (!keepsWaiting()) {
            return;
        }
        line.readWithin(timeouts.association());
        output.send(new Pdu.ReleaseRp());
        released = true;
    }

    /**
     * Ends the connection: sends the A-ABORT that is due, waits for the peer to close after that or after a release, and
     * closes. Never throws.
     *
     * @param patience how long the peer may take to close; without waiting what was sent last could be lost
     */
    void conclude(Duration patience) {
        line.readWithin(patience);
        try {
            if (due != null) {
                output.sendLast(due, Duration.ofMillis(100));
                input.discard(MOST_DISCARDED);
            } else if (released) {
                drain();
            }
        } catch (IOException e) {
            // The connection is as good as closed, which is all that is left to do.
        }
        close();
    }

    /** The same while another thread reads, which the close will end. */
    void concludeUnread() {
        try {
            if (due != null) {
                output.sendLast(due, Duration.ofMillis(100));
            }
        } catch (IOException e) {
            // The connection is as good as closed, which is all that is left to do.
        }
        line.end(new AssociationAborted(AssociationAborted.By.US, "aborted by this side"));
        close();
    }

    /** State 13, awaiting the close: what still comes is ignored, what can't come is answered by A-ABORT. */
    void drain() throws IOException {
        try {
            input.skipPdu();
            int type;
            while ((type = input.nextPdu()) >= 0) {
                if (type == Pdu.ASSOCIATE_RQ) {
                    throw new PduException(0, "A-ASSOCIATE-RQ after the end", PduException.UNEXPECTED_PDU);
                }
                if (type == Pdu.ABORT && Pdu.decode(type, input.rest()) instanceof Pdu.Abort) {
                    return;
                }
                input.skipPdu();
            }
        } catch (PduException e) {
            output.sendLast(new Pdu.Abort(2, e.reason()), Duration.ofMillis(100));
            input.discard(MOST_DISCARDED);
        }
    }

    /** Closes the transport connection. The watch is still there to end a TLS close that waits. */
    void close() {
        line.readWithin(timeouts.association());
        try {
            socket.close();
        } catch (IOException e) {
            // It is closed all the same.
        }
    }

    /** A data set as it comes: ends with the fragment marked last. */
    private final class Body extends BlockInput {
        private final int contextId;
        private boolean started;
        private boolean ended;

        Body(int contextId) {
            this.contextId = contextId;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (!fragment()) {
                return -1;
            }
            return input.readPdv(bytes, offset, length);
        }

        /** Stands on a fragment with bytes left, or returns false at the end. */
        private boolean fragment() throws IOException {
            while (!ended && (!started || input.pdvRemaining() == 0)) {
                if (started && input.pdvIsLast()) {
                    ended = true;
                    line.readAtLeisure();
                } else {
                    nextFragment();
                    started = true;
                }
            }
            return !ended;
        }

        private void nextFragment() throws IOException {
            if (due != null) {
                throw new AssociationAborted(AssociationAborted.By.US, "the association is being aborted");
            }
            try {
                if (input.pduAtEnd()) {
                    int type = input.nextPdu();
                    if (type != Pdu.P_DATA_TF) {
                        control(type, true);
                    }
                }
                input.nextPdv();
                if (input.pdvIsCommand()) {
                    throw new PduException(
                            Pdu.HEADER_LENGTH, "command set within a data set", PduException.UNEXPECTED_PDU);
                }
                contextOf(contextId);
            } catch (PduException e) {
                // Whoever reads a body knows of failing input, not of PDUs.
                throw refuse(e);
            }
        }

        void discard() throws IOException {
            while (fragment()) {
                input.skipPdv();
            }
            // Whoever kept this stream must not read from the next message.
            ended = true;
        }
    }
}
