package org.strongroom.dimse;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.strongroom.testkit.TlsContexts;

/** A certificate authority that lives as long as a test. */
final class TestAuthority {
    private static final AtomicInteger SERIAL = new AtomicInteger(1);

    final KeyPair keys;
    final X509Certificate certificate;

    TestAuthority() {
        keys = keyPair("EC");
        certificate = issue("CN=Test Authority", keys, "CN=Test Authority", keys, true, 1);
    }

    /** A key with a certificate of this authority. */
    TlsContexts.Credential credential(String name, String algorithm) {
        return credential(name, algorithm, 1);
    }

    /** The same, valid until so many days from now; negative for one that has expired. */
    TlsContexts.Credential credential(String name, String algorithm, int days) {
        KeyPair pair = keyPair(algorithm);
        X509Certificate issued = issue("CN=" + name, pair, "CN=Test Authority", keys, false, days);
        return new TlsContexts.Credential(pair.getPrivate(), List.of(issued));
    }

    /** A context that carries such a key and trusts this authority. */
    SSLContext context(String name) {
        try {
            return TlsContexts.of(List.of(credential(name, "EC")), List.of(certificate));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void write(TlsContexts.Credential credential, Path key, Path chain) throws IOException {
        Files.writeString(key, pem(credential.key()));
        Files.writeString(chain, pem(credential.chain().getFirst()));
    }

    static String pem(Object object) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(
                    object instanceof java.security.PrivateKey key ? new JcaPKCS8Generator(key, null) : object);
        }
        return text.toString();
    }

    static KeyPair keyPair(String algorithm) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (algorithm.equals("EC")) {
                generator.initialize(new ECGenParameterSpec("secp256r1"));
            } else {
                generator.initialize(2048);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static X509Certificate issue(
            String subject, KeyPair pair, String issuer, KeyPair signer, boolean authority, int days) {
        Instant until = Instant.now().plus(days, ChronoUnit.DAYS);
        Instant from = until.minus(Math.abs(days) + 1L, ChronoUnit.DAYS);
        X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                new X500Name(issuer),
                BigInteger.valueOf(SERIAL.getAndIncrement()),
                Date.from(from),
                Date.from(until),
                new X500Name(subject),
                pair.getPublic());
        try {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            String algorithm = signer.getPrivate().getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder(algorithm).build(signer.getPrivate())));
        } catch (CertIOException | OperatorCreationException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
