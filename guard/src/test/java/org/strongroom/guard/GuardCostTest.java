package org.strongroom.guard;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.strongroom.testkit.Extent;

/** What a decision and its record cost; prints the figures, and fails only when they are out of all proportion. */
class GuardCostTest {
    @TempDir
    Path root;

    @Test
    void a_decision_with_its_record_is_cheap() throws Exception {
        try (House house = new House(root)) {
            Identity.Device ws = house.enrol(house.record("WS1", Set.of(DeviceRecord.Service.FIND), Set.of()));
            int each = Extent.of(500, 5_000);
            run(house, ws, 64, each);
            for (int threads : new int[] {8, 64}) {
                report(threads, house, ws, each);
            }
            long[] nanos = new long[Extent.of(200, 2000)];
            for (int i = 0; i < nanos.length; i++) {
                long start = System.nanoTime();
                decide(house, ws);
                nanos[i] = System.nanoTime() - start;
            }
            Arrays.sort(nanos);
            System.err.printf(
                    "decide+record, 1 thread: p50 %.3f ms, p99 %.3f ms%n",
                    nanos[nanos.length / 2] / 1e6, nanos[nanos.length * 99 / 100] / 1e6);
        }
        KeyRing keys = KeyRing.open(root.resolve("keys"));
        long start = System.nanoTime();
        print("the tree", AuditVerifier.verify(root.resolve("audit"), keys.directory()), start);
        start = System.nanoTime();
        print("tree and seals", AuditVerifier.verify(root.resolve("audit"), keys), start);
        start = System.nanoTime();
        AuditLog.open(root.resolve("audit"), keys, new FakeClock()).close();
        System.err.printf("open and close: %.1f ms%n", (System.nanoTime() - start) / 1e6);
    }

    private static void print(String what, Verification found, long start) {
        assertThat(found.fault()).isEmpty();
        double seconds = (System.nanoTime() - start) / 1e9;
        System.err.printf(
                "verify %s: %d records of %.0f bytes, %.0f/s%n",
                what, found.records(), (double) found.bytes() / found.records(), found.records() / seconds);
    }

    private static void report(int threads, House house, Identity.Device who, int each) throws Exception {
        long cpu = cpu();
        long start = System.nanoTime();
        run(house, who, threads, each);
        double seconds = (System.nanoTime() - start) / 1e9;
        double micros = (cpu() - cpu) / 1e3 / threads / each;
        System.err.printf(
                "decide+record, %d threads: %.1f us CPU each, %.0f/s%n", threads, micros, threads * each / seconds);
        assertThat(micros).isLessThan(2000);
    }

    private static void run(House house, Identity.Device who, int threads, int each) throws Exception {
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int t = 0; t < threads; t++) {
                pool.execute(() -> {
                    for (int i = 0; i < each; i++) {
                        decide(house, who);
                    }
                });
            }
        }
    }

    private static void decide(House house, Identity.Device who) {
        Action.Query query = new Action.Query("STUDY", List.of("PatientID", "StudyDate"));
        House.granted(house.guard.decide(who, Purpose.TREAT, query));
    }

    private static long cpu() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }
}
