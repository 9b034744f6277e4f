package org.strongroom.dicom.model;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Part10;

/**
 * Prints how much processor time and garbage DICOM JSON of a header takes, warm, both ways, in an array of 100; a quick look,
 * not a proof: {@code java -cp dicom/target/classes:dicom/target/test-classes org.strongroom.dicom.model.JsonSpeed FILE...}
 */
final class JsonSpeed {
    private static final int COPIES = 100;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private JsonSpeed() {}

    private interface Work {
        int run() throws IOException;
    }

    public static void main(String[] files) throws IOException {
        for (String file : files) {
            Part10 part10 = Part10.open(new ByteArrayInputStream(Files.readAllBytes(Path.of(file))), Limits.DEFAULT);
            byte[] body = part10.body().readAllBytes();
            DataSet head = DataSet.readHead(body, body.length, true, part10.syntax(), Limits.DEFAULT)
                    .orElseThrow()
                    .elements();
            byte[] json = write(head, new ByteArrayOutputStream());
            ByteArrayOutputStream out = new ByteArrayOutputStream(2 * json.length);
            System.out.printf(
                    Locale.ROOT,
                    "%s: %d elements, %d bytes of JSON%n",
                    file,
                    head.tags().size(),
                    json.length / COPIES);
            measure("write", () -> {
                out.reset();
                return write(head, out).length;
            });
            measure("read", () -> read(json).size());
        }
    }

    private static byte[] write(DataSet head, ByteArrayOutputStream out) throws IOException {
        DicomJsonWriter writer = new DicomJsonWriter(out);
        writer.startArray();
        for (int i = 0; i < COPIES; i++) {
            writer.write(head);
        }
        writer.endArray();
        writer.flush();
        return out.toByteArray();
    }

    private static List<DataSet> read(byte[] json) throws IOException {
        List<DataSet> read = new ArrayList<>();
        DicomJsonReader reader = new DicomJsonReader(new ByteArrayInputStream(json));
        reader.next().ifPresent(read::add);
        for (var next = reader.next(); next.isPresent(); next = reader.next()) {
            read.add(next.get());
        }
        return read;
    }

    /** The best of several rounds after warming up; the time of this thread, so that other work does not count. */
    private static void measure(String what, Work work) throws IOException {
        int sum = 0;
        double best = Double.MAX_VALUE;
        long garbage = 0;
        for (int round = 0; round < 20; round++) {
            int times = 60;
            long allocated = THREADS.getCurrentThreadAllocatedBytes();
            long from = THREADS.getCurrentThreadCpuTime();
            for (int i = 0; i < times; i++) {
                sum += work.run();
            }
            best = Math.min(best, (THREADS.getCurrentThreadCpuTime() - from) / (double) times);
            garbage = (THREADS.getCurrentThreadAllocatedBytes() - allocated) / times;
        }
        System.out.printf(
                Locale.ROOT,
                "  %s: %.2f us and %d bytes of garbage a header%s%n",
                what,
                best / 1e3 / COPIES,
                garbage / COPIES,
                sum == 42 ? "." : "");
    }
}
