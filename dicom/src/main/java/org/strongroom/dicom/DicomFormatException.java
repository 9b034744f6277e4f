package org.strongroom.dicom;

/**
 * Bytes that are not what PS3.5 or PS3.10 ask for, or that exceed {@link Limits}. The message names what, the offset and
 * the tag path, never a value. Caught once, at the door.
 */
public final class DicomFormatException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public DicomFormatException(String message) {
        super(message);
    }
}
