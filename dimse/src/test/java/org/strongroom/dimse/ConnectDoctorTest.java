package org.strongroom.dimse;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.strongroom.dimse.AssociationPolicy.Rejection;
import org.strongroom.dimse.ConnectDoctor.Finding;
import org.strongroom.dimse.ConnectDoctor.Patient;
import org.strongroom.dimse.ConnectDoctor.Step;
import org.strongroom.dimse.ConnectDoctor.Verdict;
import org.strongroom.testkit.TlsContexts;

/** Which side refuses, and why, in one sentence: for our own listener and for peers that are none. */
final class ConnectDoctorTest {
    private static final Timeouts HASTY = Timeouts.of(Duration.ofMillis(700));

    private final ToyArchive archive = new ToyArchive();
    private final TestAuthority authority = new TestAuthority();
    private final List<Finding> findings = new ArrayList<>();

    @RegisterExtension
    final Closing toClose = new Closing();

    private int listen(boolean tls) throws IOException {
        DimseListener listener = DimseListener.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                tls ? Optional.of(authority.context("server")) : Optional.<SSLContext>empty(),
                archive,
                Refusals.UNHEARD);
        toClose.add(listener);
        return listener.port();
    }

    /** A server that sends something to whoever connects, and closes or does not. */
    private int answering(byte[] bytes, boolean closes) throws IOException {
        ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        toClose.add(server);
        Thread.ofVirtual().start(() -> {
            while (true) {
                try {
                    Socket socket = server.accept();
                    toClose.add(socket);
                    socket.getOutputStream().write(bytes);
                    if (closes) {
                        socket.close();
                    }
                } catch (IOException e) {
                    return;
                }
            }
        });
        return server.getLocalPort();
    }

    private Verdict examine(int port, boolean clear, Optional<SSLContext> tls, Optional<X509Certificate> own) {
        findings.clear();
        return ConnectDoctor.examine(
                new Patient("127.0.0.1", port, tls, clear, own, AssociationTest.proposal()), HASTY, findings::add);
    }

    private Verdict clear(int port) {
        return examine(port, true, Optional.empty(), Optional.empty());
    }

    private Verdict secure(int port) {
        return examine(port, false, Optional.of(authority.context("CT1")), Optional.empty());
    }

    private void assertFailedAt(Step step) {
        assertThat(findings.stream().filter(finding -> !finding.good()).map(Finding::step))
                .contains(step);
    }

    @Test
    void a_healthy_peer_is_told_with_its_contexts_in_clear_and_over_tls() throws Exception {
        for (boolean tls : new boolean[] {false, true}) {
            int port = listen(tls);
            Verdict verdict = tls ? secure(port) : clear(port);
            assertThat(verdict.sentence()).startsWith("127.0.0.1:" + port + " answers TEST as TOY");
            assertThat(verdict.sentence()).endsWith("it allows: echo, store, find, move, get");
            assertThat(verdict.healthy()).isTrue();
            assertThat(findings).allMatch(Finding::good);
            assertThat(findings.stream().filter(finding -> finding.step() == Step.CONTEXT))
                    .hasSize(5);
        }
    }

    @ParameterizedTest
    @EnumSource(Rejection.class)
    void a_rejection_is_told_with_its_reason_and_what_to_do(Rejection rejection) throws Exception {
        archive.rejection = Optional.of(rejection);
        Verdict verdict = clear(listen(false));
        assertThat(verdict.healthy()).isFalse();
        assertThat(verdict.sentence()).startsWith("the called side refuses: refused by the called side: ");
        if (rejection == Rejection.CALLED_AE_TITLE_NOT_RECOGNIZED) {
            assertThat(verdict.sentence())
                    .contains(
                            "called AE title not recognised (permanent); call it by the AE title it is configured with");
        }
        assertFailedAt(Step.ASSOCIATION);
    }

    @Test
    void clear_text_and_tls_that_meet_are_told_apart_either_way() throws Exception {
        assertThat(clear(listen(true)).sentence())
                .startsWith("this side calls in clear text and the called side speaks TLS; call with a key");
        assertThat(secure(listen(false)).sentence())
                .startsWith("this side asks for TLS and the called side speaks clear text; turn TLS on there");
        assertFailedAt(Step.ENCRYPTION);
        assertThat(examine(listen(true), false, Optional.empty(), Optional.empty())
                        .sentence())
                .startsWith("this side has no key and certificate to show");
    }

    @Test
    void certificates_that_are_foreign_expired_or_missing_are_told_with_whose_they_are() throws Exception {
        int port = listen(true);
        TestAuthority other = new TestAuthority();
        SSLContext foreign = TlsContexts.of(List.of(other.credential("CT1", "EC")), List.of(authority.certificate));
        assertThat(examine(port, false, Optional.of(foreign), Optional.empty()).sentence())
                .matches("(?s)the called side refuses: TLS with 127.0.0.1:" + port
                        + " failed: it refused our certificate.*"
                        // Where the connection was reset before the alert was read.
                        + "|the called side breaks off right after the TLS handshake.*")
                .contains("have our certificate enrolled there");
        TlsContexts.Credential late = authority.credential("CT1", "EC", -1);
        SSLContext expired = TlsContexts.of(List.of(late), List.of(authority.certificate));
        assertThat(examine(
                                port,
                                false,
                                Optional.of(expired),
                                Optional.of(late.chain().getFirst()))
                        .sentence())
                .isEqualTo("the called side refuses our certificate, which is not valid now; renew it");
        assertFailedAt(Step.OUR_CERTIFICATE);
        SSLContext none = TlsContexts.of(List.of(), List.of(authority.certificate));
        assertThat(examine(port, false, Optional.of(none), Optional.empty()).sentence())
                .startsWith("the called side ")
                .contains("certificate");
        SSLContext distrusting = TlsContexts.of(List.of(authority.credential("CT1", "EC")), List.of(other.certificate));
        assertThat(examine(port, false, Optional.of(distrusting), Optional.empty())
                        .sentence())
                .startsWith(
                        "this side refuses: TLS with 127.0.0.1:" + port + " failed: we do not trust its certificate");
    }

    @Test
    void peers_that_are_none_are_told_by_what_they_do() throws Exception {
        byte[] http = "HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        byte[] garbage = "what is this".getBytes(StandardCharsets.US_ASCII);
        assertThat(clear(answering(http, true)).sentence()).startsWith("the called side is a web server");
        assertThat(secure(answering(http, true)).sentence()).startsWith("the called side is a web server");
        assertThat(clear(answering(garbage, false)).sentence())
                .startsWith("this side breaks off, since the called side broke the protocol: no PDU has type 119");
        assertThat(secure(answering(garbage, false)).sentence())
                .startsWith("the called side speaks neither TLS nor DICOM; see whether this is the port");
        assertThat(clear(answering(new byte[0], true)).sentence()).startsWith("the called side breaks off: ");
        assertThat(secure(answering(new byte[0], true)).sentence())
                .startsWith("the called side speaks neither TLS nor DICOM: it closes at once");
        assertThat(clear(answering(new byte[0], false)).sentence()).startsWith("the called side does not answer: ");
        assertThat(secure(answering(new byte[0], false)).sentence())
                .startsWith("the called side speaks neither TLS nor DICOM: it says nothing");
    }

    @Test
    void a_web_server_over_tls_is_told_too() throws Exception {
        HttpsServer web = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        web.setHttpsConfigurator(new HttpsConfigurator(authority.context("server")));
        web.createContext("/", exchange -> {
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        web.start();
        try {
            findings.clear();
            Patient patient = new Patient(
                    "127.0.0.1",
                    web.getAddress().getPort(),
                    Optional.of(authority.context("CT1")),
                    false,
                    Optional.empty(),
                    AssociationTest.proposal());
            assertThat(ConnectDoctor.examine(patient, Timeouts.of(Duration.ofSeconds(3)), findings::add)
                            .sentence())
                    .startsWith("the called side is a web server");
            assertFailedAt(Step.ASSOCIATION);
        } finally {
            web.stop(0);
        }
    }

    @Test
    void nobody_there_and_no_such_name_are_told() throws Exception {
        int free;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = server.getLocalPort();
        }
        assertThat(clear(free).sentence())
                .startsWith("the called machine refuses: no connection to 127.0.0.1:" + free + ": refused")
                .endsWith("start the DICOM service there, or correct the port");
        assertFailedAt(Step.CONNECTION);
        findings.clear();
        Verdict unknown = ConnectDoctor.examine(
                new Patient(
                        "no-such-host.invalid",
                        104,
                        Optional.empty(),
                        true,
                        Optional.empty(),
                        AssociationTest.proposal()),
                HASTY,
                findings::add);
        assertThat(unknown.sentence())
                .startsWith("this side does not find it: ")
                .contains("check the spelling");
        assertFailedAt(Step.NAME);
    }
}
