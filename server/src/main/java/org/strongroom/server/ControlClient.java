package org.strongroom.server;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Hands a command to the server that runs in a data directory, and shows what it answers. */
final class ControlClient {
    private ControlClient() {}

    /** The exit status of the command, or empty when no server listens there. */
    static Optional<Integer> forward(DataDirectory directory, Invocation invocation, List<String> arguments)
            throws IOException {
        Path control = directory.control();
        if (!Files.exists(control)) {
            return Optional.empty();
        }
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            try {
                ControlFrames.withAddress(control, channel::connect);
            } catch (IOException e) {
                // A server that was killed leaves its socket behind; DIR/lock tells whether one is there.
                return Optional.empty();
            }
            ControlFrames.writeRequest(
                    new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel))),
                    new ControlFrames.Request(invocation.folder().toString(), invocation.progress(), arguments));
            return Optional.of(relay(new DataInputStream(Channels.newInputStream(channel)), invocation));
        } catch (EOFException e) {
            throw new Failure(
                    "the server in " + directory.root() + " ended before the command did, or refused this user");
        }
    }

    private static int relay(DataInputStream in, Invocation invocation) throws IOException {
        while (true) {
            int type = in.readUnsignedByte();
            int length = in.readInt();
            if (length < 0 || length > ControlFrames.MAX_FRAME_BYTES) {
                throw new IOException("the server sent a frame that is too long");
            }
            byte[] bytes = new byte[length];
            in.readFully(bytes);
            switch (type) {
                case ControlFrames.OUT -> show(invocation.out(), bytes);
                case ControlFrames.ERR -> show(invocation.err(), bytes);
                case ControlFrames.EXIT -> {
                    return ByteBuffer.wrap(bytes).getInt();
                }
                default -> throw new IOException("the server sent a frame of unknown type " + type);
            }
        }
    }

    private static void show(PrintStream to, byte[] bytes) {
        to.write(bytes, 0, bytes.length);
        to.flush();
    }
}
