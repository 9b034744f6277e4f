package org.strongroom.gateway.dimse;

import java.io.IOException;
import java.util.List;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.AeTitle;
import org.strongroom.dimse.Status;
import org.strongroom.guard.DeviceRecord;

/** Opens associations to the destinations of C-MOVE. */
interface Destinations {
    /** Most presentation contexts of one association: odd identifiers from 1 to 255, PS3.8 section 9.3.2.2. */
    int MOST_CONTEXTS = 128;

    /** A SOP class in one transfer syntax, so that each syntax is accepted or refused by itself. */
    record Proposed(Uid sopClass, TransferSyntax syntax) {}

    /** Told what a destination answered about an instance. */
    interface Answered {
        /** Called by the thread that sends. */
        void answered(Outgoing instance, Status status);
    }

    /**
     * What is sent, and for whom.
     *
     * @param calledAeTitle under which of its AE titles the device is called
     * @param originator AE title that asked for the C-MOVE
     * @param messageId of its request
     * @param contexts at most {@link #MOST_CONTEXTS}
     */
    record Errand(AeTitle calledAeTitle, AeTitle originator, int messageId, List<Proposed> contexts) {}

    /**
     * Calls a device.
     *
     * @throws IOException when it can't be reached, refuses, or has no address we may call
     */
    Outbound call(DeviceRecord device, Errand errand, Answered answered) throws IOException;

    /** An open association to a destination. Used by one thread; {@link #abort} may come from any. */
    interface Outbound extends AutoCloseable {
        /** The transfer syntaxes accepted for a SOP class. */
        List<TransferSyntax> accepted(Uid sopClass);

        /**
         * A C-STORE sub-operation; as many may wait for their answer as the destination agreed to, PS3.7 D.3.3.3.
         *
         * @throws IOException when the instance could not be read, or the association {@link #hasEnded}
         */
        void send(Outgoing instance) throws IOException;

        /** Waits for the answers that are out. */
        void finish() throws IOException;

        /** What was sent and has no answer: after the end of the association nobody knows what became of it. */
        List<Outgoing> outstanding();

        /** Whether it is over. */
        boolean hasEnded();

        /** Whether another is needed for the next instance: it ended, or may not be in clear any more. */
        boolean isOver();

        /** Ends it at once, whatever is under way. */
        void abort();

        /** Releases; an association that is over already is no error. */
        @Override
        void close();
    }
}
