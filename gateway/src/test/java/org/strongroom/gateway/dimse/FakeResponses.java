package org.strongroom.gateway.dimse;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.Instance;
import org.strongroom.dimse.Responses;
import org.strongroom.dimse.Status;
import org.strongroom.dimse.SubOperations;

/** Takes down what is sent to a requestor. */
final class FakeResponses implements Responses {
    final List<SubOperations> progress = new ArrayList<>();
    final List<Status> pending = new ArrayList<>();
    final List<DataSet> matches = new ArrayList<>();
    private final Map<String, byte[]> received = new TreeMap<>();
    final List<TransferSyntax> syntaxes = new ArrayList<>();
    List<TransferSyntax> takes = List.of();
    Status answer = Status.SUCCESS;
    volatile int cancelAfter = Integer.MAX_VALUE;
    boolean gone;
    private Runnable whenCancelled = () -> {};

    @Override
    public void match(Status status, DataSet identifier) throws IOException {
        checkPresent();
        pending.add(status);
        matches.add(identifier);
    }

    @Override
    public void progress(SubOperations counts) throws IOException {
        checkPresent();
        progress.add(counts);
    }

    @Override
    public void whenCancelled(Runnable action) {
        whenCancelled = action;
    }

    /** As a C-CANCEL does, from another thread. */
    void cancel() {
        cancelAfter = 0;
        Thread.ofVirtual().start(whenCancelled);
    }

    private void checkPresent() throws IOException {
        if (gone) {
            throw new IOException("the requestor is gone");
        }
    }

    @Override
    public boolean cancelled() {
        return matches.size() >= cancelAfter || progress.size() >= cancelAfter;
    }

    @Override
    public List<TransferSyntax> acceptedForGet(Uid sopClass) {
        return takes;
    }

    @Override
    public Status store(Instance instance) throws IOException {
        checkPresent();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        instance.writeTo(out);
        if (answer.isSuccess()) {
            received.put(instance.sopInstance().value(), out.toByteArray());
            syntaxes.add(instance.syntax());
        }
        return answer;
    }

    byte[] received(String sopInstance) {
        return Optional.ofNullable(received.get(sopInstance)).orElseThrow();
    }
}
