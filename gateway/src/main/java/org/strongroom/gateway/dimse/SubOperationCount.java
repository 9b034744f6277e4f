package org.strongroom.gateway.dimse;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.strongroom.archive.Retrieval.StoredInstance;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.Status;
import org.strongroom.dimse.SubOperations;
import org.strongroom.guard.Outcome;

/** Counts the sub-operations of one C-MOVE or C-GET, PS3.4 section C.4.2.1.6 to C.4.2.1.8. Used by one thread. */
final class SubOperationCount {
    /** A response stays readable: more failed UIDs than this are counted but not named. */
    private static final int NAMED = 1000;

    private final long total;
    private final List<Uid> failedInstances = new ArrayList<>();
    private long given;
    private int completed;
    private int failed;
    private int warning;
    private long bytes;

    SubOperationCount(long total) {
        this.total = total;
    }

    void sent(Status answer, Uid instance, long length) {
        if (answer.isSuccess()) {
            completed++;
            bytes += length;
        } else if (answer.isWarning()) {
            warning++;
            bytes += length;
        } else {
            failed(instance);
        }
    }

    void failed(Uid instance) {
        failed++;
        if (failedInstances.size() < NAMED) {
            failedInstances.add(instance);
        }
    }

    /** Of a page what belongs to the operation: what was stored since it was counted does not. */
    List<StoredInstance> of(List<StoredInstance> page) {
        int some = (int) Math.min(page.size(), total - given);
        given += some;
        return page.subList(0, some);
    }

    SubOperations now() {
        long remaining = total - completed - failed - warning;
        return new SubOperations((int) Math.min(Integer.MAX_VALUE, remaining), completed, failed, warning);
    }

    int succeeded() {
        return completed + warning;
    }

    int failed() {
        return failed;
    }

    /** What the audit record is told. */
    Outcome outcome(boolean success) {
        return new Outcome(success, Map.of("instances", (long) succeeded(), "failed", (long) failed, "bytes", bytes));
    }

    /** The final status: cancelled, all failed, some failed or with a warning, or success. */
    Status end(boolean cancelled) {
        if (!cancelled) {
            // What was erased since it was counted can't be sent, nor named.
            failed += now().remaining();
        }
        Status status;
        if (cancelled) {
            status = Status.CANCEL;
        } else if (failed > 0 && succeeded() == 0) {
            status = Status.SUBOPERATIONS_FAILED;
        } else if (failed > 0 || warning > 0) {
            status = Status.SUBOPERATIONS_WARNING;
        } else {
            status = Status.SUCCESS;
        }
        return status.with(now(), List.copyOf(failedInstances));
    }
}
