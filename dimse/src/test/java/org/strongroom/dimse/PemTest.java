package org.strongroom.dimse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.util.Base64;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PemTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "EC"})
    void reads_pkcs8_and_the_older_form_of_each_algorithm(String algorithm) throws Exception {
        KeyPair pair = TestAuthority.keyPair(algorithm);
        Path file = folder.resolve("key.pem");
        Files.writeString(file, "a comment\n" + TestAuthority.pem(pair.getPrivate()));
        assertThat(Pem.privateKey(file)).isEqualTo(pair.getPrivate());
        PrivateKeyInfo info = PrivateKeyInfo.getInstance(pair.getPrivate().getEncoded());
        ASN1Encodable older = info.parsePrivateKey();
        if (pair.getPrivate() instanceof java.security.interfaces.ECPrivateKey key) {
            // As OpenSSL writes it: with the curve, which PKCS#8 leaves to its own header.
            older = new ECPrivateKey(
                    256, key.getS(), info.getPrivateKeyAlgorithm().getParameters());
        }
        String text =
                Base64.getMimeEncoder().encodeToString(older.toASN1Primitive().getEncoded());
        String label = algorithm + " PRIVATE KEY-----\n";
        Files.writeString(file, "-----BEGIN " + label + text + "\n-----END " + label);
        // The public half stands in one of the forms only, and counts in equality.
        assertThat(secret(Pem.privateKey(file))).isEqualTo(secret(pair.getPrivate()));
    }

    private static BigInteger secret(PrivateKey key) {
        return switch (key) {
            case RSAPrivateKey rsa -> rsa.getPrivateExponent();
            case java.security.interfaces.ECPrivateKey ec -> ec.getS();
            default -> throw new IllegalArgumentException(key.getAlgorithm());
        };
    }

    @Test
    void reads_all_certificates_of_a_bundle() throws Exception {
        TestAuthority one = new TestAuthority();
        TestAuthority two = new TestAuthority();
        Path file = folder.resolve("ca.pem");
        Files.writeString(file, TestAuthority.pem(one.certificate) + "\n" + TestAuthority.pem(two.certificate));
        assertThat(Pem.certificates(file)).containsExactly(one.certificate, two.certificate);
    }

    @Test
    void says_what_is_wrong_with_a_file_and_what_to_do() throws Exception {
        Path file = folder.resolve("odd.pem");
        Files.writeString(file, "nothing here");
        assertThatThrownBy(() -> Pem.privateKey(file)).hasMessageContaining("no private key");
        assertThatThrownBy(() -> Pem.certificates(file)).hasMessageContaining("no certificate");
        Files.writeString(file, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
        assertThatThrownBy(() -> Pem.privateKey(file))
                .hasMessageContaining("encrypted")
                .hasMessageContaining("-nocrypt");
        Files.writeString(file, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        assertThatThrownBy(() -> Pem.privateKey(file)).hasMessageContaining("damaged");
        Files.writeString(file, "-----BEGIN EC PRIVATE KEY-----\nMAMCAQE=\n-----END EC PRIVATE KEY-----\n");
        assertThatThrownBy(() -> Pem.privateKey(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("EC");
        Files.writeString(file, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        assertThatThrownBy(() -> Pem.certificates(file)).hasMessageContaining("certificate 1");
    }
}
