package org.strongroom.gateway.dimse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.strongroom.dicom.Attributes.PatientName;
import static org.strongroom.dicom.Attributes.QueryRetrieveLevel;
import static org.strongroom.dicom.Attributes.RetrieveAETitle;
import static org.strongroom.dicom.Attributes.StudyInstanceUID;
import static org.strongroom.dicom.TransferSyntax.ExplicitVRBigEndian;
import static org.strongroom.dicom.TransferSyntax.ExplicitVRLittleEndian;
import static org.strongroom.dicom.TransferSyntax.ImplicitVRLittleEndian;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.archive.StoreOutcome;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.VR;
import org.strongroom.dimse.AeTitle;
import org.strongroom.dimse.AssociationPolicy.Answer;
import org.strongroom.dimse.AssociationPolicy.Peer;
import org.strongroom.dimse.AssociationPolicy.Rejection;
import org.strongroom.dimse.DimseHandler;
import org.strongroom.dimse.DimseRequest;
import org.strongroom.dimse.Status;
import org.strongroom.dimse.SubOperations;
import org.strongroom.guard.Action;
import org.strongroom.guard.AuditRecord;
import org.strongroom.guard.CertificateAuthority;
import org.strongroom.guard.Decision;
import org.strongroom.guard.DeviceRecord.Destination;
import org.strongroom.guard.DeviceRecord.Service;
import org.strongroom.guard.IssuedCertificate;
import org.strongroom.guard.Refusal;

/** The door with the real guard behind it, association by association. */
class DimseDoorTest {
    private static final Set<Service> ALL = EnumSet.allOf(Service.class);
    private static final Uid CT = new Uid("1.2.840.10008.5.1.4.1.1.2");
    private static final Uid FIND = new Uid("1.2.840.10008.5.1.4.1.2.2.1");
    private static final Uid MOVE = new Uid("1.2.840.10008.5.1.4.1.2.2.2");
    private static final Uid GET = new Uid("1.2.840.10008.5.1.4.1.2.2.3");

    private static @Nullable CertificateAuthority authority;

    @TempDir
    Path root;

    private Premises premises;
    private final FakeResponses responses = new FakeResponses();

    @BeforeAll
    static void makeAuthority(@TempDir Path folder) throws IOException {
        authority = Premises.authority(folder);
    }

    @BeforeEach
    void open() throws Exception {
        premises = new Premises(root, Objects.requireNonNull(authority));
    }

    @AfterEach
    void close() throws IOException {
        premises.close();
    }

    @Test
    void an_enrolled_device_is_let_in_under_each_of_its_titles_and_ours() throws Exception {
        var ct1 = premises.enrol("CT1", ALL);
        for (String calling : List.of("CT1", "CT12", " CT1 ")) {
            for (String called : List.of("STRONGROOM", "ARCHIVE", "STRONGROOM ")) {
                Answer answer = premises.ask(calling, called, ct1);
                assertThat(answer).isInstanceOf(Answer.Accept.class);
                assertThat(((Answer.Accept) answer).identity()).contains("CT1");
            }
        }
    }

    @Test
    void another_title_than_the_certificates_is_rejected_and_audited() throws Exception {
        var ct1 = premises.enrol("CT1", ALL);
        premises.enrol("CT7", ALL);
        assertThat(premises.ask("CT7", "STRONGROOM", ct1))
                .isEqualTo(rejected(Rejection.CALLING_AE_TITLE_NOT_RECOGNIZED));
        assertThat(premises.events(AuditRecord.Refused.class)).singleElement().satisfies(refused -> {
            assertThat(refused.cause()).isEqualTo(Refusal.AE_TITLE_NOT_BOUND);
            assertThat(refused.detail()).contains("calling=CT7", "device=CT1");
        });
    }

    @Test
    void calling_somebody_else_is_rejected() throws Exception {
        var ct1 = premises.enrol("CT1", ALL);
        assertThat(premises.ask("CT1", "ORTHANC", ct1)).isEqualTo(rejected(Rejection.CALLED_AE_TITLE_NOT_RECOGNIZED));
        assertThat(premises.ask("CT1", "bad\\title", ct1))
                .isEqualTo(rejected(Rejection.CALLED_AE_TITLE_NOT_RECOGNIZED));
        assertThat(premises.events(AuditRecord.Refused.class))
                .singleElement()
                .satisfies(refused -> assertThat(refused.cause()).isEqualTo(Refusal.CALLED_AE_TITLE_UNKNOWN));
    }

