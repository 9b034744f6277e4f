package org.strongroom.dicom;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * The DICOM file format, PS3.10 section 7: preamble, prefix, File Meta Information, data set. Files without meta
 * information are recognised too.
 *
 * @param meta File Meta Information; empty data set where the file has none
 * @param syntax the transfer syntax of the data set, from the meta information or recognised from its first bytes
 * @param body the data set, not yet read
 */
public record Part10(DataSet meta, TransferSyntax syntax, InputStream body) {
    /** Reads up to where the data set begins. The caller closes {@code in}. */
    public static Part10 open(InputStream in, Limits limits) throws IOException {
        throw new IllegalStateException("being written");
    }

    /** Preamble of zeros, prefix and File Meta Information for an instance, PS3.10 section 7.1. */
    public static byte[] header(Uid sopClass, Uid sopInstance, TransferSyntax syntax, Optional<String> sourceAeTitle) {
        throw new IllegalStateException("being written");
    }
}
