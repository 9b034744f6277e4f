package org.strongroom.dimse;

import java.io.IOException;
import java.io.InputStream;

/**
 * What TLS reads. As long as the handshake lasts, whoever waits for the peer gives its turn on the processors away and takes
 * another one afterwards.
 */
final class HandshakeInput extends BlockInput {
    private final InputStream socket;
    private final Turn turn;
    private volatile boolean handshaking = true;

    /** A turn on the processors. */
    interface Turn {
        void rest();

        void take() throws IOException;
    }

    HandshakeInput(InputStream socket, Turn turn) {
        this.socket = socket;
        this.turn = turn;
    }

    /** From now on no turns are taken. */
    void established() {
        handshaking = false;
        turn.rest();
    }

    @Override
    public int available() throws IOException {
        return socket.available();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (!handshaking || socket.available() > 0) {
            return socket.read(bytes, offset, length);
        }
        turn.rest();
        int some = socket.read(bytes, offset, length);
        if (handshaking && some > 0) {
            turn.take();
        }
        return some;
    }
}
