package org.strongroom.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/**
 * Lends TLS to programs that have none (getscu, movescu, dcmqrscp): takes clear connections on loopback and carries each
 * over TLS with a device's key and certificate; or the other way round, takes TLS connections as that device and carries
 * each in clear to a port on loopback. For tests only: whoever reaches the clear port acts as the device.
 */
public final class TlsForward implements AutoCloseable {
    private static final String USAGE = """
            tls-forward [--reverse] --to HOST:PORT --key FILE --cert FILE --ca FILE [--listen PORT]
              listens in clear on 127.0.0.1 and dials HOST:PORT over TLS, as the device the certificate names
              --reverse  listens with TLS on 127.0.0.1 and dials HOST:PORT in clear
              --listen   port to listen on; a free one when absent
            """;

    /** A device's files: PKCS #8 key, certificate, and the CA both sides trust; all PEM. */
    public record Credentials(Path key, Path certificate, Path ca) {}

    private final ServerSocket listener;
    private final Dial dial;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /** How the far side of each connection is reached. */
    public interface Dial {
        Socket connect() throws IOException;
    }

    private TlsForward(ServerSocket listener, Dial dial) {
        this.listener = listener;
        this.dial = dial;
        Thread.ofVirtual().name("tls-forward").start(this::acceptAll);
    }

    /** Clear on loopback in, TLS to {@code host} out; the server's certificate must be for that host. */
    public static TlsForward toTls(int listenPort, String host, int port, Credentials credentials) throws IOException {
        Dial dial = tls(Optional.empty(), host, port, Optional.of(credentials), credentials.ca());
        return dialling(listenPort, dial);
    }

    /** Clear on loopback in; out as {@code dial} says. */
    public static TlsForward dialling(int listenPort, Dial dial) throws IOException {
        return new TlsForward(new ServerSocket(listenPort, 64, InetAddress.getLoopbackAddress()), dial);
    }

    /**
     * Dials with TLS; the server's certificate must be for that host.
     *
     * @param from the address to dial from; empty leaves it to the system
     * @param own key and certificate to show; empty shows none, as a stranger would
     * @param ca who must have issued the server's certificate
     */
    public static Dial tls(Optional<InetAddress> from, String host, int port, Optional<Credentials> own, Path ca)
            throws IOException {
        SSLContext context = context(own, ca);
        Dial clear = clear(from, host, port);
        return () -> {
            SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(clear.connect(), host, port, true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            return socket;
        };
    }

    /** Dials without TLS. */
    public static Dial clear(Optional<InetAddress> from, String host, int port) {
        return () -> {
            Socket socket = new Socket();
            if (from.isPresent()) {
                socket.bind(new InetSocketAddress(from.get(), 0));
            }
            socket.connect(new InetSocketAddress(host, port));
            return socket;
        };
    }

    /** TLS on loopback in, as the device, from clients with a certificate of the CA only; clear to {@code port} out. */
    public static TlsForward fromTls(int listenPort, String host, int port, Credentials credentials)
            throws IOException {
        SSLServerSocket listener = (SSLServerSocket) context(Optional.of(credentials), credentials.ca())
                .getServerSocketFactory()
                .createServerSocket(listenPort, 64, InetAddress.getLoopbackAddress());
        listener.setNeedClientAuth(true);
        return new TlsForward(listener, () -> new Socket(host, port));
    }

    /** The port it listens on. */
    public int port() {
        return listener.getLocalPort();
    }

    private void acceptAll() {
        while (!listener.isClosed()) {
            try {
                Socket in = listener.accept();
                open.add(in);
                Thread.ofVirtual().name("tls-forward").start(() -> carry(in));
            } catch (IOException e) {
                // Closed, or one connection that failed before it began.
            }
        }
    }

    private void carry(Socket in) {
        try (in;
                Socket out = dial.connect()) {
            open.add(out);
            in.setTcpNoDelay(true);
            out.setTcpNoDelay(true);
            Thread back = Thread.ofVirtual().name("tls-forward").start(() -> pump(out, in));
            pump(in, out);
            back.join();
            open.remove(out);
        } catch (IOException e) {
            // The client sees its connection end, which is what a refusing server looks like too.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(in);
        }
    }

    /** One direction, to its end; then that end is passed on. */
    private static void pump(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[64 * 1024];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                out.write(buffer, 0, n);
                out.flush();
            }
            to.shutdownOutput();
        } catch (IOException e) {
            closeQuietly(from);
            closeQuietly(to);
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is closed all the same.
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        open.forEach(TlsForward::closeQuietly);
    }

    private static SSLContext context(Optional<Credentials> credentials, Path ca) throws IOException {
        try {
            List<TlsContexts.Credential> shown = new ArrayList<>();
            if (credentials.isPresent()) {
                List<X509Certificate> own = certificates(credentials.get().certificate());
                PrivateKey key = privateKey(
                        credentials.get().key(), own.getFirst().getPublicKey().getAlgorithm());
                shown.add(new TlsContexts.Credential(key, own));
            }
            return TlsContexts.of(shown, certificates(ca));
        } catch (GeneralSecurityException e) {
            throw new IOException("key, certificate and CA do not make a TLS context", e);
        }
    }

    private static List<X509Certificate> certificates(Path file) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(file)) {
            return CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        }
    }

    private static PrivateKey privateKey(Path file, String algorithm) throws IOException, GeneralSecurityException {
        String base64 = Files.readString(file).replaceAll("-----[A-Z ]+-----", "");
        return KeyFactory.getInstance(algorithm)
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(base64)));
    }

    /** Runs until standard input ends; prints {@code listening PORT} once it can be dialled. */
    public static void main(String[] arguments) throws IOException {
        Map<String, String> options = new HashMap<>();
        boolean reverse = false;
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].equals("--reverse")) {
                reverse = true;
            } else if (Set.of("--to", "--key", "--cert", "--ca", "--listen").contains(arguments[i])
                    && i + 1 < arguments.length) {
                options.put(arguments[i], arguments[++i]);
            } else {
                fail("unknown or incomplete option " + arguments[i]);
            }
        }
        String to = options.getOrDefault("--to", "");
        int colon = to.lastIndexOf(':');
        if (colon < 1 || !options.keySet().containsAll(Set.of("--key", "--cert", "--ca"))) {
            fail("--to HOST:PORT, --key, --cert and --ca are needed");
        }
        Credentials credentials = new Credentials(
                Path.of(options.getOrDefault("--key", "")),
                Path.of(options.getOrDefault("--cert", "")),
                Path.of(options.getOrDefault("--ca", "")));
        int listen = Integer.parseInt(options.getOrDefault("--listen", "0"));
        String host = to.substring(0, colon);
        int port = Integer.parseInt(to.substring(colon + 1));
        try (TlsForward forward =
                reverse ? fromTls(listen, host, port, credentials) : toTls(listen, host, port, credentials)) {
            System.out.println("listening " + forward.port());
            System.in.transferTo(OutputStream.nullOutputStream());
        }
    }

    private static void fail(String message) {
        System.err.println("tls-forward: " + message + System.lineSeparator() + USAGE);
        System.exit(2);
    }
}
