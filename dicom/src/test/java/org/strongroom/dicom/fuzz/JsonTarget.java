package org.strongroom.dicom.fuzz;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.model.DicomJsonReader;
import org.strongroom.dicom.model.DicomJsonWriter;
import org.strongroom.dicom.model.ReadOptions;

/** Fuzz target: a data set in the DICOM JSON Model. What is read and written is read and written the same. */
public final class JsonTarget {
    private static final ReadOptions OPTIONS =
            ReadOptions.DEFAULT.withLimits(DataSetProperties.LIMITS).withDataSetBytes(4 << 20);

    private JsonTarget() {}

    public static void fuzzerTestOneInput(byte[] bytes) {
        try {
            DataSet dataSet;
            try {
                dataSet = read(bytes);
            } catch (DicomFormatException e) {
                return;
            }
            DataSetProperties.walk(dataSet);
            byte[] once = written(dataSet);
            byte[] twice = written(read(once));
            if (!Arrays.equals(once, twice)) {
                throw new AssertionError("what is read and written is read and written the same");
            }
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory failed", e);
        }
    }

    private static DataSet read(byte[] bytes) throws IOException {
        return DicomJsonReader.read(new ByteArrayInputStream(bytes), OPTIONS);
    }

    private static byte[] written(DataSet dataSet) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DicomJsonWriter writer = new DicomJsonWriter(out);
        writer.write(dataSet);
        writer.flush();
        return out.toByteArray();
    }
}
