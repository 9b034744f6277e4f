package org.strongroom.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.strongroom.guard.DeviceRecord.Service.ECHO;
import static org.strongroom.guard.DeviceRecord.Service.FIND;
import static org.strongroom.guard.DeviceRecord.Service.GET;
import static org.strongroom.guard.DeviceRecord.Service.MOVE;
import static org.strongroom.guard.DeviceRecord.Service.STORE;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.strongroom.dicom.Uid;

class GuardTest extends InHouse {
    private static final Action.Query QUERY = new Action.Query("STUDY", List.of("PatientName"));

    @Test
    void a_permit_carries_what_was_decided_and_its_record_is_there_before_it() throws Exception {
        Identity.Device ct = house.enrol(house.record("CT1", Set.of(ECHO, STORE), Set.of()));
        Permit<Action.Store> permit = House.granted(house.guard.decide(ct, Purpose.HRESCH, new Action.Store("CT1")));
        assertThat(permit.identity()).isEqualTo(ct);
        assertThat(permit.purpose()).as("a device can't choose its purpose").isEqualTo(Purpose.TREAT);
        assertThat(permit.action()).isEqualTo(new Action.Store("CT1"));
        assertThat(permit.until()).isAfter(house.clock.instant());
        List<AuditRecord> records = house.records();
        AuditRecord last = records.get(records.size() - 1);
        assertThat(last.sequence()).isEqualTo(permit.audit().sequence());
        assertThat(last.event())
                .isEqualTo(new AuditRecord.Decided(
                        new AuditRecord.Actor(
                                "device:CT1",
                                Optional.of(ct.device().fingerprint()),
                                Optional.of("CT1"),
                                Optional.of("127.0.0.1")),
                        Purpose.TREAT,
                        new Action.Store("CT1"),
                        Optional.empty(),
                        Optional.of(permit.until())));
    }

    @Test
    void a_device_may_do_the_services_it_was_enrolled_with_and_no_other() throws Exception {
        Identity.Device ct = house.enrol(house.record("CT1", Set.of(STORE), Set.of()));
        Identity.Device ws = house.enrol(house.record("WS1", Set.of(FIND), Set.of()));
        house.enrol(house.record("WS2", Set.of(), Set.of()));
        assertThat(house.guard.decide(ct, Purpose.TREAT, new Action.Store("CT1")))
                .isInstanceOf(Decision.Granted.class);
        assertThat(House.denied(house.guard.decide(ct, Purpose.TREAT, QUERY)))
                .isEqualTo(Decision.Reason.SERVICE_NOT_ALLOWED);
        assertThat(house.guard.decide(ws, Purpose.TREAT, QUERY)).isInstanceOf(Decision.Granted.class);
        assertThat(House.denied(house.guard.decide(ws, Purpose.TREAT, new Action.Store("WS1"))))
                .isEqualTo(Decision.Reason.SERVICE_NOT_ALLOWED);
        assertThat(House.denied(house.guard.decide(ws, Purpose.TREAT, retrieve("WS1"))))
                .isEqualTo(Decision.Reason.SERVICE_NOT_ALLOWED);
        assertThat(House.denied(house.guard.decide(ws, Purpose.TREAT, new Action.Administer("device list"))))
                .isEqualTo(Decision.Reason.SERVICE_NOT_ALLOWED);
    }

    @Test
    void a_device_moves_to_itself_and_to_those_named_and_to_no_other() throws Exception {
        house.enrol(house.record("WS1", Set.of(ECHO), Set.of()));
        house.enrol(house.record("WS2", Set.of(ECHO), Set.of()));
        Identity.Device pacs = house.enrol(house.record("PACS", Set.of(MOVE), Set.of("WS1")));
        Identity.Device getter = house.enrol(house.record("GETTER", Set.of(GET), Set.of("WS1")));
        assertThat(house.guard.decide(pacs, Purpose.TREAT, retrieve("PACS"))).isInstanceOf(Decision.Granted.class);
        assertThat(house.guard.decide(pacs, Purpose.TREAT, retrieve("WS1"))).isInstanceOf(Decision.Granted.class);
        assertThat(House.denied(house.guard.decide(pacs, Purpose.TREAT, retrieve("WS2"))))
                .isEqualTo(Decision.Reason.DESTINATION_NOT_ALLOWED);
        assertThat(House.denied(house.guard.decide(pacs, Purpose.TREAT, retrieve("NOBODY"))))
                .isEqualTo(Decision.Reason.DESTINATION_NOT_ALLOWED);
        assertThat(house.guard.decide(getter, Purpose.TREAT, retrieve("GETTER")))
                .isInstanceOf(Decision.Granted.class);
        assertThat(House.denied(house.guard.decide(getter, Purpose.TREAT, retrieve("WS1"))))
                .isEqualTo(Decision.Reason.SERVICE_NOT_ALLOWED);
        house.registry.revoke(house.administer("device revoke WS1"), "WS1");
        assertThat(House.denied(house.guard.decide(pacs, Purpose.TREAT, retrieve("WS1"))))
                .as("a revoked destination")
                .isEqualTo(Decision.Reason.DESTINATION_NOT_ALLOWED);
    }

