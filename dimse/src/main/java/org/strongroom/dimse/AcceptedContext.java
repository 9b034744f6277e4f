package org.strongroom.dimse;

import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;

/** A presentation context both sides agreed on, with the roles the requestor has in it, PS3.8 section 7.1 and PS3.7 D.3.3.4. */
public record AcceptedContext(
        int id, Uid sopClass, TransferSyntax syntax, boolean requestorIsScu, boolean requestorIsScp) {}
