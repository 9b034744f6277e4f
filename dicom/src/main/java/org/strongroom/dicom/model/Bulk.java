package org.strongroom.dicom.model;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.Function;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.VR;

/** Puts what a URI stands for into the value that is open, and ends it. */
final class Bulk {
    private Bulk() {}

    static void read(
            ElementPath path,
            VR vr,
            String uri,
            ReadOptions options,
            ElementEncoder into,
            Function<String, DicomFormatException> fail)
            throws IOException {
        BulkSource source =
                options.bulk().orElseThrow(() -> fail.apply("a URI for bulk data where none can be followed"));
        Optional<InputStream> found = source.open(path, vr, uri);
        if (found.isPresent()) {
            try (InputStream in = found.get()) {
                byte[] buffer = new byte[8192];
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    into.put(buffer, 0, n);
                }
            }
        }
        into.sawText(vr);
        into.endBinary();
    }
}
