package org.strongroom.server;

import static org.strongroom.dicom.Attributes.Modality;
import static org.strongroom.dicom.Attributes.PatientID;
import static org.strongroom.dicom.Attributes.PatientName;
import static org.strongroom.dicom.Attributes.SOPClassUID;
import static org.strongroom.dicom.Attributes.SOPInstanceUID;
import static org.strongroom.dicom.Attributes.SeriesInstanceUID;
import static org.strongroom.dicom.Attributes.StudyInstanceUID;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.random.RandomGenerator;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dimse.Instance;

/** Made-up instances with random content, of any length. */
@SuppressWarnings("ArrayRecordComponent") // never compared as a whole
record Synthetic(Uid study, Uid series, Uid sopInstance, byte[] bytes) implements Instance {
    static final Uid RAW_DATA = new Uid("1.2.840.10008.5.1.4.1.1.66");

    /**
     * One instance.
     *
     * @param length about its length in bytes
     */
    static Synthetic make(int study, int series, long number, int length, RandomGenerator random) {
        Uid studyUid = new Uid("2.25.7." + study);
        Uid seriesUid = new Uid("2.25.7." + study + "." + series);
        Uid instanceUid = new Uid("2.25.7." + study + "." + series + "." + number);
        DataSet head = DataSet.empty()
                .with(SOPClassUID, RAW_DATA)
                .with(SOPInstanceUID, instanceUid)
                .with(Modality, "OT")
                .withText(PatientName.tag(), PatientName.vr(), List.of("TEST^" + study))
                .with(PatientID, "T" + study)
                .with(StudyInstanceUID, studyUid)
                .with(SeriesInstanceUID, seriesUid);
        byte[] content = new byte[length & ~1];
        random.nextBytes(content);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(head.toBytes(TransferSyntax.ExplicitVRLittleEndian));
        // (0042,0011) Encapsulated Document, OB: the largest part, after all that identifies.
        out.writeBytes(new byte[] {0x42, 0, 0x11, 0, 'O', 'B', 0, 0});
        for (int shift = 0; shift < 32; shift += 8) {
            out.write(content.length >>> shift);
        }
        out.writeBytes(content);
        return new Synthetic(studyUid, seriesUid, instanceUid, out.toByteArray());
    }

    @Override
    public Uid sopClass() {
        return RAW_DATA;
    }

    @Override
    public TransferSyntax syntax() {
        return TransferSyntax.ExplicitVRLittleEndian;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        out.write(bytes);
    }

    @Override
    public String toString() {
        return sopInstance.value();
    }
}
