package org.strongroom.dimse;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * What each side of a TLS connection needs: its keys, and whom it trusts. A peer is identified by a certificate chain to
 * the trust given, and by no other authority; its host name is not looked at, since modalities move between addresses.
 * {@link DimseListener} and {@link Association} add the protocol versions and cipher suites of the profile.
 */
public final class TlsContexts {
    /** A private key with its certificate first, then the certificates up to an authority. */
    public record Credential(PrivateKey key, List<X509Certificate> chain) {
        public Credential {
            chain = List.copyOf(chain);
        }

        /** From PEM files; the chain may end anywhere below the authority. */
        public static Credential read(Path key, Path chain) throws IOException {
            return new Credential(Pem.privateKey(key), Pem.certificates(chain));
        }

        @Override
        public String toString() {
            return "key of " + chain.getFirst().getSubjectX500Principal();
        }
    }

    private TlsContexts() {}

    /** A server with one key; clients need a certificate of the authorities in {@code trust}. All files are PEM. */
    public static SSLContext server(Path key, Path chain, Path trust) throws IOException {
        return of(List.of(Credential.read(key, chain)), Pem.certificates(trust));
    }

    /** A client with a certificate, for servers certified by the authorities in {@code trust}. All files are PEM. */
    public static SSLContext client(Path key, Path chain, Path trust) throws IOException {
        return of(List.of(Credential.read(key, chain)), Pem.certificates(trust));
    }

    /** For either side; a server may carry an RSA and an EC key, and the client's abilities choose. */
    public static SSLContext of(List<Credential> credentials, Collection<X509Certificate> trusted) throws IOException {
        try {
            KeyStore store = emptyStore();
            for (X509Certificate certificate : trusted) {
                store.setCertificateEntry("authority " + store.size(), certificate);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            return context(credentials, factory.getTrustManagers());
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS can't be set up: " + e.getMessage(), e);
        }
    }

    /** For either side, with a judgement of one's own on certificates. */
    public static SSLContext of(List<Credential> credentials, X509TrustManager trust) throws IOException {
        try {
            return context(credentials, new TrustManager[] {trust});
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS can't be set up: " + e.getMessage(), e);
        }
    }

    private static SSLContext context(List<Credential> credentials, TrustManager[] trust)
            throws IOException, GeneralSecurityException {
        KeyStore store = emptyStore();
        // The store lives in memory alone; its API wants a password nevertheless.
        char[] password = new char[0];
        for (Credential credential : credentials) {
            store.setKeyEntry(
                    "key " + store.size(),
                    credential.key(),
                    password,
                    credential.chain().toArray(Certificate[]::new));
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
        factory.init(store, password);
        KeyManager[] keys = factory.getKeyManagers();
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, trust, null);
        return context;
    }

    private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }
}
