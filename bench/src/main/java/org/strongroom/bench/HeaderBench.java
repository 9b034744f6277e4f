package org.strongroom.bench;

import java.io.IOException;
import java.io.OutputStream;
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
import org.openjdk.jmh.infra.Blackhole;
import org.strongroom.dicom.Attribute;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.TransferSyntax;

/** From the bytes of a CT image to what an index needs, and back to bytes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 6, time = 1)
@Fork(2)
public class HeaderBench {
    private final Ct ct = Ct.load();
    private final DataSet read = ct.whole();
    private final TransferSyntax other = ct.syntax.equals(TransferSyntax.ImplicitVRLittleEndian)
            ? TransferSyntax.ExplicitVRLittleEndian
            : TransferSyntax.ImplicitVRLittleEndian;

    /** Every element before the pixel data found. */
    @Benchmark
    public DataSet header() {
        return ct.head();
    }

    /** The same with 20 values decoded. */
    @Benchmark
    public void headerToIndex(Blackhole hole) {
        DataSet head = ct.head();
        for (Attribute<?> attribute : Ct.INDEXED) {
            hole.consume(head.get(attribute));
        }
    }

    /** Read whole and written as it is. */
    @Benchmark
    public void readAndWrite(Blackhole hole) throws IOException {
        ct.whole().writeTo(new Sink(hole), ct.syntax);
    }

    /** Read whole, one value changed, and written. */
    @Benchmark
    public void readEditWrite(Blackhole hole) throws IOException {
        ct.whole().with(Attributes.PatientID, "R-17").writeTo(new Sink(hole), ct.syntax);
    }

    /** Written in the other VR encoding: every header anew. */
    @Benchmark
    public void reencode(Blackhole hole) throws IOException {
        read.writeTo(new Sink(hole), other);
    }

    private static final class Sink extends OutputStream {
        private final Blackhole hole;

        Sink(Blackhole hole) {
            this.hole = hole;
        }

        @Override
        public void write(int b) {
            hole.consume(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            hole.consume(length);
        }
    }
}
