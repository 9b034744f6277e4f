package org.strongroom.testkit;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Opens TCP connections that never say a word, or never end the first, and holds them. A process of its own, since client and server together
 * would need more file descriptors than one process may have.
 */
public final class SilentConnections {
    private SilentConnections() {}

    private record Held(String source, SocketChannel channel) {}

    /**
     * Arguments: port, number of source addresses (127.0.1.1 upwards; 0 = the address a connection has by itself),
     * connections from each, and what they say: {@code silent}, {@code unfinished} (111 bytes of a ClientHello) or
     * {@code long} (16 KiB of one); {@code again} as the last one: what the server closed is opened again, 2,000 a second at
     * most. Prints {@code open COUNT} once all were tried, holds them until standard input ends, then prints {@code closed
     * COUNT of COUNT, COUNT opened again}: how many are not open at that moment.
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        int port = Integer.parseInt(arguments[0]);
        int addresses = Integer.parseInt(arguments[1]);
        int each = Integer.parseInt(arguments[2]);
        byte[] said = words(arguments[3]);
        boolean again = arguments.length > 4 && arguments[4].equals("again");
        List<Held> held = new ArrayList<>();
        for (int i = 0; i < each; i++) {
            for (int a = 1; a <= Math.max(addresses, 1); a++) {
                open(port, addresses == 0 ? "127.0.0.1" : "127.0.1." + a, said).ifPresent(held::add);
            }
        }
        System.out.println("open " + held.size());
        int reopened = hold(held, again ? port : 0, said);
        System.out.println(
                "closed " + held.stream().filter(SilentConnections::ended).count() + " of " + held.size() + ", "
                        + reopened + " opened again");
        for (Held one : held) {
            one.channel().close();
        }
    }

    /** Until standard input ends; with a port, what was closed is opened again from the same address. Returns how many were. */
    private static int hold(List<Held> held, int port, byte[] said) throws IOException, InterruptedException {
        CountDownLatch over = new CountDownLatch(1);
        Thread.ofPlatform().daemon().start(() -> {
            try {
                System.in.transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
                // It has ended, one way or another.
            }
            over.countDown();
        });
        int reopened = 0;
        while (!over.await(50, TimeUnit.MILLISECONDS)) {
            for (int i = 0, turns = 0; i < held.size() && port != 0 && turns < 100; i++) {
                Held old = held.get(i);
                if (ended(old)) {
                    old.channel().close();
                    held.set(i, open(port, old.source(), said).orElse(old));
                    reopened++;
                    turns++;
                }
            }
        }
        return reopened;
    }

    /** A TLS record with the beginning of a ClientHello of which the rest would be in later bytes. */
    private static byte[] words(String what) {
        byte[] said = switch (what) {
            case "silent" -> new byte[0];
            case "unfinished" -> new byte[111];
            case "long" -> new byte[16_300];
            default -> throw new IllegalArgumentException("silent, unfinished or long: " + what);
        };
        byte[] head = {22, 3, 1, 0x3F, (byte) 0xF0, 1, 0, 0x3F, (byte) 0xEC, 3, 3};
        System.arraycopy(head, 0, said, 0, Math.min(head.length, said.length));
        return said;
    }

    private static Optional<Held> open(int port, String source, byte[] said) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.bind(new InetSocketAddress(source, 0));
            channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.write(ByteBuffer.wrap(said));
            channel.configureBlocking(false);
            return Optional.of(new Held(source, channel));
        } catch (IOException e) {
            // Refused: what the server may do to the last of so many. The count tells.
            channel.close();
            return Optional.empty();
        }
    }

    private static boolean ended(Held one) {
        try {
            return one.channel().read(ByteBuffer.allocate(1)) < 0;
        } catch (IOException e) {
            return true;
        }
    }
}
