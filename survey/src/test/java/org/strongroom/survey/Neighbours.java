package org.strongroom.survey;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.TrustManagerFactory;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.VR;
import org.strongroom.dimse.AssociationPolicy;
import org.strongroom.dimse.DimseHandler;
import org.strongroom.dimse.DimseListener;
import org.strongroom.dimse.DimseRequest;
import org.strongroom.dimse.Refusals;
import org.strongroom.dimse.Responses;
import org.strongroom.dimse.Status;
import org.strongroom.testkit.Programs;

/** Services on loopback for a survey to look at: open and closed archives, and what else listens on such ports. */
final class Neighbours implements AutoCloseable {
    /** Never in any output of a survey. */
    static final String CANARY = "CANARY";

    private final List<AutoCloseable> services = new CopyOnWriteArrayList<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final List<String> requests = new CopyOnWriteArrayList<>();

    /** What a raw service does with a connection; closing it is done after. */
    private interface Manner {
        void serve(Socket socket) throws IOException, InterruptedException;
    }

    /** Connections that raw services took. */
    int connections() {
        return connections.get();
    }

    /** Operations that archives were asked for, and the tags of each identifier. */
    List<String> requests() {
        return requests;
    }

    /** An archive in clear that accepts every association and lists so many studies. */
    int archive(int studies) throws IOException {
        return archive(studies, Status.SUCCESS, Optional.empty());
    }

    /** The same, whose final answers are {@code status}; over TLS with client certificates where there is a context. */
    int archive(int studies, Status status, Optional<SSLContext> tls) throws IOException {
        AssociationPolicy acceptAll = (request, peer) -> new AssociationPolicy.Answer.Accept(
                request.contexts().stream()
                        .map(c -> new AssociationPolicy.ContextAnswer(
                                c.id(), 0, c.transferSyntaxes().getFirst(), true, false))
                        .toList(),
                new Shelf(studies, status));
        DimseListener listener = DimseListener.open(loopback(), tls, acceptAll, Refusals.UNHEARD);
        services.add(listener);
        return listener.port();
    }

    private final class Shelf implements DimseHandler {
        private final int studies;
        private final Status status;

        Shelf(int studies, Status status) {
            this.studies = studies;
            this.status = status;
        }

        @Override
        public Status handle(DimseRequest request, Responses responses) throws IOException {
            switch (request) {
                case DimseRequest.CEcho() -> requests.add("C-ECHO");
                case DimseRequest.CFind find -> {
                    requests.add("C-FIND " + find.identifier().tags());
                    for (int i = 0; i < studies; i++) {
                        if (responses.cancelled()) {
                            return Status.CANCEL;
                        }
                        // More than was asked for, as careless archives answer.
                        responses.match(
                                Status.PENDING,
                                DataSet.empty()
                                        .withText(new Tag(0x00100010), VR.PN, List.of(CANARY + "^NAME" + i))
                                        .withText(new Tag(0x00100020), VR.LO, List.of(CANARY + i))
                                        .withText(new Tag(0x0020000D), VR.UI, List.of("2.25.7777777" + i)));
                    }
                }
                default -> requests.add("FORBIDDEN " + request);
            }
            return status;
        }

        @Override
        public void close() {}
    }

    /** Takes the connection and says nothing. */
    int tarpit() throws IOException {
        return raw(socket -> Thread.sleep(Duration.ofMinutes(1)));
    }

    /** Takes the connection and resets it. */
    int resetter() throws IOException {
        return raw(socket -> socket.setSoLinger(true, 0));
    }

    /** An archive that lets everyone in and answers C-FIND as it likes. */
    int hostile(HostileArchive.Answers answers) throws IOException {
        return raw(socket -> HostileArchive.serve(socket, answers));
    }

    /** Greets at once, as SSH, SMTP and FTP do. */
    int greeter(String banner) throws IOException {
        return raw(socket -> {
            socket.getOutputStream().write(banner.getBytes(StandardCharsets.ISO_8859_1));
            drain(socket);
        });
    }

    /** Waits for a request and answers with these bytes whatever it was. */
    int answerer(byte[] answer) throws IOException {
        return raw(socket -> {
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[65536];
            if (in.read(buffer) > 0) {
                socket.getOutputStream().write(answer);
                drain(socket);
            }
        });
    }

    /** An A-ASSOCIATE-RJ, PS3.8 section 9.3.4. */
    static byte[] rejection(int result, int source, int reason) {
        return new byte[] {3, 0, 0, 0, 0, 4, 0, (byte) result, (byte) source, (byte) reason};
    }

    /** An A-ABORT by the service provider, PS3.8 section 9.3.8. */
    static byte[] abort() {
        return new byte[] {7, 0, 0, 0, 0, 4, 0, 0, 2, 0};
    }

    /** TLS for anyone, in front of a service in clear: encrypted, and as open as before. */
    int tlsFront(int port, SSLContext tls, String... protocols) throws IOException {
        SSLServerSocket server = (SSLServerSocket) tls.getServerSocketFactory().createServerSocket();
        server.bind(loopback());
        if (protocols.length > 0) {
            server.setEnabledProtocols(protocols);
        }
        return serve(server, socket -> {
            try (Socket behind = new Socket(InetAddress.getLoopbackAddress(), port)) {
                Thread back = Thread.ofVirtual().start(() -> copy(behind, socket));
                copy(socket, behind);
                back.join();
            }
        });
    }

    /** A port where nothing listens. */
    static int closed() throws IOException {
        try (ServerSocket server = new ServerSocket()) {
            server.bind(loopback());
            return server.getLocalPort();
        }
    }

    private int raw(Manner manner) throws IOException {
        ServerSocket server = new ServerSocket();
        server.bind(loopback());
        return serve(server, manner);
    }

    private int serve(ServerSocket server, Manner manner) {
        services.add(server);
        Thread.ofPlatform().daemon().start(() -> accept(server, manner));
        return server.getLocalPort();
    }

    private void accept(ServerSocket server, Manner manner) {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                connections.incrementAndGet();
                sockets.add(socket);
                Thread.ofVirtual().start(() -> {
                    try (socket) {
                        manner.serve(socket);
                    } catch (IOException | InterruptedException e) {
                        // The visitor went away, or the test is over.
                    }
                });
            } catch (IOException e) {
                return;
            }
        }
    }

    private static void drain(Socket socket) throws IOException {
        socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            // One side has gone.
        }
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    /** A self-signed key made by keytool, which trusts only itself. */
    static SSLContext tls(Path folder) throws IOException, InterruptedException, GeneralSecurityException {
        Path file = folder.resolve("toy.p12");
        Programs.Run made = Programs.run(
                Duration.ofMinutes(1),
                folder,
                new ArrayList<>(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "toy",
                        "-keyalg",
                        "RSA",
                        "-keysize",
                        "2048",
                        "-dname",
                        "CN=toy",
                        "-validity",
                        "1",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "toy-toy",
                        "-keystore",
                        file.toString())));
        if (made.exit() != 0) {
            throw new IOException("keytool: " + made.output());
        }
        char[] password = "toy-toy".toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, password);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, password);
        trusted.setCertificateEntry("toy", store.getCertificate("toy"));
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    @Override
    public void close() {
        for (AutoCloseable closeable : services) {
            quietly(closeable);
        }
        sockets.forEach(Neighbours::quietly);
    }

    @SuppressWarnings("try")
    private static void quietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
