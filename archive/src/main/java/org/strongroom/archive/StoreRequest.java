package org.strongroom.archive;

import java.io.InputStream;
import java.util.Optional;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;

/**
 * One instance to be stored.
 *
 * @param sopClass and {@code sopInstance} as the command or the File Meta Information says; the data set must agree
 * @param body the data set as received; read to its end, not closed
 * @param source AE title or name of where it came from
 */
public record StoreRequest(
        Optional<Uid> sopClass, Optional<Uid> sopInstance, TransferSyntax syntax, InputStream body, String source) {}
