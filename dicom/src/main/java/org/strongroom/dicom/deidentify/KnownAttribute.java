package org.strongroom.dicom.deidentify;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.strongroom.dicom.Dictionary;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.VR;

/**
 * An attribute of the standard with what is done with it: its row of table E.1-1, or a rule of ours where the table has
 * none. The dictionary is newer than the table and a device may be newer than both, so what the table doesn't name isn't
 * taken for harmless when its VR says otherwise.
 *
 * @param vr the dictionary's first
 * @param vrs all that the dictionary has
 * @param most values that the dictionary allows
 * @param row null where the table does not name the attribute
 * @param classUid whether its UIDs name what something is (a SOP class, a transfer syntax), not which one
 * @param removed whether it is removed whatever the table says
 */
record KnownAttribute(
        Tag tag,
        VR vr,
        List<VR> vrs,
        long most,
        ConfidentialityTable.@Nullable Row row,
        boolean classUid,
        boolean removed) {
    private static final ConcurrentHashMap<Integer, Optional<KnownAttribute>> KNOWN = new ConcurrentHashMap<>();

    /** Of the group that describes the patient, what identifies nobody: subject of quality control, species, thickness. */
    private static final Set<Integer> PATIENT_GROUP_KEPT =
            Set.of(0x00100200, 0x00102201, 0x00102202, 0x00109431, 0x00101021);

    /**
     * What private data there is, encrypted originals, what a signature covers (PS3.15 removes signatures), the length of a
     * document that is replaced or of the whole (retired), keys of records as bytes, and the traces of an earlier
     * de-identification.
     */
    private static final Set<Integer> ALWAYS_REMOVED = Set.of(
            0x00080001,
            0x00080300,
            0x0008041B,
            0x0008041C,
            0x0040A074,
            0x0040A089,
            0x04000500,
            0x04000510,
            0x04000520,
            0x4FFE0001,
            0x00420015,
            0x00120062,
            0x00120063,
            0x00120064,
            0x00280303);

    private static final Set<String> CLASS_UIDS = Set.of(
            "CodingSchemeUID",
            "ContextUID",
            "MappingResourceUID",
            "SegmentationTemplateUID",
            "SOPClassesInStudy",
            "SOPClassesSupported",
            "PertinentSOPClassesInStudy",
            "PertinentSOPClassesInSeries");

    private static final Set<VR> SHORT_TEXTS = EnumSet.of(VR.AE, VR.AS, VR.CS, VR.DS, VR.IS, VR.LO, VR.SH);
    private static final Set<VR> LONG_TEXTS = EnumSet.of(VR.LT, VR.ST, VR.UC, VR.UT);
    private static final Set<VR> BYTES = EnumSet.of(VR.OB, VR.OD, VR.OF, VR.OL, VR.OV, VR.OW);

    /** The attribute; empty for a tag that neither the dictionary nor the table knows. */
    static Optional<KnownAttribute> of(Tag tag) {
        Optional<KnownAttribute> known = KNOWN.get(tag.code());
        if (known == null) {
            known = find(tag);
            if (known.isPresent()) {
                KNOWN.put(tag.code(), known); // bounded by the dictionary
            }
        }
        return known;
    }

    private static Optional<KnownAttribute> find(Tag tag) {
        ConfidentialityTable.Row row = ConfidentialityTable.STANDARD.row(tag);
        return Dictionary.standard().attribute(tag).map(entry -> {
            boolean patient = tag.group() == 0x0010 && row == null && !PATIENT_GROUP_KEPT.contains(tag.code());
            boolean classUid = entry.keyword().contains("SOPClassUID")
                    || entry.keyword().contains("TransferSyntaxUID")
                    || CLASS_UIDS.contains(entry.keyword());
            boolean signature = tag.group() == 0x0400 && row == null; // as its bytes, where no signature is left
            boolean nameless = entry.keyword().isEmpty(); // retired so long that nobody knows what it holds
            return new KnownAttribute(
                    tag,
                    entry.vrs().getFirst(),
                    entry.vrs(),
                    most(entry.multiplicity()),
                    row,
                    classUid,
                    patient || signature || nameless || ALWAYS_REMOVED.contains(tag.code()));
        });
    }

    /** The last number of 1, 1-3, 2-2n, where it is one. */
    private static long most(String multiplicity) {
        String last = multiplicity.substring(multiplicity.indexOf('-') + 1);
        return !last.isEmpty() && last.chars().allMatch(c -> c >= '0' && c <= '9')
                ? Long.parseLong(last)
                : Long.MAX_VALUE;
    }

    /** Whether a value of this VR can be what the dictionary says it is, in another hand. */
    boolean accepts(VR written) {
        return vrs.contains(written)
                || written == VR.UN
                || (SHORT_TEXTS.contains(vr) && SHORT_TEXTS.contains(written))
                || (LONG_TEXTS.contains(vr) && (LONG_TEXTS.contains(written) || SHORT_TEXTS.contains(written)))
                || (BYTES.contains(vr) && BYTES.contains(written))
                || (ValueForm.isNumber(vr)
                        && ValueForm.isNumber(written)
                        && ValueForm.size(vr) == ValueForm.size(written));
    }

    /** Whether a number of this VR may be so long: what is longer is no number of the standard's. */
    boolean fits(VR written, long length) {
        VR as = written == VR.UN ? vr : written;
        return !ValueForm.isNumber(as) || (length % ValueForm.size(as) == 0 && length / ValueForm.size(as) <= most);
    }

    boolean isLongText() {
        return LONG_TEXTS.contains(vr);
    }
}
