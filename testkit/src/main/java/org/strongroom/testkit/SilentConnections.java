package org.strongroom.testkit;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * Opens TCP connections that never say a word, and holds them. A process of its own, since client and server together
 * would need more file descriptors than one process may have.
 */
public final class SilentConnections {
    private SilentConnections() {}

    /**
     * Arguments: port, number of source addresses (127.0.1.1 upwards; 0 = the address a connection has by itself),
     * connections from each. Prints {@code open COUNT} once all were tried, holds them until standard input ends, then
     * prints {@code closed COUNT}: how many the server had closed.
     */
    public static void main(String[] arguments) throws IOException {
        int port = Integer.parseInt(arguments[0]);
        int addresses = Integer.parseInt(arguments[1]);
        int each = Integer.parseInt(arguments[2]);
        List<SocketChannel> held = new ArrayList<>();
        for (int i = 0; i < each; i++) {
            for (int a = 1; a <= Math.max(addresses, 1); a++) {
                open(port, addresses == 0 ? "127.0.0.1" : "127.0.1." + a, held);
            }
        }
        System.out.println("open " + held.size());
        System.in.transferTo(OutputStream.nullOutputStream());
        System.out.println(
                "closed " + held.stream().filter(SilentConnections::ended).count());
        for (SocketChannel channel : held) {
            channel.close();
        }
    }

    private static void open(int port, String source, List<SocketChannel> held) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.bind(new InetSocketAddress(source, 0));
            channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.configureBlocking(false);
            held.add(channel);
        } catch (IOException e) {
            // Refused: what the server may do to the last of so many. The count tells.
            channel.close();
        }
    }

    private static boolean ended(SocketChannel channel) {
        try {
            return channel.read(ByteBuffer.allocate(1)) < 0;
        } catch (IOException e) {
            return true;
        }
    }
}
