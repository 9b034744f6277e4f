package org.strongroom.dimse;

import java.io.InputStream;
import java.util.Optional;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;

/** A request that arrived over an association, PS3.7 sections 9 and 10. */
public sealed interface DimseRequest {
    /** C-ECHO, PS3.7 section 9.1.5. */
    record CEcho() implements DimseRequest {}

    /**
     * C-STORE, PS3.7 section 9.1.1. The body is pulled straight from the socket while it is read; what the handler leaves
     * unread is discarded by the association.
     */
    record CStore(
            Uid sopClass, Uid sopInstance, TransferSyntax syntax, InputStream body, Optional<AeTitle> moveOriginator)
            implements DimseRequest {}

    /** C-FIND, PS3.7 section 9.1.2; the identifier is at most 256 KiB. */
    record CFind(Uid sopClass, TransferSyntax syntax, DataSet identifier) implements DimseRequest {}

    /** C-MOVE, PS3.7 section 9.1.4. */
    record CMove(int messageId, Uid sopClass, DataSet identifier, AeTitle destination) implements DimseRequest {}

    /** C-GET, PS3.7 section 9.1.3. */
    record CGet(Uid sopClass, DataSet identifier) implements DimseRequest {}
}
