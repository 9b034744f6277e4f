package org.strongroom.gateway;

import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.strongroom.archive.Level;
import org.strongroom.dicom.Tag;

/**
 * Which attributes can be matched at which level: the required keys of PS3.4 section C.6 and the common optional ones.
 * A key outside this list is never passed to the archive; the requestor hears of it by status FF01.
 */
final class QueryKeys {
    private static final Map<Level, Set<Tag>> KEYS = new EnumMap<>(Map.of(
            Level.PATIENT,
            tags(
                    0x00100010, // Patient's Name
                    0x00100020, // Patient ID
                    0x00100021, // Issuer of Patient ID
                    0x00100030, // Patient's Birth Date
                    0x00100040), // Patient's Sex
            Level.STUDY,
            tags(
                    0x0020000D, // Study Instance UID
                    0x00080020, // Study Date
                    0x00080030, // Study Time
                    0x00080050, // Accession Number
                    0x00080061, // Modalities in Study
                    0x00080062, // SOP Classes in Study
                    0x00080090, // Referring Physician's Name
                    0x00081030, // Study Description
                    0x00200010), // Study ID
            Level.SERIES,
            tags(
                    0x0020000E, // Series Instance UID
                    0x00080060, // Modality
                    0x00200011, // Series Number
                    0x0008103E, // Series Description
                    0x00080021, // Series Date
                    0x00080031, // Series Time
                    0x00180015, // Body Part Examined
                    0x00400275, // Request Attributes Sequence
                    0x00400244, // Performed Procedure Step Start Date
                    0x00400245), // Performed Procedure Step Start Time
            Level.IMAGE,
            tags(
                    0x00080018, // SOP Instance UID
                    0x00080016, // SOP Class UID
                    0x00200013, // Instance Number
                    0x00080023, // Content Date
                    0x00080033))); // Content Time

    private QueryKeys() {}

    /** Whether a key can be matched in a query at {@code level}: its own attributes and those of the levels above. */
    static boolean matches(Level level, Tag tag) {
        return KEYS.entrySet().stream()
                .anyMatch(entry ->
                        entry.getKey().compareTo(level) <= 0 && entry.getValue().contains(tag));
    }

    private static Set<Tag> tags(int... codes) {
        Set<Tag> tags = new TreeSet<>();
        for (int code : codes) {
            tags.add(new Tag(code));
        }
        return tags;
    }
}
