package org.strongroom.dimse;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.Uids;
import org.strongroom.dicom.VR;

/**
 * What a stranger can learn from an acceptor, and no more: whether it associates and what it says of itself, C-ECHO, and
 * how many studies a C-FIND lists. No value of any match leaves this class, nothing is stored and no instance fetched;
 * that it can do nothing else is its purpose.
 */
public final class SurveyAssociation implements AutoCloseable {
    private static final Tag LEVEL = new Tag(0x00080052);
    private static final Tag STUDY_INSTANCE_UID = new Tag(0x0020000D);

    private final Association association;
    private final Traffic traffic;

    private SurveyAssociation(Association association, Traffic traffic) {
        this.association = association;
        this.traffic = traffic;
    }

    /** What became of the attempt. */
    public sealed interface Result {
        /** An association: a stranger gets in. */
        record Accepted(SurveyAssociation association, Facts facts) implements Result {}

        /** A-ASSOCIATE-RJ, PS3.8 table 9-21: DICOM is spoken, and it says no. */
        record Rejected(int result, int source, int reason) implements Result {}

        /** A-ABORT: DICOM is spoken, and it hangs up. */
        record Aborted() implements Result {}

        /** The connection was closed without an answer. */
        record Closed() implements Result {}

        /** Connected, but no answer came in time. */
        record Mute() implements Result {}

        /** Something else is spoken. */
        record NotDicom() implements Result {}

        /** TLS did not come about. */
        record TlsFailed(String why) implements Result {}

        /** No connection at all; {@code refused} tells a closed port from silence. */
        record Unreachable(boolean refused) implements Result {}
    }

    /**
     * What an acceptor says of itself.
     *
     * @param maximumLength in bytes, 0 is no limit
     * @param contexts those it accepted
     */
    public record Facts(
            long maximumLength,
            Optional<Uid> implementationClass,
            Optional<String> implementationVersion,
            List<AcceptedContext> contexts) {}

    /** One attempt's manners. */
    public enum Transport {
        CLEAR,
        /** TLS without a client certificate, whatever the server's certificate: a stranger has no authority to ask. */
        TLS
    }

    /**
     * Connects and asks for an association.
     *
     * @param classes SOP classes to propose, each in implicit and explicit VR little endian
     * @param traffic is told what goes over the wire, now and later
     * @throws IOException only when this machine fails, not the other
     */
    public static Result connect(
            InetSocketAddress address,
            Transport transport,
            AeTitle called,
            AeTitle calling,
            List<Uid> classes,
            Timeouts timeouts,
            Traffic traffic)
            throws IOException {
        Proposal proposal = Proposal.to(called, calling);
        for (Uid sopClass : classes) {
            proposal = proposal.context(
                    sopClass, TransferSyntax.ImplicitVRLittleEndian, TransferSyntax.ExplicitVRLittleEndian);
        }
        Optional<SSLContext> tls = transport == Transport.TLS ? Optional.of(Anyone.context()) : Optional.empty();
        try {
            Association association =
                    Association.request(new PeerAddress(address, tls), proposal, timeouts, traffic.opening());
            UserInformation peer = association.peer();
            return new Result.Accepted(
                    new SurveyAssociation(association, traffic),
                    new Facts(
                            peer.maximumLength(),
                            peer.implementationClass(),
                            peer.implementationVersion(),
                            association.contexts()));
        } catch (AssociationRejected e) {
            return new Result.Rejected(e.result(), e.source(), e.reason());
        } catch (AssociationAborted e) {
            return switch (e.by()) {
                case PEER -> new Result.Aborted();
                case US -> new Result.NotDicom();
                case CONNECTION -> new Result.Closed();
                case TIMEOUT -> new Result.Mute();
            };
        } catch (Unconnected e) {
            return new Result.Unreachable(e.refused());
        } catch (TlsFailure e) {
            return new Result.TlsFailed(String.valueOf(e.getMessage()));
        }
    }

    /**
     * What one attempt sent and received on the wire, TLS included, and how it was encrypted. It ends an attempt that
     * brings more than is taken from one peer, or that goes on for too long however little it brings.
     */
    public static final class Traffic {
        private final long mostBytes;
        private final long by;
        private volatile @Nullable Ending exhausted;
        private final AtomicLong sent = new AtomicLong();
        private final AtomicLong received = new AtomicLong();
        private volatile int firstByte = -1;
        private volatile @Nullable SSLSession session;

        /**
         * @param mostBytes received, after which nothing more is read
         * @param longest time from now after which nothing more is read, apart from the timeouts for silence
         */
        public Traffic(long mostBytes, Duration longest) {
            this.mostBytes = mostBytes;
            this.by = System.nanoTime() + longest.toNanos();
        }

        /** Which of the two limits was reached; empty when none was. */
        private Optional<Ending> exhausted() {
            return Optional.ofNullable(exhausted);
        }

        public long sentBytes() {
            return sent.get();
        }

        public long receivedBytes() {
            return received.get();
        }

        /** For example TLSv1.3; empty when no TLS was agreed. */
        public Optional<String> protocol() {
            return Optional.ofNullable(session).map(SSLSession::getProtocol);
        }

        /** Whether the peer's first bytes were a TLS handshake or alert, RFC 8446 section 5.1, whatever came of it. */
        public boolean spokeTls() {
            return firstByte == 21 || firstByte == 22;
        }

