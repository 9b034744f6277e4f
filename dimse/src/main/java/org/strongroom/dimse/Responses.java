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
     * Has {@code action} run once, on a thread of its own, when that happens; at once when it has. To break off what waits
     * for somebody else: {@link #cancelled} is looked at in between.
     */
    void whenCancelled(Runnable action);

    /**
     * Transfer syntaxes in which this association's requestor takes instances of a SOP class over C-GET: presentation
     * contexts accepted with the requestor in the SCP role, PS3.7 D.3.3.4.
     */
    List<TransferSyntax> acceptedForGet(Uid sopClass);

    /**
     * A C-STORE sub-operation of C-GET on this association; returns what the requestor answered. When a C-CANCEL comes while
     * the instance is being sent and half a second later it still is, the association is aborted: a message can't be
     * broken off otherwise, and one cut short would look whole to the requestor.
     */
    Status store(Instance instance) throws IOException;
}
