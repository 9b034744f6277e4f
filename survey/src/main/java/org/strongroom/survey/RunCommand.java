package org.strongroom.survey;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code survey run}: looks at every target of a scope and writes what was found. */
@Command(
        name = "run",
        description = "Looks at every target of a scope once, as a stranger would, and writes DIR/result.json,"
                + " DIR/report.html and DIR/packets.log. They are a list of targets: keep them as you keep keys.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "open: a stranger gets an association and an answer. closed: something answers and refuses.",
            "silent: nothing there. not-contacted: nothing is known, since its host was given up after three connections",
            "in a row without an answer. Exit status 0 when the run came to its end, whatever was found; 2 when the scope",
            "gives no authority, and then nothing was sent."
        })
final class RunCommand implements Callable<Integer> {
    private static final System.Logger LOG = System.getLogger(RunCommand.class.getName());

    private final PrintStream out;
    private final PrintStream err;
    private final boolean progress;
    private final Clock clock;

    @Option(names = "--scope", required = true, paramLabel = "FILE", description = "What may be looked at.")
    Path scope = Path.of("");

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "A new or empty folder.")
    Path folder = Path.of("");

    @Option(
            names = "--target",
            paramLabel = "ADDRESS:PORT",
            description = "Only this one of the scope's targets; may be repeated.")
    List<String> only = List.of();

    @Option(names = "--json", description = "Print the targets as JSON and nothing else.")
    boolean json;

    RunCommand(PrintStream out, PrintStream err, boolean progress, Clock clock) {
        this.out = out;
        this.err = err;
        this.progress = progress;
        this.clock = clock;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        ScopeFile authority = ScopeFile.read(scope);
        authority.scope().checkDay(LocalDate.now(clock));
        List<List<Target>> plan =
                Sweep.plan(authority.scope(), only.stream().map(Target::parse).toList());
        OutFolder files = OutFolder.empty(folder);
        try (PacketLog log = PacketLog.begin(files.create("packets.log"), clock, authority.sha256())) {
            Stranger stranger = new DicomStranger(authority.scope());
            Sweep sweep = new Sweep(authority.scope(), stranger, log, clock, System::nanoTime, Pace.Sleeper.REAL);
            CountDownLatch written = new CountDownLatch(1);
            Thread hook = stopOnSignal(sweep, written);
            try {
                RunRecord run = sweep(sweep, plan, authority, log);
                files.write("result.json", ResultFile.whole(run) + "\n");
                files.write("report.html", Report.page(run));
                tell(run);
                return run.stopped() ? Main.FAILED : Main.DONE;
            } finally {
                written.countDown();
                forget(hook);
            }
        }
    }

    private RunRecord sweep(Sweep sweep, List<List<Target>> plan, ScopeFile authority, PacketLog log)
            throws IOException, InterruptedException {
        Instant begun = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        List<Finding> findings = sweep.run(plan, this::progress);
        clearProgress();
        Instant ended = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        return new RunRecord(authority, begun, ended, sweep.stopped(), log.end(sweep.stopped()), findings);
    }

    /** Ctrl-C and SIGTERM end the run: no further connection, and what was seen is written before the process goes. */
    private static Thread stopOnSignal(Sweep sweep, CountDownLatch written) {
        Thread hook = Thread.ofPlatform().unstarted(() -> {
            sweep.stop();
            try {
                boolean inTime = written.await(1, TimeUnit.SECONDS);
                if (!inTime) {
                    LOG.log(System.Logger.Level.WARNING, "survey.stopped files=unfinished");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Runtime.getRuntime().addShutdownHook(hook);
        return hook;
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is already going down, and the hook runs.
        }
    }

    private void progress(Finding finding, int done, int total) {
        if (progress) {
            err.print("\r" + done + " of " + total + " targets");
            err.flush();
        }
    }

    private void clearProgress() {
        if (progress) {
            err.print("\r\u001b[K");
            err.flush();
        }
    }

    private void tell(RunRecord run) {
        if (json) {
            out.println(ResultFile.targets(run.findings()));
            return;
        }
        for (Finding finding : run.findings()) {
            if (finding.state().answers()) {
                out.printf("%-22s %-7s %s%n", finding.target(), finding.state().word(), sentence(finding));
            }
        }
        String notContacted = Report.notContacted(run);
        out.printf(
                "%d open, %d closed, %d silent.%s%s%n",
                run.count(State.OPEN),
                run.count(State.CLOSED),
                run.count(State.SILENT),
                notContacted.isEmpty() ? "" : " " + notContacted + ": nothing is known of them.",
                run.stopped() ? " Stopped before every target was seen." : "");
        out.println("Report: " + folder.resolve("report.html"));
    }

    private static String sentence(Finding finding) {
        if (finding.state() == State.OPEN) {
            if (finding.studies() == 0) {
                return finding.atLeast()
                        ? "a stranger is answered; its list of studies broke off before the first was whole"
                        : "a stranger lists nothing";
            }
            return "a stranger lists " + Report.studies(finding.studies(), finding.atLeast());
        }
        return finding.best().map(look -> look.verdict().sentence()).orElse("");
    }
}
