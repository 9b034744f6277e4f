package org.strongroom.dicom.deidentify;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Edit;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.VR;

/** Values that say nothing and are valid for their VR: action D of PS3.15 table E.1-1. */
final class Dummies {
    static final String DATE = "19000101";
    static final String TIME = "000000";
    static final String NAME = "REMOVED^";

    private static final Tag ENCAPSULATED_DOCUMENT = new Tag(0x00420011);
    private static final Tag CONTENT = new Tag(0x0040A730);
    private static final Tag VERIFYING_OBSERVER = new Tag(0x0040A073);
    private static final Tag GRAPHIC_ANNOTATION = new Tag(0x00700001);
    private static final String EMPTY_PDF = """
            %PDF-1.4
            1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
            2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
            3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj
            trailer<</Root 1 0 R>>
            %%EOF
            """;
    private static final Tag PERSON_CODE = new Tag(0x00401101);

    private Dummies() {}

    static Edit of(Tag tag, VR vr, Subject subject) {
        if (vr == VR.SQ) {
            return new Edit.ReplaceItems(items(tag));
        }
        if (tag.equals(ENCAPSULATED_DOCUMENT)) {
            return new Edit.Replace(vr, document(subject.mimeType()));
        }
        return new Edit.Replace(vr, bytes(vr));
    }

    /** One value, without padding. */
    static byte[] bytes(VR vr) {
        return switch (vr) {
            case OB, OW, UN, US, SS -> new byte[2];
            case AT, FL, OF, OL, SL, UL -> new byte[4];
            case FD, OD, OV, SV, UV -> new byte[8];
            case AE, AS, CS, DA, DS, DT, IS, LO, LT, PN, SH, ST, TM, UC, UI, UR, UT, SQ -> ascii(text(vr));
        };
    }

    private static String text(VR vr) {
        return switch (vr) {
            case AS -> "000D";
            case DA -> DATE;
            case DT -> DATE + TIME;
            case TM -> TIME;
            case DS, IS -> "0";
            case PN -> NAME;
            case UI -> "2.25.0";
            case UR -> "urn:removed";
            default -> CleanText.NOTHING_LEFT;
        };
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** A document of the type that (0042,0012) names, so that programs that open it find an empty one. */
    private static byte[] document(String mimeType) {
        return switch (mimeType) {
            case "application/pdf" -> ascii(EMPTY_PDF);
            case "text/XML", "text/xml", "application/xml" -> ascii("<ClinicalDocument xmlns=\"urn:hl7-org:v3\"/>");
            default -> new byte[2];
        };
    }

    /** What a sequence of action D is replaced with: an item that means nothing, or no item where none is known. */
    private static List<DataSet> items(Tag tag) {
        if (tag.equals(CONTENT)) {
            return List.of(text(0x0040A010, VR.CS, "CONTAINS", text(0x0040A040, VR.CS, "TEXT", DataSet.empty()))
                    .withItems(new Tag(0x0040A043), List.of(code("121106", "Comment")))
                    .withText(new Tag(0x0040A160), VR.UT, List.of(CleanText.NOTHING_LEFT)));
        }
        if (tag.equals(VERIFYING_OBSERVER)) {
            return List.of(text(0x0040A027, VR.LO, CleanText.NOTHING_LEFT, DataSet.empty())
                    .withText(new Tag(0x0040A030), VR.DT, List.of(DATE + TIME))
                    .withText(new Tag(0x0040A075), VR.PN, List.of(NAME))
                    .withItems(new Tag(0x0040A088), List.of()));
        }
        if (tag.equals(GRAPHIC_ANNOTATION)) {
            DataSet box = text(0x00700004, VR.CS, "DISPLAY", DataSet.empty())
                    .withText(new Tag(0x00700006), VR.ST, List.of(CleanText.NOTHING_LEFT));
            return List.of(text(0x00700002, VR.CS, "LAYER1", DataSet.empty())
                    .withItems(new Tag(0x00700008), List.of(anchored(box))));
        }
        if (tag.equals(PERSON_CODE)) {
            return List.of(code("121106", "Comment"));
        }
        return List.of();
    }

    /** A text object needs a place: the corner of what is displayed. */
    private static DataSet anchored(DataSet box) {
        return box.withText(new Tag(0x00700014), VR.FL, List.of("0", "0"))
                .withText(new Tag(0x00700015), VR.CS, List.of("N"));
    }

    private static DataSet text(int tag, VR vr, String value, DataSet to) {
        return to.withText(new Tag(tag), vr, List.of(value));
    }

    static DataSet code(String value, String meaning) {
        return text(0x00080100, VR.SH, value, DataSet.empty())
                .withText(new Tag(0x00080102), VR.SH, List.of("DCM"))
                .withText(new Tag(0x00080104), VR.LO, List.of(meaning));
    }
}
