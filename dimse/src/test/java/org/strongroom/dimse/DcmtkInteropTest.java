package org.strongroom.dimse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.Uids;
import org.strongroom.dicom.VR;
import org.strongroom.dimse.ToyArchive.Stored;
import org.strongroom.testkit.Programs;
import org.strongroom.testkit.TlsContexts;

/** The other side is DCMTK: its users against our listener, our requestor against its servers. */
final class DcmtkInteropTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final TransferSyntax EXPLICIT = TransferSyntax.ExplicitVRLittleEndian;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    private final ToyArchive archive = new ToyArchive();
    private final TestAuthority authority = new TestAuthority();

    @RegisterExtension
    final Closing toClose = new Closing();

    private int listen(Optional<SSLContext> tls) throws IOException {
        DimseListener listener = DimseListener.open(loopback(0), tls, archive, Refusals.UNHEARD);
        toClose.add(listener);
        return listener.port();
    }

    private static Programs.Run run(String... command) throws Exception {
        Programs.Run run = Programs.run(LIMIT, command);
        assertThat(run.exit()).as(run.output()).isZero();
        return run;
    }

    private List<String> tls(String algorithm) throws IOException {
        Path key = folder.resolve("client.key");
        Path chain = folder.resolve("client.pem");
        Path ca = folder.resolve("ca.pem");
        TestAuthority.write(authority.credential("DCMTK", algorithm), key, chain);
        Files.writeString(ca, TestAuthority.pem(authority.certificate));
        return List.of("+tls", key.toString(), chain.toString(), "+cf", ca.toString());
    }

    private static byte[] dataSet(String study, String instance) {
        return DataSet.empty()
                .withText(new Tag(0x00080016), VR.UI, List.of(AssociationTest.CT.value()))
                .withText(new Tag(0x00080018), VR.UI, List.of(instance))
                .withText(new Tag(0x00080060), VR.CS, List.of("CT"))
                .withText(new Tag(0x00100010), VR.PN, List.of("Test^Synthetic"))
                .withText(new Tag(0x00100020), VR.LO, List.of("T1"))
                .withText(new Tag(0x0020000D), VR.UI, List.of(study))
                .withText(new Tag(0x0020000E), VR.UI, List.of(study + ".1"))
                .withText(new Tag(0x00204000), VR.LT, List.of("x".repeat(9000)))
                .toBytes(EXPLICIT);
    }

    private Path file(String instance) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.write(Part10.header(AssociationTest.CT, new Uid(instance), EXPLICIT, Optional.empty()));
        file.write(dataSet("1.2.826.1", instance));
        Path path = folder.resolve(instance + ".dcm");
        Files.write(path, file.toByteArray());
        return path;
    }

    private static byte[] body(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return Part10.open(in, Limits.DEFAULT).body().readAllBytes();
        }
    }

    @Test
    void echoscu_storescu_and_findscu_are_served_in_clear_text() throws Exception {
        String port = Integer.toString(listen(Optional.empty()));
        run("echoscu", "-aec", "TOY", "127.0.0.1", port);
        Path one = file("1.2.826.1.1.1");
        Path two = file("1.2.826.1.1.2");
        run("storescu", "-aec", "TOY", "-xe", "127.0.0.1", port, one.toString(), two.toString());
        assertThat(archive.instances).hasSize(2);
        for (Stored stored : archive.instances.values()) {
            assertThat(stored.bytes())
                    .isEqualTo(dataSet("1.2.826.1", stored.sopInstance().value()));
        }
        String[] find = {
            "findscu", "-v", "-S", "-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID", "127.0.0.1", port
        };
        assertThat(run(find).output()).contains("[1.2.3.0").contains("[1.2.3.2");
        archive.matches = -1;
        Programs.Run cancelled = Programs.run(
                LIMIT, "findscu", "-v", "-S", "--cancel", "3", "-k", "QueryRetrieveLevel=STUDY", "127.0.0.1", port);
        assertThat(cancelled.output()).containsIgnoringCase("cancel");
        assertThat(archive.cancelSeen.await(1, TimeUnit.SECONDS)).isTrue();
        AssociationTest.eventually(() -> archive.closed.get() == archive.opened.get());
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "EC"})
    void echoscu_storescu_and_findscu_are_served_over_tls_with_a_client_certificate(String algorithm) throws Exception {
        TlsContexts.Credential server = authority.credential("server", algorithm);
        String port =
                Integer.toString(listen(Optional.of(TlsContexts.of(List.of(server), List.of(authority.certificate)))));
        List<String> tls = tls(algorithm);
        run(words("echoscu", tls, "127.0.0.1", port));
        run(words(
                "storescu", tls, "-xe", "127.0.0.1", port, file("1.2.826.1.1.1").toString()));
        assertThat(archive.instances).hasSize(1);
        String output = run(words("findscu", tls, "-v", "-S", "-k", "QueryRetrieveLevel=STUDY", "127.0.0.1", port))
                .output();
        assertThat(output).contains("[1.2.3.2");
    }

    @Test
    void echoscu_without_certificate_or_in_clear_text_is_refused_where_tls_is_required() throws Exception {
        String port = Integer.toString(listen(Optional.of(authority.context("server"))));
        List<String> tls = tls("EC");
        Programs.Run anonymous = Programs.run(LIMIT, "echoscu", "+tla", "-ic", "127.0.0.1", port);
        assertThat(anonymous.exit()).isNotZero();
        Programs.Run clear = Programs.run(LIMIT, "echoscu", "127.0.0.1", port);
        assertThat(clear.exit()).isNotZero();
        assertThat(clear.output()).containsIgnoringCase("Rejected Permanent");
        assertThat(archive.requests).isEmpty();
        run(words("echoscu", tls, "127.0.0.1", port));
    }

    @Test
    void getscu_and_movescu_receive_what_was_stored() throws Exception {
        String port = Integer.toString(listen(Optional.empty()));
        for (int i = 1; i <= 3; i++) {
            Uid instance = new Uid("1.2.826.1.1." + i);
            archive.instances.put(
                    instance,
                    new Stored(AssociationTest.CT, instance, EXPLICIT, dataSet("1.2.826.1", instance.value())));
        }
        Path got = Files.createDirectory(folder.resolve("got"));
        Programs.Run get = run(
                "getscu",
                "-S",
                "+B",
                "-od",
                got.toString(),
                "-k",
                "QueryRetrieveLevel=STUDY",
                "-k",
                "StudyInstanceUID=1.2.826.1",
                "127.0.0.1",
                port);
        assertReceived(got, get);
        Path moved = Files.createDirectory(folder.resolve("moved"));
        int sink = Programs.freePort();
        archive.destinations.put(new AeTitle("DEST"), new PeerAddress(loopback(sink), Optional.empty()));
        // With +B it writes to where it runs, whatever -od says.
        Programs.Run move = Programs.run(
                LIMIT,
                moved,
                List.of(
                        "movescu",
                        "-S",
                        "+B",
                        "-xe",
                        "-aet",
                        "DEST",
                        "-aem",
                        "DEST",
                        "+P",
                        Integer.toString(sink),
                        "-k",
                        "QueryRetrieveLevel=STUDY",
                        "-k",
                        "StudyInstanceUID=1.2.826.1",
                        "127.0.0.1",
                        port));
        assertReceived(moved, move);
    }

    private void assertReceived(Path received, Programs.Run run) throws IOException {
        try (var files = Files.list(received)) {
            List<Path> list = files.toList();
            assertThat(list).as(run.output()).hasSize(3);
            for (Path file : list) {
                byte[] bytes = body(file);
                assertThat(archive.instances.values())
                        .anyMatch(stored -> Octets.of(bytes).equals(stored.content()));
            }
        }
    }

    @Test
    void our_requestor_stores_to_storescp_in_clear_text_and_over_tls() throws Exception {
        for (boolean secure : new boolean[] {false, true}) {
            Path received = Files.createDirectory(folder.resolve("storescp" + secure));
            int port = Programs.freePort();
            List<String> command =
                    new ArrayList<>(List.of(Programs.require("storescp").toString(), "+B", "-od", received.toString()));
            if (secure) {
                command.addAll(tls("EC"));
            }
            command.add(Integer.toString(port));
            start(command, port);
            PeerAddress peer = new PeerAddress(
                    loopback(port), secure ? Optional.of(authority.context("us")) : Optional.<SSLContext>empty());
            Uid instance = new Uid("1.2.826.1.1.7");
            Stored stored = new Stored(AssociationTest.CT, instance, EXPLICIT, dataSet("1.2.826.1", instance.value()));
            try (Association association = Association.request(peer, AssociationTest.proposal(), Timeouts.DEFAULT)) {
                assertThat(association.echo().isSuccess()).isTrue();
                assertThat(association.store(stored).isSuccess()).isTrue();
            }
            try (var files = Files.list(received)) {
                assertThat(body(files.findFirst().orElseThrow())).isEqualTo(stored.bytes());
            }
            if (secure) {
                SSLContext stranger = new TestAuthority().context("stranger");
                assertThatThrownBy(() -> Association.request(
                                new PeerAddress(peer.address(), stranger),
                                AssociationTest.proposal(),
                                Timeouts.DEFAULT))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("TLS");
            }
        }
    }

    @Test
    void our_requestor_finds_gets_and_moves_from_dcmqrscp() throws Exception {
        Path program = Programs.require("dcmqrscp");
        Path storage = Files.createDirectory(folder.resolve("db"));
        int port = Programs.freePort();
        DimseListener sink = DimseListener.open(loopback(0), Optional.empty(), archive, Refusals.UNHEARD);
        toClose.add(sink);
        Path config = folder.resolve("dcmqrscp.cfg");
        Files.writeString(config, """
                NetworkTCPPort = %d
                MaxPDUSize = 16384
                MaxAssociations = 16
                HostTable BEGIN
                dest = (DEST, 127.0.0.1, %d)
                HostTable END
                VendorTable BEGIN
                VendorTable END
                AETable BEGIN
                ACME %s RW (200, 1024mb) ANY
                AETable END
                """.formatted(port, sink.port(), storage));
        start(List.of(program.toString(), "-c", config.toString()), port);
        PeerAddress peer = new PeerAddress(loopback(port), Optional.empty());
        Proposal base = AssociationTest.proposal();
        Proposal proposal = Proposal.to(new AeTitle("ACME"), new AeTitle("DEST"));
        for (AssociationPolicy.ProposedContext context : base.contexts()) {
            proposal = proposal.context(context.abstractSyntax(), context.transferSyntaxes());
        }
        proposal = proposal.role(AssociationTest.CT, true, true);
        DataSet keys = DataSet.empty()
                .withText(ToyArchive.LEVEL, VR.CS, List.of("STUDY"))
                .withText(ToyArchive.STUDY_INSTANCE_UID, VR.UI, List.of("1.2.826.1"));
        try (Association association = Association.request(peer, proposal, Timeouts.DEFAULT)) {
            for (int i = 1; i <= 5; i++) {
                Uid instance = new Uid("1.2.826.1.1." + i);
                byte[] bytes = dataSet("1.2.826.1", instance.value());
                assertThat(association
                                .store(new Stored(AssociationTest.CT, instance, EXPLICIT, bytes))
                                .isSuccess())
                        .isTrue();
            }
            Matches matches = association.find(AssociationTest.FIND, keys);
            List<DataSet> found = new ArrayList<>();
            matches.forEach(found::add);
            assertThat(found).hasSize(1);
            assertThat(matches.status()).contains(Status.SUCCESS);
            List<Uid> got = new ArrayList<>();
            Status status = association.get(
                    AssociationTest.GET,
                    keys,
                    store -> {
                        assertThat(store.body().readAllBytes())
                                .isEqualTo(
                                        dataSet("1.2.826.1", store.sopInstance().value()));
                        got.add(store.sopInstance());
                        return Status.SUCCESS;
                    },
                    Association.Progress.IGNORED);
            assertThat(status.isSuccess()).as("%s", status).isTrue();
            assertThat(got).hasSize(5);
            Status moved =
                    association.move(AssociationTest.MOVE, keys, new AeTitle("DEST"), Association.Progress.IGNORED);
            assertThat(moved.isSuccess()).as("%s", moved).isTrue();
        }
        assertThat(archive.instances).hasSize(5);
        SurveyAssociation.Result result = SurveyAssociation.connect(
                peer.address(),
                SurveyAssociation.Transport.CLEAR,
                new AeTitle("ACME"),
                new AeTitle("STRANGER"),
                List.of(Uids.Verification, Uids.StudyRootQueryRetrieveInformationModelFind),
                Timeouts.DEFAULT,
                new SurveyAssociation.Traffic(8 << 20, LIMIT));
        assertThat(result).isInstanceOfSatisfying(SurveyAssociation.Result.Accepted.class, accepted -> {
            assertThat(accepted.facts().implementationVersion()).contains("OFFIS_DCMTK_367");
            try (SurveyAssociation stranger = accepted.association()) {
                assertThat(stranger.echo()).contains(Status.SUCCESS);
                assertThat(stranger.countStudies(100, LIMIT, LIMIT)
                                .orElseThrow()
                                .count())
                        .isEqualTo(1);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private void start(List<String> command, int port) throws Exception {
        Path output = folder.resolve("server" + port + ".out");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        // DCMTK leaves Nagle on, which costs 40 ms a response.
        builder.environment().put("TCP_NODELAY", "1");
        Process process = builder.start();
        toClose.add(() -> {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        });
        AssociationTest.eventually(() -> {
            if (!process.isAlive()) {
                throw new IllegalStateException(text(output));
            }
            try (Socket socket = new Socket()) {
                socket.connect(loopback(port));
                return true;
            } catch (IOException e) {
                return false;
            }
        });
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private static String[] words(String program, List<String> options, String... more) {
        List<String> words = new ArrayList<>(List.of(program));
        words.addAll(options);
        words.addAll(List.of(more));
        return words.toArray(String[]::new);
    }
}
