package org.strongroom.dimse;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * What a place answers to a TLS ClientHello. It looks at the certificate shown and trusts none: the handshake is broken
 * off at it, and nothing is sent that the other side could not know.
 *
 * @param language what came first
 * @param chain the certificates shown, its own first; empty where none came
 */
record TlsProbe(Language language, List<X509Certificate> chain) {
    /** What is spoken there. */
    enum Language {
        TLS,
        /** A PDU of the DICOM upper layer. */
        DICOM,
        HTTP,
        /** Something else came. */
        OTHER,
        /** It closed without a word. */
        CLOSED,
        /** Nothing came in time, as from a clear-text service that waits for the rest. */
        SILENT
    }

    static TlsProbe of(InetSocketAddress address, Duration patience) throws IOException {
        AtomicInteger first = new AtomicInteger(-1);
        AtomicInteger count = new AtomicInteger();
        Looking looking = new Looking();
        long start = System.nanoTime();
        try (Socket socket = new CountedSocket(_ -> {}, (bytes, offset, length) -> {
            if (count.getAndAdd(length) == 0) {
                first.set(bytes[offset] & 0xFF);
            }
        })) {
            socket.connect(address, Math.toIntExact(patience.toMillis()));
            socket.setSoTimeout(Math.toIntExact(patience.toMillis()));
            SSLSocket tls = TlsProfile.client(looking.context(), socket, address.getHostString(), address.getPort());
            CountDownLatch done = new CountDownLatch(1);
            Thread.ofVirtual().start(() -> endAfter(patience, done, socket));
            try {
                tls.startHandshake();
            } catch (IOException e) {
                // Broken off at the certificate, or by the other side: what came is what counts.
            } finally {
                done.countDown();
            }
        }
        boolean late = System.nanoTime() - start >= patience.toNanos();
        return new TlsProbe(language(first.get(), count.get(), late), looking.chain);
    }

    /** A timeout of the socket does not bound one that drips. */
    private static void endAfter(Duration patience, CountDownLatch done, Socket socket) {
        try {
            if (!done.await(patience.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS)) {
                socket.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // It is closed all the same.
        }
    }

    private static Language language(int first, int count, boolean late) {
        if (count == 0) {
            return late ? Language.SILENT : Language.CLOSED;
        }
        return switch (first) {
            case 20, 21, 22 -> Language.TLS;
            case Pdu.ASSOCIATE_RJ, Pdu.ABORT -> Language.DICOM;
            default -> first == "HTTP".getBytes(StandardCharsets.US_ASCII)[0] ? Language.HTTP : Language.OTHER;
        };
    }

    /** Keeps what it sees and trusts nobody. */
    private static final class Looking implements X509TrustManager {
        private volatile List<X509Certificate> chain = List.of();

        SSLContext context() throws IOException {
            try {
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(null, new TrustManager[] {this}, null);
                return context;
            } catch (GeneralSecurityException e) {
                throw new IOException("TLS can't be set up: " + e.getMessage(), e);
            }
        }

        @Override
        public void checkClientTrusted(X509Certificate[] shown, @Nullable String authType) throws CertificateException {
            throw new CertificateException("a probe accepts no clients");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] shown, @Nullable String authType) throws CertificateException {
            chain = List.of(shown);
            throw new CertificateException("looked at, not trusted");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
