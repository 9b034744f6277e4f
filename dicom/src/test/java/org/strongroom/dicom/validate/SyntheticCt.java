package org.strongroom.dicom.validate;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.strongroom.dicom.Bytes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Part10;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.Uid;

/** A CT image in explicit VR little endian that is as the standard wants it, to be spoilt one element at a time. */
final class SyntheticCt {
    static final String CT = "1.2.840.10008.5.1.4.1.1.2";
    static final int ROWS = 4;

    private final TreeMap<Tag, byte[]> elements = new TreeMap<>();
    private final ByteArrayOutputStream after = new ByteArrayOutputStream();
    private Optional<byte[]> header = Optional.empty();
    private TransferSyntax syntax = TransferSyntax.ExplicitVRLittleEndian;

    static SyntheticCt valid() {
        SyntheticCt ct = new SyntheticCt();
        String[] lines = {
            "00080008 CS ORIGINAL\\PRIMARY\\AXIAL",
            "00080016 UI " + CT,
            "00080018 UI 1.2.3.4",
            "00080020 DA 20240229",
            "00080030 TM 101530.5",
            "00080050 SH ",
            "00080060 CS CT",
            "00080070 LO Maker",
            "00080090 PN ",
            "00100010 PN Doe^Jane",
            "00100020 LO 17",
            "00100030 DA 19701231",
            "00100040 CS F",
            "00180050 DS 1.5",
            "00180060 DS 120",
            "00185100 CS HFS",
            "0020000D UI 1.2.3",
            "0020000E UI 1.2.3.1",
            "00200010 SH 1",
            "00200011 IS 1",
            "00200012 IS 1",
            "00200013 IS 7",
            "00200032 DS 0\\0\\-1.5e1",
            "00200037 DS 1\\0\\0\\0\\1\\0",
            "00200052 UI 1.2.3.2",
            "00201040 LO ",
            "00280002 US 1",
            "00280004 CS MONOCHROME2",
            "00280010 US " + ROWS,
            "00280011 US 4",
            "00280030 DS 0.5\\0.5",
            "00280100 US 16",
            "00280101 US 12",
            "00280102 US 11",
            "00280103 US 0",
            "00281050 DS 40",
            "00281051 DS 400",
            "00281052 DS -1024",
            "00281053 DS 1",
            "00281054 LO HU"
        };
        for (String line : lines) {
            String[] fields = line.split(" ", 3);
            ct.put(Integer.parseUnsignedInt(fields[0], 16), fields[1], fields[2]);
        }
        return ct.put(0x7FE00010, "OW", new byte[ROWS * 4 * 2]);
    }

    /** Text, padded to even length; of US the number. */
    SyntheticCt put(int tag, String vr, String value) {
        if (vr.equals("US")) {
            int number = Integer.parseInt(value);
            return put(tag, vr, new byte[] {(byte) number, (byte) (number >> 8)});
        }
        byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
        byte[] even = Arrays.copyOf(bytes, bytes.length + bytes.length % 2);
        if (even.length > bytes.length && !vr.equals("UI")) {
            even[bytes.length] = ' ';
        }
        return put(tag, vr, even);
    }

    SyntheticCt put(int tag, String vr, byte[] value) {
        return raw(tag, Bytes.explicit().element(tag, vr, value).done());
    }

    SyntheticCt putItems(int tag, byte[]... items) {
        Bytes content = Bytes.explicit();
        for (byte[] item : items) {
            content.item(item);
        }
        return put(tag, "SQ", content.done());
    }

    /** What stands in place of the element, whatever it is. */
    SyntheticCt raw(int tag, byte[] encoded) {
        elements.put(new Tag(tag), encoded);
        return this;
    }

    SyntheticCt without(int tag) {
        elements.remove(new Tag(tag));
        return this;
    }

    /** After the last element. */
    SyntheticCt append(byte[] bytes) {
        after.writeBytes(bytes);
        return this;
    }

    SyntheticCt in(TransferSyntax other) {
        syntax = other;
        return this;
    }

    SyntheticCt header(byte[] bytes) {
        header = Optional.of(bytes);
        return this;
    }

    byte[] body() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Map.Entry<Tag, byte[]> element : elements.entrySet()) {
            out.writeBytes(element.getValue());
        }
        out.writeBytes(after.toByteArray());
        return out.toByteArray();
    }

    byte[] file() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(
                header.orElseGet(() -> Part10.header(new Uid(CT), new Uid("1.2.3.4"), syntax, Optional.of("CT1"))));
        out.writeBytes(body());
        return out.toByteArray();
    }

    DataSet dataSet() {
        return DataSet.read(body(), syntax, org.strongroom.dicom.Limits.DEFAULT);
    }

    Report report() {
        return report(file());
    }

    static Report report(byte[] file) {
        try {
            return Validator.validate(new ByteArrayInputStream(file));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
