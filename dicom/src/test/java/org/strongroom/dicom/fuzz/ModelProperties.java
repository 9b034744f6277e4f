package org.strongroom.dicom.fuzz;

import java.io.IOException;
import java.util.Arrays;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.model.ReadOptions;

/** What must hold of any bytes whatever that are read as a model of a data set. */
final class ModelProperties {
    static final ReadOptions OPTIONS =
            ReadOptions.DEFAULT.withLimits(DataSetProperties.LIMITS).withDataSetBytes(4 << 20);

    interface Reader {
        DataSet read(byte[] model) throws IOException;
    }

    interface Writer {
        byte[] write(DataSet dataSet) throws IOException;
    }

    private ModelProperties() {}

    /** They are refused by a {@link DicomFormatException}, or what is read and written is read and written the same. */
    static void hold(byte[] model, Reader reader, Writer writer) {
        try {
            DataSet dataSet;
            try {
                dataSet = reader.read(model);
            } catch (DicomFormatException e) {
                return;
            }
            DataSetProperties.walk(dataSet);
            byte[] once = writer.write(dataSet);
            byte[] twice = writer.write(reader.read(once));
            if (!Arrays.equals(once, twice)) {
                throw new AssertionError("what is read and written is read and written the same");
            }
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory failed", e);
        }
    }
}
