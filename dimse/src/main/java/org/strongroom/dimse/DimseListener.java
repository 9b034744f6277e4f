package org.strongroom.dimse;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;

/**
 * Accepts associations, PS3.8 section 9.1: a thread that accepts and never reads, a virtual thread for each connection.
 * With an {@link SSLContext}, TLS with a client certificate is required, PS3.15 annex B.12; a silent connection costs no
 * TLS buffers, since TLS begins when a whole ClientHello is there and its turn has come ({@link Handshakes}).
 *
 * <p>JDK 25 shares processors between virtual threads only where they wait, and a carrier looks at what is new only when
 * its own queue is empty. As many associations as there are carriers, each sending as fast as it is read, then keep all
 * others out (a C-ECHO waited for a minute beside three such senders on two carriers; {@code ListenerTest} has them). So
 * the program sets {@code jdk.virtualThreadScheduler.parallelism} well above the number of processors, and the operating
 * system shares these between the carriers.
 */
public final class DimseListener implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(DimseListener.class.getName());
    private static final int BACKLOG = 4096;
    private static final Duration CLOSING = Duration.ofSeconds(10);

    private final ServerSocket server;
    private final Optional<SSLContext> tls;
    private final AssociationPolicy policy;
    private final Refusals refusals;
    private final Timeouts timeouts;
    private final ListenerLimits limits;
    private final Admissions<Connection> admissions;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final Handshakes<Connection> handshakes;
    private final HelloBytes<Connection> helloBytes;
    private final Watch watch;

    private volatile boolean closed;

    private DimseListener(
            ServerSocket server,
            Optional<SSLContext> tls,
            AssociationPolicy policy,
            Refusals refusals,
            Timeouts timeouts,
            ListenerLimits limits) {
        this.server = server;
        this.tls = tls;
        this.policy = policy;
        this.refusals = refusals;
        this.timeouts = timeouts;
        this.limits = limits;
        this.admissions = new Admissions<>(limits);
        this.handshakes = new Handshakes<>(limits, Runtime.getRuntime().availableProcessors(), System::nanoTime);
        this.helloBytes = new HelloBytes<>(limits.helloBytes());
        this.watch = new Watch(timeouts.step(), Thread.ofPlatform().daemon().name("dimse-watch"), handshakes::look);
    }

    /**
     * Binds and begins to accept.
     *
     * @param bind where to listen; port 0 takes a free one
     * @param tls key, certificate and trust; empty for clear text (the airlock)
     */
    public static DimseListener open(
            InetSocketAddress bind,
            Optional<SSLContext> tls,
            AssociationPolicy policy,
            Refusals refusals,
            Timeouts timeouts,
            ListenerLimits limits)
            throws IOException {
        ServerSocket server = new ServerSocket();
        try {
            server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            server.bind(bind, BACKLOG);
        } catch (IOException e) {
            server.close();
            throw new IOException("can't listen on " + bind + ": " + e.getMessage(), e);
        }
        DimseListener listener = new DimseListener(server, tls, policy, refusals, timeouts, limits);
        Thread.ofPlatform().daemon().name("dimse-accept").start(listener::accept);
        return listener;
    }

    public static DimseListener open(
            InetSocketAddress bind, Optional<SSLContext> tls, AssociationPolicy policy, Refusals refusals)
            throws IOException {
        return open(bind, tls, policy, refusals, Timeouts.DEFAULT, ListenerLimits.DEFAULT);
    }

    public int port() {
        return server.getLocalPort();
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    /** Associations accepted and not yet ended. */
    public int associations() {
        return admissions.admitted();
    }

    /** Connections that have no association yet. */
    public int waiting() {
        return admissions.waiting();
    }

    /**
     * Ends the associations of certain peers at once, in the middle of what they do; a device was revoked.
     *
     * @return how many
     */
    public int closeAssociations(Predicate<AssociationPolicy.Peer> which) {
        int count = 0;
        for (Connection connection : connections) {
            Optional<AssociationPolicy.Peer> peer = connection.peer();
            if (peer.isPresent() && which.test(peer.get())) {
                connection.end("ended by the operator");
                count++;
            }
        }
        return count;
    }

    /** Stops accepting, ends all associations, and waits until their handlers are closed, at most ten seconds. */
    @Override
    public void close() {
        closed = true;
        try {
            server.close();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "listener.close failed", e);
        }
        connections.forEach(connection -> connection.end("the listener closes"));
        long by = System.nanoTime() + CLOSING.toNanos();
        while (!connections.isEmpty() && System.nanoTime() < by) {
            rest();
        }
        if (!connections.isEmpty()) {
            LOG.log(Level.WARNING, "listener.close connections still ending={0}", connections.size());
        }
        watch.close();
    }

    private void accept() {
        while (!closed) {
            Socket socket;
            try {
                socket = server.accept();
            } catch (IOException e) {
                if (!closed) {
                    LOG.log(Level.WARNING, "listener.accept failed: {0}", e.getMessage());
                    admissions.giveWay().ifPresent(Connection::makeWay);
                    // Without file descriptors accept fails at once, and again.
                    rest();
                }
                continue;
            }
            if (refusedAtOnce(socket)) {
                continue;
            }
            Connection connection = new Connection(this, socket);
            admissions.enter(connection).ifPresent(Connection::makeWay);
            connections.add(connection);
            watch.add(connection.line());
            if (closed) {
                connection.end("the listener closes");
            }
            Thread.ofVirtual().name("association " + socket.getPort()).start(() -> run(connection));
        }
    }

    /** Whether its address failed too often in this second: of a flood, most end here, without a thread. */
    private boolean refusedAtOnce(Socket socket) {
        InetSocketAddress address = (InetSocketAddress) socket.getRemoteSocketAddress();
        if (admissions.mayTry(address.getAddress(), System.nanoTime())) {
            return false;
        }
        try {
            socket.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "connection.close failed", e);
        }
        refusals.refused(address, Refusals.Cause.LIMIT, "too many failed handshakes in this second");
        return true;
    }

    private void run(Connection connection) {
        try {
            connection.run();
        } finally {
            admissions.leave(connection);
            handshakes.leave(connection);
            watch.remove(connection.line());
            connections.remove(connection);
        }
    }

    private static void rest() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    Optional<SSLContext> tls() {
        return tls;
    }

    AssociationPolicy policy() {
        return policy;
    }

    Refusals refusals() {
        return refusals;
    }

    Timeouts timeouts() {
        return timeouts;
    }

    ListenerLimits limits() {
        return limits;
    }

    Admissions<Connection> admissions() {
        return admissions;
    }

    Handshakes<Connection> handshakes() {
        return handshakes;
    }

    HelloBytes<Connection> helloBytes() {
        return helloBytes;
    }
}
