package org.strongroom.dimse;

import java.io.IOException;
import java.io.OutputStream;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;

/** A SOP Instance to be sent: its data set is written, in the transfer syntax named, when the network takes it. */
public interface Instance {
    Uid sopClass();

    Uid sopInstance();

    TransferSyntax syntax();

    /** Writes the data set, without File Meta Information, in pieces as they are read. */
    void writeTo(OutputStream out) throws IOException;
}