        public Optional<String> cipherSuite() {
            return Optional.ofNullable(session).map(SSLSession::getCipherSuite);
        }

        private void received(byte[] bytes, int offset, int count) throws IOException {
            if (received.getAndAdd(count) == 0) {
                firstByte = bytes[offset];
            }
            if (received.get() > mostBytes) {
                exhausted = Ending.BYTES;
                throw new IOException("the peer sent more than " + mostBytes + " bytes");
            }
            if (System.nanoTime() - by > 0) {
                exhausted = Ending.TIME;
                throw new IOException("the peer took longer than was allowed for all it was asked");
            }
        }

        private Opening opening() {
            return new Opening() {
                @Override
                public Socket socket() {
                    return new CountedSocket(sent::addAndGet, Traffic.this::received);
                }

                // It asks for one UID a match.
                @Override
                public int matchLimit() {
                    return Conversation.IDENTIFIER_LIMIT;
                }

                // Whatever this Java can speak: a stranger with old software gets in where an old server lets him.
                @Override
                public SSLSocket tls(SSLContext context, Socket socket, String host, int port) throws IOException {
                    SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(socket, host, port, true);
                    tls.setUseClientMode(true);
                    tls.setEnabledProtocols(Arrays.stream(tls.getSupportedProtocols())
                            .filter(protocol -> protocol.startsWith("TLS"))
                            .toArray(String[]::new));
                    tls.setEnabledCipherSuites(tls.getSupportedCipherSuites());
                    return tls;
                }

                @Override
                public void secured(SSLSession agreed) {
                    session = agreed;
                }
            };
        }
    }

    /** C-ECHO; empty when verification was not accepted. */
    public Optional<Status> echo() throws IOException {
        return proposes(Uids.Verification) ? Optional.of(association.echo()) : Optional.empty();
    }

    /** Why counting came to its end. */
    public enum Ending {
        /** The peer said that these were all, or that it can't say more; its status tells which. */
        ANSWERED,
        /** As many as were wanted had come. */
        CAP,
        /** The time allowed was over. */
        TIME,
        /** It sent more bytes than are taken from one peer. */
        BYTES,
        /** The peer broke off, or broke the protocol. */
        BROKEN
    }

    /**
     * What a C-FIND for all studies gave.
     *
     * @param count matches received whole, at most the cap
     * @param status the last one; empty when the peer gave none, as one that goes on in spite of C-CANCEL
     */
    public record Count(int count, Ending ending, Optional<Status> status) {
        /** Whether there may be more than were counted. */
        public boolean isPartial() {
            boolean failed = !status.map(Status::isSuccess).orElse(false);
            return ending != Ending.ANSWERED || (failed && count > 0);
        }
    }

    /**
     * Counts the studies a C-FIND lists, asking for Study Instance UID alone, and cancels at {@code cap} or after {@code
     * patience}; empty when Study Root FIND was not accepted. The matches are not kept, nor looked into. Whatever the peer
     * does, those that came are told: a failure here ends the counting and the association, never the count.
     *
     * @param farewell how long the peer may take to stop after C-CANCEL; then the association is aborted
     */
    public Optional<Count> countStudies(int cap, Duration patience, Duration farewell) {
        if (!proposes(Uids.StudyRootQueryRetrieveInformationModelFind)) {
            return Optional.empty();
        }
        DataSet keys = DataSet.empty().withText(LEVEL, VR.CS, List.of("STUDY")).withEmpty(STUDY_INSTANCE_UID, VR.UI);
        long by = System.nanoTime() + patience.toNanos();
        int count = 0;
        Ending ending = Ending.ANSWERED;
        Optional<Status> status = Optional.empty();
        try {
            Matches matches = association.find(Uids.StudyRootQueryRetrieveInformationModelFind, keys);
            while (count < cap && System.nanoTime() - by < 0 && matches.skip()) {
                count++;
            }
            if (matches.status().isEmpty()) {
                ending = count < cap ? Ending.TIME : Ending.CAP;
                matches.finish(farewell);
            }
            status = matches.status();
        } catch (IOException e) {
            ending = ending == Ending.ANSWERED ? why(e) : ending;
            association.abort();
        }
        return Optional.of(new Count(count, ending, status));
    }

    private Ending why(IOException e) {
        return traffic.exhausted().orElseGet(() -> {
            boolean silent = e instanceof AssociationAborted a && a.by() == AssociationAborted.By.TIMEOUT;
            return silent ? Ending.TIME : Ending.BROKEN;
        });
    }

    private boolean proposes(Uid sopClass) {
        return association.contexts().stream()
                .anyMatch(context -> context.sopClass().equals(sopClass));
    }

    /** Ends the association in order. */
    public void release() throws IOException {
        association.release();
    }

    @Override
    public void close() {
        association.close();
    }

    /**
     * Accepts every server. Only a survey may: it sends nothing of value and looks at what any stranger would see, expired
     * and self-signed certificates included.
     */
    private static final class Anyone extends X509ExtendedTrustManager {
        static SSLContext context() throws IOException {
            try {
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(null, new TrustManager[] {new Anyone()}, null);
                return context;
            } catch (GeneralSecurityException e) {
                throw new IOException("TLS can't be set up: " + e.getMessage(), e);
            }
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {
            throw new IllegalStateException("a survey accepts no clients");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {
            checkClientTrusted(chain, authType);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
            checkClientTrusted(chain, authType);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
