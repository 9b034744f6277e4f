package org.strongroom.dicom.fuzz;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.model.NativeXmlReader;
import org.strongroom.dicom.model.NativeXmlWriter;

/** Fuzz target: a data set in the Native DICOM Model. What is read and written is read and written the same. */
public final class XmlTarget {
    private XmlTarget() {}

    public static void fuzzerTestOneInput(byte[] bytes) {
        ModelProperties.hold(
                bytes,
                model -> NativeXmlReader.read(new ByteArrayInputStream(model), ModelProperties.OPTIONS),
                XmlTarget::written);
    }

    private static byte[] written(DataSet dataSet) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        NativeXmlWriter writer = new NativeXmlWriter(out);
        writer.write(dataSet);
        return out.toByteArray();
    }
}
