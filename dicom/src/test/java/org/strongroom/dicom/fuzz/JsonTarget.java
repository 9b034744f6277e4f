package org.strongroom.dicom.fuzz;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.model.DicomJsonReader;
import org.strongroom.dicom.model.DicomJsonWriter;

/** Fuzz target: a data set in the DICOM JSON Model. What is read and written is read and written the same. */
public final class JsonTarget {
    private JsonTarget() {}

    public static void fuzzerTestOneInput(byte[] bytes) {
        ModelProperties.hold(
                bytes,
                model -> DicomJsonReader.read(new ByteArrayInputStream(model), ModelProperties.OPTIONS),
                JsonTarget::written);
    }

    private static byte[] written(DataSet dataSet) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DicomJsonWriter writer = new DicomJsonWriter(out);
        writer.write(dataSet);
        writer.flush();
        return out.toByteArray();
    }
}
