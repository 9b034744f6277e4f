package org.strongroom.gateway.dimse;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.strongroom.dicom.Attributes.QueryRetrieveLevel;
import static org.strongroom.dicom.Attributes.StudyInstanceUID;
import static org.strongroom.dicom.TransferSyntax.ExplicitVRLittleEndian;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.AeTitle;
import org.strongroom.dimse.Association;
import org.strongroom.dimse.AssociationPolicy;
import org.strongroom.dimse.AssociationPolicy.Answer;
import org.strongroom.dimse.AssociationPolicy.AssociateRequest;
import org.strongroom.dimse.AssociationPolicy.Peer;
import org.strongroom.dimse.AssociationRejected;
import org.strongroom.dimse.DimseHandler;
import org.strongroom.dimse.DimseListener;
import org.strongroom.dimse.DimseRequest;
import org.strongroom.dimse.Instance;
import org.strongroom.dimse.PeerAddress;
import org.strongroom.dimse.Proposal;
import org.strongroom.dimse.Refusals;
import org.strongroom.dimse.Responses;
import org.strongroom.dimse.Status;
import org.strongroom.dimse.SubOperations;
import org.strongroom.dimse.Timeouts;
import org.strongroom.guard.AuditRecord;
import org.strongroom.guard.CertificateAuthority;
import org.strongroom.guard.DeviceRecord.Destination;
import org.strongroom.guard.DeviceRecord.Service;
import org.strongroom.guard.IssuedCertificate;
import org.strongroom.guard.Refusal;
import org.strongroom.testkit.TlsContexts;

/** Listener, door and user of the dimse module over real TLS on loopback, out and back. */
class DoorOverTlsTest {
    private static final Uid CT = new Uid("1.2.840.10008.5.1.4.1.1.2");
    private static final Uid STUDY_ROOT_FIND = new Uid("1.2.840.10008.5.1.4.1.2.2.1");
    private static final Uid STUDY_ROOT_MOVE = new Uid("1.2.840.10008.5.1.4.1.2.2.2");
    private static final Uid STUDY_ROOT_GET = new Uid("1.2.840.10008.5.1.4.1.2.2.3");
    private static final TransferSyntax JPEG = TransferSyntax.of(new Uid("1.2.840.10008.1.2.4.50"));
    private static final DataSet KEYS =
            DataSet.empty().with(QueryRetrieveLevel, "STUDY").with(StudyInstanceUID, new Uid("1.2.1"));

    @TempDir
    Path root;

    private final List<String> moved = Collections.synchronizedList(new ArrayList<>());

    @Test
    void what_is_stored_is_found_got_and_moved() throws Exception {
        try (Premises premises = new Premises(root, Premises.authority(root));
                DimseListener door = listen(premises.serverTls(), premises.door, Refusals.UNHEARD)) {
            IssuedCertificate ws1 = premises.issue("WS1");
            try (DimseListener workstation = listen(tls(ws1), this::workstation, Refusals.UNHEARD)) {
                Destination there =
                        new Destination("127.0.0.1", workstation.port(), Optional.empty(), Optional.empty());
                premises.enrol("WS1", ws1, EnumSet.of(Service.ECHO), Set.of(), Optional.of(there));
                IssuedCertificate ct1 =
                        premises.enrol("CT1", EnumSet.allOf(Service.class), Set.of("WS1"), Optional.empty());
                PeerAddress peer = new PeerAddress(local(door.port()), tls(ct1));
                try (Association a = Association.request(peer, proposal("CT1"), Timeouts.DEFAULT)) {
                    conversation(premises, a);
                }
                assertThat(moved).containsExactly("1.1.1 jpeg bytes STRONGROOM>WS1 from CT1");
                assertThatThrownBy(() -> Association.request(peer, proposal("CT9"), Timeouts.DEFAULT))
                        .isInstanceOf(AssociationRejected.class)
                        .hasMessageContaining("calling AE title");
            }
        }
    }

    @Test
    void strangers_are_turned_away_in_the_handshake_and_the_audit_says_why() throws Exception {
        try (Premises premises = new Premises(root, Premises.authority(root))) {
            try (DimseListener door = listen(premises.serverTls(), premises.door, new RefusalAudit(premises.guard))) {
                callAsStrangers(premises, door);
            }
            assertThat(refusals(premises))
                    .containsExactlyInAnyOrder(
                            Refusal.REVOKED,
                            Refusal.UNKNOWN_CERTIFICATE,
                            Refusal.UNKNOWN_CERTIFICATE,
                            Refusal.NO_CERTIFICATE,
                            Refusal.HANDSHAKE);
        }
    }

    private void callAsStrangers(Premises premises, DimseListener door) throws Exception {
        IssuedCertificate revoked = premises.enrol("CT1", EnumSet.allOf(Service.class));
        premises.registry.revoke(premises.administer("device revoke"), "CT1");
        CertificateAuthority other = Premises.authority(root.resolve("elsewhere"));
        IssuedCertificate foreign =
                other.issueDevice("CT1", List.of("127.0.0.1"), CertificateAuthority.KeyType.EC, Duration.ofDays(1));
        assertRefused(door, revoked.ca(), List.of(revoked));
        assertRefused(door, revoked.ca(), List.of(premises.issue("CT2")));
        assertRefused(door, revoked.ca(), List.of(foreign));
        assertRefused(door, revoked.ca(), List.of());
        PeerAddress clear = new PeerAddress(local(door.port()), Optional.empty());
        assertThatThrownBy(() -> Association.request(clear, proposal("CT1"), Timeouts.DEFAULT))
                .isInstanceOf(AssociationRejected.class);
    }

