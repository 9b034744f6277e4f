package org.strongroom.gateway.dimse;

import java.io.IOException;
import java.io.OutputStream;
import org.strongroom.archive.Retrieval.StoredInstance;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.Rewriter;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.Instance;

/**
 * A stored instance on its way out: byte for byte as received, or rewritten in another native transfer syntax
 * (PS3.5 annex A) where the other side takes only that. Either way it passes through buffers, whatever its length.
 */
record Outgoing(StoredInstance stored, TransferSyntax syntax) implements Instance {
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

    /**
     * In two passes: the first only looks, so that an instance that can't be rewritten fails before a byte of it is sent and
     * costs the association nothing.
     */
    private void rewrite(OutputStream out) throws IOException {
        int pixelRepresentation = pass(OutputStream.nullOutputStream(), 0);
        pass(out, pixelRepresentation);
    }

    private int pass(OutputStream out, int pixelRepresentation) throws IOException {
        try (Rewriter rewriter = new Rewriter(out, stored.syntax(), syntax, pixelRepresentation, Limits.DEFAULT)) {
            stored.writeTo(rewriter);
            rewriter.finish();
            return rewriter.pixelRepresentation();
        } catch (DicomFormatException e) {
            throw new IOException("a stored instance can't be sent as " + syntax + ": " + e.getMessage(), e);
        }
    }
}
