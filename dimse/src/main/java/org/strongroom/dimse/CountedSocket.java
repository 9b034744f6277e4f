package org.strongroom.dimse;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.function.IntConsumer;

/** A socket that tells what goes through it; TLS on top of it is told as it is on the wire. */
final class CountedSocket extends Socket {
    private final IntConsumer sent;
    private final Receipt received;

    interface Receipt {
        /**
         * Some bytes, at least one, have arrived.
         *
         * @throws IOException when no more are wanted; the reader hears it
         */
        void of(byte[] bytes, int offset, int count) throws IOException;
    }

    CountedSocket(IntConsumer sent, Receipt received) {
        this.sent = sent;
        this.received = received;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        InputStream in = super.getInputStream();
        return new BlockInput() {
            @Override
            public int available() throws IOException {
                return in.available();
            }

            @Override
            public void close() throws IOException {
                in.close();
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                int count = in.read(bytes, offset, length);
                if (count > 0) {
                    received.of(bytes, offset, count);
                }
                return count;
            }
        };
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return new FilterOutputStream(super.getOutputStream()) {
            @Override
            public void write(int one) throws IOException {
                out.write(one);
                sent.accept(1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                out.write(bytes, offset, length);
                sent.accept(length);
            }
        };
    }
}
