package org.strongroom.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/**
 * Begins TLS handshakes and ends none: makes the server compute for nobody. A process of its own. It keeps a pace, since it
 * takes its time from the same processors as the server: faster, it would measure itself.
 */
public final class HelloFlood {
    private static final long PER_SECOND = 2_000;

    private HelloFlood() {}

    /**
     * Arguments: port, number of source addresses (127.0.2.1 upwards), connections held open at a time. Prints
     * {@code begun} when it has begun, goes on until standard input has something or ends, then prints
     * {@code COUNT a second}.
     */
    public static void main(String[] arguments) throws IOException, NoSuchAlgorithmException {
        int port = Integer.parseInt(arguments[0]);
        int addresses = Integer.parseInt(arguments[1]);
        int most = Integer.parseInt(arguments[2]);
        byte[] hello = clientHello();
        Thread reader = Thread.ofPlatform().daemon().start(HelloFlood::awaitInput);
        Deque<SocketChannel> held = new ArrayDeque<>();
        System.out.println("begun");
        long start = System.nanoTime();
        long count = 0;
        while (reader.isAlive()) {
            String source = "127.0.2." + (1 + count++ % addresses);
            SocketChannel channel = SocketChannel.open();
            held.add(channel);
            try {
                channel.bind(new InetSocketAddress(source, 0));
                channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                channel.write(ByteBuffer.wrap(hello));
            } catch (IOException e) {
                // Refused or closed at once: all the better for the server.
            }
            if (held.size() > most) {
                held.remove().close();
            }
            LockSupport.parkNanos(start + count * 1_000_000_000L / PER_SECOND - System.nanoTime());
        }
        System.out.println(count * 1_000_000_000L / (System.nanoTime() - start) + " a second");
    }

    private static void awaitInput() {
        try {
            System.in.read();
        } catch (IOException e) {
            // As good as an end.
        }
    }

    private static byte[] clientHello() throws IOException, NoSuchAlgorithmException {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine();
        engine.setUseClientMode(true);
        ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), out);
        byte[] hello = new byte[out.flip().remaining()];
        out.get(hello);
        return hello;
    }
}
