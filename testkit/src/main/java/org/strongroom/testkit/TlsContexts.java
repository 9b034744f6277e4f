package org.strongroom.testkit;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** TLS for either side of a test: keys, and the authorities trusted. No host name is looked at. */
public final class TlsContexts {
    /** A private key with its certificate first, then the certificates up to an authority. */
    public record Credential(PrivateKey key, List<X509Certificate> chain) {
        public Credential {
            chain = List.copyOf(chain);
        }
    }

    private TlsContexts() {}

    /** A server may carry an RSA and an EC key; the client's abilities choose. */
    public static SSLContext of(List<Credential> credentials, Collection<X509Certificate> trusted) throws IOException {
        try {
            KeyStore authorities = emptyStore();
            for (X509Certificate certificate : trusted) {
                authorities.setCertificateEntry("authority " + authorities.size(), certificate);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(authorities);
            KeyStore own = emptyStore();
            // The store lives in memory alone; its API wants a password nevertheless.
            char[] password = new char[0];
            for (Credential credential : credentials) {
                Certificate[] chain = credential.chain().toArray(Certificate[]::new);
                own.setKeyEntry("key " + own.size(), credential.key(), password, chain);
            }
            KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
            keys.init(own, password);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS can't be set up: " + e.getMessage(), e);
        }
    }

    private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }
}
