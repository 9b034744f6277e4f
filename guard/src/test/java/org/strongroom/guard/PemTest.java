package org.strongroom.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateKey;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PemTest {
    @TempDir
    Path folder = Path.of("");

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "EC"})
    void reads_pkcs8_and_the_older_form_of_each_algorithm(String algorithm) throws Exception {
        KeyPair pair = KeyPairGenerator.getInstance(algorithm).generateKeyPair();
        Path file = folder.resolve("key.pem");
        Files.writeString(file, "a comment\n" + Pem.of(pair.getPrivate()));
        assertThat(Pem.privateKey(file)).isEqualTo(pair.getPrivate());
        PrivateKeyInfo info = PrivateKeyInfo.getInstance(pair.getPrivate().getEncoded());
        ASN1Encodable older = info.parsePrivateKey();
        if (pair.getPrivate() instanceof java.security.interfaces.ECPrivateKey key) {
            // As OpenSSL writes it: with the curve, which PKCS#8 leaves to its own header.
            int bits = key.getParams().getOrder().bitLength();
            older = new ECPrivateKey(
                    bits, key.getS(), info.getPrivateKeyAlgorithm().getParameters());
        }
        Files.writeString(
                file,
                Pem.encode(algorithm + " PRIVATE KEY", older.toASN1Primitive().getEncoded()));
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
        X509Certificate one = authority("one");
        X509Certificate two = authority("two");
        Path file = folder.resolve("ca.pem");
        Files.writeString(file, Pem.of(one) + "\n" + Pem.of(two));
        assertThat(Pem.certificates(file)).containsExactly(one, two);
    }

    private X509Certificate authority(String name) throws IOException {
        return CertificateAuthority.create(KeyRing.create(folder.resolve(name)), new FakeClock())
                .certificate();
    }

    @Test
    void says_what_is_wrong_with_a_file_and_what_to_do() throws Exception {
        Path file = folder.resolve("odd.pem");
        Files.writeString(file, "nothing here");
        assertThatThrownBy(() -> Pem.privateKey(file))
                .hasMessageContaining("odd.pem: no private key")
                .hasMessageContaining("openssl pkcs8");
        assertThatThrownBy(() -> Pem.certificates(file)).hasMessageContaining("odd.pem: no certificate");
        Files.writeString(file, Pem.encode("ENCRYPTED PRIVATE KEY", new byte[3]));
        assertThatThrownBy(() -> Pem.privateKey(file))
                .hasMessageContaining("encrypted")
                .hasMessageContaining("-nocrypt");
        for (String label : new String[] {"PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"}) {
            for (byte[] der : new byte[][] {{}, {0}, {0x30}, {0x30, 3, 2, 1, 1}, {4, 1, 0}}) {
                Files.writeString(file, Pem.encode(label, der));
                assertThatThrownBy(() -> Pem.privateKey(file))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("odd.pem: ")
                        .hasMessageContaining("damaged");
            }
        }
        Files.writeString(file, Pem.encode("CERTIFICATE", new byte[3]));
        assertThatThrownBy(() -> Pem.certificates(file)).hasMessageContaining("odd.pem: not an X.509");
    }
}
