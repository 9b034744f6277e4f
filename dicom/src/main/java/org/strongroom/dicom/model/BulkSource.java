package org.strongroom.dicom.model;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.strongroom.dicom.VR;

/** Says what a reader puts where a model has a URI instead of a value. */
@FunctionalInterface
public interface BulkSource {
    /**
     * The bytes that the URI stands for: little endian, texts in UTF-8; the reader closes the stream. Empty leaves the element
     * without a value: the caller who needs it later knows of it from being asked.
     *
     * @param path where the element stands; of this moment only
     * @param uri as it stands in the model, not checked: it comes from outside
     */
    Optional<InputStream> open(ElementPath path, VR vr, String uri) throws IOException;
}
