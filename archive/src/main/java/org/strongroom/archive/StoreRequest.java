package org.strongroom.archive;

import java.io.InputStream;
import java.util.Optional;
import org.strongroom.dicom.SpecificCharacterSet;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;

/**
 * One instance to be stored.
 *
 * @param sopClass and {@code sopInstance} as the command or the File Meta Information says; the data set must agree
 * @param body the data set as received; read to its end, not closed
 * @param source AE title or name of where it came from
 * @param assumed the character set to read texts in where the data set declares none; kept with the object, whose bytes
 *     stay as they are
 */
public record StoreRequest(
        Optional<Uid> sopClass,
        Optional<Uid> sopInstance,
        TransferSyntax syntax,
        InputStream body,
        String source,
        Optional<SpecificCharacterSet> assumed) {
    /** Nothing assumed. */
    public StoreRequest(
            Optional<Uid> sopClass, Optional<Uid> sopInstance, TransferSyntax syntax, InputStream body, String source) {
        this(sopClass, sopInstance, syntax, body, source, Optional.empty());
    }
}
