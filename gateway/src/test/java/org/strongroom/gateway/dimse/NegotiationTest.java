package org.strongroom.gateway.dimse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.strongroom.dicom.Attributes.Modality;
import static org.strongroom.dicom.Attributes.QueryRetrieveLevel;
import static org.strongroom.dicom.TransferSyntax.ExplicitVRLittleEndian;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.Uids;
import org.strongroom.dimse.AeTitle;
import org.strongroom.dimse.Association;
import org.strongroom.dimse.DimseListener;
import org.strongroom.dimse.Matches;
import org.strongroom.dimse.Octets;
import org.strongroom.dimse.PeerAddress;
import org.strongroom.dimse.Proposal;
import org.strongroom.dimse.Refusals;
import org.strongroom.dimse.Timeouts;
import org.strongroom.dimse.UserInformation.CommonExtendedNegotiation;
import org.strongroom.dimse.UserInformation.ExtendedNegotiation;
import org.strongroom.dimse.UserInformation.UserIdentity;
import org.strongroom.guard.DeviceRecord.Service;
import org.strongroom.guard.IssuedCertificate;
import org.strongroom.testkit.TlsContexts;

/** Extended negotiation and user identity, PS3.7 D.3.3.5 to D.3.3.7, between our requestor and the door. */
class NegotiationTest {
    private static final Uid FIND = Uids.StudyRootQueryRetrieveInformationModelFind;
    private static final Uid MOVE = Uids.StudyRootQueryRetrieveInformationModelMove;
    private static final Uid GET = Uids.StudyRootQueryRetrieveInformationModelGet;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path root;

    @SuppressWarnings("NullAway.Init")
    private Premises premises;

    @SuppressWarnings("NullAway.Init")
    private DimseListener door;

    @SuppressWarnings("NullAway.Init")
    private SSLContext tls;

    @BeforeEach
    void open() throws Exception {
        premises = new Premises(root, Premises.authority(root));
        IssuedCertificate device = premises.enrol("CT1", EnumSet.allOf(Service.class));
        tls = TlsContexts.of(
                List.of(new TlsContexts.Credential(device.key(), List.of(device.certificate()))), List.of(device.ca()));
        door = DimseListener.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Optional.of(premises.serverTls()),
                premises.door,
                Refusals.UNHEARD);
    }

    @AfterEach
    void close() throws IOException {
        door.close();
        premises.close();
    }

    private static Proposal proposal() {
        return Proposal.to(new AeTitle(Premises.TITLE), new AeTitle("CT1"))
                .context(FIND, ExplicitVRLittleEndian)
                .context(MOVE, ExplicitVRLittleEndian)
                .context(GET, ExplicitVRLittleEndian);
    }

    private Association associate(Proposal proposal) throws IOException {
        return Association.request(new PeerAddress(door.address(), tls), proposal, Timeouts.DEFAULT);
    }

    private static ExtendedNegotiation asking(Uid sopClass, int... bytes) {
        byte[] information = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            information[i] = (byte) bytes[i];
        }
        return new ExtendedNegotiation(sopClass, Octets.of(information));
    }

    @Test
    void what_is_asked_for_and_not_done_is_answered_with_zero() throws Exception {
        try (Association association = associate(proposal()
                .extended(asking(FIND, 1, 1, 1, 1, 1))
                .extended(asking(MOVE, 1, 1))
                .extended(asking(GET, 1))
                .extended(asking(Uids.PatientRootQueryRetrieveInformationModelFind, 1)))) {
            // Of a class that was not accepted nothing is said, and of as many bytes as were asked about.
            assertThat(association.peer().extended())
                    .containsExactlyInAnyOrder(asking(FIND, 1, 0, 0, 0, 0), asking(MOVE, 0, 0), asking(GET, 0));
        }
        try (Association association = associate(proposal().extended(asking(FIND, 0, 1)))) {
            assertThat(association.peer().extended()).containsExactly(asking(FIND, 0, 0));
        }
        try (Association association = associate(proposal())) {
            assertThat(association.peer().extended()).isEmpty();
        }
    }

    @Test
    void a_query_without_the_keys_above_its_level_is_answered_where_relational_queries_were_negotiated()
            throws Exception {
        DataSet keys = DataSet.empty().with(QueryRetrieveLevel, "SERIES").with(Modality, "CT");
        try (Association plain = associate(proposal());
                Association refused = associate(proposal().extended(asking(FIND, 0)));
                Association relational = associate(proposal().extended(asking(FIND, 1)))) {
            assertThat(status(plain, keys)).isEqualTo(0xA900);
            assertThat(status(refused, keys)).isEqualTo(0xA900);
            assertThat(status(relational, keys)).isZero();
        }
        assertThat(premises.archive.queries).hasSize(1);
    }

    private static int status(Association association, DataSet keys) throws IOException {
        try (Matches matches = association.find(FIND, keys)) {
            matches.forEach(_ -> {});
            return matches.status().orElseThrow().code();
        }
    }

    @Test
    void a_class_said_to_be_of_another_service_is_not_taken_for_storage() throws Exception {
        Uid mine = new Uid("1.3.12.2.1107.5.9.1");
        Proposal proposal = proposal().context(mine, ExplicitVRLittleEndian);
        Uid storage = new Uid("1.2.840.10008.4.2");
        Uid other = new Uid("1.2.840.10008.5.1.4.34");
        assertThat(accepted(proposal, mine)).isTrue();
        assertThat(accepted(proposal.commonExtended(new CommonExtendedNegotiation(mine, storage, List.of())), mine))
                .isTrue();
        assertThat(accepted(proposal.commonExtended(new CommonExtendedNegotiation(mine, other, List.of())), mine))
                .isFalse();
    }

    private boolean accepted(Proposal proposal, Uid sopClass) throws IOException {
        try (Association association = associate(proposal)) {
            return association.contexts().stream()
                    .anyMatch(context -> context.sopClass().equals(sopClass));
        }
    }

    @Test
    void a_user_identity_nobody_can_verify_grants_nothing_and_gets_no_positive_response() throws Exception {
        Octets secret = Octets.of("canary-of-a-user".getBytes(StandardCharsets.UTF_8));
        for (int type = 1; type <= 6; type++) {
            boolean asked = type % 2 == 0;
            UserIdentity identity = new UserIdentity(type, asked, secret, type == 2 ? secret : Octets.NONE);
            assertThat(identity.toString()).doesNotContain("canary");
            try (Association association = associate(proposal().identity(identity))) {
                assertThat(association.peer().identityResponse()).isEmpty();
                // What the device may do is what it may do without.
                assertThat(association.contexts()).hasSize(3);
            }
        }
        assertThat(premises.events().toString()).doesNotContain("canary");
    }
}
