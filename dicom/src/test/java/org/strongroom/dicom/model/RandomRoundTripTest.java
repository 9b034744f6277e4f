package org.strongroom.dicom.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.strongroom.dicom.Bytes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Limits;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.VR;
import org.strongroom.testkit.Extent;

/** Random data sets of every VR, in both byte orders, go to both models and back. */
class RandomRoundTripTest {
    private static final String[] CHARACTERS = {
        "a",
        "Z",
        "0",
        " ",
        "^",
        "=",
        "\\",
        "\"",
        "<",
        "&",
        "'",
        "é",
        "山",
        "\uD83D\uDE00",
        "\n",
        "\t",
        "\f",
        "\r",
        "-",
        "."
    };

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);

    @Test
    void data_sets_of_every_vr_come_back_from_both_models() {
        System.err.println("RandomRoundTripTest seed " + seed);
        for (int i = 0; i < Extent.of(300, 20_000); i++) {
            boolean big = random.nextInt(4) == 0;
            TransferSyntax syntax = big ? TransferSyntax.ExplicitVRBigEndian : TransferSyntax.ExplicitVRLittleEndian;
            byte[] bytes = elements(big, random.nextInt(4), true);
            DataSet dataSet = DataSet.read(bytes, syntax, Limits.DEFAULT);
            String where = "seed " + seed + " number " + i;
            byte[] json = Models.json(dataSet);
            DataSet ofJson = Models.ofJson(json);
            assertThat(Models.differences(dataSet, ofJson)).as(where).isEmpty();
            assertThat(new String(Models.json(ofJson), StandardCharsets.UTF_8))
                    .as(where)
                    .isEqualTo(new String(json, StandardCharsets.UTF_8));
            DataSet ofXml = Models.ofXml(Models.xml(
                    dataSet,
                    random.nextBoolean() ? DicomJsonWriter.Layout.COMPACT : DicomJsonWriter.Layout.INDENTED,
                    BulkReferences.NONE));
            assertThat(Models.differences(dataSet, ofXml)).as(where).isEmpty();
            assertThat(Models.json(ofXml)).as(where).isEqualTo(json);
        }
    }

    private byte[] elements(boolean big, int depth, boolean outermost) {
        Bytes out = big ? Bytes.big() : Bytes.explicit();
        if (outermost) {
            out.element(0x00080005, "CS", "ISO_IR 192");
        }
        out.element(0x00090010, "LO", "ME");
        List<VR> vrs = new ArrayList<>(List.of(VR.values()));
        vrs.remove(VR.SQ);
        int element = 0x00091000;
        for (int i = random.nextInt(8); i > 0; i--) {
            VR vr = vrs.get(random.nextInt(vrs.size()));
            element += 1 + random.nextInt(3);
            out.element(element, vr.name(), value(vr, big));
        }
        for (int i = depth > 0 ? random.nextInt(3) : 0; i > 0; i--) {
            Bytes items = big ? Bytes.big() : Bytes.explicit();
            for (int n = random.nextInt(3); n > 0; n--) {
                items.item(random.nextInt(4) == 0 ? new byte[0] : elements(big, depth - 1, false));
            }
            element += 1 + random.nextInt(3);
            out.element(element, "SQ", items.done());
        }
        return out.done();
    }

    private byte[] value(VR vr, boolean big) {
        if (vr.isText()) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(12); i > 0; i--) {
                String c = CHARACTERS[random.nextInt(CHARACTERS.length)];
                text.append(vr.takesCharacterSet() || c.charAt(0) < 0x80 ? c : "1");
            }
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            return bytes.length % 2 == 0 ? bytes : (text + " ").getBytes(StandardCharsets.UTF_8);
        }
        int width = vr == VR.AT ? 4 : vr.unit();
        byte[] bytes = new byte[width * random.nextInt(5) + (width == 1 || random.nextInt(8) > 0 ? 0 : 2)];
        random.nextBytes(bytes);
        if (vr == VR.FL || vr == VR.FD) {
            ByteBuffer numbers = ByteBuffer.wrap(bytes).order(big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i + width <= bytes.length && bytes.length % width == 0; i += width) {
                if (vr == VR.FL) {
                    numbers.putFloat(
                            i,
                            random.nextInt(5) == 0 ? Float.NaN : Float.intBitsToFloat(random.nextInt() & 0x7F7FFFFF));
                } else {
                    numbers.putDouble(i, random.nextInt(5) == 0 ? Double.NEGATIVE_INFINITY : random.nextGaussian());
                }
            }
        }
        byte[] even = bytes.length % 2 == 0 ? bytes : java.util.Arrays.copyOf(bytes, bytes.length + 1);
        return MemorySegment.ofArray(even).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
    }
}
