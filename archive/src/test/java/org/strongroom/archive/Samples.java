package org.strongroom.archive;

import static org.strongroom.dicom.Attributes.PatientID;
import static org.strongroom.dicom.Attributes.PatientName;
import static org.strongroom.dicom.Attributes.SOPClassUID;
import static org.strongroom.dicom.Attributes.SOPInstanceUID;
import static org.strongroom.dicom.Attributes.SeriesInstanceUID;
import static org.strongroom.dicom.Attributes.StudyInstanceUID;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.VR;

/** Small data sets with pixel data of any length, and requests to store them. */
final class Samples {
    static final Uid CT = new Uid("1.2.840.10008.5.1.4.1.1.2");
    static final KeyDerivation KEYS = label -> {
        byte[] key = new byte[32];
        new Random(label.hashCode()).nextBytes(key);
        return key;
    };

    private Samples() {}

    static Uid study(int number) {
        return new Uid("1.2.826.0.1.3680043.10.99.1." + number);
    }

    static Uid instance(int study, int number) {
        return new Uid(study(study).value() + ".7." + number);
    }

    /** A data set whose pixel data are {@code pixels} bytes from {@code seed}. */
    static byte[] dataSet(int study, int number, int pixels, long seed) {
        byte[] head = DataSet.empty()
                .with(SOPClassUID, CT)
                .with(SOPInstanceUID, instance(study, number))
                .withText(PatientName.tag(), VR.PN, java.util.List.of("Canary^Cynthia"))
                .with(PatientID, "CANARY-" + study)
                .with(StudyInstanceUID, study(study))
                .with(SeriesInstanceUID, new Uid(study(study).value() + ".7"))
                .toBytes(TransferSyntax.ExplicitVRLittleEndian);
        int even = pixels + (pixels & 1);
        ByteBuffer out = ByteBuffer.allocate(head.length + 12 + even).order(ByteOrder.LITTLE_ENDIAN);
        out.put(head);
        Tag pixelData = new Tag(0x7FE00010);
        out.putShort((short) pixelData.group()).putShort((short) pixelData.element());
        out.put((byte) 'O').put((byte) 'W').putShort((short) 0).putInt(even);
        byte[] values = new byte[even];
        new Random(seed).nextBytes(values);
        return out.put(values).array();
    }

    static StoreRequest request(byte[] dataSet) {
        return new StoreRequest(
                Optional.empty(),
                Optional.empty(),
                TransferSyntax.ExplicitVRLittleEndian,
                new ByteArrayInputStream(dataSet),
                "TESTER");
    }

    /** Whether the long run is asked for. */
    static boolean full() {
        return "full".equals(System.getProperty("strongroom.extent"));
    }

    static long seed(String test) {
        long seed = Long.getLong("strongroom.seed", RandomGenerator.getDefault().nextLong());
        System.getLogger(Samples.class.getName()).log(System.Logger.Level.INFO, test + " strongroom.seed=" + seed);
        return seed;
    }
}
