package org.strongroom.bench;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.model.DicomJsonReader;
import org.strongroom.dicom.model.DicomJsonWriter;

/** The metadata of a series of 100 instances as DICOM JSON, what a viewer asks for first. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 6, time = 1)
@Fork(2)
public class JsonBench {
    private static final int INSTANCES = 100;

    private final Ct ct = Ct.load();
    private final List<byte[]> headers = new ArrayList<>();
    private final List<DataSet> series = new ArrayList<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream(1 << 20);
    private final byte[] json;

    public JsonBench() {
        for (int i = 0; i < INSTANCES; i++) {
            DataSet one = ct.head()
                    .with(Attributes.SOPInstanceUID, new Uid("2.25." + (1000 + i)))
                    .with(Attributes.InstanceNumber, i + 1);
            headers.add(one.toBytes(ct.syntax));
            series.add(DataSet.read(headers.getLast(), ct.syntax, Limits.DEFAULT));
        }
        try {
            json = write(series).clone();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private byte[] write(List<DataSet> dataSets) throws IOException {
        out.reset();
        DicomJsonWriter writer = new DicomJsonWriter(out);
        writer.startArray();
        for (DataSet dataSet : dataSets) {
            writer.write(dataSet);
        }
        writer.endArray();
        writer.flush();
        return out.toByteArray();
    }

    /** Of data sets that are indexed already. */
    @Benchmark
    public int seriesToJson() throws IOException {
        return write(series).length;
    }

    /** Of their bytes. */
    @Benchmark
    public int bytesOfSeriesToJson() throws IOException {
        List<DataSet> read = new ArrayList<>(INSTANCES);
        for (byte[] header : headers) {
            read.add(DataSet.read(header, ct.syntax, Limits.DEFAULT));
        }
        return write(read).length;
    }

    @Benchmark
    public int jsonToSeries() throws IOException {
        DicomJsonReader reader = new DicomJsonReader(new ByteArrayInputStream(json));
        int elements = 0;
        for (var next = reader.next(); next.isPresent(); next = reader.next()) {
            elements += next.get().tags().size();
        }
        return elements;
    }
}