    /** All come from one address within a minute or two: the first is a record of its own, the rest are counted. */
    private static List<Refusal> refusals(Premises premises) throws IOException {
        List<Refusal> causes = new ArrayList<>();
        for (AuditRecord.Event event : premises.events()) {
            switch (event) {
                case AuditRecord.Refused first -> causes.add(first.cause());
                case AuditRecord.RefusedMore more ->
                    more.causes()
                            .forEach((cause, count) ->
                                    causes.addAll(Collections.nCopies(Math.toIntExact(count), cause)));
                default -> {}
            }
        }
        return causes;
    }

    private static void assertRefused(DimseListener door, X509Certificate ca, List<IssuedCertificate> own)
            throws IOException {
        List<TlsContexts.Credential> keys = own.stream()
                .map(c -> new TlsContexts.Credential(c.key(), List.of(c.certificate())))
                .toList();
        PeerAddress peer = new PeerAddress(local(door.port()), TlsContexts.of(keys, List.of(ca)));
        assertThatThrownBy(() -> Association.request(peer, proposal("CT1"), Timeouts.DEFAULT))
                .isInstanceOf(IOException.class);
    }

    private static void conversation(Premises premises, Association a) throws IOException {
        assertThat(a.echo()).isEqualTo(Status.SUCCESS);
        assertThat(a.store(instance("1.1.1", "jpeg bytes"))).isEqualTo(Status.SUCCESS);
        premises.archive.answers.add(DataSet.empty().with(StudyInstanceUID, new Uid("1.2.1")));
        List<DataSet> found = new ArrayList<>();
        try (var matches = a.find(STUDY_ROOT_FIND, KEYS)) {
            for (DataSet match : matches) {
                found.add(match);
            }
        }
        assertThat(found)
                .singleElement()
                .satisfies(match -> assertThat(match.get(StudyInstanceUID)).contains(new Uid("1.2.1")));
        List<String> got = new ArrayList<>();
        Status get = a.get(
                STUDY_ROOT_GET,
                KEYS,
                store -> {
                    got.add(store.sopInstance() + " " + text(store));
                    return Status.SUCCESS;
                },
                Association.Progress.IGNORED);
        assertThat(get.counts()).contains(new SubOperations(0, 1, 0, 0));
        assertThat(got).containsExactly("1.1.1 jpeg bytes");
        Status move = a.move(STUDY_ROOT_MOVE, KEYS, new AeTitle("WS1"), Association.Progress.IGNORED);
        assertThat(move.code()).isZero();
        assertThat(move.counts()).contains(new SubOperations(0, 1, 0, 0));
    }

    private static Proposal proposal(String calling) {
        return Proposal.to(new AeTitle("STRONGROOM"), new AeTitle(calling))
                .context(new Uid("1.2.840.10008.1.1"), ExplicitVRLittleEndian)
                .context(CT, JPEG)
                .role(CT, true, true)
                .context(STUDY_ROOT_FIND, ExplicitVRLittleEndian)
                .context(STUDY_ROOT_MOVE, ExplicitVRLittleEndian)
                .context(STUDY_ROOT_GET, ExplicitVRLittleEndian);
    }

    /** Takes every instance, and notes who called whom and for whom. */
    private Answer workstation(AssociateRequest request, Peer peer) {
        String titles = request.callingAeTitle() + ">" + request.calledAeTitle();
        DimseHandler handler = new DimseHandler() {
            @Override
            public Status handle(DimseRequest asked, Responses responses) throws IOException {
                DimseRequest.CStore store = (DimseRequest.CStore) asked;
                String from = store.moveOriginator().orElseThrow().value();
                moved.add(store.sopInstance() + " " + text(store) + " " + titles + " from " + from);
                return Status.SUCCESS;
            }

            @Override
            public void close() {}
        };
        return new Answer.Accept(Contexts.answer(request, EnumSet.of(Service.STORE)), handler);
    }

    private static String text(DimseRequest.CStore store) throws IOException {
        return new String(store.body().readAllBytes(), US_ASCII);
    }

    private static DimseListener listen(SSLContext tls, AssociationPolicy policy, Refusals refusals)
            throws IOException {
        return DimseListener.open(local(0), Optional.of(tls), policy, refusals);
    }

    private static InetSocketAddress local(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private static SSLContext tls(IssuedCertificate own) throws IOException {
        return TlsContexts.of(
                List.of(new TlsContexts.Credential(own.key(), List.of(own.certificate()))), List.of(own.ca()));
    }

    private static Instance instance(String uid, String text) {
        return new Outgoing(new FakeInstance(new Uid(uid), CT, JPEG, text.getBytes(US_ASCII)), JPEG);
    }
}
