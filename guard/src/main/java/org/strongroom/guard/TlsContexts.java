package org.strongroom.guard;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * TLS contexts for both directions: which key is shown, and who is trusted. Protocols and cipher suites of the BCP 195
 * profile are set where sockets are made, in dimse.
 *
 * <p>A resumed session skips the trust manager. So a device revoked after its last handshake is refused by
 * {@link Guard#identify}, not in the handshake.
 */
public final class TlsContexts {
    private TlsContexts() {}

    /** For our listeners: admits enrolled devices only, already in the handshake. */
    public static SSLContext server(
            List<IssuedCertificate> own, CertificateAuthority authority, DeviceRegistry registry) {
        return context(keyManagers(own), PeerTrust.enrolled(authority.certificate(), registry));
    }

    /**
     * For calling a device that listens: presents our own certificate; trusts the device's enrolled certificate, or the
     * one pinned for its destination.
     *
     * @throws IOException when the device has no destination, or the pinned certificate can't be read
     */
    public static SSLContext toDevice(
            List<IssuedCertificate> own, CertificateAuthority authority, DeviceRegistry registry, DeviceRecord device)
            throws IOException {
        DeviceRecord.Destination destination = device.destination()
                .orElseThrow(
                        () -> new IOException("device " + device.name() + " has no address: device add --address"));
        PeerTrust trust = destination.trustPem().isPresent()
                ? PeerTrust.pinned(Pem.certificates(destination.trustPem().get()), destination.host())
                : PeerTrust.device(authority.certificate(), registry, device.fingerprint());
        return context(keyManagers(own), trust);
    }

    /**
     * For a client of a Strongroom server: presents a device's certificate, trusts the CA in {@code ca} and checks the
     * server's name.
     *
     * @param key and {@code certificate}, {@code ca}: PEM files as {@link IssuedCertificate#writeTo} makes them
     * @param host name or address the server is called by
     */
    public static SSLContext client(Path key, Path certificate, Path ca, String host) throws IOException {
        PrivateKey privateKey = Pem.privateKey(key);
        X509Certificate own = Pem.certificates(certificate).getFirst();
        X509Certificate authority = Pem.certificates(ca).getFirst();
        if (!isPair(privateKey, own)) {
            throw new IOException(key + " is not the key of the certificate in " + certificate);
        }
        return context(
                keyManagers(List.of(new IssuedCertificate(privateKey, own, authority))),
                PeerTrust.named(authority, host));
    }

    /** Whether what one signs the other verifies; a peer would only hang up on a pair that is none. */
    private static boolean isPair(PrivateKey key, X509Certificate certificate) {
        try {
            Signature signature = Signature.getInstance(
                    switch (key.getAlgorithm()) {
                        case "EC" -> "SHA256withECDSA";
                        case "RSA" -> "SHA256withRSA";
                        default -> key.getAlgorithm();
                    });
            byte[] sample = {1, 2, 3, 4};
            signature.initSign(key);
            signature.update(sample);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(sample);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false; // of another kind, or of another length
        }
    }

    private static SSLContext context(KeyManager @Nullable [] keys, PeerTrust trust) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, new TrustManager[] {trust}, null);
            context.getServerSessionContext().setSessionTimeout(600);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("TLS is in every JDK", e);
        }
    }

    private static KeyManager[] keyManagers(List<IssuedCertificate> own) {
        try {
            byte[] random = new byte[32];
            new SecureRandom().nextBytes(random);
            char[] password = HexFormat.of().formatHex(random).toCharArray(); // the store never leaves memory
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (IssuedCertificate c : own) {
                boolean issued = c.certificate().getIssuerX500Principal().equals(c.ca().getSubjectX500Principal());
                X509Certificate[] chain = issued
                        ? new X509Certificate[] {c.certificate(), c.ca()}
                        : new X509Certificate[] {c.certificate()};
                store.setKeyEntry(c.key().getAlgorithm(), c.key(), password, chain);
            }
            KeyManagerFactory factory = KeyManagerFactory.getInstance("SunX509");
            factory.init(store, password);
            return factory.getKeyManagers();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("a key store in memory takes any key", e);
        }
    }
}
