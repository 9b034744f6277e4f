package org.strongroom.archive;

import com.sun.management.OperatingSystemMXBean;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.SequenceInputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.strongroom.archive.sqlite.SqliteIndex;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.guard.Action;
import org.strongroom.guard.Permits;

/**
 * Engine ingest without network: objects a second, CPU and bytes written for each, by size and number of writers. Arguments:
 * folder, then SIZE:WRITERS:COUNT ones, or 0 to read all back with one thread. There is no index, so its cost is not in
 * the figures, unless the folder's name ends with "-indexed".
 */
final class IngestBench {
    private static final AtomicInteger NEXT = new AtomicInteger();

    private IngestBench() {}

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Path folder = Path.of(arguments[0]);
        Files.createDirectories(folder);
        try (PackArchive archive = PackArchive.open(
                folder.resolve("packs"),
                folder.resolve("keys"),
                Samples.KEYS,
                folder.toString().endsWith("-indexed")
                        ? SqliteIndex.open(folder.resolve("index.db"), Samples.KEYS)
                        : new NoIndex(),
                InstantSource.system(),
                PackSettings.DEFAULT)) {
            for (String step : Arrays.copyOfRange(arguments, 1, arguments.length)) {
                int[] numbers = Arrays.stream(step.split(":"))
                        .mapToInt(Integer::parseInt)
                        .toArray();
                out.println(numbers[0] == 0 ? readAll(archive) : run(archive, numbers[0], numbers[1], numbers[2]));
            }
        }
    }

    private static String run(PackArchive archive, int size, int writers, int count) throws Exception {
        byte[] sample = Samples.dataSet(900_000, 0, size, 1);
        byte[] pixels = Arrays.copyOfRange(sample, sample.length - size, sample.length);
        long[] nanos = new long[count];
        AtomicInteger done = new AtomicInteger();
        long written = written();
        long cpu = cpuNanos();
        long start = System.nanoTime();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<?> writer : IntStream.range(0, writers)
                    .mapToObj(_ -> threads.submit(() -> storeAll(archive, pixels, done, nanos)))
                    .toList()) {
                writer.get();
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        Arrays.sort(nanos);
        return String.format(
                Locale.ROOT,
                "%,d bytes x%d writers: %.0f/s, p50 %.2f p99 %.2f ms, cpu %.3f ms/object, written x%.2f",
                size,
                writers,
                count / seconds,
                nanos[count / 2] / 1e6,
                nanos[count * 99 / 100] / 1e6,
                (cpuNanos() - cpu) / 1e6 / count,
                (double) (written() - written) / count / sample.length);
    }

    private static String readAll(PackArchive archive) throws IOException {
        long bytes = 0;
        int count = 0;
        long cpu = cpuNanos();
        long start = System.nanoTime();
        for (int study = 0; study <= NEXT.get() / 1000; study++) {
            for (Retrieval.StoredInstance instance :
                    Samples.instances(archive.retrieve(Permits.study(Samples.study(study))))) {
                instance.writeTo(OutputStream.nullOutputStream());
                bytes += instance.length();
                count++;
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        return String.format(
                Locale.ROOT,
                "read %d: %.0f/s, %.0f MB/s, cpu %.3f ms/object",
                count,
                count / seconds,
                bytes / seconds / 1e6,
                (cpuNanos() - cpu) / 1e6 / count);
    }

    private static int storeAll(PackArchive archive, byte[] pixels, AtomicInteger done, long[] nanos)
            throws IOException {
        int mine = 0;
        for (int i = done.getAndIncrement(); i < nanos.length; i = done.getAndIncrement()) {
            int number = NEXT.getAndIncrement();
            byte[] head = Samples.head(number / 1000, number, pixels.length);
            InputStream body =
                    new SequenceInputStream(new ByteArrayInputStream(head), new ByteArrayInputStream(pixels));
            long start = System.nanoTime();
            StoreOutcome outcome = archive.store(
                    Permits.store(),
                    new StoreRequest(
                            Optional.empty(), Optional.empty(), TransferSyntax.ExplicitVRLittleEndian, body, "BENCH"));
            nanos[i] = System.nanoTime() - start;
            if (!(outcome instanceof StoreOutcome.Stored)) {
                throw new IOException(outcome.toString());
            }
            mine++;
        }
        return mine;
    }

    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static long written() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/io"))) {
            if (line.startsWith("write_bytes: ")) {
                return Long.parseLong(line.substring(13));
            }
        }
        throw new IOException("no write_bytes in /proc/self/io");
    }

    /** Forgets everything. */
    private static final class NoIndex implements Index {
        @Override
        public List<Located> versions(Uid study, Uid series, Uid sopInstance) {
            return List.of();
        }

        @Override
        public List<Recorded> record(List<Entry> entries, Position indexedTo) {
            return Collections.nCopies(entries.size(), Recorded.STORED);
        }

        @Override
        public Position indexedTo() {
            return Position.START;
        }

        @Override
        public Matches find(Query query, HeadReader heads, BooleanSupplier cancelled) {
            throw new UnsupportedOperationException("no index");
        }

        @Override
        public Locations locate(Action.Retrieve keys) {
            return new MemoryIndex.OnePage(List.of());
        }

        @Override
        public List<PackUse> packs() {
            return List.of();
        }

        @Override
        public Conflicts conflicts() {
            return new Conflicts(0, 0);
        }

        @Override
        public long studies() {
            return 0;
        }

        @Override
        public void studies(StudyUse use) {}

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
