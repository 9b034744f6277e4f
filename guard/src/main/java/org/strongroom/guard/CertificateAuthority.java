package org.strongroom.guard;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Date;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Our own certificate authority: issues the certificates of devices and of the server itself.
 *
 * <p>The CA's key is RSA, since a peer that can verify RSA only (DCMTK 3.6.7 on TLS 1.2) must be able to verify the chain.
 * The CA is not what admits a device: that is the registry, by fingerprint.
 */
public final class CertificateAuthority {
    /** How long a device's or the server's certificate is valid, unless asked otherwise. */
    public static final Duration DEFAULT_VALIDITY = Duration.ofDays(397);

    private static final Duration CA_VALIDITY = Duration.ofDays(3653);
    /** Devices' clocks are often wrong; a certificate made now must be valid on them too. */
    private static final Duration CLOCK_SKEW = Duration.ofDays(1);

    private static final Duration RENEW_BEFORE = Duration.ofDays(30);
    private static final String KEY = "ca.key";
    private static final String CERTIFICATE = "ca.pem";

    private final KeyRing keys;
    private final InstantSource clock;
    private final PrivateKey key;
    private final X509Certificate certificate;

    /** Kinds of key a certificate is issued for. */
    public enum KeyType {
        /** RSA with 2048 bits: what all devices understand. */
        RSA("RSA"),
        /** P-256: about ten times cheaper for the server in a handshake. */
        EC("EC");

        private final String algorithm;

        KeyType(String algorithm) {
            this.algorithm = algorithm;
        }
    }

    private CertificateAuthority(KeyRing keys, InstantSource clock, PrivateKey key, X509Certificate certificate) {
        this.keys = keys;
        this.clock = clock;
        this.key = key;
        this.certificate = certificate;
    }

