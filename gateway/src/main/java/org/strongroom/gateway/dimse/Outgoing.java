package org.strongroom.gateway.dimse;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.concurrent.Semaphore;
import org.strongroom.archive.Retrieval.StoredInstance;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.Instance;

/**
 * A stored instance on its way out: byte for byte as received, or rewritten in another native transfer syntax
 * (PS3.5 annex A) where the other side takes only that. Rewriting needs the whole data set in memory; all of them together
 * share {@link #REWRITING_MIB}.
 */
record Outgoing(StoredInstance stored, TransferSyntax syntax) implements Instance {
    /** One rewriting reads a data set and copies no more than its elements: about once its length. */
    private static final int REWRITING_MIB = 192;

    private static final Semaphore MEMORY = new Semaphore(REWRITING_MIB, true);

    @Override
    public Uid sopClass() {
        return stored.sopClass();
    }

    @Override
    public Uid sopInstance() {
        return stored.sopInstance();
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        if (syntax.equals(stored.syntax())) {
            stored.writeTo(out);
        } else {
            rewrite(out);
        }
    }

    private void rewrite(OutputStream out) throws IOException {
        long mib = (stored.length() >> 20) + 1;
        if (mib > REWRITING_MIB) {
            throw new IOException("an instance of " + stored.length() + " bytes is too long to be sent as " + syntax);
        }
        try {
            MEMORY.acquire((int) mib);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for memory");
        }
        try {
            Whole whole = new Whole((int) stored.length());
            stored.writeTo(whole);
            DataSet.read(whole.bytes, stored.syntax(), Limits.DEFAULT).writeTo(out, syntax);
        } catch (DicomFormatException e) {
            throw new IOException("a stored instance can't be sent as " + syntax + ": " + e.getMessage(), e);
        } finally {
            MEMORY.release((int) mib);
        }
    }

    /** Takes exactly as many bytes as announced, without growing. */
    private static final class Whole extends OutputStream {
        private final byte[] bytes;
        private int length;

        Whole(int length) {
            this.bytes = new byte[length];
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int count) throws IOException {
            if (count > bytes.length - length) {
                throw new IOException("a stored instance is longer than its index row says");
            }
            System.arraycopy(from, offset, bytes, length, count);
            length += count;
        }
    }
}
