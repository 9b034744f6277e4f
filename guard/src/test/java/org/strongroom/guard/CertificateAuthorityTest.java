package org.strongroom.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.guard.CertificateAuthority.KeyType;

class CertificateAuthorityTest {
    private static final String CLIENT = "1.3.6.1.5.5.7.3.2";
    private static final String SERVER = "1.3.6.1.5.5.7.3.1";

    @TempDir
    Path root;

    private final FakeClock clock = new FakeClock();
    private KeyRing keys;
    private CertificateAuthority ca;

    @BeforeEach
    void create() throws Exception {
        keys = KeyRing.create(root.resolve("keys"));
        ca = CertificateAuthority.create(keys, clock);
    }

    @Test
    void a_device_certificate_serves_both_roles_and_no_other() throws Exception {
        IssuedCertificate issued = ca.issueDevice(
                "CT1", List.of("ct1.example", "192.0.2.7"), KeyType.RSA, CertificateAuthority.DEFAULT_VALIDITY);
        X509Certificate c = issued.certificate();
        c.verify(ca.certificate().getPublicKey());
        assertThat(c.getSubjectX500Principal().getName()).contains("CN=CT1");
        assertThat(c.getExtendedKeyUsage()).containsExactlyInAnyOrder(CLIENT, SERVER);
        assertThat(c.getBasicConstraints()).as("not a CA").isEqualTo(-1);
        assertThat(((RSAPublicKey) c.getPublicKey()).getModulus().bitLength()).isEqualTo(2048);
        assertThat(issued.expires()).isEqualTo(clock.instant().plus(Duration.ofDays(397)));
        assertThat(HostNames.matches(c, "CT1.example")).isTrue();
        assertThat(HostNames.matches(c, "192.0.2.7")).isTrue();
        assertThat(HostNames.matches(c, "192.0.2.8")).isFalse();
        assertThat(HostNames.matches(c, "example")).isFalse();
        assertThat(issued.fingerprint()).matches("[0-9a-f]{64}");
        IssuedCertificate ec = ca.issueDevice("CT2", List.of(), KeyType.EC, Duration.ofDays(30));
        assertThat(ec.certificate().getPublicKey()).isInstanceOf(ECPublicKey.class);
        assertThat(ec.certificate().getSerialNumber()).isNotEqualTo(c.getSerialNumber());
        assertThatThrownBy(() -> ca.issueDevice("CT3", List.of(), KeyType.EC, Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void openssl_accepts_a_device_certificate_in_both_roles() throws Exception {
        Path openssl = Path.of("/usr/bin/openssl");
        Assumptions.assumeTrue(Files.isExecutable(openssl), "skipped: no openssl");
        // Its clock is the machine's.
        CertificateAuthority today = CertificateAuthority.open(keys, InstantSource.system());
        Path out = root.resolve("out");
        today.issueDevice("CT1", List.of("ct1.example"), KeyType.RSA, Duration.ofDays(1))
                .writeTo(out, "CT1");
        for (String purpose : List.of("sslclient", "sslserver")) {
            Process process = new ProcessBuilder(
                            openssl.toString(),
                            "verify",
                            "-x509_strict",
                            "-purpose",
                            purpose,
                            "-CAfile",
                            out.resolve("ca.pem").toString(),
                            out.resolve("CT1.pem").toString())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(said).isZero();
        }
    }

    @Test
    void the_ca_issues_leaves_only() {
        assertThat(ca.certificate().getBasicConstraints()).isZero();
    }

    @Test
    void files_have_the_expected_forms() throws Exception {
        IssuedCertificate issued = ca.issueDevice("CT1", List.of(), KeyType.EC, Duration.ofDays(1));
        Path out = root.resolve("out");
        issued.writeTo(out, "CT1");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(out.resolve("CT1.key"))))
                .isEqualTo("rw-------");
        assertThat(Files.readString(out.resolve("CT1.key"))).startsWith("-----BEGIN PRIVATE KEY-----\n");
        assertThat(Pem.privateKey(Files.readString(out.resolve("CT1.key")))).isEqualTo(issued.key());
        assertThat(Pem.certificates(Files.readString(out.resolve("CT1.pem")))).containsExactly(issued.certificate());
        assertThat(Pem.certificates(Files.readString(out.resolve("ca.pem")))).containsExactly(ca.certificate());
    }

    @Test
    void the_server_has_an_rsa_and_an_ec_certificate_that_stay_until_they_near_their_end() throws Exception {
        List<IssuedCertificate> first = ca.serverCertificates(List.of("pacs.example"));
        assertThat(first).hasSize(2);
        for (IssuedCertificate c : first) {
            for (String name : List.of("localhost", "127.0.0.1", "::1", "pacs.example")) {
                assertThat(HostNames.matches(c.certificate(), name)).as(name).isTrue();
            }
        }
        CertificateAuthority again = CertificateAuthority.open(keys, clock);
        assertThat(again.serverCertificates(List.of("pacs.example"))).isEqualTo(first);
        List<IssuedCertificate> renamed = again.serverCertificates(List.of("other.example"));
        assertThat(renamed).doesNotContainAnyElementsOf(first);
        clock.advance(Duration.ofDays(397 - 31));
        assertThat(again.serverCertificates(List.of("other.example"))).isEqualTo(renamed);
        clock.advance(Duration.ofDays(2));
        assertThat(again.serverCertificates(List.of("other.example"))).doesNotContainAnyElementsOf(renamed);
    }

    @Test
    void a_ca_is_never_replaced_and_its_key_is_sealed() throws Exception {
        assertThatThrownBy(() -> CertificateAuthority.create(keys, clock))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not overwritten");
        byte[] file = Files.readAllBytes(root.resolve("keys").resolve("ca.key"));
        assertThat(new String(file, StandardCharsets.ISO_8859_1)).doesNotContain("PRIVATE KEY");
        KeyRing empty = KeyRing.create(root.resolve("empty"));
        assertThatThrownBy(() -> CertificateAuthority.open(empty, clock))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("init");
    }

    @Test
    void text_that_is_no_pem_is_refused_without_repeating_it() {
        for (String text : List.of("", "CANARY", "-----BEGIN CERTIFICATE-----\nCANARY\n-----END CERTIFICATE-----")) {
            assertThatThrownBy(() -> Pem.certificates(text))
                    .isInstanceOf(IOException.class)
                    .hasMessageNotContaining("CANARY");
            assertThatThrownBy(() -> Pem.privateKey(text))
                    .isInstanceOf(IOException.class)
                    .hasMessageNotContaining("CANARY");
        }
    }
}