    @Test
    void an_identity_from_before_its_revocation_or_expiry_gets_nothing() throws Exception {
        Identity.Device ct = house.enrol(house.record("CT1", Set.of(STORE), Set.of()));
        Identity.Device mr = house.enrol(house.record("MR1", Set.of(STORE), Set.of()));
        house.registry.revoke(house.administer("device revoke CT1"), "CT1");
        assertThat(House.denied(house.guard.decide(ct, Purpose.TREAT, new Action.Store("CT1"))))
                .isEqualTo(Decision.Reason.REVOKED);
        house.clock.advance(Duration.ofSeconds(86_399));
        assertThat(house.guard.decide(mr, Purpose.TREAT, new Action.Store("MR1")))
                .isInstanceOf(Decision.Granted.class);
        house.clock.advance(Duration.ofSeconds(1));
        assertThat(House.denied(house.guard.decide(mr, Purpose.TREAT, new Action.Store("MR1"))))
                .isEqualTo(Decision.Reason.EXPIRED);
    }

    @Test
    void a_permit_ends_no_later_than_the_certificate_it_was_asked_with() throws Exception {
        Identity.Device ct = house.enrol(house.record("CT1", Set.of(STORE, FIND), Set.of()));
        house.clock.advance(Duration.ofSeconds(86_400 - 30));
        for (Action action : List.of(new Action.Store("CT1"), QUERY)) {
            assertThat(House.granted(house.guard.decide(ct, Purpose.TREAT, action))
                            .until())
                    .isEqualTo(ct.device().expires());
        }
        assertThat(house.administer("device list").until())
                .as("an administrator has no certificate")
                .isAfter(ct.device().expires());
    }

    @Test
    void an_identity_made_up_inside_the_process_gets_nothing() throws Exception {
        Identity.Device ct = house.enrol(house.record("CT1", Set.of(STORE), Set.of()));
        DeviceRecord unknown = house.record("CT9", Set.of(STORE, FIND, GET, MOVE), Set.of());
        Identity.Device madeUp = new Identity.Device(unknown, "CT9", "127.0.0.1");
        assertThat(House.denied(house.guard.decide(madeUp, Purpose.TREAT, QUERY)))
                .isEqualTo(Decision.Reason.NOT_ENROLLED);
        Identity.Device otherTitle = new Identity.Device(ct.device(), "CT2", "127.0.0.1");
        assertThat(House.denied(house.guard.decide(otherTitle, Purpose.TREAT, new Action.Store("x"))))
                .isEqualTo(Decision.Reason.NOT_ENROLLED);
        DeviceRecord more =
                house.record("CT1", Set.of(STORE, FIND), Set.of(), ct.device().fingerprint());
        assertThat(House.denied(
                        house.guard.decide(new Identity.Device(more, "CT1", "127.0.0.1"), Purpose.TREAT, QUERY)))
                .as("services claimed beyond the enrolled ones")
                .isEqualTo(Decision.Reason.SERVICE_NOT_ALLOWED);
    }

    @Test
    void an_administrator_reads_only_with_a_purpose_and_a_reason() {
        Action.Query withReason = new Action.Query("STUDY", List.of(), Optional.of("complaint 17"));
        assertThat(house.guard.decide(house.admin, Purpose.HOPERAT, withReason)).isInstanceOf(Decision.Granted.class);
        assertThat(House.denied(house.guard.decide(house.admin, Purpose.HOPERAT, QUERY)))
                .isEqualTo(Decision.Reason.PURPOSE_MISSING);
        assertThat(House.denied(house.guard.decide(
                        house.admin, Purpose.HOPERAT, new Action.Query("STUDY", List.of(), Optional.of(" ")))))
                .isEqualTo(Decision.Reason.PURPOSE_MISSING);
        assertThat(House.denied(house.guard.decide(house.admin, Purpose.HSYSADMIN, withReason)))
                .as("administration is no reason to read")
                .isEqualTo(Decision.Reason.PURPOSE_MISSING);
        assertThat(House.denied(house.guard.decide(house.admin, Purpose.PATRQT, retrieve("export"))))
                .isEqualTo(Decision.Reason.PURPOSE_MISSING);
        assertThat(house.guard.decide(house.admin, Purpose.HSYSADMIN, new Action.Store("import")))
                .isInstanceOf(Decision.Granted.class);
        assertThat(House.denied(house.guard.decide(new Identity.Local("mallory"), Purpose.HOPERAT, withReason)))
                .isEqualTo(Decision.Reason.NOT_ENROLLED);
    }

