package org.strongroom.dimse;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLProtocolException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.strongroom.dimse.AssociationPolicy.Peer;
import org.strongroom.dimse.AssociationPolicy.Rejection;

/** One connection of a listener, from its first byte to its end. Its thread holds nothing but itself until that byte. */
final class Connection implements FairShare.Caller {
    private static final System.Logger LOG = System.getLogger(Connection.class.getName());

    /** How long a refused stranger may take to close. */
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    private final DimseListener listener;
    private final Socket socket;
    private final Line line;
    private final InetSocketAddress address;
    private volatile @Nullable Peer peer;
    private volatile boolean madeWay;
    private boolean admitted;
    private boolean spoke;
    private boolean told;

    Connection(DimseListener listener, Socket socket) {
        this.listener = listener;
        this.socket = socket;
        this.address = (InetSocketAddress) socket.getRemoteSocketAddress();
        this.line = new Line(socket, listener.timeouts());
        line.readWithin(listener.timeouts().association());
    }

    @Override
    public Line line() {
        return line;
    }

    @Override
    public InetAddress address() {
        return address.getAddress();
    }

    /** Who is at the other end, once that is known. */
    Optional<Peer> peer() {
        return Optional.ofNullable(peer);
    }

    void end(String why) {
        line.end(new AssociationAborted(AssociationAborted.By.US, why));
    }

    /** Closed because another one needs the place. */
    @Override
    public void makeWay() {
        madeWay = true;
        end("closed to admit another connection");
    }

