package org.strongroom.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.strongroom.guard.DeviceRecord.Service.FIND;
import static org.strongroom.guard.DeviceRecord.Service.STORE;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.strongroom.dicom.SpecificCharacterSet;

class DeviceRegistryTest extends InHouse {
    @Test
    void everything_about_a_device_survives_a_restart() throws Exception {
        DeviceRecord full = new DeviceRecord(
                "CT-1.a_b",
                Set.of("CT1", "CT 1 B"),
                Set.of(DeviceRecord.Service.values()),
                Set.of("CT-1.a_b"),
                "ab".repeat(32),
                house.clock.instant().plusSeconds(1),
                Optional.of(new DeviceRecord.Destination(
                        "::1",
                        65535,
                        Optional.of(ownPem()),
                        Optional.of(house.clock.instant().plusSeconds(5)))),
                Purpose.HRESCH,
                Optional.empty(),
                Optional.of(SpecificCharacterSet.of(List.of("", "ISO 2022 IR 87"))));
        house.enrol(full);
        DeviceRecord plain = house.record("WS1", Set.of(), Set.of("CT-1.a_b"));
        house.enrol(plain);
        DeviceRegistry again = reopened();
        assertThat(again.problems()).isEmpty();
        assertThat(again.devices()).containsExactlyInAnyOrder(full, plain);
        assertThat(again.byFingerprint("ab".repeat(32))).contains(full);
        assertThat(again.byAeTitle(" CT 1 B ")).contains(full);
        assertThat(again.byName("WS1")).contains(plain);
        assertThat(again.administrators()).containsExactly("anna");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "latin1", "ISO-IR 100", "ISO_IR 999", "ISO_IR 100\\ISO_IR 192", "ISO_IR 87"})
    void a_character_set_that_is_none_of_the_standard_is_refused(String terms) throws Exception {
        assertThatThrownBy(() -> house.enrol(assuming(terms)))
                .isInstanceOf(EnrolmentException.class)
                .hasMessageContaining("--charset");
        assertThat(house.registry.byName("CT1")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ISO_IR 100", "ISO_IR 192", "GB18030", "\\ISO 2022 IR 87", "ISO 2022 IR 13\\ISO 2022 IR 87"})
    void a_character_set_of_the_standard_is_kept_through_a_revocation(String terms) throws Exception {
        DeviceRecord device = assuming(terms);
        house.enrol(device);
        house.registry.revoke(house.administer("device revoke"), "CT1");
        assertThat(reopened().devices().getFirst().assumed()).isEqualTo(device.assumed());
    }

    @Test
    void what_is_assumed_of_a_device_can_be_changed_and_is_in_the_audit_log_first() throws Exception {
        DeviceRecord device = assuming("ISO_IR 100");
        house.enrol(device);
        Optional<SpecificCharacterSet> kanji = assuming("\\ISO 2022 IR 87").assumed();
        Permit<Action.Administer> permit = house.administer("device set CT1");

        DeviceRecord changed = house.registry.assume(permit, "CT1", kanji);

        assertThat(changed.assumed()).isEqualTo(kanji);
        assertThat(changed.fingerprint()).isEqualTo(device.fingerprint());
        assertThat(house.registry.byName("CT1")).contains(changed);
        assertThat(reopened().devices()).containsExactly(changed);
        assertThat(house.records().getLast().event()).isInstanceOfSatisfying(AuditRecord.Administered.class, a -> {
            assertThat(a.permit()).contains(permit.audit());
            assertThat(a.change()).isEqualTo("device set");
            assertThat(a.subject()).isEqualTo("device:CT1");
        });
        house.registry.assume(house.administer("device set CT1"), "CT1", Optional.empty());
        assertThat(reopened().devices().getFirst().assumed()).isEmpty();
    }

    @Test
    void what_is_assumed_stays_when_the_change_is_refused_or_not_written() throws Exception {
        DeviceRecord device = assuming("ISO_IR 100");
        house.enrol(device);
        Permit<Action.Administer> permit = house.administer("device set CT1");
        Optional<SpecificCharacterSet> none = Optional.of(SpecificCharacterSet.of(List.of("latin1")));
        assertThatThrownBy(() -> house.registry.assume(permit, "CT1", none)).isInstanceOf(EnrolmentException.class);
        assertThatThrownBy(() -> house.registry.assume(permit, "CT2", Optional.empty()))
                .isInstanceOf(EnrolmentException.class)
                .hasMessageContaining("no device named CT2");
        house.store.broken = true;
        assertThatThrownBy(() -> house.registry.assume(permit, "CT1", Optional.empty()))
                .isInstanceOf(IOException.class);
        assertThat(house.registry.devices()).containsExactly(device);
        house.store.broken = false;
        house.registry.revoke(house.administer("device revoke CT1"), "CT1");
        assertThatThrownBy(() -> house.registry.assume(house.administer("x"), "CT1", Optional.empty()))
                .isInstanceOf(EnrolmentException.class)
                .hasMessageContaining("revoked");
    }

    private DeviceRecord assuming(String terms) {
        DeviceRecord ct = house.record("CT1", Set.of(STORE), Set.of());
        return new DeviceRecord(
                ct.name(),
                ct.aeTitles(),
                ct.services(),
                ct.moveTo(),
                ct.fingerprint(),
                ct.expires(),
                ct.destination(),
                ct.purpose(),
                ct.revoked(),
                Optional.of(SpecificCharacterSet.of(List.of(terms.split("\\\\", -1)))));
    }

    @Test
    void a_pinned_certificate_that_is_none_is_refused_before_anything_is_enrolled() throws Exception {
        String own = ownPem();
        for (String pem : List.of(
                "",
                "no certificate",
                own.replace("MI", "AA"),
                "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
                own.repeat(100))) {
            DeviceRecord ct = house.record("CT1", Set.of(STORE), Set.of());
            DeviceRecord pinned = new DeviceRecord(
                    ct.name(),
                    ct.aeTitles(),
                    ct.services(),
                    ct.moveTo(),
                    ct.fingerprint(),
                    ct.expires(),
                    Optional.of(new DeviceRecord.Destination("localhost", 104, Optional.of(pem), Optional.empty())),
                    ct.purpose(),
                    ct.revoked());
            assertThatThrownBy(() -> house.enrol(pinned))
                    .isInstanceOf(EnrolmentException.class)
                    .hasMessageContaining("--trust");
            assertThat(house.registry.devices()).isEmpty();
        }
    }

    @Test
    void each_change_is_in_the_audit_log_before_it_is_made() throws Exception {
        DeviceRecord ct = house.record("CT1", Set.of(STORE), Set.of());
        Permit<Action.Administer> permit = house.administer("device add CT1");
        house.store.broken = true;
        assertThatThrownBy(() -> house.registry.add(permit, ct)).isInstanceOf(IOException.class);
        assertThat(house.registry.devices()).isEmpty();
        assertThat(house.records().getLast().event()).isInstanceOfSatisfying(AuditRecord.Administered.class, a -> {
            assertThat(a.permit()).contains(permit.audit());
            assertThat(a.change()).isEqualTo("device add");
            assertThat(a.subject()).isEqualTo("device:CT1");
            assertThat(a.content()).contains(ct.fingerprint());
        });
        house.store.broken = false;
        house.registry.add(permit, ct);
        assertThat(house.registry.devices()).containsExactly(ct);
    }

    @Test
    void an_ended_permit_changes_nothing() throws Exception {
        Permit<Action.Administer> permit = house.administer("device add CT1");
        house.clock.advance(Duration.ofMinutes(10));
        assertThatThrownBy(() -> house.registry.add(permit, house.record("CT1", Set.of(), Set.of())))
                .isInstanceOf(EnrolmentException.class);
    }

    @Test
    void an_ae_title_belongs_to_one_device_until_it_is_revoked() throws Exception {
        house.enrol(house.record("CT1", Set.of(), Set.of()));
        DeviceRecord other = titled("CT2", Set.of("CT2", "CT1"));
        assertRefused(other, "AE title CT1 belongs to device CT1");
        assertRefused(house.record("CT1", Set.of(), Set.of()), "enrolled already");
        house.registry.revoke(house.administer("device revoke CT1"), "CT1");
        house.enrol(other);
        assertThat(house.registry.byAeTitle("CT1").map(DeviceRecord::name)).contains("CT2");
        assertThat(house.registry.devices()).hasSize(2);
    }

    @Test
    void revocation_is_told_and_takes_effect_at_once() throws Exception {
        Identity.Device ct = house.enrol(house.record("CT1", Set.of(STORE), Set.of()));
        List<String> told = new ArrayList<>();
        house.registry.onRevoked(d -> {
            assertThat(house.registry.refusal(d.fingerprint())).contains(Refusal.REVOKED);
            told.add(d.name());
        });
        house.registry.revoke(house.administer("device revoke CT1"), "CT1");
        assertThat(told).containsExactly("CT1");
        assertThat(house.registry.byName("CT1")).isEmpty();
        assertThat(house.registry.byFingerprint(ct.device().fingerprint())).isPresent();
        assertThatThrownBy(() -> house.registry.revoke(house.administer("device revoke CT1"), "CT1"))
                .isInstanceOf(EnrolmentException.class)
                .hasMessageContaining("CT1");
        assertThat(reopened().refusal(ct.device().fingerprint())).contains(Refusal.REVOKED);
    }

    @Test
    void a_revocation_the_database_does_not_take_holds_until_the_next_start() throws Exception {
        Identity.Device ct = house.enrol(house.record("CT1", Set.of(STORE), Set.of()));
        List<String> told = new ArrayList<>();
        house.registry.onRevoked(d -> told.add(d.name()));
        Permit<Action.Administer> permit = house.administer("device revoke CT1");
        house.store.broken = true;
        assertThatThrownBy(() -> house.registry.revoke(permit, "CT1")).isInstanceOf(IOException.class);
        assertThat(told).containsExactly("CT1");
        assertThat(House.denied(house.guard.decide(ct, Purpose.TREAT, new Action.Store("CT1"))))
                .isEqualTo(Decision.Reason.REVOKED);
    }

    @Test
    void a_keys_directory_that_can_not_be_written_is_a_problem_and_no_loss() throws Exception {
        Path blocked = house.keys.directory().resolve("guard.generation.new");
        Files.createDirectory(blocked);
        Files.createFile(blocked.resolve("x"));
        house.enrol(house.record("CT1", Set.of(STORE), Set.of()));
        assertThat(house.registry.problems()).singleElement().asString().contains("keys directory");
        assertThat(reopened().byName("CT1")).isPresent();
        Files.delete(blocked.resolve("x"));
        Files.delete(blocked);
        house.enrol(house.record("CT2", Set.of(STORE), Set.of()));
        assertThat(house.registry.problems()).isEmpty();
    }

    @Test
    void identification_tells_why_not() throws Exception {
        CertificateAuthority ca = CertificateAuthority.create(house.keys, house.clock);
        IssuedCertificate ct = ca.issueDevice("CT1", List.of(), CertificateAuthority.KeyType.EC, Duration.ofDays(1));
        IssuedCertificate unknown =
                ca.issueDevice("CT2", List.of(), CertificateAuthority.KeyType.EC, Duration.ofDays(1));
        InetAddress here = InetAddress.getLoopbackAddress();
        house.enrol(house.record("CT1", Set.of(), Set.of(), ct.fingerprint()));
        house.enrol(house.record("WS1", Set.of(), Set.of()));
        Guard guard = house.guard;
        assertThat(guard.identify(ct.certificate(), " CT1 ", here))
                .isInstanceOfSatisfying(Identification.Known.class, k -> {
                    assertThat(k.device().name()).isEqualTo("device:CT1");
                    assertThat(k.device().aeTitle()).isEqualTo("CT1");
                });
        assertThat(guard.identify(unknown.certificate(), "CT1", here))
                .isEqualTo(new Identification.Refused(Refusal.UNKNOWN_CERTIFICATE, Optional.empty()));
        for (String title : List.of("WS1", "ct1", "", "CT1\\WS1")) {
            assertThat(guard.identify(ct.certificate(), title, here))
                    .isEqualTo(new Identification.Refused(Refusal.AE_TITLE_NOT_BOUND, Optional.of("CT1")));
        }
        house.clock.advance(Duration.ofDays(2));
        assertThat(guard.identify(ct.certificate(), "CT1", here))
                .isEqualTo(new Identification.Refused(Refusal.EXPIRED, Optional.of("CT1")));
        house.registry.revoke(house.administer("device revoke CT1"), "CT1");
        assertThat(guard.identify(ct.certificate(), "CT1", here))
                .isEqualTo(new Identification.Refused(Refusal.REVOKED, Optional.of("CT1")));
    }

    @Test
    void an_altered_row_is_refused_and_reported_and_the_others_are_not() throws Exception {
        Identity.Device ct = house.enrol(house.record("CT1", Set.of(STORE), Set.of()));
        house.enrol(house.record("WS1", Set.of(FIND), Set.of()));
        alter("device", ct.device().fingerprint(), r -> row(r, r.body().replace("STORE", "FIND"), r.mac()));
        DeviceRegistry again = reopened();
        assertThat(again.byName("CT1")).isEmpty();
        assertThat(again.byName("WS1")).isPresent();
        assertThat(again.refusal(ct.device().fingerprint())).contains(Refusal.UNKNOWN_CERTIFICATE);
        assertThat(again.problems()).singleElement().asString().contains("altered");
    }

    @Test
    void a_row_put_back_to_before_its_revocation_is_refused() throws Exception {
        Identity.Device ct = house.enrol(house.record("CT1", Set.of(STORE), Set.of()));
        GuardStore.Row enrolled = Objects.requireNonNull(
                house.store.rows.get(List.of("device", ct.device().fingerprint())));
        house.registry.revoke(house.administer("device revoke CT1"), "CT1");
        alter("device", ct.device().fingerprint(), r -> enrolled);
        DeviceRegistry again = reopened();
        assertThat(again.refusal(ct.device().fingerprint())).isPresent();
        assertThat(again.byName("CT1")).isEmpty();
        assertThat(again.problems()).hasSize(1);
    }

    @Test
    void a_database_put_back_as_a_whole_is_refused_as_a_whole() throws Exception {
        Identity.Device ct = house.enrol(house.record("CT1", Set.of(STORE), Set.of()));
        Map<List<String>, GuardStore.Row> before = Map.copyOf(house.store.rows);
        house.registry.revoke(house.administer("device revoke CT1"), "CT1");
        house.store.rows.clear();
        house.store.rows.putAll(before);
        DeviceRegistry again = reopened();
        assertThat(again.devices()).isEmpty();
        assertThat(again.refusal(ct.device().fingerprint())).isPresent();
        assertThat(again.administrators()).isEmpty();
        assertThat(again.problems()).singleElement().asString().contains("older");
        assertThatThrownBy(() -> again.addFirstAdministrator("mallory")).isInstanceOf(EnrolmentException.class);
    }

    @Test
    void a_removed_row_a_foreign_row_and_a_removed_seal_are_reported() throws Exception {
        Identity.Device ct = house.enrol(house.record("CT1", Set.of(STORE), Set.of()));
        GuardStore.Row row = Objects.requireNonNull(
                house.store.rows.remove(List.of("device", ct.device().fingerprint())));
        assertThat(reopened().problems()).singleElement().asString().contains("removed");
        house.store.rows.put(List.of("device", "x"), new GuardStore.Row("device", "x", row.body(), row.mac()));
        assertThat(reopened().devices()).isEmpty();
        assertThat(reopened().problems()).hasSize(2);
        house.store.rows.remove(List.of("seal", "seal"));
        assertThat(reopened().problems()).singleElement().asString().contains("seal");
        house.store.rows.clear();
        assertThat(reopened().problems())
                .as("an empty database in place of ours")
                .hasSize(1);
    }

    @Test
    void a_crash_between_the_database_and_the_keys_directory_loses_nothing() throws Exception {
        byte[] before = house.keys.readSealed("guard.generation");
        house.enrol(house.record("CT1", Set.of(STORE), Set.of()));
        house.keys.writeSealed("guard.generation", before);
        assertThat(reopened().problems()).isEmpty();
        assertThat(reopened().byName("CT1")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a/b", "ä", "../x", "a\n"})
    void names_that_are_no_names_are_refused(String name) throws Exception {
        assertRefused(named(name), "device name");
    }

    @Test
    void the_longest_names_and_titles_fit_and_longer_ones_do_not() throws Exception {
        house.enrol(named("n".repeat(64)));
        assertRefused(named("n".repeat(65)), "64");
        house.enrol(titled("A", Set.of("T".repeat(16))));
        assertRefused(titled("B", Set.of("T".repeat(17))), "16");
        assertRefused(titled("B", Set.of()), "AE titles");
        house.enrol(titled("C", titles(DeviceRules.MAX_AE_TITLES)));
        assertRefused(titled("D", titles(DeviceRules.MAX_AE_TITLES + 1)), "AE titles");
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", "A\\B", " A", "A ", "A\tB", "Ä", "A\u0000"})
    void ae_titles_outside_the_standard_are_refused(String title) throws Exception {
        assertRefused(titled("X", Set.of(title)), "AE title");
    }

    @Test
    void destinations_are_checked() throws Exception {
        Instant now = house.clock.instant();
        assertRefused(at("X", "host name", 104, Optional.empty()), "neither a name nor an address");
        assertRefused(at("X", "h", 0, Optional.empty()), "port");
        assertRefused(at("X", "h", 65536, Optional.empty()), "port");
        assertRefused(at("X", "h", 104, Optional.of(now)), "past");
        house.enrol(at("X", "h", 1, Optional.of(now.plusMillis(1))));
        house.enrol(at("Y", "192.0.2.1", 65535, Optional.empty()));
        assertRefused(house.record("Z", Set.of(), Set.of("NOBODY")), "NOBODY: no such device");
        assertRefused(house.record("Z", Set.of(), Set.of(), "AB".repeat(32)), "64 hex digits");
    }

    @Test
    void there_is_one_first_administrator_and_further_ones_need_a_permit() throws Exception {
        assertThatThrownBy(() -> house.registry.addFirstAdministrator("mallory"))
                .isInstanceOf(EnrolmentException.class);
        house.registry.addAdministrator(house.administer("administrator add ben"), "ben");
        assertThat(house.registry.administrators()).containsExactly("anna", "ben");
        assertThatThrownBy(() -> house.registry.addAdministrator(house.administer("x"), "a:b"))
                .isInstanceOf(EnrolmentException.class);
    }

    private DeviceRegistry reopened() throws IOException {
        return DeviceRegistry.open(house.store, house.keys, house.audit, house.clock);
    }

    private void alter(String kind, String name, UnaryOperator<GuardStore.Row> change) {
        house.store.rows.computeIfPresent(List.of(kind, name), (k, r) -> change.apply(r));
    }

    private static GuardStore.Row row(GuardStore.Row r, String body, String mac) {
        return new GuardStore.Row(r.kind(), r.name(), body, mac);
    }

    private void assertRefused(DeviceRecord device, String message) {
        assertThatThrownBy(() -> house.enrol(device))
                .isInstanceOf(EnrolmentException.class)
                .hasMessageContaining(message);
    }

    private DeviceRecord named(String name) {
        return titled(name, Set.of("T" + name.hashCode()));
    }

    private String ownPem() throws Exception {
        return Pem.of(CertificateAuthority.create(house.keys, house.clock).certificate());
    }

    private DeviceRecord titled(String name, Set<String> titles) {
        DeviceRecord d = house.record(name, Set.of(), Set.of());
        return new DeviceRecord(
                name,
                titles,
                d.services(),
                d.moveTo(),
                d.fingerprint(),
                d.expires(),
                d.destination(),
                d.purpose(),
                d.revoked());
    }

    private DeviceRecord at(String name, String host, int port, Optional<Instant> clearUntil) {
        DeviceRecord d = house.record(name, Set.of(), Set.of());
        return new DeviceRecord(
                name,
                d.aeTitles(),
                d.services(),
                d.moveTo(),
                d.fingerprint(),
                d.expires(),
                Optional.of(new DeviceRecord.Destination(host, port, Optional.empty(), clearUntil)),
                d.purpose(),
                d.revoked());
    }

    private static Set<String> titles(int count) {
        Set<String> titles = new HashSet<>();
        for (int i = 0; i < count; i++) {
            titles.add("TITLE" + count + '-' + i);
        }
        return titles;
    }
}
