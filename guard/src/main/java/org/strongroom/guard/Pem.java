package org.strongroom.guard;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
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
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.jspecify.annotations.Nullable;

/** Certificates and private keys as text, RFC 7468. */
public final class Pem {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");

    /** Longer than any bundle of authorities in use. */
    private static final int MOST_BYTES = 4 << 20;

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
     * All certificates of a file, in its order.
     *
     * @throws IOException when the file can't be read, or has no certificate, or a broken one; the message names it
     */
    public static List<X509Certificate> certificates(Path file) throws IOException {
        return named(file, Pem::certificates);
    }

    /** The same, of text. */
    static List<X509Certificate> certificates(String text) throws IOException {
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
     * The private key of a file: RSA, EC or Ed25519; PKCS#8, or the older forms PKCS#1 and SEC 1; not encrypted.
     *
     * @throws IOException when the file can't be read, or has no such key; the message names the file and never holds
     *     key material
     */
    public static PrivateKey privateKey(Path file) throws IOException {
        return named(file, Pem::privateKey);
    }

    /** The same, of text. */
    static PrivateKey privateKey(String text) throws IOException {
        List<byte[]> keys = new ArrayList<>(blocks("PRIVATE KEY", text));
        for (byte[] der : blocks("RSA PRIVATE KEY", text)) {
            keys.add(pkcs8(new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE), der));
        }
        for (byte[] der : blocks("EC PRIVATE KEY", text)) {
            keys.add(pkcs8(new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, curve(der)), der));
        }
        for (byte[] der : keys) {
            for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
                Optional<PrivateKey> key = privateKey(der, algorithm);
                if (key.isPresent()) {
                    return key.get();
                }
            }
        }
        String why = keys.isEmpty()
                ? blocks("ENCRYPTED PRIVATE KEY", text).isEmpty()
                        ? "no private key in PEM format (-----BEGIN PRIVATE KEY-----) was found"
                        : "the private key is encrypted"
                : "the private key is damaged, or neither RSA nor EC nor Ed25519";
        throw new IOException(why + "; convert with: openssl pkcs8 -topk8 -nocrypt");
    }

    /** A PrivateKeyInfo, RFC 5958 section 2, around a key of an older form. */
    private static byte[] pkcs8(AlgorithmIdentifier algorithm, byte[] key) throws IOException {
        return new PrivateKeyInfo(algorithm, parsed(key)).getEncoded();
    }

    /** The curve of an ECPrivateKey, RFC 5915 section 3. */
    private static ASN1Encodable curve(byte[] key) throws IOException {
        @Nullable ASN1Encodable curve;
        try {
            curve = ECPrivateKey.getInstance(parsed(key)).getParametersObject();
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw damaged(e);
        }
        if (curve == null) {
            throw new IOException("the EC private key is damaged, or does not name its curve");
        }
        return curve;
    }

    private static ASN1Primitive parsed(byte[] der) throws IOException {
        @Nullable ASN1Primitive parsed;
        try {
            parsed = ASN1Primitive.fromByteArray(der);
        } catch (IOException | IllegalArgumentException | IllegalStateException e) {
            throw damaged(e);
        }
        if (parsed == null) {
            throw new IOException("the private key is damaged");
        }
        return parsed;
    }

    private static IOException damaged(Exception cause) {
        return new IOException("the private key is damaged", cause);
    }

    private interface Reader<T> {
        T read(String text) throws IOException;
    }

    private static <T> T named(Path file, Reader<T> reader) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1); // a device file has no length to ask for
            if (bytes.length > MOST_BYTES) {
                throw new IOException("larger than " + MOST_BYTES + " bytes, this is no PEM file");
            }
            return reader.read(new String(bytes, StandardCharsets.ISO_8859_1));
        } catch (FileSystemException e) {
            throw e; // which names the file already
        } catch (IOException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
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
