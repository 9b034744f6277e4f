package org.strongroom.dimse;

import java.util.List;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;

/** C-ECHO and C-STORE have one response. */
final class NoResponses implements Responses {
    @Override
    public void match(Status status, DataSet identifier) {
        throw new IllegalStateException("this operation has no pending responses");
    }

    @Override
    public void progress(SubOperations counts) {
        throw new IllegalStateException("this operation has no pending responses");
    }

    @Override
    public boolean cancelled() {
        return false;
    }

    /** Never: they can't be cancelled. */
    @Override
    public void whenCancelled(Runnable action) {}

    @Override
    public List<TransferSyntax> acceptedForGet(Uid sopClass) {
        return List.of();
    }

    @Override
    public Status store(Instance instance) {
        throw new IllegalStateException("this operation has no sub-operations");
    }
}
