package org.strongroom.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.strongroom.dicom.Attributes.PatientID;
import static org.strongroom.dicom.Attributes.PatientName;
import static org.strongroom.dicom.Attributes.SOPClassUID;
import static org.strongroom.dicom.Attributes.SOPInstanceUID;
import static org.strongroom.dicom.Attributes.SeriesInstanceUID;
import static org.strongroom.dicom.Attributes.StudyInstanceUID;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Limits;
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
        int even = pixels + (pixels & 1);
        byte[] head = head(study, number, even);
        byte[] values = new byte[even];
        new Random(seed).nextBytes(values);
        byte[] whole = Arrays.copyOf(head, head.length + even);
        System.arraycopy(values, 0, whole, head.length, even);
        return whole;
    }

    /** What stands before the value of pixel data of so many bytes. */
    static byte[] head(int study, int number, int pixels) {
        byte[] head = DataSet.empty()
                .with(SOPClassUID, CT)
                .with(SOPInstanceUID, instance(study, number))
                .withText(PatientName.tag(), VR.PN, List.of("Canary^Cynthia"))
                .with(PatientID, "CANARY-" + study)
                .with(StudyInstanceUID, study(study))
                .with(SeriesInstanceUID, new Uid(study(study).value() + ".7"))
                .toBytes(TransferSyntax.ExplicitVRLittleEndian);
        ByteBuffer out = ByteBuffer.allocate(head.length + 12).order(ByteOrder.LITTLE_ENDIAN);
        out.put(head).putShort((short) 0x7FE0).putShort((short) 0x0010);
        return out.put((byte) 'O')
                .put((byte) 'W')
                .putShort((short) 0)
                .putInt(pixels)
                .array();
    }

    static StoreRequest request(byte[] dataSet) {
        return new StoreRequest(
                Optional.empty(),
                Optional.empty(),
                TransferSyntax.ExplicitVRLittleEndian,
                new ByteArrayInputStream(dataSet),
                "TESTER");
    }

    static Digest digest(byte[] dataSet) {
        try {
            return Digest.of(MessageDigest.getInstance("SHA-256").digest(dataSet));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static Uid uidOf(byte[] dataSet) {
        return DataSet.readHead(dataSet, dataSet.length, true, TransferSyntax.ExplicitVRLittleEndian, Limits.DEFAULT)
                .flatMap(head -> head.elements().get(SOPInstanceUID))
                .orElseThrow();
    }

    /** All instances; for tests with few. */
    static List<Retrieval.StoredInstance> instances(Retrieval retrieval) throws IOException {
        List<Retrieval.StoredInstance> all = new ArrayList<>();
        for (List<Retrieval.StoredInstance> page = retrieval.next(); !page.isEmpty(); page = retrieval.next()) {
            all.addAll(page);
        }
        assertThat(all).hasSize((int) retrieval.count());
        return all;
    }

    static long seed(String test) {
        long seed = Long.getLong("strongroom.seed", RandomGenerator.getDefault().nextLong());
        System.getLogger(Samples.class.getName()).log(System.Logger.Level.INFO, test + " strongroom.seed=" + seed);
        return seed;
    }
}
