package org.strongroom.archive;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;

/**
 * The instances a permit opened, a page at a time, so that memory does not grow with how many they are. Used by one thread
 * at a time.
 */
public interface Retrieval {
    /** How many there were when it was opened. */
    long count();

    /** The next ones, a few thousand at most; empty when there are no more. */
    List<StoredInstance> next() throws IOException;

    /** An instance as received. */
    interface StoredInstance {
        Uid sopClass();

        Uid sopInstance();

        TransferSyntax syntax();

        /** Length of the data set in bytes. */
        long length();

        /**
         * Writes the data set as received, decrypted and checked segment by segment.
         *
         * @throws IOException before the first byte, when the pack is not there or holds another object than the index
         *     says; later, when a segment does not authenticate or the disk fails
         */
        void writeTo(OutputStream out) throws IOException;

        /** Writes a DICOM file: zeroed preamble, meta information (PS3.10 section 7.1), then as {@link #writeTo}. */
        void writeFileTo(OutputStream out) throws IOException;
    }
}
