package org.strongroom.dimse;

import java.io.IOException;
import java.util.List;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;

/** What a handler may send before the final response. */
public interface Responses {
    /** A C-FIND match; {@code status} is one of the two pending ones. Written in the context's transfer syntax. */
    void match(Status status, DataSet identifier) throws IOException;

    /** Progress of a C-MOVE or C-GET. */
    void progress(SubOperations counts) throws IOException;

    /** Whether a C-CANCEL for this operation has arrived, or the peer is gone. */
    boolean cancelled();

    /**
     * Transfer syntaxes in which this association's requestor takes instances of a SOP class over C-GET: presentation
     * contexts accepted with the requestor in the SCP role, PS3.7 D.3.3.4.
     */
    List<TransferSyntax> acceptedForGet(Uid sopClass);

    /** A C-STORE sub-operation of C-GET on this association; returns what the requestor answered. */
    Status store(Instance instance) throws IOException;
}
