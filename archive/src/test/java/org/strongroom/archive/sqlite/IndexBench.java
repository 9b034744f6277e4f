package org.strongroom.archive.sqlite;

import static org.strongroom.dicom.Attributes.*;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Stream;
import org.strongroom.archive.Entry;
import org.strongroom.archive.Index;
import org.strongroom.archive.Level;
import org.strongroom.archive.Located;
import org.strongroom.archive.Match;
import org.strongroom.archive.Matches;
import org.strongroom.archive.Position;
import org.strongroom.archive.Query;
import org.strongroom.archive.SyntheticArchive;
import org.strongroom.dicom.DataSet;

/**
 * Measures the index: {@code IndexBench FOLDER STUDIES [SEED]}. Prints bytes written and CPU for each new study and
 * instance, and times of the first page (50 answers) of common searches, alone and beside a writer.
 */
final class IndexBench {
    private static final int PAGE = 50;
    private static final int QUERIES = 400;

    private final PrintStream out;
    private final Path folder;
    private final SyntheticArchive archive;
    private final Random random;
    private long offset;

    private IndexBench(PrintStream out, Path folder, long seed) {
        this.out = out;
        this.folder = folder;
        this.archive = new SyntheticArchive(seed);
        this.random = new Random(seed);
    }

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) throws Exception {
        Path folder = Files.createDirectories(Path.of(args[0]));
        int studies = Integer.parseInt(args[1]);
        long seed = args.length > 2 ? Long.parseLong(args[2]) : 1;
        new IndexBench(System.out, folder, seed).run(studies);
    }

    private void run(int studies) throws Exception {
        try (Index index = SqliteIndex.open(folder.resolve("index.db"), SqliteIndexTest.KEYS)) {
            insert(index, "bulk: new studies of 1 series and 3 instances", studies, 3);
            settle(index);
            sizes();
            single(index);
            insert(index, "bulk: new studies of 1 series and 300 instances", 100, 300);
            instances(index);
            out.printf("waiting for merges%n");
            settle(index);
            sizes();
            searches(index, "alone");
            AtomicBoolean stop = new AtomicBoolean();
            AtomicLong written = new AtomicLong();
            Thread writer = Thread.ofPlatform().start(() -> write(index, stop, written));
            long begin = System.nanoTime();
            searches(index, "beside a writer");
            stop.set(true);
            writer.join();
            out.printf("the writer recorded %.0f studies/s%n", written.get() * 1e9 / (System.nanoTime() - begin));
            out.printf("resident %s%n", status("VmRSS"));
        }
        reopen();
    }

    private void reopen() throws IOException {
        long begin = System.nanoTime();
        SqliteIndex.open(folder.resolve("index.db"), SqliteIndexTest.KEYS).close();
        out.printf("open and close: %.0f ms%n", (System.nanoTime() - begin) / 1e6);
    }

    private void write(Index index, AtomicBoolean stop, AtomicLong written) {
        try {
            while (!stop.get()) {
                index.record(entries(archive.study(), 3), position());
                written.incrementAndGet();
                Thread.sleep(2);
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<Entry> entries(DataSet study, int instances) {
        List<Entry> entries = new ArrayList<>(instances);
        for (int i = 0; i < instances; i++) {
            entries.add(archive.instance(study, i + 1, offset += 500_000));
        }
        return entries;
    }

    private Position position() {
        return new Position(1, offset + 1000, 0);
    }

    private void insert(Index index, String what, int studies, int instances) throws Exception {
        long bytes = written();
        long cpu = processCpu();
        long recording = 0;
        long wall = 0;
        long step = System.nanoTime();
        for (int i = 0; i < studies; i++) {
            List<Entry> entries = entries(archive.study(), instances);
            long before = threadCpu();
            long begin = System.nanoTime();
            index.record(entries, position());
            wall += System.nanoTime() - begin;
            recording += threadCpu() - before;
            if ((i + 1) % 50_000 == 0) {
                out.printf(
                        Locale.ROOT, "  %d studies, last 50,000 in %.1f s%n", i + 1, (System.nanoTime() - step) / 1e9);
                step = System.nanoTime();
            }
        }
        settle(index);
        out.printf(
                Locale.ROOT,
                "%s: %d in %.1f s, record() CPU %.0f us a study (whole process with making of data %.0f), written %.2f KB a"
                        + " study%n",
                what,
                studies,
                wall / 1e9,
                recording / 1e3 / studies,
                (processCpu() - cpu) / 1e3 / studies,
                (written() - bytes) / 1e3 / studies);
    }

    /** The worst case of writing: each study in a commit of its own. */
    private void single(Index index) throws Exception {
        int studies = 500;
        long bytes = written();
        long begin = System.nanoTime();
        for (int i = 0; i < studies; i++) {
            index.record(entries(archive.study(), 1), position());
            index.flush();
        }
        out.printf(
                Locale.ROOT,
                "new studies of 1 instance, one a commit: %.2f KB a study, %.2f ms%n",
                (written() - bytes) / 1e3 / studies,
                (System.nanoTime() - begin) / 1e6 / studies);
    }

    /** Instances of series that are known, eight series at a time, ten instances a call. */
    private void instances(Index index) throws Exception {
        List<DataSet> studies = Stream.generate(archive::study).limit(8).toList();
        int calls = 4000;
        long bytes = 0;
        long cpu = 0;
        for (int i = 0; i < calls; i++) {
            if (i == calls / 4) {
                bytes = written();
                cpu = 0;
            }
            List<Entry> batch = new ArrayList<>();
            for (int j = 0; j < 10; j++) {
                batch.add(archive.instance(studies.get(j % 8), i * 10 + j, offset += 500_000));
            }
            long before = threadCpu();
            index.record(batch, position());
            cpu += threadCpu() - before;
        }
        index.flush();
        int counted = calls * 3 / 4 * 10;
        out.printf(
                Locale.ROOT,
                "instances of known series: CPU %.1f us each, written %.2f KB each%n",
                cpu / 1e3 / counted,
                (written() - bytes) / 1e3 / counted);
    }

    private void settle(Index index) throws Exception {
        index.flush();
        long last = -1;
        while (last != written()) {
            last = written();
            Thread.sleep(500);
        }
    }

    private void sizes() throws Exception {
        try (Session session = Session.reader(folder.resolve("index.db"), 1024)) {
            long pages = session.number(0, "PRAGMA page_count");
            long free = session.number(0, "PRAGMA freelist_count");
            out.printf(Locale.ROOT, "file %.1f MB, of which free %.1f MB%n", pages * 4096 / 1e6, free * 4096 / 1e6);
            for (String table : List.of("study", "series", "instance", "posting", "patient", "waiting")) {
                long bytes = session.number(0, "SELECT sum(pgsize) FROM dbstat WHERE name = ?", table);
                long rows = session.number(0, "SELECT count(*) FROM " + table);
                out.printf(
                        Locale.ROOT,
                        "  %-9s %9d rows, %8.1f MB, %.1f bytes a row%n",
                        table,
                        rows,
                        bytes / 1e6,
                        (double) bytes / Math.max(1, rows));
            }
            out.printf("  runs %d%n", session.number(0, "SELECT count(*) FROM run"));
        }
    }

    private interface Asking {
        Query query();
    }

    private void searches(Index index, String how) throws Exception {
        Set<org.strongroom.dicom.Tag> keys = Set.of(
                PatientName.tag(),
                StudyDate.tag(),
                StudyDescription.tag(),
                AccessionNumber.tag(),
                ModalitiesInStudy.tag(),
                NumberOfStudyRelatedInstances.tag());
        out.printf("first page of %d, %s: p50 / p99 ms, answers and CPU ms on average%n", PAGE, how);
        time(index, "patient id", () -> study(keys, new Match.Single(PatientID.tag(), archive.anyPatientId())));
        time(index, "accession", () -> study(keys, new Match.Single(AccessionNumber.tag(), archive.anyAccession())));
        time(
                index,
                "study uid",
                () -> study(keys, new Match.UidList(StudyInstanceUID.tag(), List.of(archive.anyStudy()))));
        time(index, "name prefix 3", () -> study(keys, name(archive.anyFamily().substring(0, 3) + "*")));
        time(index, "name infix 4", () -> study(keys, name("*" + infix(4) + "*")));
        time(index, "name infix 8", () -> study(keys, name("*" + infix(8) + "*")));
        time(index, "name infix none", () -> study(keys, name("*qxz" + infix(4) + "*")));
        time(
                index,
                "family^g*",
                () -> study(keys, name(archive.anyFamily() + "^" + "ABCDEJKLM".charAt(random.nextInt(9)) + "*")));
        time(
                index,
                "30 days + modality",
                () -> study(keys, days(30), new Match.Single(ModalitiesInStudy.tag(), archive.anyModality())));
        time(index, "one day", () -> study(keys, days(0)));
        time(
                index,
                "description",
                () -> study(
                        keys,
                        new Match.Wildcard(
                                StudyDescription.tag(),
                                "*" + archive.anyDescription().substring(2, 7) + "*")));
        time(index, "all, by date", () -> study(keys));
        time(
                index,
                "patients by name",
                () -> new Query(
                        Level.PATIENT,
                        List.of(name(archive.anyFamily().substring(0, 3) + "*")),
                        Set.of(PatientName.tag())));
        deep(index, keys);
    }

    private Match name(String pattern) {
        return new Match.Wildcard(PatientName.tag(), pattern);
    }

    private String infix(int letters) {
        while (true) {
            String name = archive.anyFamily() + "^" + archive.anyGiven();
            if (name.length() > letters + 1) {
                int from = random.nextInt(name.length() - letters);
                return name.substring(from, from + letters);
            }
        }
    }

    private Match days(int days) {
        java.time.LocalDate day = archive.anyDay();
        java.time.format.DateTimeFormatter format = java.time.format.DateTimeFormatter.BASIC_ISO_DATE;
        return new Match.Range(
                StudyDate.tag(), Optional.of(format.format(day)), Optional.of(format.format(day.plusDays(days))));
    }

    private static Query study(Set<org.strongroom.dicom.Tag> keys, Match... matches) {
        return new Query(Level.STUDY, List.of(matches), keys);
    }

    private static final Index.HeadReader NO_HEADS = new Index.HeadReader() {
        @Override
        public <T> T read(Located located, Function<DataSet, T> use) {
            return use.apply(DataSet.empty());
        }
    };

    private void time(Index index, String what, Asking asking) throws IOException {
        long[] nanos = new long[QUERIES];
        long answers = 0;
        long cpu = threadCpu();
        for (int i = 0; i < QUERIES; i++) {
            Query query = asking.query();
            long begin = System.nanoTime();
            try (Matches matches = index.find(query, NO_HEADS, () -> false)) {
                for (int j = 0; j < PAGE && matches.next().isPresent(); j++) {
                    answers++;
                }
            }
            nanos[i] = System.nanoTime() - begin;
        }
        report(what, nanos, answers / (double) QUERIES, threadCpu() - cpu);
    }

    /** Pages 2 to 201 of a name prefix of one letter. */
    private void deep(Index index, Set<org.strongroom.dicom.Tag> keys) throws IOException {
        List<Long> nanos = new ArrayList<>();
        long cpu = threadCpu();
        try (Matches matches = index.find(study(keys, name("S*")), NO_HEADS, () -> false)) {
            boolean more = true;
            for (int page = 0; page < 200 && more; page++) {
                long begin = System.nanoTime();
                for (int j = 0; j < PAGE && more; j++) {
                    more = matches.next().isPresent();
                }
                nanos.add(System.nanoTime() - begin);
            }
        }
        report("deep pages", nanos.stream().mapToLong(Long::longValue).toArray(), PAGE, threadCpu() - cpu);
    }

    private void report(String what, long[] nanos, double answers, long cpu) {
        Arrays.sort(nanos);
        out.printf(
                Locale.ROOT,
                "  %-20s %7.3f / %7.3f   %4.1f   %.3f%n",
                what,
                nanos[nanos.length / 2] / 1e6,
                nanos[nanos.length * 99 / 100] / 1e6,
                answers,
                cpu / 1e6 / nanos.length);
    }

    private static long written() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/io")).stream()
                .filter(line -> line.startsWith("wchar:"))
                .mapToLong(line -> Long.parseLong(line.substring(7).strip()))
                .sum();
    }

    private static String status(String name) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith(name))
                .findFirst()
                .orElse("");
    }

    private static long processCpu() {
        return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
                .getProcessCpuTime();
    }

    private static long threadCpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
