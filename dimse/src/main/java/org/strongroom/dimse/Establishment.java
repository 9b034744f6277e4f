package org.strongroom.dimse;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/** Association establishment as requestor, states 4 and 5 of PS3.8 table 9-10, and what comes of it. */
record Establishment(Conversation talk, Watch watch, AcceptedContexts contexts, UserInformation peer) {
    private static final int DATA_PDU_LIMIT = 1 << 20;

    /** How long the acceptor may take to close after we aborted. */
    static final Duration FAREWELL = Duration.ofSeconds(1);

    static Establishment establish(PeerAddress peer, Proposal proposal, Timeouts timeouts, Opening opening)
            throws IOException {
        Socket socket = connect(opening.socket(), peer.address(), timeouts);
        Line line = new Line(socket, timeouts);
        Watch watch = new Watch(timeouts.step(), Thread.ofVirtual().name("association watch"));
        watch.add(line);
        line.readWithin(timeouts.association());
        boolean established = false;
        try {
            Socket transport = peer.tls().isPresent() ? secure(opening, peer, socket, line) : socket;
            Conversation talk = new Conversation(
                    transport,
                    line,
                    timeouts,
                    new PduInput(line, transport.getInputStream(), DATA_PDU_LIMIT),
                    new PduOutput(line, transport.getOutputStream()));
            Establishment made = negotiate(talk, watch, peer.address(), proposal);
            established = true;
            return made;
        } finally {
            if (!established) {
                watch.close();
                socket.close();
            }
        }
    }

    private static Socket connect(Socket socket, InetSocketAddress address, Timeouts timeouts) throws IOException {
        boolean connected = false;
        try {
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            socket.connect(address, Math.toIntExact(timeouts.connect().toMillis()));
            connected = true;
            return socket;
        } catch (IOException e) {
            if (e instanceof SocketException && String.valueOf(e.getMessage()).contains("reset")) {
                // Taken and thrown away before connect returned.
                throw new AssociationAborted(
                        AssociationAborted.By.CONNECTION, "the called side reset the connection at once", e);
            }
            throw Unconnected.of(place(address), e);
        } finally {
            if (!connected) {
                socket.close();
            }
        }
    }

    private static String place(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
    }

    private static Socket secure(Opening opening, PeerAddress peer, Socket socket, Line line) throws IOException {
        InetSocketAddress address = peer.address();
        SSLSocket tls = opening.tls(peer.tls().orElseThrow(), socket, address.getHostString(), address.getPort());
        try {
            tls.startHandshake();
            opening.secured(tls.getSession());
        } catch (SSLException e) {
            AssociationAborted why = line.ended();
            throw why != null ? why : TlsFailure.of(place(address), e);
        } catch (IOException e) {
            throw line.explain(e);
        }
        return tls;
    }

    private static Establishment negotiate(Conversation talk, Watch watch, InetSocketAddress address, Proposal proposal)
            throws IOException {
        try {
            ask(talk, proposal);
            return switch (talk.handshakePdu()) {
                case null ->
                    throw new AssociationAborted(
                            AssociationAborted.By.CONNECTION,
                            "the called side closed the connection without an answer");
                case Pdu.AssociateAc acceptance -> {
                    AcceptedContexts contexts = AcceptedContexts.of(proposal, acceptance);
                    talk.established(
                            contexts.ids(), acceptance.userInformation().maximumLength());
                    talk.line().readAtLeisure();
                    yield new Establishment(talk, watch, contexts, acceptance.userInformation());
                }
                case Pdu.AssociateRj rejection -> throw new AssociationRejected(rejection);
                case Pdu.Abort abort -> throw AssociationAborted.received(abort);
                default ->
                    throw new PduException(0, "neither an acceptance nor a rejection", PduException.UNEXPECTED_PDU);
            };
        } catch (AssociationAborted e) {
            Optional<SSLException> alert = TlsFailure.alert(e);
            throw alert.isPresent() ? TlsFailure.of(place(address), alert.get()) : e;
        } catch (PduException e) {
            AssociationAborted aborted = talk.refuse(e);
            talk.conclude(FAREWELL);
            throw aborted;
        }
    }

    private static void ask(Conversation talk, Proposal proposal) throws IOException {
        try {
            talk.output().send(proposal.request());
        } catch (AssociationAborted unsent) {
            // In TLS 1.3 our certificate may be refused while we write: the alert then says more than the failed write.
            try {
                talk.handshakePdu();
            } catch (AssociationAborted unread) {
                if (TlsFailure.alert(unread).isPresent()) {
                    throw unread;
                }
            } catch (PduException e) {
                // Not even TLS's end; the failed write is what there is to tell.
            }
            throw unsent;
        }
    }
}
