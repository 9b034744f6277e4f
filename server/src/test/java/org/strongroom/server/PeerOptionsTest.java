package org.strongroom.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dimse.AssociationPolicy.Answer;
import org.strongroom.dimse.AssociationPolicy.AssociateRequest;
import org.strongroom.dimse.AssociationPolicy.ContextAnswer;
import org.strongroom.dimse.AssociationPolicy.Peer;
import org.strongroom.dimse.DimseHandler;
import org.strongroom.dimse.DimseListener;
import org.strongroom.dimse.DimseRequest;
import org.strongroom.dimse.Octets;
import org.strongroom.dimse.Refusals;
import org.strongroom.dimse.Responses;
import org.strongroom.dimse.Status;
import org.strongroom.dimse.UserInformation.ExtendedNegotiation;

/** What the commands negotiate with a peer, and what they do when it leaves. */
class PeerOptionsTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path work;

    @SuppressWarnings("NullAway.Init")
    private DimseListener peer;

    private final List<AssociateRequest> requests = new CopyOnWriteArrayList<>();
    private final List<String> stored = new CopyOnWriteArrayList<>();
    private volatile boolean relational;
    private volatile String chokesOn = "";

    @BeforeEach
    void listen() throws IOException {
        peer = DimseListener.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Optional.empty(),
                this::answer,
                Refusals.UNHEARD);
    }

    @AfterEach
    void close() {
        peer.close();
    }

    private record Run(int exit, String output) {}

    private Run run(String... arguments) {
        List<String> line = new ArrayList<>(List.of(arguments));
        line.addAll(List.of("--data", work.toString(), "--clear", "--to", "127.0.0.1:" + peer.port()));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
        Invocation invocation = new Invocation(print, print, work, "tester", false, () -> false, Optional.empty());
        int exit = CommandLines.run(invocation, line.toArray(String[]::new));
        return new Run(exit, out.toString(StandardCharsets.UTF_8));
    }

    @Test
    void a_user_name_goes_with_its_passcode_from_a_file_nobody_else_can_read() throws Exception {
        Path file = Files.writeString(work.resolve("passcode"), "open sesame\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        Run open = run("echo", "--identity-user", "anna", "--identity-passcode-file", file.toString());
        assertThat(open.exit()).isEqualTo(1);
        assertThat(open.output()).contains("chmod 600").doesNotContain("sesame");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Run closed = run("echo", "--identity-user", "anna", "--identity-passcode-file", file.toString());
        assertThat(closed.exit()).as(closed.output()).isZero();
        var identity = requests.getLast().userInformation().identity().orElseThrow();
        assertThat(identity.type()).isEqualTo(2);
        assertThat(new String(identity.primary().toArray(), StandardCharsets.UTF_8))
                .isEqualTo("anna");
        assertThat(new String(identity.secondary().toArray(), StandardCharsets.UTF_8))
                .isEqualTo("open sesame");
        assertThat(run("echo", "--identity-user", "anna").exit()).isZero();
        assertThat(requests.getLast().userInformation().identity().orElseThrow().type())
                .isEqualTo(1);
        assertThat(run("echo", "--identity-passcode-file", file.toString()).exit())
                .isEqualTo(2);
    }

    @Test
    void relational_queries_are_asked_for_and_not_sent_where_they_are_not_agreed_to() {
        String[] find = {"find", "--level", "SERIES", "-k", "Modality=CT", "--relational"};
        Run without = run(find);
        assertThat(without.exit()).isEqualTo(1);
        assertThat(without.output()).contains("has no relational queries");
        relational = true;
        Run with = run(find);
        assertThat(with.exit()).as(with.output()).isZero();
    }

    @Test
    void files_go_within_the_window_and_one_the_peer_chokes_on_does_not_cost_the_others() throws Exception {
        Random random = new Random(3);
        List<String> line = new ArrayList<>(List.of("store"));
        for (int i = 1; i <= 20; i++) {
            Synthetic instance = Synthetic.make(1, 1, i, 2000, random);
            Path file = work.resolve(i + ".dcm");
            try (OutputStream out = Files.newOutputStream(file)) {
                out.write(Part10.header(
                        instance.sopClass(),
                        instance.sopInstance(),
                        TransferSyntax.ExplicitVRLittleEndian,
                        Optional.empty()));
                instance.writeTo(out);
            }
            line.add(file.toString());
        }
        chokesOn = "2.25.7.1.1.7";
        Run run = run(line.toArray(String[]::new));
        assertThat(run.output()).contains("found 20, sent 19, refused 1").contains("refused " + work.resolve("7.dcm"));
        assertThat(run.exit()).isEqualTo(1);
        assertThat(stored.stream().distinct()).hasSize(19);
        assertThat(requests.getFirst()
                        .userInformation()
                        .asyncWindow()
                        .orElseThrow()
                        .invoked())
                .isEqualTo(16);
        line.addAll(List.of("--window", "1"));
        stored.clear();
        requests.clear();
        assertThat(run(line.toArray(String[]::new)).output()).contains("found 20, sent 19, refused 1");
        assertThat(stored).hasSize(19);
        assertThat(requests.getFirst().userInformation().asyncWindow()).isEmpty();
    }

    private Answer answer(AssociateRequest request, Peer caller) {
        requests.add(request);
        List<ContextAnswer> contexts = request.contexts().stream()
                .map(context -> new ContextAnswer(
                        context.id(), 0, context.transferSyntaxes().getFirst(), true, false))
                .toList();
        List<ExtendedNegotiation> extended = relational
                ? request.userInformation().extended().stream()
                        .map(asked -> new ExtendedNegotiation(asked.sopClass(), Octets.of(new byte[] {1})))
                        .toList()
                : List.of();
        return new Answer.Accept(contexts, new Taker(), Optional.empty(), extended);
    }

    private final class Taker implements DimseHandler {
        @Override
        public Status handle(DimseRequest request, Responses responses) throws IOException {
            if (request instanceof DimseRequest.CStore store) {
                store.body().transferTo(OutputStream.nullOutputStream());
                String uid = store.sopInstance().value();
                if (uid.equals(chokesOn)) {
                    peer.closeAssociations(_ -> true);
                }
                if (!uid.equals(chokesOn)) {
                    stored.add(uid);
                }
            }
            return Status.SUCCESS;
        }

        @Override
        public boolean storesOverlap() {
            return true;
        }

        @Override
        public void close() {}
    }
}