    /**
     * Makes a new CA in the keys directory.
     *
     * @throws IOException when one is there already
     */
    public static CertificateAuthority create(KeyRing keys, InstantSource clock) throws IOException {
        Path file = keys.directory().resolve(CERTIFICATE);
        if (keys.has(KEY) || keys.has(CERTIFICATE)) {
            throw new IOException(file + ": a certificate authority is there already and is not overwritten");
        }
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(3072);
            KeyPair pair = generator.generateKeyPair();
            byte[] mark = new byte[4];
            new SecureRandom().nextBytes(mark);
            X500Name name = name("Strongroom CA " + HexFormat.of().formatHex(mark));
            Instant now = clock.instant();
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    name,
                    serial(),
                    Date.from(now.minus(CLOCK_SKEW)),
                    Date.from(now.plus(CA_VALIDITY)),
                    name,
                    pair.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
            X509Certificate certificate = sign(builder, pair.getPrivate());
            keys.writeSealed(KEY, Pem.of(pair.getPrivate()).getBytes(StandardCharsets.US_ASCII));
            PrivateFiles.create(file, Pem.of(certificate).getBytes(StandardCharsets.US_ASCII));
            return new CertificateAuthority(keys, clock, pair.getPrivate(), certificate);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("RSA and SHA-256 are in every JDK", e);
        }
    }

    /**
     * Opens the CA of the keys directory.
     *
     * @throws IOException when there is no CA in the keys directory, or it can't be read
     */
    public static CertificateAuthority open(KeyRing keys, InstantSource clock) throws IOException {
        Path file = keys.directory().resolve(CERTIFICATE);
        if (!keys.has(KEY) || !keys.has(CERTIFICATE)) {
            throw new IOException(file + ": no certificate authority here; strongroom init makes one");
        }
        PrivateKey key = Pem.privateKey(new String(keys.readSealed(KEY), StandardCharsets.US_ASCII));
        X509Certificate certificate;
        try {
            certificate = Pem.certificates(Files.readString(file)).getFirst();
        } catch (IOException e) {
            throw new IOException(file + ": " + e.getMessage() + "; restore it from a backup", e);
        }
        return new CertificateAuthority(keys, clock, key, certificate);
    }

    /** The CA's own certificate. */
    public X509Certificate certificate() {
        return certificate;
    }

    /**
     * Issues a certificate for a device, for both roles: a device is often SCP too.
     *
     * @param name of the device; becomes the common name
     * @param hosts host names and addresses the device answers at; may be empty
     * @param validity ends with the CA's own at the latest
     */
    public IssuedCertificate issueDevice(String name, Collection<String> hosts, KeyType type, Duration validity) {
        if (validity.isNegative() || validity.isZero()) {
            throw new IllegalArgumentException("a certificate must be valid for some time, not " + validity);
        }
        return issue(name, hosts, type, validity);
    }

    /**
     * The server's own certificates, RSA first, then EC: kept in the keys directory, issued anew when missing, when names
     * were added, and 30 days before they expire.
     *
     * @param names host names and addresses the server is reached by, beside localhost and this machine's host name
     */
    public List<IssuedCertificate> serverCertificates(Collection<String> names) throws IOException {
        Set<String> wanted = new LinkedHashSet<>(List.of("localhost", "127.0.0.1", "::1"));
        hostName().ifPresent(wanted::add);
        names.forEach(n -> wanted.add(n.toLowerCase(Locale.ROOT)));
        return List.of(serverCertificate(KeyType.RSA, wanted), serverCertificate(KeyType.EC, wanted));
    }

    private IssuedCertificate serverCertificate(KeyType type, Set<String> names) throws IOException {
        String file = "server-" + type.algorithm.toLowerCase(Locale.ROOT);
        if (keys.has(file + ".key") && keys.has(file + ".pem")) {
            String text = Files.readString(keys.directory().resolve(file + ".pem"));
            X509Certificate found = Pem.certificates(text).getFirst();
            boolean lasts =
                    found.getNotAfter().toInstant().isAfter(clock.instant().plus(RENEW_BEFORE));
            boolean ours = found.getIssuerX500Principal().equals(certificate.getSubjectX500Principal());
            if (lasts && ours && names.stream().allMatch(n -> HostNames.matches(found, n))) {
                byte[] pem = keys.readSealed(file + ".key");
                return new IssuedCertificate(
                        Pem.privateKey(new String(pem, StandardCharsets.US_ASCII)), found, certificate);
            }
        }
        IssuedCertificate issued = issue("Strongroom", names, type, DEFAULT_VALIDITY);
        Files.deleteIfExists(keys.directory().resolve(file + ".pem"));
        keys.writeSealed(file + ".key", Pem.of(issued.key()).getBytes(StandardCharsets.US_ASCII));
        PrivateFiles.create(
                keys.directory().resolve(file + ".pem"),
                Pem.of(issued.certificate()).getBytes(StandardCharsets.US_ASCII));
        return issued;
    }

    private IssuedCertificate issue(String name, Collection<String> hosts, KeyType type, Duration validity) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(type.algorithm);
            if (type == KeyType.RSA) {
                generator.initialize(2048);
            } else {
                generator.initialize(new ECGenParameterSpec("secp256r1"));
            }
            KeyPair pair = generator.generateKeyPair();
            Instant now = clock.instant();
            Instant caEnd = certificate.getNotAfter().toInstant();
            Instant end = now.plus(validity).isBefore(caEnd) ? now.plus(validity) : caEnd;
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()),
                    serial(),
                    Date.from(now.minus(CLOCK_SKEW)),
                    Date.from(end),
                    name(name),
                    pair.getPublic());
            leafExtensions(builder, pair.getPublic(), hosts, type);
            return new IssuedCertificate(pair.getPrivate(), sign(builder, key), certificate);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("RSA, P-256 and SHA-256 are in every JDK", e);
        }
    }

    private void leafExtensions(
            X509v3CertificateBuilder builder, PublicKey publicKey, Collection<String> hosts, KeyType type)
            throws GeneralSecurityException, CertIOException {
        JcaX509ExtensionUtils utils = new JcaX509ExtensionUtils();
        int usage = KeyUsage.digitalSignature | (type == KeyType.RSA ? KeyUsage.keyEncipherment : 0);
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
        builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
            KeyPurposeId.id_kp_clientAuth, KeyPurposeId.id_kp_serverAuth
        }));
        builder.addExtension(Extension.subjectKeyIdentifier, false, utils.createSubjectKeyIdentifier(publicKey));
        builder.addExtension(Extension.authorityKeyIdentifier, false, utils.createAuthorityKeyIdentifier(certificate));
        if (!hosts.isEmpty()) {
            GeneralName[] names = hosts.stream()
                    .map(h -> new GeneralName(HostNames.isAddress(h) ? GeneralName.iPAddress : GeneralName.dNSName, h))
                    .toArray(GeneralName[]::new);
            builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
        }
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key) throws IOException {
        try {
            return Pem.certificate(builder.build(new JcaContentSignerBuilder("SHA256withRSA").build(key))
                    .getEncoded());
        } catch (OperatorCreationException e) {
            throw new IllegalStateException("SHA256withRSA is in every JDK", e);
        }
    }

    private static X500Name name(String commonName) {
        return new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.O, "Strongroom")
                .addRDN(BCStyle.CN, commonName)
                .build();
    }

    /** 127 random bits, positive: RFC 5280 section 4.1.2.2. */
    private static BigInteger serial() {
        return new BigInteger(127, new SecureRandom()).setBit(126);
    }

    private static Optional<String> hostName() {
        try {
            String name = InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT);
            return HostNames.isName(name) ? Optional.of(name) : Optional.empty();
        } catch (UnknownHostException e) {
            return Optional.empty(); // a machine without a name is reached by address
        }
    }
}
