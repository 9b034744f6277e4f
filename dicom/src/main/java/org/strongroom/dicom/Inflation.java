package org.strongroom.dicom;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;

/**
 * Deflated data sets, PS3.5 annex A.5 (RFC 1951, no zlib header). What comes out is bounded as it comes: the buffer
 * grows with the bytes that are there and never beyond the limits.
 */
final class Inflation implements AutoCloseable {
    private static final int FIRST = 1 << 16;
    private static final int MOST = Integer.MAX_VALUE - 64;

    private final Inflater inflater = new Inflater(true);
    private final Limits limits;
    private byte[] out = new byte[FIRST];
    private int length;

    private Inflation(byte[] bytes, int count, Limits limits) {
        this.limits = limits;
        inflater.setInput(bytes, 0, count);
    }

    static byte[] all(byte[] bytes, Limits limits) {
        try (Inflation inflation = new Inflation(bytes, bytes.length, limits)) {
            while (inflation.fill()) {
                inflation.grow();
            }
            inflation.requireEnd();
            return Arrays.copyOf(inflation.out, inflation.length);
        }
    }

    static Optional<DataSet.Head> head(
            byte[] bytes, int count, boolean complete, TransferSyntax syntax, Limits limits, IntPredicate room) {
        TransferSyntax plain =
                new TransferSyntax(syntax.uid(), syntax.explicitVr(), syntax.bigEndian(), false, syntax.encapsulated());
        try (Inflation inflation = new Inflation(bytes, count, limits)) {
            while (true) {
                boolean more = inflation.fill();
                boolean finished = inflation.inflater.finished();
                if (!more && !finished && complete) {
                    inflation.requireEnd();
                }
                Optional<DataSet.Head> head =
                        DataSet.readHead(inflation.out, inflation.length, finished, plain, limits);
                if (head.isPresent() || !more) {
                    return head;
                }
                if (!room.test((int) Math.min(MOST, inflation.out.length * 2L))) {
                    throw new DicomFormatException(
                            "no memory for more than " + inflation.out.length + " bytes before the bulk",
                            inflation.inflater.getBytesRead(),
                            "");
                }
                inflation.grow();
            }
        }
    }

    static void deflate(DataSet dataSet, OutputStream out) throws IOException {
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        try {
            DeflaterOutputStream deflating = new DeflaterOutputStream(out, deflater, 8192);
            new DataSetWriter(deflating, true, false).write(dataSet);
            deflating.finish();
            if (deflater.getBytesWritten() % 2 != 0) {
                out.write(0); // PS3.5 annex A.5: even length
            }
        } finally {
            deflater.end();
        }
    }

    /** Inflates until the buffer is full (true) or the input used up (false). */
    private boolean fill() {
        try {
            while (length < out.length) {
                int got = inflater.inflate(out, length, out.length - length);
                length += got;
                check(length, inflater.getBytesRead(), limits);
                if (got == 0) {
                    return false;
                }
            }
            return !inflater.finished();
        } catch (DataFormatException e) {
            throw new DicomFormatException("the deflated data set is damaged", inflater.getBytesRead(), "");
        }
    }

    /** Refuses what grows beyond the limits: so many bytes came of so many. */
    static void check(long inflated, long read, Limits limits) {
        if (inflated > limits.inflateBytes()
                || (inflated > limits.inflateFreeBytes() && inflated / Math.max(1, read) >= limits.inflateRatio())) {
            throw new DicomFormatException(
                    "the deflated data set grows beyond the limit (" + limits.inflateRatio() + ":1 above "
                            + limits.inflateFreeBytes() + " bytes, " + limits.inflateBytes() + " in all)",
                    read,
                    "");
        }
    }

    private void grow() {
        if (out.length == MOST) {
            throw new DicomFormatException("the deflated data set is longer than 2 GiB", inflater.getBytesRead(), "");
        }
        out = Arrays.copyOf(out, (int) Math.min(MOST, out.length * 2L));
    }

    private void requireEnd() {
        if (!inflater.finished()) {
            throw new DicomFormatException("the deflated data set is cut off", inflater.getBytesRead(), "");
        }
    }

    @Override
    public void close() {
        inflater.end();
    }
}
