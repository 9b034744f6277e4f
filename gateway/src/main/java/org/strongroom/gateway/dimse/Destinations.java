package org.strongroom.gateway.dimse;

import java.io.IOException;
import java.util.List;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.AeTitle;
import org.strongroom.dimse.Instance;
import org.strongroom.dimse.Status;
import org.strongroom.guard.DeviceRecord;

/** Opens associations to the destinations of C-MOVE. */
interface Destinations {
    /** Most presentation contexts of one association: odd identifiers from 1 to 255, PS3.8 section 9.3.2.2. */
    int MOST_CONTEXTS = 128;

    /** A SOP class in one transfer syntax, so that each syntax is accepted or refused by itself. */
    record Proposed(Uid sopClass, TransferSyntax syntax) {}

    /**
     * Calls a device.
     *
     * @param calledAeTitle under which of its AE titles
     * @param contexts at most {@link #MOST_CONTEXTS}
     * @throws IOException when it can't be reached, refuses, or has no address we may call
     */
    Outbound call(DeviceRecord device, AeTitle calledAeTitle, List<Proposed> contexts) throws IOException;

    /** An open association to a destination. */
    interface Outbound extends AutoCloseable {
        /** The transfer syntaxes accepted for a SOP class. */
        List<TransferSyntax> accepted(Uid sopClass);

        /**
         * A C-STORE sub-operation.
         *
         * @param originator AE title that asked for the C-MOVE, and the message ID of its request
         * @throws IOException when the instance could not be read, or the association {@link #isOver}
         */
        Status store(Instance instance, AeTitle originator, int originatorMessageId) throws IOException;

        /** Whether another is needed for the next instance: it ended, or may not be in clear any more. */
        boolean isOver();

        /** Releases; an association that is over already is no error. */
        @Override
        void close();
    }
}
