package org.strongroom.dicom;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/** A deflated data set (PS3.5 annex A.5) as it inflates, refused where it grows beyond the limits. */
final class InflatingStream extends InflaterInputStream {
    private final Limits limits;

    /** @param in is not closed with this */
    InflatingStream(InputStream in, Limits limits) {
        super(in, new Inflater(true), 8192);
        this.limits = limits;
    }

    @Override
    public int read(byte[] bytes, int offset, int count) throws IOException {
        int n;
        try {
            n = super.read(bytes, offset, count);
        } catch (ZipException e) {
            throw new DicomFormatException("the deflated data set is damaged", inf.getBytesRead(), "");
        } catch (EOFException e) {
            throw new DicomFormatException("the deflated data set is cut off", inf.getBytesRead(), "");
        }
        Inflation.check(inf.getBytesWritten(), inf.getBytesRead(), limits);
        return n;
    }

    /** After its end: whether more follows than the zero that may make it even, PS3.5 annex A.5. */
    boolean isFollowed() throws IOException {
        int rest = inf.getRemaining();
        int first = rest > 0 ? buf[len - rest] : in.read();
        boolean padded = first == 0 && inf.getBytesRead() % 2 != 0;
        return padded ? rest > 1 || in.read() >= 0 : first != -1 || rest > 0;
    }

    @Override
    public void close() {
        inf.end();
    }
}