    /** Reads meanwhile, so that a peer that gives up is noticed; until it is answered it has nothing more to say. */
    @Override
    public void pause(long nanos) throws IOException {
        socket.setSoTimeout((int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)));
        try {
            int next = socket.getInputStream().read();
            throw new SSLProtocolException(
                    next < 0 ? "closed before it was answered" : "more than a ClientHello before the answer");
        } catch (SocketTimeoutException e) {
            socket.setSoTimeout(0);
        }
    }

    void run() {
        try {
            greet();
        } catch (PduException e) {
            refused(Refusals.Cause.BAD_FIRST_PDU, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            failed(e);
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "association.failed peer=" + address, e);
        } finally {
            try {
                socket.close();
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "connection.close failed", e);
            }
        }
    }

    private void failed(IOException e) {
        AssociationAborted why = line.ended();
        if (admitted) {
            LOG.log(Level.DEBUG, "association.ended peer={0} {1}", address, e.getMessage());
        } else if (madeWay) {
            refused(Refusals.Cause.LIMIT, "closed to admit another connection");
        } else if (why != null && why.by() == AssociationAborted.By.TIMEOUT) {
            refused(Refusals.Cause.TIMED_OUT, spoke ? "no complete A-ASSOCIATE-RQ in time" : "silent");
        } else if (spoke) {
            refused(Refusals.Cause.BAD_FIRST_PDU, String.valueOf(e.getMessage()));
        }
    }

    /** Tells of the refusal, once: what the peer does afterwards is no second one. */
    private void refused(Refusals.Cause cause, String detail) {
        if (told) {
            return;
        }
        told = true;
        LOG.log(Level.DEBUG, "connection.refused address={0} cause={1}: {2}", address, cause, detail);
        listener.refusals().refused(address, cause, detail);
    }

    /** The peer got its A-ASSOCIATE-RJ, which the policy knows of: how it takes that is no refusal more. */
    void rejected() {
        told = true;
    }

    private void greet() throws IOException {
        InputStream plain = socket.getInputStream();
        byte[] first = new byte[16];
        int count = line.read(plain, first, 0, first.length);
        if (count < 0) {
            return;
        }
        spoke = true;
        listener.admissions().spoke(this);
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
        if (listener.tls().isEmpty()) {
            associate(socket, new ReadAhead(first, count, plain), Optional.empty());
        } else if (first[0] == ClientHello.HANDSHAKE_RECORD) {
            Secured secured =
                    secure(listener.tls().get(), new ClientHello(line, plain, first, count, this::helloLength));
            if (secured != null) {
                associate(secured.socket(), secured.socket().getInputStream(), Optional.of(secured.certificate()));
            }
        } else {
            refuseClearText(first[0] == Pdu.ASSOCIATE_RQ, plain);
        }
    }

    private record Secured(SSLSocket socket, X509Certificate certificate) {}

    private void helloLength(int bytes) {
        listener.helloBytes().resize(this, bytes);
    }

    /** Null where the connection was refused. */
    private @Nullable Secured secure(SSLContext context, ClientHello hello) throws IOException {
        try {
            hello.read();
            if (!listener.handshakes().begin(this, listener.timeouts().association())) {
                refused(Refusals.Cause.LIMIT, "too many handshakes of its address");
                return null;
            }
            return shakeHands(context, hello);
        } catch (SSLPeerUnverifiedException e) {
            throw new IllegalStateException("a handshake without client certificate succeeded", e);
        } catch (IOException e) {
            AssociationAborted why = line.ended();
            if (why != null) {
                throw why;
            }
            listener.admissions().handshakeFailed(address(), System.nanoTime());
            if (!told) {
                told = true;
                LOG.log(Level.DEBUG, "connection.refused address={0} TLS: {1}", address, e.getMessage());
                listener.refusals().handshakeFailed(address, e);
            }
            return null;
        } finally {
            listener.helloBytes().release(this);
        }
    }

    private Secured shakeHands(SSLContext context, ClientHello hello) throws IOException {
        Handshakes<Connection> handshakes = listener.handshakes();
        HandshakeInput.Turn turn = new HandshakeInput.Turn() {
            @Override
            public void rest() {
                handshakes.rest(Connection.this);
            }

            @Override
            public void take() throws IOException {
                handshakes.compute(Connection.this);
            }
        };
        HandshakeInput in =
                new HandshakeInput(new ReadAhead(hello.bytes(), hello.count(), socket.getInputStream()), turn);
        try {
            turn.take();
            SSLSocket tls = TlsProfile.server(context, socket, in);
            tls.startHandshake();
            X509Certificate certificate = (X509Certificate) tls.getSession().getPeerCertificates()[0];
            handshakes.identified(this);
            return new Secured(tls, certificate);
        } finally {
            in.established();
        }
    }

    /** The peer hears in its own language that it is refused; its request is not even read. */
    private void refuseClearText(boolean dicom, InputStream plain) throws IOException {
        if (dicom) {
            refused(Refusals.Cause.CLEAR_TEXT, "association asked for in clear text");
            Rejection rejection = Rejection.ACSE_NO_REASON;
            byte[] answer = rejection.pdu().encode();
            line.write(socket.getOutputStream(), answer, 0, answer.length);
            socket.shutdownOutput();
            line.readWithin(FAREWELL);
            byte[] ignored = new byte[1024];
            int most = PduInput.CONTROL_PDU_LIMIT;
            int count;
            while (most > 0 && (count = line.read(plain, ignored, 0, ignored.length)) >= 0) {
                most -= count;
            }
        } else {
            refused(Refusals.Cause.BAD_FIRST_PDU, "neither TLS nor DICOM");
        }
    }

    private void associate(Socket transport, InputStream in, Optional<X509Certificate> certificate) throws IOException {
        Peer known = new Peer(address, certificate);
        peer = known;
        Conversation talk = new Conversation(
                transport,
                line,
                listener.timeouts(),
                new PduInput(line, in, listener.limits().dataPduBytes()),
                new PduOutput(line, transport.getOutputStream()));
        Acceptance acceptance = new Acceptance(listener, this, known, talk);
        Optional<Provider> provider;
        try {
            provider = acceptance.negotiate();
            listener.handshakes().leave(this);
        } catch (PduException e) {
            refused(Refusals.Cause.BAD_FIRST_PDU, String.valueOf(e.getMessage()));
            talk.refuse();
            talk.conclude(listener.timeouts().association());
            return;
        }
        if (provider.isPresent()) {
            admitted = true;
            provider.get().run();
        }
    }
}
