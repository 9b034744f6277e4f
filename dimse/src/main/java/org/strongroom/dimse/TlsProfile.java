package org.strongroom.dimse;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * The BCP 195 TLS profile, PS3.15 annex B.12, narrowed: TLS 1.3 and 1.2, forward secrecy and authenticated encryption
 * only.
 */
final class TlsProfile {
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
    private static final List<String> SUITES = List.of(
            "TLS_AES_256_GCM_SHA384",
            "TLS_AES_128_GCM_SHA256",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    private TlsProfile() {}

    /** @param consumed what was already read of the client's first flight; it may go on with the rest of the stream */
    static SSLSocket server(SSLContext context, Socket socket, InputStream consumed) throws IOException {
        SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(socket, consumed, true);
        tls.setUseClientMode(false);
        SSLParameters parameters = narrowed(tls);
        parameters.setUseCipherSuitesOrder(true);
        parameters.setNeedClientAuth(true);
        tls.setSSLParameters(parameters);
        return tls;
    }

    static SSLSocket client(SSLContext context, Socket socket, String host, int port) throws IOException {
        SSLSocketFactory factory = context.getSocketFactory();
        SSLSocket tls = (SSLSocket) factory.createSocket(socket, host, port, true);
        tls.setUseClientMode(true);
        tls.setSSLParameters(narrowed(tls));
        return tls;
    }

    private static SSLParameters narrowed(SSLSocket tls) {
        SSLParameters parameters = tls.getSSLParameters();
        List<String> supported = Arrays.asList(tls.getSupportedCipherSuites());
        parameters.setProtocols(PROTOCOLS);
        parameters.setCipherSuites(SUITES.stream().filter(supported::contains).toArray(String[]::new));
        return parameters;
    }
}
