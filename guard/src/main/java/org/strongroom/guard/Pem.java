package org.strongroom.guard;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Certificates and private keys as text, RFC 7468. */
public final class Pem {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");

    private Pem() {}

    public static String of(X509Certificate certificate) {
        try {
            return encode("CERTIFICATE", certificate.getEncoded());
        } catch (CertificateException e) {
            throw new IllegalArgumentException("a certificate without encoding", e);
        }
    }

    /** PKCS#8, not encrypted: write it to a file for its owner only. */
    public static String of(PrivateKey key) {
        return encode("PRIVATE KEY", key.getEncoded());
    }

    /**
     * All certificates in {@code text}.
     *
     * @throws IOException when there is none, or one is broken
     */
    public static List<X509Certificate> certificates(String text) throws IOException {
        List<X509Certificate> found = new ArrayList<>();
        for (byte[] der : blocks("CERTIFICATE", text)) {
            found.add(certificate(der));
        }
        if (found.isEmpty()) {
            throw new IOException("no certificate in PEM format (-----BEGIN CERTIFICATE-----) was found");
        }
        return found;
    }

    /**
     * The one private key in {@code text}: PKCS#8, RSA, EC or Ed25519, not encrypted.
     *
     * @throws IOException when there is none; the message never holds key material
     */
    public static PrivateKey privateKey(String text) throws IOException {
        for (byte[] der : blocks("PRIVATE KEY", text)) {
            for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
                Optional<PrivateKey> key = privateKey(der, algorithm);
                if (key.isPresent()) {
                    return key.get();
                }
            }
        }
        throw new IOException("no private key in PKCS#8 PEM format (-----BEGIN PRIVATE KEY-----) was found;"
                + " convert with: openssl pkcs8 -topk8 -nocrypt");
    }

    private static Optional<PrivateKey> privateKey(byte[] der, String algorithm) {
        try {
            return Optional.of(KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der)));
        } catch (GeneralSecurityException e) {
            return Optional.empty(); // another algorithm's key
        }
    }

    /** SHA-256 of the encoded certificate, lower-case hex: what devices are known by. */
    public static String fingerprint(X509Certificate certificate) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return HexFormat.of().formatHex(digest);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("a certificate without encoding", e);
        }
    }

    static X509Certificate certificate(byte[] der) throws IOException {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException e) {
            throw new IOException("not an X.509 certificate", e);
        }
    }

    static String encode(String label, byte[] der) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
    }

    static List<byte[]> blocks(String label, String text) throws IOException {
        List<byte[]> found = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            if (matcher.group(1).equals(label)) {
                try {
                    found.add(Base64.getMimeDecoder().decode(matcher.group(2).getBytes(StandardCharsets.US_ASCII)));
                } catch (IllegalArgumentException e) {
                    throw new IOException("broken base64 in a " + label + " block", e);
                }
            }
        }
        return found;
    }
}