    @Test
    void as_many_uids_as_an_identifier_can_hold_are_allowed_and_one_more_is_not() throws Exception {
        Identity.Device ws = house.enrol(house.record("WS1", Set.of(GET), Set.of()));
        String longest = "1." + "2".repeat(62);
        List<Uid> most = Collections.nCopies(Policy.MAX_UIDS, new Uid(longest));
        assertThat(house.guard.decide(ws, Purpose.TREAT, instances(most))).isInstanceOf(Decision.Granted.class);
        List<Uid> more = Collections.nCopies(Policy.MAX_UIDS + 1, new Uid(longest));
        assertThat(House.denied(house.guard.decide(ws, Purpose.TREAT, instances(more))))
                .isEqualTo(Decision.Reason.REQUEST_TOO_LARGE);
    }

    @Test
    void texts_of_any_length_never_make_a_record_that_can_not_be_written() throws Exception {
        String text = "\u0000\ud83d\ude00".repeat(200_000);
        Action.Query query = new Action.Query(text, Collections.nCopies(10_000, text), Optional.of(text));
        assertThat(house.guard.decide(house.admin, Purpose.HOPERAT, query)).isInstanceOf(Decision.Granted.class);
        assertThat(house.guard.decide(house.admin, Purpose.HSYSADMIN, new Action.Administer(text)))
                .isInstanceOf(Decision.Granted.class);
        house.records();
    }

    @Test
    void a_settlement_refers_to_its_permit_and_is_there_after_closing() throws Exception {
        Permit<Action.Store> permit =
                House.granted(house.guard.decide(house.admin, Purpose.HSYSADMIN, new Action.Store("import")));
        Outcome outcome = new Outcome(true, Map.of("instances", 3L, "bytes", 1000L));
        house.guard.settle(permit, outcome);
        house.close();
        assertThat(house.records())
                .extracting(AuditRecord::event)
                .contains(new AuditRecord.Settled(permit.audit(), outcome));
    }

    @Test
    void a_settlement_is_there_within_a_second_without_closing() throws Exception {
        Permit<Action.Store> permit =
                House.granted(house.guard.decide(house.admin, Purpose.HSYSADMIN, new Action.Store("import")));
        house.guard.settle(permit, new Outcome(false, Map.of()));
        Thread.sleep(1000);
        assertThat(house.records())
                .extracting(AuditRecord::event)
                .contains(new AuditRecord.Settled(permit.audit(), new Outcome(false, Map.of())));
    }

    @Test
    void nothing_that_may_reach_a_log_prints_a_patient() {
        Action.Retrieve retrieve = new Action.Retrieve(
                Optional.of("CANARY"),
                List.of(new Uid("1.2.99999")),
                List.of(),
                List.of(),
                "WS1",
                Optional.of("CANARY asked"));
        Action.Query query = new Action.Query("STUDY", List.of(), Optional.of("CANARY asked"));
        Permit<Action.Query> permit = House.granted(house.guard.decide(house.admin, Purpose.HOPERAT, query));
        AuditRecord record = new AuditRecord(
                1,
                house.clock.instant(),
                new AuditRecord.Decided(
                        AuditRecord.Actor.of(house.admin),
                        Purpose.TREAT,
                        retrieve,
                        Optional.empty(),
                        Optional.empty()));
        Action.Administer call = new Action.Administer("find --to PACS2 reason=CANARY asked");
        for (Object o : List.of(retrieve, query, call, permit, record, record.event())) {
            assertThat(o.toString()).doesNotContain("CANARY").doesNotContain("99999");
        }
    }

    @Test
    void denials_are_recorded_too() throws Exception {
        house.guard.decide(new Identity.Local("mallory"), Purpose.TREAT, QUERY);
        AuditRecord last = house.records().getLast();
        assertThat(last.event()).isInstanceOfSatisfying(AuditRecord.Decided.class, d -> {
            assertThat(d.actor().name()).isEqualTo("os:mallory");
            assertThat(d.refused()).contains(Decision.Reason.NOT_ENROLLED);
            assertThat(d.until()).isEmpty();
        });
    }

    static Action.Retrieve retrieve(String destination) {
        return new Action.Retrieve(
                Optional.empty(), List.of(new Uid("1.2.3")), List.of(), List.of(), destination, Optional.empty());
    }

    static Action.Retrieve instances(List<Uid> instances) {
        return new Action.Retrieve(Optional.empty(), List.of(), List.of(), instances, "WS1", Optional.empty());
    }
}
