package org.strongroom.dimse;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A peer that sends what it is told, right or wrong. */
final class RawPeer implements AutoCloseable {
    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    RawPeer(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    static RawPeer connect(int port) throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return new RawPeer(socket);
    }

    /** Connects from another loopback address, as a peer of its own. */
    static RawPeer connect(int port, int host) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 1, (byte) host}), 0));
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return new RawPeer(socket);
    }

    /** Connects and is accepted with {@link AssociationTest#proposal}. */
    static RawPeer associated(int port) throws IOException {
        RawPeer peer = connect(port);
        peer.send(AssociationTest.proposal().request());
        if (!(peer.read() instanceof Pdu.AssociateAc)) {
            throw new IOException("not accepted");
        }
        return peer;
    }

    RawPeer send(Pdu... pdus) throws IOException {
        PduBuilder all = new PduBuilder(1024);
        for (Pdu pdu : pdus) {
            all.put(pdu.encode());
        }
        return send(all.toArray());
    }

    RawPeer send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
        return this;
    }

    RawPeer send(String hex) throws IOException {
        return send(PduTest.bytes(hex));
    }

    /** The next PDU; null when the connection was closed. */
    @Nullable
    Pdu read() throws IOException {
        int type;
        try {
            type = in.readUnsignedByte();
        } catch (EOFException | SocketException e) {
            return null;
        }
        in.readByte();
        byte[] field = new byte[in.readInt()];
        in.readFully(field);
        return Pdu.decode(type, field);
    }

    /** The next response; its data set, if any, is read as well. */
    CommandSet response() throws IOException {
        PduBuilder command = new PduBuilder(256);
        boolean commandDone = false;
        boolean done = false;
        while (!done) {
            Pdu pdu = read();
            if (!(pdu instanceof Pdu.PDataTf(List<Pdu.Pdv> values))) {
                throw new IOException("no P-DATA-TF but " + pdu);
            }
            for (Pdu.Pdv value : values) {
                if (value.command()) {
                    command.put(value.fragment().toArray());
                    commandDone = value.last();
                    done = commandDone && !CommandSet.read(command.toArray()).hasDataSet();
                } else {
                    done = commandDone && value.last();
                }
            }
        }
        return CommandSet.read(command.toArray());
    }

    void halfClose() throws IOException {
        if (!socket.isOutputShutdown()) {
            socket.shutdownOutput();
        }
    }

    /** The listener's port. */
    int port() {
        return socket.getPort();
    }

    /** Whether nothing comes for so long, not even the end. */
    boolean staysOpen(int millis) throws IOException {
        int before = socket.getSoTimeout();
        socket.setSoTimeout(millis);
        try {
            in.readUnsignedByte();
            return false;
        } catch (SocketTimeoutException e) {
            return true;
        } catch (EOFException | SocketException e) {
            return false;
        } finally {
            socket.setSoTimeout(before);
        }
    }

    boolean isClosedByPeer() throws IOException {
        return read() == null;
    }

    static Pdu command(int contextId, CommandSet command) {
        return new Pdu.PDataTf(List.of(new Pdu.Pdv(contextId, true, true, Octets.of(command.bytes()))));
    }

    static Pdu data(int contextId, boolean last, byte[] bytes) {
        return new Pdu.PDataTf(List.of(new Pdu.Pdv(contextId, false, last, Octets.of(bytes))));
    }

    static CommandSet echo(int messageId) {
        return CommandSet.command(CommandField.C_ECHO_RQ)
                .uid(CommandSet.AFFECTED_SOP_CLASS, AssociationTest.VERIFICATION)
                .number(CommandSet.MESSAGE_ID, messageId)
                .build();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
