package org.strongroom.guard;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trust in a peer: a chain to given certificates, valid now (checked by the JDK), and then one more condition on the
 * peer's own certificate. There is no variant without either.
 */
final class PeerTrust extends X509ExtendedTrustManager {
    /** The further condition; throws to refuse. */
    private interface Condition {
        void check(X509Certificate peer) throws CertificateException;
    }

    private final X509ExtendedTrustManager chain;
    private final List<X509Certificate> anchors;
    private final boolean anchorMayBePeer;
    private final Condition condition;

    private PeerTrust(List<X509Certificate> anchors, boolean anchorMayBePeer, Condition condition) {
        this.anchors = List.copyOf(anchors);
        this.anchorMayBePeer = anchorMayBePeer;
        this.chain = chainTrust(anchors);
        this.condition = condition;
    }

    /** Any device that is enrolled now. */
    static PeerTrust enrolled(X509Certificate ca, DeviceRegistry registry) {
        return new PeerTrust(List.of(ca), false, peer -> checkEnrolled(registry, Pem.fingerprint(peer)));
    }

    /** The one device with this fingerprint, if it is enrolled now. */
    static PeerTrust device(X509Certificate ca, DeviceRegistry registry, String fingerprint) {
        return new PeerTrust(List.of(ca), false, peer -> {
            if (!Pem.fingerprint(peer).equals(fingerprint)) {
                throw new Refusal.PeerRefusedException(
                        Refusal.UNKNOWN_CERTIFICATE, "another certificate than the one enrolled for this device");
            }
            checkEnrolled(registry, fingerprint);
        });
    }

    /** One of the pinned certificates itself, or one they issued for {@code host}. */
    static PeerTrust pinned(List<X509Certificate> pinned, String host) {
        return new PeerTrust(pinned, true, peer -> {
            if (!pinned.contains(peer)) {
                checkName(peer, host);
            }
        });
    }

    /** A certificate the CA issued for {@code host}. */
    static PeerTrust named(X509Certificate ca, String host) {
        return new PeerTrust(List.of(ca), false, peer -> checkName(peer, host));
    }

    private static void checkEnrolled(DeviceRegistry registry, String fingerprint) throws CertificateException {
        Optional<Refusal> cause = registry.refusal(fingerprint);
        if (cause.isPresent()) {
            throw new Refusal.PeerRefusedException(cause.get(), "certificate refused: " + cause.get());
        }
    }

    private static void checkName(X509Certificate peer, String host) throws CertificateException {
        if (!HostNames.matches(peer, host)) {
            throw new Refusal.PeerRefusedException(
                    Refusal.UNKNOWN_CERTIFICATE, "the certificate is not for host " + host);
        }
    }

    private void check(X509Certificate[] peers, ChainCheck byJdk) throws CertificateException {
        if (peers.length == 0) {
            throw new Refusal.PeerRefusedException(Refusal.NO_CERTIFICATE, "no certificate");
        }
        if (anchorMayBePeer && anchors.contains(peers[0])) {
            peers[0].checkValidity(); // a pinned certificate needs no issuer
        } else {
            byJdk.check();
        }
        condition.check(peers[0]);
    }

    private interface ChainCheck {
        void check() throws CertificateException;
    }

    private void checkClient(X509Certificate[] peers, ChainCheck byJdk) throws CertificateException {
        try {
            check(peers, byJdk);
        } catch (Refusal.PeerRefusedException e) {
            throw e;
        } catch (CertificateException e) {
            boolean expired =
                    peers.length > 0 && peers[0].getNotAfter().toInstant().isBefore(Instant.now());
            Refusal cause = expired ? Refusal.EXPIRED : Refusal.UNKNOWN_CERTIFICATE;
            Refusal.PeerRefusedException refused =
                    new Refusal.PeerRefusedException(cause, "certificate refused: " + cause);
            refused.initCause(e);
            throw refused;
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] peers, String authType, Socket socket)
            throws CertificateException {
        checkClient(peers, () -> chain.checkClientTrusted(peers, authType, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] peers, String authType, SSLEngine engine)
            throws CertificateException {
        checkClient(peers, () -> chain.checkClientTrusted(peers, authType, engine));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] peers, String authType) throws CertificateException {
        checkClient(peers, () -> chain.checkClientTrusted(peers, authType));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] peers, String authType, Socket socket)
            throws CertificateException {
        check(peers, () -> chain.checkServerTrusted(peers, authType, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] peers, String authType, SSLEngine engine)
            throws CertificateException {
        check(peers, () -> chain.checkServerTrusted(peers, authType, engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] peers, String authType) throws CertificateException {
        check(peers, () -> chain.checkServerTrusted(peers, authType));
    }

    /** None: the list of who we trust is not told to strangers in a CertificateRequest. */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }

    private static X509ExtendedTrustManager chainTrust(List<X509Certificate> anchors) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (int i = 0; i < anchors.size(); i++) {
                store.setCertificateEntry("anchor" + i, anchors.get(i));
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509ExtendedTrustManager extended) {
                    return extended;
                }
            }
            throw new IllegalStateException("the JDK's PKIX trust manager is an X509ExtendedTrustManager");
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("PKIX is in every JDK", e);
        }
    }
}
