package org.strongroom.dicom.media;

import org.strongroom.dicom.Dictionary;
import org.strongroom.dicom.Uid;

/** Which record an instance gets, by its SOP Class, PS3.3 section F.4 and PS3.4 annex B.5. */
final class RecordTypes {
    private static final String STORAGE = "1.2.840.10008.5.1.4.1.1.";

    private RecordTypes() {}

    /** IMAGE for whatever storage class is none of the others; PRIVATE for what PS3.6 does not know. */
    static RecordType of(Uid sopClass) {
        String uid = sopClass.value();
        if (!uid.startsWith(STORAGE)) {
            return outside(uid);
        }
        String rest = uid.substring(STORAGE.length());
        RecordType special = byNumber(rest);
        if (special != RecordType.IMAGE) {
            return special;
        }
        return Dictionary.standard().uidName(sopClass).isPresent() ? RecordType.IMAGE : RecordType.PRIVATE;
    }

    private static RecordType outside(String uid) {
        return switch (uid) {
            case "1.2.840.10008.5.1.1.29", "1.2.840.10008.5.1.1.30" -> RecordType.IMAGE; // Hardcopy, retired
            case "1.2.840.10008.5.1.4.38.1" -> RecordType.HANGING_PROTOCOL;
            case "1.2.840.10008.5.1.4.39.1" -> RecordType.PALETTE;
            case "1.2.840.10008.5.1.4.43.1" -> RecordType.IMPLANT;
            case "1.2.840.10008.5.1.4.44.1" -> RecordType.IMPLANT_ASSY;
            case "1.2.840.10008.5.1.4.45.1" -> RecordType.IMPLANT_GROUP;
            case "1.2.840.10008.5.1.4.34.1", "1.2.840.10008.5.1.4.34.7", "1.2.840.10008.5.1.4.34.10" -> RecordType.PLAN;
            default -> RecordType.PRIVATE;
        };
    }

    private static RecordType byNumber(String rest) {
        return switch (rest) {
            case "4.2" -> RecordType.SPECTROSCOPY;
            case "66" -> RecordType.RAW_DATA;
            case "66.1", "66.3" -> RecordType.REGISTRATION;
            case "66.2" -> RecordType.FIDUCIAL;
            case "66.5" -> RecordType.SURFACE;
            case "66.6" -> RecordType.TRACT;
            case "67" -> RecordType.VALUE_MAP;
            case "77.1.5.3" -> RecordType.STEREOMETRIC;
            case "88.59" -> RecordType.KEY_OBJECT_DOC;
            case "91.1" -> RecordType.ANNOTATION;
            case "481.1", "481.23", "481.24" -> RecordType.IMAGE;
            case "481.2" -> RecordType.RT_DOSE;
            case "481.3" -> RecordType.RT_STRUCTURE_SET;
            case "481.5", "481.8" -> RecordType.RT_PLAN;
            case "481.4", "481.6", "481.7", "481.9" -> RecordType.RT_TREAT_RECORD;
            case "201.1" -> RecordType.INVENTORY;
            case "131" -> RecordType.PRESENTATION;
            case "79.1", "78.6" -> RecordType.SR_DOCUMENT;
            default -> byFamily(rest);
        };
    }

    private static RecordType byFamily(String rest) {
        if (rest.startsWith("9.100.") || rest.startsWith("11.")) {
            return RecordType.PRESENTATION;
        } else if (rest.startsWith("9.")) {
            return RecordType.WAVEFORM;
        } else if (rest.startsWith("88.")) {
            return RecordType.SR_DOCUMENT;
        } else if (rest.startsWith("78.") || rest.startsWith("80.")) {
            return RecordType.MEASUREMENT;
        } else if (rest.startsWith("68.")) {
            return RecordType.SURFACE_SCAN;
        } else if (rest.startsWith("90.")) {
            return RecordType.ASSESSMENT;
        } else if (rest.startsWith("104.")) {
            return RecordType.ENCAP_DOC;
        } else if (rest.startsWith("200.")) {
            return RecordType.PLAN;
        } else if (rest.startsWith("481.")) {
            return RecordType.RADIOTHERAPY;
        }
        return RecordType.IMAGE;
    }
}
