package org.strongroom.dicom;

import static org.strongroom.dicom.Attributes.Modality;
import static org.strongroom.dicom.Attributes.PatientID;
import static org.strongroom.dicom.Attributes.PatientName;
import static org.strongroom.dicom.Attributes.SOPInstanceUID;
import static org.strongroom.dicom.Attributes.SeriesInstanceUID;
import static org.strongroom.dicom.Attributes.StudyInstanceUID;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Prints how much processor time {@code readHead} takes, warm, for the files named on the command line; a quick look, not a proof:
 * {@code java -cp dicom/target/classes:dicom/target/test-classes org.strongroom.dicom.ReadHeadSpeed FILE...}
 */
final class ReadHeadSpeed {
    private ReadHeadSpeed() {}

    public static void main(String[] files) throws IOException {
        cpuNanos();
        long started = cpuNanos();
        Dictionary.standard();
        System.out.printf(Locale.ROOT, "dictionary loaded in %.1f ms%n", (cpuNanos() - started) / 1e6);
        started = cpuNanos();
        Dictionary.standard().transferSyntaxes();
        System.out.printf(Locale.ROOT, "registry of UIDs loaded in %.1f ms%n", (cpuNanos() - started) / 1e6);
        for (String file : files) {
            Part10 part10 = Part10.open(new ByteArrayInputStream(Files.readAllBytes(Path.of(file))), Limits.DEFAULT);
            byte[] body = part10.body().readAllBytes();
            int elements = head(body, part10).tags().size();
            double head = nanos(() -> head(body, part10).index().count);
            double six = nanos(() -> {
                DataSet read = head(body, part10);
                return read.get(StudyInstanceUID).hashCode()
                        + read.get(SeriesInstanceUID).hashCode()
                        + read.get(SOPInstanceUID).hashCode()
                        + read.get(PatientID).hashCode()
                        + read.get(PatientName).hashCode()
                        + read.get(Modality).hashCode();
            });
            System.out.printf(
                    Locale.ROOT,
                    "%s: %d elements, readHead %.0f ns, with six values %.0f ns%n",
                    file,
                    elements,
                    head,
                    six);
        }
    }

    private static DataSet head(byte[] body, Part10 file) {
        return DataSet.readHead(body, body.length, true, file.syntax(), Limits.DEFAULT)
                .orElseThrow()
                .elements();
    }

    /** Of this thread: other work on the machine does not count. */
    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private interface Work {
        int run();
    }

    /** The best of several rounds after warming up. */
    private static double nanos(Work work) {
        int sum = 0;
        double best = Double.MAX_VALUE;
        for (int round = 0; round < 12; round++) {
            int times = 50_000;
            long from = cpuNanos();
            for (int i = 0; i < times; i++) {
                sum += work.run();
            }
            best = Math.min(best, (cpuNanos() - from) / (double) times);
        }
        return sum == 42 ? best + 1 : best;
    }
}
