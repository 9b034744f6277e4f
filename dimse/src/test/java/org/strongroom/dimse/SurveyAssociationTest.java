package org.strongroom.dimse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.strongroom.dicom.Implementation;
import org.strongroom.dicom.Uids;
import org.strongroom.dimse.AssociationPolicy.Rejection;
import org.strongroom.dimse.SurveyAssociation.Result;
import org.strongroom.dimse.SurveyAssociation.Transport;

final class SurveyAssociationTest {
    private static final Timeouts TIMEOUTS = Timeouts.of(Duration.ofSeconds(10));

    private static final Duration FAREWELL = Duration.ofSeconds(5);

    private final ToyArchive archive = new ToyArchive();
    private final SurveyAssociation.Traffic traffic = new SurveyAssociation.Traffic(8 << 20, Duration.ofMinutes(1));
    private final TestAuthority authority = new TestAuthority();

    @RegisterExtension
    final Closing toClose = new Closing();

    private InetSocketAddress listen(boolean tls) throws IOException {
        DimseListener listener = DimseListener.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                tls ? Optional.of(authority.context("server")) : Optional.empty(),
                archive,
                Refusals.UNHEARD);
        toClose.add(listener);
        return listener.address();
    }

    private Result probe(InetSocketAddress address, Transport transport) throws IOException {
        return probe(address, transport, TIMEOUTS);
    }

    private Result probe(InetSocketAddress address, Transport transport, Timeouts timeouts) throws IOException {
        return SurveyAssociation.connect(
                address,
                transport,
                new AeTitle("ANY-SCP"),
                new AeTitle("SURVEY"),
                List.of(Uids.Verification, Uids.StudyRootQueryRetrieveInformationModelFind),
                timeouts,
                traffic);
    }

    /** A server that sends {@code answer} to whoever connects, and closes if told so. */
    private InetSocketAddress answering(String answer, boolean closes) throws IOException {
        ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        toClose.add(server);
        CompletableFuture<Void> served = CompletableFuture.runAsync(() -> {
            try {
                Socket socket = server.accept();
                toClose.add(socket);
                byte[] received = socket.getInputStream().readNBytes(10);
                assertThat(received).isNotEmpty();
                socket.getOutputStream().write(PduTest.bytes(answer));
                if (closes) {
                    socket.getInputStream().skipNBytes(socket.getInputStream().available());
                    socket.close();
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(served).isNotNull();
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    @Test
    void an_open_archive_tells_its_facts_and_how_many_studies_it_lists() throws Exception {
        Result result = probe(listen(false), Transport.CLEAR);
        assertThat(result).isInstanceOf(Result.Accepted.class);
        Result.Accepted accepted = (Result.Accepted) result;
        try (SurveyAssociation association = accepted.association()) {
            assertThat(accepted.facts().maximumLength()).isEqualTo(262_144);
            assertThat(accepted.facts().implementationVersion()).contains(Implementation.versionName);
            assertThat(accepted.facts().contexts()).hasSize(2);
            assertThat(association.echo()).contains(Status.SUCCESS);
            SurveyAssociation.Count count = association
                    .countStudies(100, Duration.ofSeconds(10), FAREWELL)
                    .orElseThrow();
            assertThat(count.count()).isEqualTo(3);
            assertThat(count.isPartial()).isFalse();
            association.release();
        }
    }

    @Test
    void counting_stops_at_the_cap_and_at_the_time() throws Exception {
        archive.matches = -1;
        Result.Accepted accepted = (Result.Accepted) probe(listen(false), Transport.CLEAR);
        try (SurveyAssociation association = accepted.association()) {
            SurveyAssociation.Count capped = association
                    .countStudies(5, Duration.ofSeconds(10), FAREWELL)
                    .orElseThrow();
            assertThat(capped.count()).isEqualTo(5);
            assertThat(capped.isPartial()).isTrue();
            SurveyAssociation.Count timed = association
                    .countStudies(Integer.MAX_VALUE, Duration.ofMillis(100), FAREWELL)
                    .orElseThrow();
            assertThat(timed.isPartial()).isTrue();
            assertThat(association.echo()).contains(Status.SUCCESS);
        }
    }

    @Test
    void every_way_of_not_getting_in_has_its_name() throws Exception {
        archive.rejection = Optional.of(Rejection.CALLED_AE_TITLE_NOT_RECOGNIZED);
        assertThat(probe(listen(false), Transport.CLEAR)).isEqualTo(new Result.Rejected(1, 1, 7));
        assertThat(probe(listen(true), Transport.CLEAR)).isEqualTo(new Result.Rejected(1, 2, 1));
        // In TLS 1.3 a missing certificate is noticed after the client's side of the handshake is done.
        assertThat(probe(listen(true), Transport.TLS)).isInstanceOfAny(Result.TlsFailed.class, Result.Closed.class);
        assertThat(probe(listen(false), Transport.TLS)).isInstanceOf(Result.TlsFailed.class);
        assertThat(probe(answering("07 00 00000004 0000 02 01", true), Transport.CLEAR))
                .isEqualTo(new Result.Aborted());
        assertThat(probe(answering("48 54 54 50 2F 31 2E 31 20 34 30 30", false), Transport.CLEAR))
                .isEqualTo(new Result.NotDicom());
        assertThat(probe(answering("", true), Transport.CLEAR)).isEqualTo(new Result.Closed());
        Timeouts hasty = Timeouts.of(Duration.ofMillis(300));
        assertThat(probe(answering("", false), Transport.CLEAR, hasty)).isEqualTo(new Result.Mute());
        int free;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = server.getLocalPort();
        }
        assertThat(probe(new InetSocketAddress(InetAddress.getLoopbackAddress(), free), Transport.CLEAR))
                .isEqualTo(new Result.Unreachable(true));
    }

    @Test
    void what_goes_over_the_wire_is_counted() throws IOException {
        assertThat(probe(answering("48 54 54 50 2F 31 2E 31 20 34 30 30", true), Transport.CLEAR))
                .isEqualTo(new Result.NotDicom());
        assertThat(traffic.receivedBytes()).isEqualTo(12);
        assertThat(traffic.sentBytes()).isGreaterThan(200);
        assertThat(traffic.spokeTls()).isFalse();
        assertThat(traffic.protocol()).isEmpty();
    }

    @Test
    void a_server_that_wants_a_certificate_is_known_to_speak_tls() throws IOException {
        assertThat(probe(listen(true), Transport.TLS)).isInstanceOfAny(Result.TlsFailed.class, Result.Closed.class);
        assertThat(traffic.spokeTls()).isTrue();
    }

    @Test
    void a_suite_we_would_not_speak_ourselves_is_taken() throws IOException {
        SSLServerSocket server = (SSLServerSocket) authority
                .context("server")
                .getServerSocketFactory()
                .createServerSocket(0, 5, InetAddress.getLoopbackAddress());
        toClose.add(server);
        server.setEnabledProtocols(new String[] {"TLSv1.2"});
        server.setEnabledCipherSuites(
                new String[] {"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"});
        Thread.ofVirtual().start(() -> {
            try (Socket socket = server.accept()) {
                socket.getOutputStream().write(PduTest.bytes("03 00 00000004 00 01 01 03"));
                socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
                // The visitor has gone.
            }
        });
        assertThat(probe((InetSocketAddress) server.getLocalSocketAddress(), Transport.TLS))
                .isEqualTo(new Result.Rejected(1, 1, 3));
        assertThat(traffic.protocol()).contains("TLSv1.2");
        assertThat(traffic.cipherSuite().orElseThrow()).contains("_CBC_");
    }

    @Test
    void a_connection_that_is_reset_at_once_was_there() throws IOException {
        ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        toClose.add(server);
        Thread.ofVirtual().start(() -> {
            try (Socket socket = server.accept()) {
                socket.setSoLinger(true, 0);
            } catch (IOException e) {
                // The test is over.
            }
        });
        assertThat(probe((InetSocketAddress) server.getLocalSocketAddress(), Transport.CLEAR))
                .isEqualTo(new Result.Closed());
    }
}
