package org.strongroom.dimse;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;

/** A connection whose peer has said all it ever says before it began, in pieces of some bytes, and takes everything. */
final class MemorySocket extends Socket {
    private final byte[] said;
    private final int piece;
    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
    private int position;
    private volatile boolean closed;

    /** @param piece most bytes that a read gets */
    MemorySocket(byte[] said, int piece) {
        this.said = said;
        this.piece = piece;
    }

    byte[] heard() {
        synchronized (heard) {
            return heard.toByteArray();
        }
    }

    @Override
    public InputStream getInputStream() {
        return new InputStream() {
            @Override
            public int read() {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) {
                int count = Math.min(Math.min(length, piece), said.length - position);
                if (count == 0 && length > 0) {
                    return -1;
                }
                System.arraycopy(said, position, bytes, offset, count);
                position += count;
                return count;
            }

            @Override
            public int available() {
                return Math.min(piece, said.length - position);
            }
        };
    }

    @Override
    public OutputStream getOutputStream() {
        return new OutputStream() {
            @Override
            public void write(int b) {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                synchronized (heard) {
                    heard.write(bytes, offset, length);
                }
            }
        };
    }

    @Override
    public void connect(SocketAddress to, int timeout) {
        // It is as good as connected.
    }

    @Override
    public <T> Socket setOption(SocketOption<T> name, T value) {
        return this;
    }

    @Override
    public void setTcpNoDelay(boolean on) {
        // Nothing is delayed.
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    }

    @Override
    public void shutdownOutput() {
        // Nobody waits for the end.
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public boolean isClosed() {
        return closed;
    }
}
