package org.strongroom.server;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.strongroom.guard.PrivateFiles;

/**
 * DIR/run/control: how commands reach the server that has the archive open. Only the user the server runs as, and root,
 * may connect; the operating system says who it is, and the command then acts as that person. Its threads are the
 * platform's: whatever keeps the carriers of virtual threads busy, a device can still be revoked.
 */
final class ControlDoor implements AutoCloseable {
    private static final Logger LOG = System.getLogger(ControlDoor.class.getName());
    private static final int AT_ONCE = 16;
    private static final Duration ACCEPT_REST = Duration.ofMillis(500);

    /** Runs a command line with the archive the server has open; returns its exit status. */
    interface Runner {
        int run(Invocation invocation, List<String> arguments);
    }

    /** Waits for the next caller. */
    interface Acceptor {
        SocketChannel next(ServerSocketChannel listener) throws IOException;
    }

    private final Path control;
    private final OpenArchive archive;
    private final Runner runner;
    private final Acceptor acceptor;
    private final ServerSocketChannel listener;
    private final String owner;
    private final Semaphore places = new Semaphore(AT_ONCE);
    private final AtomicBoolean closing = new AtomicBoolean();

    /**
     * Opens the socket and begins to accept. The caller holds DIR/lock, so a socket left there belongs to nobody. Empty
     * where files have no owner and mode, as on Windows: there nothing tells who calls, so nobody may.
     */
    static Optional<ControlDoor> open(DataDirectory directory, OpenArchive archive, Runner runner) throws IOException {
        if (!PrivateFiles.posix(directory.run())) {
            LOG.log(
                    Level.WARNING,
                    "control.absent what=\"this file system has no owners and permissions: commands reach this archive"
                            + " only while no server runs, and nothing here keeps other users of this machine out\"");
            return Optional.empty();
        }
        return Optional.of(new ControlDoor(directory, archive, runner, ServerSocketChannel::accept));
    }

    ControlDoor(DataDirectory directory, OpenArchive archive, Runner runner, Acceptor acceptor) throws IOException {
        this.archive = archive;
        this.runner = runner;
        this.acceptor = acceptor;
        PrivateFiles.createDirectories(directory.run());
        control = directory.control();
        owner = Files.getOwner(directory.run()).getName();
        Files.deleteIfExists(control);
        listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        ControlFrames.withAddress(control, listener::bind);
        Files.setPosixFilePermissions(control, PosixFilePermissions.fromString("rw-------"));
        Thread.ofPlatform().daemon().name("control").start(this::accept);
    }

    private void accept() {
        while (!closing.get()) {
            try {
                SocketChannel channel = acceptor.next(listener);
                if (!places.tryAcquire()) {
                    channel.close();
                    LOG.log(Level.WARNING, "control.refused reason=busy at_once=" + AT_ONCE);
                    continue;
                }
                Thread.ofPlatform().daemon().name("control-client").start(() -> serve(channel));
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                if (!closing.get()) {
                    // Out of descriptors, say: the caller waits in the backlog, and has its turn once there are some.
                    LOG.log(Level.ERROR, "control.accept_failed", e);
                    rest();
                }
            }
        }
    }

    private static void rest() {
        try {
            Thread.sleep(ACCEPT_REST);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(SocketChannel channel) {
        try (channel) {
            UnixDomainPrincipal peer = channel.getOption(ExtendedSocketOptions.SO_PEERCRED);
            String user = peer.user().getName();
            if (!user.equals(owner) && !user.equals("root")) {
                LOG.log(Level.WARNING, "control.refused reason=other_user");
                return;
            }
            converse(channel, user);
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "control.client_gone", e);
        } finally {
            places.release();
        }
    }

    private void converse(SocketChannel channel, String user) throws IOException {
        InputStream in = Channels.newInputStream(channel);
        // Never read ahead of the request: what follows it is read by the watcher below.
        ControlFrames.Request request = ControlFrames.readRequest(new DataInputStream(new BufferedInputStream(in)));
        DataOutputStream out = new DataOutputStream(Channels.newOutputStream(channel));
        ReentrantLock turn = new ReentrantLock();
        AtomicBoolean gone = new AtomicBoolean();
        Thread.ofPlatform().daemon().name("control-watch").start(() -> watch(in, gone));
        PrintStream toOut = writer(out, turn, ControlFrames.OUT);
        PrintStream toErr = writer(out, turn, ControlFrames.ERR);
        Invocation invocation = new Invocation(
                toOut,
                toErr,
                Path.of(request.folder()),
                user,
                request.progress(),
                () -> gone.get() || closing.get(),
                Optional.of(archive));
        int status = runner.run(invocation, request.arguments());
        toOut.flush();
        toErr.flush();
        byte[] exit = ByteBuffer.allocate(4).putInt(status).array();
        ControlFrames.writeFrame(out, turn, ControlFrames.EXIT, exit, 0, exit.length);
    }

    /** The client sends nothing more; the end of its stream says that its person pressed Ctrl-C. */
    private static void watch(InputStream in, AtomicBoolean gone) {
        try {
            while (in.read() >= 0) {
                // Nothing is expected here.
            }
        } catch (IOException e) {
            LOG.log(Level.TRACE, "control.client_gone", e);
        }
        gone.set(true);
    }

    private static PrintStream writer(DataOutputStream out, ReentrantLock turn, int type) {
        return new PrintStream(ControlFrames.frames(out, turn, type), true, StandardCharsets.UTF_8);
    }

    /** Accepts no more, lets running commands stop at their next object, and removes the socket. */
    @Override
    public void close() throws IOException {
        closing.set(true);
        listener.close();
        Files.deleteIfExists(control);
        try {
            // A command that does not stop within five seconds loses its connection when the process ends.
            if (!places.tryAcquire(AT_ONCE, 5, TimeUnit.SECONDS)) {
                LOG.log(Level.WARNING, "control.commands_cut");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
