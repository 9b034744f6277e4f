package org.strongroom.dicom.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.strongroom.dicom.Attributes;
import org.strongroom.dicom.Bytes;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.PersonName;
import org.strongroom.dicom.SpecificCharacterSet;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.TransferSyntax;
import org.strongroom.dicom.VR;

/**
 * Fuzz target: texts in a character set. The first byte chooses the values of (0008,0005) (0: the bytes up to the first
 * zero are taken for them), the second the VR, the rest is the text.
 */
public final class CharacterSetTarget {
    private static final TransferSyntax SYNTAX = TransferSyntax.ExplicitVRLittleEndian;

    private static final List<String> TERMS = List.of(
            "",
            "ISO_IR 100",
            "ISO_IR 101",
            "ISO_IR 109",
            "ISO_IR 110",
            "ISO_IR 144",
            "ISO_IR 127",
            "ISO_IR 126",
            "ISO_IR 138",
            "ISO_IR 148",
            "ISO_IR 203",
            "ISO_IR 13",
            "ISO_IR 166",
            "ISO_IR 192",
            "GB18030",
            "GBK",
            "\\ISO 2022 IR 87",
            "ISO 2022 IR 13\\ISO 2022 IR 87\\ISO 2022 IR 159",
            "\\ISO 2022 IR 149",
            "\\ISO 2022 IR 58",
            "ISO 2022 IR 6\\ISO 2022 IR 100\\ISO 2022 IR 144\\ISO 2022 IR 127",
            "ISO 2022 IR 100\\ISO 2022 IR 126\\ISO 2022 IR 138",
            "ISO 2022 IR 6\\ISO 2022 IR 87\\ISO 2022 IR 149\\ISO 2022 IR 58",
            "ISO 2022 IR 203\\ISO 2022 IR 166\\ISO 2022 IR 148");

    private record Kind(Tag tag, VR vr) {}

    private static final List<Kind> KINDS = List.of(
            new Kind(new Tag(0x00100010), VR.PN),
            new Kind(new Tag(0x00100020), VR.LO),
            new Kind(new Tag(0x001021B0), VR.LT),
            new Kind(new Tag(0x00080050), VR.SH),
            new Kind(new Tag(0x00080119), VR.UC),
            new Kind(new Tag(0x0040A160), VR.UT),
            new Kind(new Tag(0x00080081), VR.ST));

    private CharacterSetTarget() {}

    public static void fuzzerTestOneInput(byte[] bytes) {
        if (bytes.length < 2 || bytes.length > 4096) {
            return;
        }
        int at = 2;
        byte[] terms;
        if (bytes[0] == 0) {
            int end = at;
            while (end < bytes.length && bytes[end] != 0) {
                end++;
            }
            terms = Arrays.copyOfRange(bytes, at, end);
            at = Math.min(end + 1, bytes.length);
        } else {
            terms = TERMS.get((bytes[0] & 0xFF) % TERMS.size()).getBytes(StandardCharsets.US_ASCII);
        }
        Kind kind = KINDS.get((bytes[1] & 0xFF) % KINDS.size());
        hold(terms, kind, Arrays.copyOfRange(bytes, at, bytes.length));
    }

    private static void hold(byte[] terms, Kind kind, byte[] text) {
        Bytes out = Bytes.explicit();
        out.element(0x00080005, "CS", terms);
        out.element(kind.tag.code(), kind.vr.name(), text);
        DataSet read = DataSet.read(out.done(), SYNTAX, DataSetProperties.LIMITS);
        List<String> values = read.text(kind.tag);
        SpecificCharacterSet set = read.characterSet();
        PersonName.of(String.join("\\", values)).value();
        DataSet unicode = read.recoded(SpecificCharacterSet.UTF_8);
        if (!read.decodes(kind.tag)) {
            return;
        }
        require(unicode.text(kind.tag).equals(values), "the same text in UTF-8", kind, set);
        require(unicode.decodes(kind.tag), "UTF-8 that we wrote is read", kind, set);
        // Escapes are understood whether or not a term announces their set; what no term announces is not written.
        if (!unicode.fits(set)) {
            return;
        }
        DataSet back = unicode.recoded(set);
        require(back.text(kind.tag).equals(values), "in UTF-8 and back", kind, set);
        if (!values.isEmpty()) {
            DataSet written = read.withText(kind.tag, kind.vr, values);
            DataSet again = DataSet.read(written.toBytes(SYNTAX), SYNTAX, DataSetProperties.LIMITS);
            require(again.text(kind.tag).equals(values), "what is decoded and encoded is decoded the same", kind, set);
            byte[] once = written.toBytes(SYNTAX);
            byte[] twice = again.withText(kind.tag, kind.vr, values).toBytes(SYNTAX);
            require(Arrays.equals(once, twice), "encoding is always the same", kind, set);
        }
        read.get(Attributes.PatientName).ifPresent(name -> PersonName.components(name.value()));
    }

    private static void require(boolean holds, String what, Kind kind, SpecificCharacterSet set) {
        if (!holds) {
            throw new AssertionError(what + ": " + kind + " in " + set);
        }
    }
}
