package org.strongroom.server;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What goes over DIR/run/control. The client sends one request: magic, its folder, whether its standard error is a
 * terminal, its arguments. The server sends frames of a type byte, a length and bytes, the last of type {@link #EXIT}.
 */
final class ControlFrames {
    static final int MAGIC = 0x53524331;
    static final int OUT = 1;
    static final int ERR = 2;
    static final int EXIT = 3;

    /** Both sides refuse a longer frame. */
    static final int MAX_FRAME_BYTES = 32 * 1024;

    private static final int MAX_ARGUMENTS = 1024;
    private static final int MAX_TEXT_BYTES = 32 * 1024;
    private static final int MAX_REQUEST_BYTES = 1 << 20;
    /** Longest path that fits struct sockaddr_un everywhere. */
    private static final int MAX_SOCKET_PATH_BYTES = 100;

    private ControlFrames() {}

    record Request(String folder, boolean progress, List<String> arguments) {}

    static void writeRequest(DataOutputStream out, Request request) throws IOException {
        if (request.arguments().size() > MAX_ARGUMENTS) {
            throw new Failure("more than " + MAX_ARGUMENTS + " arguments: name a folder instead of its files");
        }
        out.writeInt(MAGIC);
        writeText(out, request.folder());
        out.writeBoolean(request.progress());
        out.writeInt(request.arguments().size());
        for (String argument : request.arguments()) {
            writeText(out, argument);
        }
        out.flush();
    }

    static Request readRequest(DataInputStream in) throws IOException {
        if (in.readInt() != MAGIC) {
            throw new IOException("not a control request");
        }
        int[] left = {MAX_REQUEST_BYTES};
        String folder = readText(in, left);
        boolean progress = in.readBoolean();
        int count = in.readInt();
        if (count < 0 || count > MAX_ARGUMENTS) {
            throw new IOException("too many arguments in a control request");
        }
        List<String> arguments = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            arguments.add(readText(in, left));
        }
        return new Request(folder, progress, arguments);
    }

    private static void writeText(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_TEXT_BYTES) {
            throw new Failure("an argument is longer than " + MAX_TEXT_BYTES + " bytes");
        }
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String readText(DataInputStream in, int[] left) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > MAX_TEXT_BYTES || length > left[0]) {
            throw new IOException("a text in a control request is too long");
        }
        left[0] -= length;
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** A stream whose bytes travel as frames of one type. */
    static OutputStream frames(DataOutputStream out, ReentrantLock turn, int type) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                for (int done = 0; done < length; done += MAX_FRAME_BYTES) {
                    writeFrame(out, turn, type, bytes, offset + done, Math.min(MAX_FRAME_BYTES, length - done));
                }
            }
        };
    }

    static void writeFrame(DataOutputStream out, ReentrantLock turn, int type, byte[] bytes, int offset, int length)
            throws IOException {
        turn.lock();
        try {
            out.writeByte(type);
            out.writeInt(length);
            out.write(bytes, offset, length);
            out.flush();
        } finally {
            turn.unlock();
        }
    }

    /**
     * Binds or connects by a path that may be too long for a socket address: then by way of a symbolic link in a private
     * temporary folder.
     */
    static <T> T withAddress(Path control, AddressUse<T> use) throws IOException {
        if (control.toString().getBytes(StandardCharsets.UTF_8).length <= MAX_SOCKET_PATH_BYTES) {
            return use.apply(UnixDomainSocketAddress.of(control));
        }
        Path folder = Files.createTempDirectory(Path.of("/tmp"), "sr");
        Path link = folder.resolve("r");
        try {
            Files.createSymbolicLink(
                    link, Objects.requireNonNull(control.getParent()).toAbsolutePath());
            return use.apply(UnixDomainSocketAddress.of(link.resolve(control.getFileName())));
        } finally {
            Files.deleteIfExists(link);
            Files.deleteIfExists(folder);
        }
    }

    interface AddressUse<T> {
        T apply(UnixDomainSocketAddress address) throws IOException;
    }
}
