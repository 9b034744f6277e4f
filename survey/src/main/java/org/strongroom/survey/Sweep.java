package org.strongroom.survey;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.strongroom.dimse.AeTitle;

/**
 * Looks at every target of a scope once. A host is visited by one thread, so it never has two connections; turns are given
 * out by the scope's rates; three connections in a row without any answer end the visit to a host.
 *
 * <p>At a port the clear look comes first. Where a stranger was answered, that is all. Where the called AE title was
 * unknown, the next of the scope's titles is tried. Whatever else listens is looked at in TLS too.
 */
final class Sweep {
    /** Hosts visited at the same time. */
    private static final int HOSTS = 64;

    private static final int TIMEOUTS = 3;

    /** Told after each target, by the thread that visited it. */
    interface Watcher {
        void seen(Finding finding, int done, int total);
    }

    private final Scope scope;
    private final Stranger stranger;
    private final PacketLog log;
    private final Clock clock;
    private final LongSupplier nanos;
    private final Pace.Sleeper sleeper;
    private final Pace pace;
    private final ConcurrentLinkedQueue<Finding> findings = new ConcurrentLinkedQueue<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final Semaphore places = new Semaphore(HOSTS);
    private final CountDownLatch stop = new CountDownLatch(1);

    Sweep(Scope scope, Stranger stranger, PacketLog log, Clock clock, LongSupplier nanos, Pace.Sleeper sleeper) {
        this.scope = scope;
        this.stranger = stranger;
        this.log = log;
        this.clock = clock;
        this.nanos = nanos;
        this.sleeper = sleeper;
        this.pace = new Pace(scope.rates().perSecond(), nanos, sleeper);
    }

    /** All targets of the scope, or those of {@code only}, a host's together and in order. */
    static List<List<Target>> plan(Scope scope, List<Target> only) {
        for (Target target : only) {
            if (!scope.allows(target)) {
                throw new ScopeRefusedException("target " + target
                        + " is outside the scope; nothing was sent. Ask its owner for a scope that holds it");
            }
        }
        List<List<Target>> hosts = new ArrayList<>();
        scope.addresses().forEach(address -> {
            List<Target> targets = targetsAt(scope, address, only);
            if (!targets.isEmpty()) {
                hosts.add(targets);
            }
        });
        if (hosts.isEmpty()) {
            throw new ScopeRefusedException("the scope excludes every address it names; nothing is left to look at");
        }
        return hosts;
    }

    private static List<Target> targetsAt(Scope scope, InetAddress address, List<Target> only) {
        return scope.ports().stream()
                .mapToObj(port -> new Target(address, port))
                .filter(target -> only.isEmpty() || only.contains(target))
                .toList();
    }

    /**
     * Visits the hosts and returns what was seen, in the order of addresses and ports.
     *
     * @throws IOException when the packet log can't be written; no further connection is made then
     */
    List<Finding> run(List<List<Target>> hosts, Watcher watcher) throws IOException, InterruptedException {
        int total = hosts.stream().mapToInt(List::size).sum();
        CountDownLatch done = new CountDownLatch(hosts.size());
        Thread starter = Thread.ofVirtual().start(() -> start(hosts, total, watcher, done));
        while (done.getCount() > 0 && !stopped()) {
            Thread.sleep(20);
        }
        if (stopped()) {
            starter.interrupt();
        }
        switch (failure.get()) {
            case null -> {}
            case IOException logFailed -> throw logFailed;
            case Throwable broken -> throw new IllegalStateException("a visit to a host ended by a defect", broken);
        }
        List<Finding> seen = new ArrayList<>(findings);
        seen.sort(Comparator.comparing(
                        (Finding f) -> f.target().address(),
                        (a, b) -> Arrays.compareUnsigned(a.getAddress(), b.getAddress()))
                .thenComparingInt(f -> f.target().port()));
        return seen;
    }

    private void start(List<List<Target>> hosts, int total, Watcher watcher, CountDownLatch done) {
        for (List<Target> host : hosts) {
            try {
                places.acquire();
            } catch (InterruptedException e) {
                return;
            }
            Thread.Builder visitor = Thread.ofVirtual().uncaughtExceptionHandler((thread, defect) -> fail(defect));
            visitor.start(() -> {
                try {
                    visit(host, total, watcher);
                } catch (InterruptedException e) {
                    stop();
                } finally {
                    places.release();
                    done.countDown();
                }
            });
        }
    }

    private void fail(Throwable why) {
        failure.compareAndSet(null, why);
        stop();
    }

    /** Begins no further connection; {@link #run} returns at once, and what is under way is forgotten. */
    void stop() {
        stop.countDown();
    }

    boolean stopped() {
        return stop.getCount() == 0;
    }

    private void visit(List<Target> host, int total, Watcher watcher) throws InterruptedException {
        Pace hostPace = new Pace(scope.rates().perHostPerSecond(), nanos, sleeper);
        int timeouts = 0;
        for (Target target : host) {
            List<Look> looks = timeouts < TIMEOUTS ? looks(target, hostPace) : List.of();
            if (stopped()) {
                return;
            }
            boolean unreachable = looks.stream().anyMatch(look -> look.verdict() == Verdict.UNREACHABLE);
            timeouts = looks.isEmpty() || unreachable ? timeouts + 1 : 0;
            Finding finding = new Finding(target, clock.instant().truncatedTo(ChronoUnit.MILLIS), looks);
            findings.add(finding);
            watcher.seen(finding, findings.size(), total);
        }
    }

    private List<Look> looks(Target target, Pace hostPace) throws InterruptedException {
        List<Look> looks = new ArrayList<>();
        boolean listens = titles(target, false, hostPace, looks);
        if (listens && looks.getLast().verdict() != Verdict.ANSWERED) {
            titles(target, true, hostPace, looks);
        }
        return looks;
    }

    /** Calls the peer by the first title, and by the next ones while it answers that it knows no such title. */
    private boolean titles(Target target, boolean tls, Pace hostPace, List<Look> looks) throws InterruptedException {
        for (AeTitle called : scope.calledAeTitles()) {
            hostPace.await();
            pace.await();
            if (stopped()) {
                return false;
            }
            Look look = look(target, tls, called);
            looks.add(look);
            if (!look.rejection().map(Look.Rejection::calledTitleUnknown).orElse(false)) {
                break;
            }
        }
        return looks.getLast().verdict().listens();
    }

    private Look look(Target target, boolean tls, AeTitle called) {
        if (!scope.allows(target)) {
            throw new IllegalStateException("a target outside the scope reached the sweep");
        }
        String kind = tls ? "tls" : "clear";
        Look nothing = Look.of(tls, called, Verdict.UNREACHABLE, 0, 0);
        if (!log.begin(kind, target)) {
            return nothing;
        }
        try {
            Look look = stranger.look(target, tls, called);
            log.probe(kind, target, look);
            return look;
        } catch (IOException e) {
            fail(e);
            return nothing;
        }
    }
}
