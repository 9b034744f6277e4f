package org.strongroom.gateway.dimse;

import java.io.IOException;
import java.io.OutputStream;
import org.strongroom.archive.Retrieval.StoredInstance;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;

/** An instance held in memory. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record FakeInstance(Uid sopInstance, Uid sopClass, TransferSyntax syntax, byte[] bytes) implements StoredInstance {
    static FakeInstance of(String sopInstance, Uid sopClass, TransferSyntax syntax) {
        return new FakeInstance(new Uid(sopInstance), sopClass, syntax, new byte[0]);
    }

    @Override
    public long length() {
        return bytes.length;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        out.write(bytes);
    }

    @Override
    public void writeFileTo(OutputStream out) {
        throw new IllegalStateException("files are not for this door");
    }
}
