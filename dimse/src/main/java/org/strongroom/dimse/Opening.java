package org.strongroom.dimse;

import java.io.IOException;
import java.net.Socket;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/** How a requestor opens its connection: in the TLS profile, or as the survey does, in any TLS and with its bytes counted. */
interface Opening {
    Opening OURS = new Opening() {};

    /** A socket that is not connected yet. */
    default Socket socket() {
        return new Socket();
    }

    /** TLS over a connected socket, before the handshake. */
    default SSLSocket tls(SSLContext context, Socket socket, String host, int port) throws IOException {
        return TlsProfile.client(context, socket, host, port);
    }

    /** The longest identifier taken in an answer, in bytes: all sequences of an enhanced multi-frame image take megabytes. */
    default int matchLimit() {
        return 16 << 20;
    }

    /** The handshake succeeded, as this side sees it. */
    default void secured(SSLSession session) {}
}