    @Test
    void a_revoked_device_is_rejected_and_its_open_association_refused() throws Exception {
        var ct1 = premises.enrol("CT1", ALL);
        DimseHandler open = handler(ct1, "CT1");
        premises.registry.revoke(premises.administer("device revoke"), "CT1");
        assertThat(premises.ask("CT1", "STRONGROOM", ct1))
                .isEqualTo(rejected(Rejection.CALLING_AE_TITLE_NOT_RECOGNIZED));
        assertThat(open.handle(store("1.1.1", "x"), responses).code()).isEqualTo(Status.NOT_AUTHORIZED.code());
        assertThat(premises.archive.stored).isEmpty();
    }

    @Test
    void without_a_certificate_nobody_is_let_in() throws Exception {
        premises.enrol("CT1", ALL);
        Asked request = new Asked("STRONGROOM", "CT1", false, CT, List.of(ImplicitVRLittleEndian));
        Peer clear = new Peer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 4), Optional.empty());
        assertThat(premises.door.answer(request, clear)).isEqualTo(rejected(Rejection.CALLING_AE_TITLE_NOT_RECOGNIZED));
    }

    @Test
    void an_association_that_stores_has_one_record_and_one_settlement() throws Exception {
        DimseHandler handler = handler(premises.enrol("CT1", ALL), "CT1");
        assertThat(handler.handle(new DimseRequest.CEcho(), responses)).isEqualTo(Status.SUCCESS);
        for (String instance : List.of("1.1.1", "1.1.2", "1.1.3")) {
            assertThat(handler.handle(store(instance, "bytes"), responses)).isEqualTo(Status.SUCCESS);
        }
        premises.archive.outcome = Optional.of(new StoreOutcome.Conflict(5));
        assertThat(handler.handle(store("1.1.1", "other"), responses)).isEqualTo(Status.SUCCESS);
        handler.close();
        assertThat(premises.archive.permits.stream().distinct()).hasSize(1);
        assertThat(decided(Action.Store.class))
                .singleElement()
                .satisfies(d -> assertThat(d.refused()).isEmpty());
        assertThat(settled()).containsExactly(Map.of("instances", 3L, "bytes", 20L, "conflicts", 1L));
    }

    @Test
    void refusals_of_the_archive_have_their_status() throws Exception {
        DimseHandler handler = handler(premises.enrol("CT1", ALL), "CT1");
        for (var expected : Map.of(
                        StoreOutcome.Cause.CANNOT_UNDERSTAND, 0xC000,
                        StoreOutcome.Cause.DOES_NOT_MATCH, 0xA900,
                        StoreOutcome.Cause.OUT_OF_RESOURCES, 0xA700)
                .entrySet()) {
            premises.archive.outcome = Optional.of(
                    new StoreOutcome.Refused(expected.getKey(), "what and where", List.of(StudyInstanceUID.tag())));
            Status status = handler.handle(store("1.1.1", "x"), responses);
            assertThat(status.code()).isEqualTo(expected.getValue());
            assertThat(status.comment()).contains("what and where");
            assertThat(status.offending()).containsExactly(StudyInstanceUID.tag());
        }
        handler.close();
        assertThat(settled()).containsExactly(Map.of("failed", 3L));
    }

    @Test
    void an_association_that_only_echoes_leaves_no_record() throws Exception {
        DimseHandler handler = handler(premises.enrol("CT1", ALL), "CT1");
        handler.handle(new DimseRequest.CEcho(), responses);
        handler.close();
        assertThat(premises.events(AuditRecord.Settled.class)).isEmpty();
        assertThat(decided(Action.Store.class)).isEmpty();
    }

    @Test
    void matches_carry_level_and_title_and_are_counted() throws Exception {
        premises.archive.answers.addAll(List.of(answer("1.2.1"), answer("1.2.2")));
        DimseHandler handler = handler(premises.enrol("CT1", ALL), "CT1");
        Status status = handler.handle(find("DOE*"), responses);
        assertThat(status).isEqualTo(Status.SUCCESS);
        assertThat(responses.pending).containsOnly(Status.PENDING);
        assertThat(responses.matches).hasSize(2).allSatisfy(match -> {
            assertThat(match.get(QueryRetrieveLevel)).contains("STUDY");
            assertThat(match.get(RetrieveAETitle)).contains("STRONGROOM");
        });
        assertThat(decided(Action.Query.class)).singleElement().satisfies(d -> {
            Action.Query query = (Action.Query) d.action();
            assertThat(query.level()).isEqualTo("STUDY");
            assertThat(query.keys()).containsExactly("PatientName");
            assertThat(d.toString()).doesNotContain("DOE");
        });
        assertThat(settled()).containsExactly(Map.of("matches", 2L));
    }

    @Test
    void keys_that_were_not_compared_are_told_by_the_pending_status() throws Exception {
        premises.archive.answers.add(answer("1.2.1"));
        DimseHandler handler = handler(premises.enrol("CT1", ALL), "CT1");
        premises.archive.ignored = Set.of(Tag.of(0x0028, 0x0010));
        DataSet keys = identifier().withText(Tag.of(0x0028, 0x0010), VR.US, List.of("512"));
        handler.handle(new DimseRequest.CFind(FIND, ImplicitVRLittleEndian, keys), responses);
        assertThat(responses.pending).containsExactly(Status.PENDING_KEYS_NOT_SUPPORTED);
    }

    @Test
    void a_cancelled_query_ends_so_and_is_counted_so_far() throws Exception {
        premises.archive.answers.addAll(List.of(answer("1.2.1"), answer("1.2.2"), answer("1.2.3")));
        responses.cancelAfter = 1;
        Status status = handler(premises.enrol("CT1", ALL), "CT1").handle(find("DOE*"), responses);
        assertThat(status).isEqualTo(Status.CANCEL);
        assertThat(settled()).containsExactly(Map.of("matches", 1L));
    }

    @Test
    void a_bad_identifier_asks_nobody() throws Exception {
        DimseHandler handler = handler(premises.enrol("CT1", ALL), "CT1");
        Status status =
                handler.handle(new DimseRequest.CFind(FIND, ImplicitVRLittleEndian, DataSet.empty()), responses);
        assertThat(status.code()).isEqualTo(Status.DATA_SET_DOES_NOT_MATCH.code());
        assertThat(status.offending()).containsExactly(QueryRetrieveLevel.tag());
        assertThat(premises.archive.permits).isEmpty();
    }

    @Test
    void a_failing_disk_settles_the_permit_as_failed() throws Exception {
        premises.archive.broken = true;
        DimseHandler handler = handler(premises.enrol("CT1", ALL), "CT1");
        assertThatThrownBy(() -> handler.handle(find("DOE*"), responses)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> handler.handle(store("1.1.1", "x"), responses)).isInstanceOf(IOException.class);
        handler.close();
        assertThat(premises.events(AuditRecord.Settled.class))
                .hasSize(2)
                .allSatisfy(s -> assertThat(s.outcome().success()).isFalse());
    }

    @Test
    void instances_come_back_as_stored_or_in_another_native_syntax() throws Exception {
        DataSet dataSet = DataSet.empty().withText(PatientName.tag(), PatientName.vr(), List.of("DOE^JANE"));
        premises.archive.stored.add(
                new FakeInstance(new Uid("1.1.1"), CT, ExplicitVRBigEndian, dataSet.toBytes(ExplicitVRBigEndian)));
        premises.archive.stored.add(new FakeInstance(
                new Uid("1.1.2"), CT, ImplicitVRLittleEndian, dataSet.toBytes(ImplicitVRLittleEndian)));
        premises.archive.stored.add(FakeInstance.of("1.1.3", CT, TransferSyntax.of(new Uid("1.2.840.10008.1.2.4.70"))));
        responses.takes = List.of(ImplicitVRLittleEndian, ExplicitVRLittleEndian);
        Status status = handler(premises.enrol("CT1", ALL), "CT1").handle(get(), responses);
        assertThat(status.code()).isEqualTo(Status.SUBOPERATIONS_WARNING.code());
        assertThat(status.counts()).contains(new SubOperations(0, 2, 1, 0));
        assertThat(status.failed()).containsExactly(new Uid("1.1.3"));
        assertThat(responses.syntaxes).containsExactly(ExplicitVRLittleEndian, ImplicitVRLittleEndian);
        assertThat(responses.received("1.1.2")).isEqualTo(dataSet.toBytes(ImplicitVRLittleEndian));
        assertThat(DataSet.read(responses.received("1.1.1"), ExplicitVRLittleEndian, Limits.DEFAULT)
                        .text(PatientName.tag()))
                .containsExactly("DOE^JANE");
        assertThat(decided(Action.Retrieve.class))
                .singleElement()
                .satisfies(d ->
                        assertThat(((Action.Retrieve) d.action()).destination()).isEqualTo("CT1"));
        assertThat(premises.events(AuditRecord.Settled.class)
                        .getLast()
                        .outcome()
                        .counts())
                .containsEntry("instances", 2L)
                .containsEntry("failed", 1L);
    }

    @Test
    void moving_elsewhere_than_the_policy_says_is_not_authorised_and_unknown_is_unknown() throws Exception {
        premises.enrol("WS1", ALL, Set.of(), Optional.of(nowhere()));
        DimseHandler handler = handler(premises.enrol("CT1", ALL), "CT1");
        assertThat(handler.handle(move("WS1"), responses).code()).isEqualTo(Status.NOT_AUTHORIZED.code());
        assertThat(handler.handle(move("NOBODY"), responses)).isEqualTo(Status.MOVE_DESTINATION_UNKNOWN);
        assertThat(handler.handle(move("CT1"), responses).code())
                .as("itself, without an address")
                .isEqualTo(Status.MOVE_DESTINATION_UNKNOWN.code());
        assertThat(decided(Action.Retrieve.class).stream().map(AuditRecord.Decided::refused))
                .containsExactly(
                        Optional.of(Decision.Reason.DESTINATION_NOT_ALLOWED),
                        Optional.of(Decision.Reason.DESTINATION_NOT_ALLOWED),
                        Optional.empty());
    }

    @Test
    void a_destination_that_does_not_answer_fails_each_instance() throws Exception {
        premises.archive.stored.add(FakeInstance.of("1.1.1", CT, ImplicitVRLittleEndian));
        premises.enrol("WS1", ALL, Set.of(), Optional.of(nowhere()));
        var ct1 = premises.enrol("CT1", ALL, Set.of("WS1"), Optional.empty());
        Status status = handler(ct1, "CT1").handle(move("WS1"), responses);
        assertThat(status.code()).isEqualTo(Status.SUBOPERATIONS_FAILED.code());
        assertThat(status.failed()).containsExactly(new Uid("1.1.1"));
    }

    private static Destination nowhere() {
        return new Destination("127.0.0.1", 1, Optional.empty(), Optional.empty());
    }

    private DimseHandler handler(IssuedCertificate certificate, String calling) throws IOException {
        return switch (premises.ask(calling, "STRONGROOM", certificate)) {
            case Answer.Accept accept -> accept.handler();
            case Answer.Reject reject -> throw new AssertionError(reject.toString());
        };
    }

    private static Answer rejected(Rejection why) {
        return new Answer.Reject(why);
    }

    private List<AuditRecord.Decided> decided(Class<? extends Action> kind) throws IOException {
        return premises.events(AuditRecord.Decided.class).stream()
                .filter(decided -> kind.isInstance(decided.action()))
                .toList();
    }

    private List<Map<String, Long>> settled() throws IOException {
        return premises.events(AuditRecord.Settled.class).stream()
                .map(settled -> settled.outcome().counts())
                .toList();
    }

    private static DimseRequest store(String instance, String bytes) {
        return new DimseRequest.CStore(
                CT,
                new Uid(instance),
                ExplicitVRLittleEndian,
                new ByteArrayInputStream(bytes.getBytes(StandardCharsets.US_ASCII)),
                Optional.empty());
    }

    private static DataSet identifier() {
        return DataSet.empty().with(QueryRetrieveLevel, "STUDY");
    }

    private static DimseRequest find(String name) {
        return new DimseRequest.CFind(
                FIND,
                ImplicitVRLittleEndian,
                identifier().withText(PatientName.tag(), PatientName.vr(), List.of(name)));
    }

    private static DimseRequest get() {
        return new DimseRequest.CGet(GET, identifier().with(StudyInstanceUID, new Uid("1.2.1")));
    }

    private static DimseRequest move(String destination) {
        return new DimseRequest.CMove(
                1, MOVE, identifier().with(StudyInstanceUID, new Uid("1.2.1")), new AeTitle(destination));
    }

    private static DataSet answer(String study) {
        return DataSet.empty().with(StudyInstanceUID, new Uid(study));
    }
}
