package org.strongroom.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TlsContextsTest {
    @TempDir
    Path root;

    House house;
    CertificateAuthority ca;
    List<IssuedCertificate> own;

    /** Keys of three CAs, made once since RSA keys take seconds to make. */
    @TempDir
    static Path made;

    @BeforeAll
    static void makeKeys() throws Exception {
        for (String name : List.of("keys", "other", "vendor")) {
            KeyRing keys = KeyRing.create(made.resolve(name));
            CertificateAuthority authority = CertificateAuthority.create(keys, InstantSource.system());
            if (name.equals("keys")) {
                authority.serverCertificates(List.of());
            }
        }
    }

    @BeforeEach
    void open() throws Exception {
        for (String name : List.of("keys", "other", "vendor")) {
            PrivateFiles.createDirectories(root.resolve(name));
            try (DirectoryStream<Path> files = Files.newDirectoryStream(made.resolve(name))) {
                for (Path file : files) {
                    Files.copy(file, root.resolve(name).resolve(file.getFileName()));
                }
            }
        }
        house = new House(root);
        // Certificates are checked by the JDK against its own clock.
        house.clock.advance(Duration.between(house.clock.instant(), Instant.now()));
        ca = CertificateAuthority.open(house.keys, house.clock);
        own = ca.serverCertificates(List.of());
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }

    @Test
    void a_key_that_is_not_the_certificate_s_is_said_before_anybody_is_called() throws Exception {
        CertificateAuthority.KeyType ec = CertificateAuthority.KeyType.EC;
        issue("A", ec, Duration.ofDays(1)).writeTo(root, "A");
        issue("B", ec, Duration.ofDays(1)).writeTo(root, "B");
        issue("R", CertificateAuthority.KeyType.RSA, Duration.ofDays(1)).writeTo(root, "R");
        for (String key : List.of("B.key", "R.key")) {
            assertThatThrownBy(() -> TlsContexts.client(
                            root.resolve(key), root.resolve("A.pem"), root.resolve("ca.pem"), "localhost"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(key)
                    .hasMessageContaining("is not the key of the certificate");
        }
        for (String name : List.of("A", "R")) {
            TlsContexts.client(
                    root.resolve(name + ".key"), root.resolve(name + ".pem"), root.resolve("ca.pem"), "localhost");
        }
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.3,RSA", "TLSv1.3,EC", "TLSv1.2,RSA", "TLSv1.2,EC"})
    void an_enrolled_device_gets_in(String protocol, CertificateAuthority.KeyType type) throws Exception {
        IssuedCertificate device = enrolled("CT1", type, Duration.ofDays(1));
        assertThat(handshake(client(device, "localhost"), protocol)).isEmpty();
    }

    @Test
    void a_client_that_knows_only_rsa_is_served_with_the_rsa_certificate() throws Exception {
        IssuedCertificate device = enrolled("CT1", CertificateAuthority.KeyType.RSA, Duration.ofDays(1));
        SSLParameters parameters = parameters(false);
        parameters.setProtocols(new String[] {"TLSv1.2"});
        parameters.setCipherSuites(new String[] {"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"});
        assertThat(handshake(client(device, "localhost"), parameters)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.3", "TLSv1.2"})
    void strangers_are_refused_in_the_handshake(String protocol) throws Exception {
        IssuedCertificate known = enrolled("CT1", CertificateAuthority.KeyType.EC, Duration.ofDays(1));
        IssuedCertificate notEnrolled = issue("CT2", CertificateAuthority.KeyType.EC, Duration.ofDays(1));
        assertThat(handshake(client(notEnrolled, "localhost"), protocol)).contains(Refusal.UNKNOWN_CERTIFICATE);

        CertificateAuthority otherCa = CertificateAuthority.open(KeyRing.open(root.resolve("other")), house.clock);
        IssuedCertificate foreign =
                otherCa.issueDevice("CT1", List.of(), CertificateAuthority.KeyType.EC, Duration.ofDays(1));
        IssuedCertificate foreignButTrusting = new IssuedCertificate(foreign.key(), foreign.certificate(), known.ca());
        assertThat(handshake(client(foreignButTrusting, "localhost"), protocol)).contains(Refusal.UNKNOWN_CERTIFICATE);

        house.registry.revoke(house.administer("device revoke CT1"), "CT1");
        assertThat(handshake(client(known, "localhost"), protocol)).contains(Refusal.REVOKED);

        SSLContext withoutCertificate = SSLContext.getInstance("TLS");
        withoutCertificate.init(
                null, new javax.net.ssl.TrustManager[] {PeerTrust.named(ca.certificate(), "localhost")}, null);
        assertThat(handshake(withoutCertificate, protocol)).contains(Refusal.HANDSHAKE);
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.3", "TLSv1.2"})
    void a_resumed_session_still_shows_its_certificate_so_that_a_revoked_device_is_known(String protocol)
            throws Exception {
        IssuedCertificate device = enrolled("CT1", CertificateAuthority.KeyType.EC, Duration.ofDays(1));
        SSLContext server = TlsContexts.server(own, ca, house.registry);
        SSLContext client = client(device, "localhost");
        SSLParameters parameters = parameters(false);
        parameters.setProtocols(new String[] {protocol});
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (SSLServerSocket listener =
                (SSLServerSocket) server.getServerSocketFactory().createServerSocket(0, 1, loopback)) {
            listener.setSSLParameters(parameters(true));
            List<Long> created = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                if (i == 2) {
                    house.registry.revoke(house.administer("device revoke CT1"), "CT1");
                }
                CompletableFuture<Identification> found = new CompletableFuture<>();
                Thread.ofVirtual().start(() -> {
                    try (SSLSocket peer = (SSLSocket) listener.accept()) {
                        peer.getOutputStream().write(peer.getInputStream().read());
                        X509Certificate shown =
                                (X509Certificate) peer.getSession().getPeerCertificates()[0];
                        found.complete(house.guard.identify(shown, "CT1", loopback));
                    } catch (IOException e) {
                        found.completeExceptionally(e);
                    }
                });
                try (SSLSocket socket =
                        (SSLSocket) client.getSocketFactory().createSocket("localhost", listener.getLocalPort())) {
                    socket.setSSLParameters(parameters);
                    socket.getOutputStream().write(7);
                    assertThat(socket.getInputStream().read()).isEqualTo(7);
                    created.add(socket.getSession().getCreationTime());
                }
                Identification identification = found.get(20, TimeUnit.SECONDS);
                if (i < 2) {
                    assertThat(identification).isInstanceOf(Identification.Known.class);
                } else {
                    assertThat(identification)
                            .isEqualTo(new Identification.Refused(Refusal.REVOKED, Optional.of("CT1")));
                }
            }
            assertThat(created.get(2)).as("resumed").isEqualTo(created.get(1));
        }
    }

    @Test
    void an_expired_certificate_is_refused() throws Exception {
        IssuedCertificate device = enrolled("CT1", CertificateAuthority.KeyType.EC, Duration.ofHours(1));
        assertThat(handshake(client(device, "localhost"), "TLSv1.3")).isEmpty();
        house.clock.advance(Duration.ofHours(2));
        assertThat(handshake(client(device, "localhost"), "TLSv1.3")).contains(Refusal.EXPIRED);
    }

    @Test
    void a_client_refuses_a_server_with_another_name() throws Exception {
        IssuedCertificate device = enrolled("CT1", CertificateAuthority.KeyType.EC, Duration.ofDays(1));
        assertThat(handshake(client(device, "127.0.0.1"), "TLSv1.3")).isEmpty();
        assertThat(handshake(client(device, "pacs.example"), "TLSv1.3")).isPresent();
        own = ca.serverCertificates(List.of("pacs.example"));
        assertThat(handshake(client(device, "pacs.example"), "TLSv1.3")).isEmpty();
    }

    @Test
    void we_send_only_to_the_certificate_enrolled_for_the_destination() throws Exception {
        IssuedCertificate sink = enrolled("SINK", CertificateAuthority.KeyType.RSA, Duration.ofDays(1));
        IssuedCertificate other = enrolled("OTHER", CertificateAuthority.KeyType.RSA, Duration.ofDays(1));
        DeviceRecord.Destination here =
                new DeviceRecord.Destination("localhost", 104, Optional.empty(), Optional.empty());
        SSLContext toSink = TlsContexts.toDevice(
                own, ca, house.registry, at(house.registry.byName("SINK").get(), here));
        assertThat(serve(sink, toSink)).isTrue();
        assertThat(serve(other, toSink)).isFalse();
        house.registry.revoke(house.administer("device revoke SINK"), "SINK");
        assertThat(serve(sink, toSink)).isFalse();
    }

    @Test
    void a_pinned_certificate_replaces_our_ca() throws Exception {
        CertificateAuthority vendor = CertificateAuthority.open(KeyRing.open(root.resolve("vendor")), house.clock);
        List<String> names = List.of("ws1.example");
        IssuedCertificate theirs =
                vendor.issueDevice("WS1", names, CertificateAuthority.KeyType.RSA, Duration.ofDays(1));
        IssuedCertificate ours = enrolled("WS1", CertificateAuthority.KeyType.RSA, Duration.ofDays(1));
        DeviceRecord ws1 = house.registry.byName("WS1").get();
        SSLContext byLeaf = pinned(ws1, "localhost", theirs.certificate());
        assertThat(serve(theirs, byLeaf)).isTrue();
        assertThat(serve(ours, byLeaf)).isFalse();
        assertThat(serve(theirs, pinned(ws1, "ws1.example", vendor.certificate())))
                .isTrue();
        assertThat(serve(theirs, pinned(ws1, "localhost", vendor.certificate())))
                .as("the vendor's CA, but another host's certificate")
                .isFalse();
    }

    @Test
    void the_right_name_from_another_authority_is_not_believed() throws Exception {
        CertificateAuthority vendor = CertificateAuthority.open(KeyRing.open(root.resolve("vendor")), house.clock);
        CertificateAuthority stranger = CertificateAuthority.open(KeyRing.open(root.resolve("other")), house.clock);
        List<String> names = List.of("pacs.example", "ws1.example");
        IssuedCertificate imposter =
                stranger.issueDevice("FALSE", names, CertificateAuthority.KeyType.EC, Duration.ofDays(1));
        IssuedCertificate ours = enrolled("WS1", CertificateAuthority.KeyType.EC, Duration.ofDays(1));
        DeviceRecord ws1 = house.registry.byName("WS1").get();
        SSLContext named = client(ours, "pacs.example");
        SSLContext pinned = pinned(ws1, "ws1.example", vendor.certificate());
        assertThat(serve(ca.issueDevice("TRUE", names, CertificateAuthority.KeyType.EC, Duration.ofDays(1)), named))
                .isTrue();
        assertThat(serve(imposter, named)).isFalse();
        assertThat(serve(
                        vendor.issueDevice("TRUE", names, CertificateAuthority.KeyType.EC, Duration.ofDays(1)), pinned))
                .isTrue();
        assertThat(serve(imposter, pinned)).isFalse();
    }

    @Test
    void files_are_written_once_and_read_back_as_a_client() throws Exception {
        IssuedCertificate device = enrolled("CT1", CertificateAuthority.KeyType.RSA, Duration.ofDays(1));
        Path out = root.resolve("out");
        device.writeTo(out, "CT1");
        SSLContext context =
                TlsContexts.client(out.resolve("CT1.key"), out.resolve("CT1.pem"), out.resolve("ca.pem"), "localhost");
        assertThat(handshake(context, "TLSv1.3")).isEmpty();
        assertThatThrownBy(() -> device.writeTo(out, "CT1"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not overwritten");
    }

    private SSLContext pinned(DeviceRecord device, String host, X509Certificate certificate) throws IOException {
        DeviceRecord.Destination destination =
                new DeviceRecord.Destination(host, 104, Optional.of(Pem.of(certificate)), Optional.empty());
        return TlsContexts.toDevice(own, ca, house.registry, at(device, destination));
    }

    private static DeviceRecord at(DeviceRecord d, DeviceRecord.Destination destination) {
        return new DeviceRecord(
                d.name(),
                d.aeTitles(),
                d.services(),
                d.moveTo(),
                d.fingerprint(),
                d.expires(),
                Optional.of(destination),
                d.purpose(),
                d.revoked());
    }

    private IssuedCertificate issue(String name, CertificateAuthority.KeyType type, Duration validity) {
        return ca.issueDevice(name, List.of(), type, validity);
    }

    private IssuedCertificate enrolled(String name, CertificateAuthority.KeyType type, Duration validity)
            throws Exception {
        IssuedCertificate issued = issue(name, type, validity);
        DeviceRecord record = house.record(name, Set.of(DeviceRecord.Service.ECHO), Set.of(), issued.fingerprint());
        house.enrol(new DeviceRecord(
                record.name(),
                record.aeTitles(),
                record.services(),
                record.moveTo(),
                record.fingerprint(),
                issued.expires(),
                record.destination(),
                record.purpose(),
                record.revoked()));
        return issued;
    }

    private SSLContext client(IssuedCertificate device, String host) throws IOException {
        Path out = root.resolve("client-" + System.nanoTime());
        device.writeTo(out, "d");
        return TlsContexts.client(out.resolve("d.key"), out.resolve("d.pem"), out.resolve("ca.pem"), host);
    }

    private Optional<Refusal> handshake(SSLContext client, String protocol) throws Exception {
        SSLParameters parameters = parameters(false);
        parameters.setProtocols(new String[] {protocol});
        return handshake(client, parameters);
    }

    /** Empty when a byte got through; else what the server found, or {@link Refusal#HANDSHAKE} when the client refused. */
    private Optional<Refusal> handshake(SSLContext client, SSLParameters parameters) throws Exception {
        return converse(TlsContexts.server(own, ca, house.registry), client, parameters);
    }

    /** Whether a byte gets through to {@code listening} when we call it with {@code ours}. */
    private boolean serve(IssuedCertificate listening, SSLContext ours) throws Exception {
        Path out = root.resolve("server-" + System.nanoTime());
        listening.writeTo(out, "d");
        SSLContext server =
                TlsContexts.client(out.resolve("d.key"), out.resolve("d.pem"), out.resolve("ca.pem"), "unused");
        return converse(server, ours, parameters(false), false).isEmpty();
    }

    private static Optional<Refusal> converse(SSLContext server, SSLContext client, SSLParameters parameters)
            throws Exception {
        return converse(server, client, parameters, true);
    }

    private static Optional<Refusal> converse(
            SSLContext server, SSLContext client, SSLParameters parameters, boolean clientCertificate)
            throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (SSLServerSocket listener =
                (SSLServerSocket) server.getServerSocketFactory().createServerSocket(0, 1, loopback)) {
            listener.setSSLParameters(parameters(clientCertificate));
            listener.setNeedClientAuth(clientCertificate);
            CompletableFuture<Optional<Refusal>> found = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> {
                try (SSLSocket peer = (SSLSocket) listener.accept()) {
                    peer.setSoTimeout(10_000);
                    int read = peer.getInputStream().read();
                    peer.getOutputStream().write(read);
                    found.complete(read < 0 ? Optional.of(Refusal.HANDSHAKE) : Optional.empty());
                } catch (IOException e) {
                    found.complete(Optional.of(Refusal.of(e)));
                }
            });
            boolean answered = false;
            try (SSLSocket socket = (SSLSocket) client.getSocketFactory().createSocket()) {
                socket.setSSLParameters(parameters);
                socket.setSoTimeout(10_000);
                socket.connect(new InetSocketAddress(loopback, listener.getLocalPort()));
                socket.getOutputStream().write(7);
                answered = socket.getInputStream().read() == 7;
            } catch (IOException e) {
                answered = false;
            }
            Optional<Refusal> refusal = found.get(20, TimeUnit.SECONDS);
            assertThat(answered).isEqualTo(refusal.isEmpty());
            return refusal;
        }
    }

    /** As dimse narrows its sockets. */
    private static SSLParameters parameters(boolean server) {
        SSLParameters parameters = new SSLParameters();
        parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
        parameters.setNeedClientAuth(server);
        return parameters;
    }
}
