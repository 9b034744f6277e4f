package org.strongroom.dicom.media;

/** An instance that cannot be listed in a DICOMDIR as it is; the message says why and names no value. */
public final class FileSetException extends Exception {
    private static final long serialVersionUID = 1;

    FileSetException(String message) {
        super(message);
    }
}
