package org.strongroom.dicom.deidentify;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.strongroom.dicom.Tag;

/** Table E.1-1 of PS3.15 (2024b): for each attribute that may identify, what the basic profile and each option do. */
final class ConfidentialityTable {
    static final ConfidentialityTable STANDARD =
            new ConfidentialityTable(Resources.lines("confidentiality-profile.txt"));

    /**
     * One row.
     *
     * @param basic the action as the table writes it: X/Z/D
     * @param columns K, C or - for each option, at {@link ProfileOption#column}
     */
    record Row(String basic, String columns) {
        /** What is done under these options: K, C, or the basic profile's action. */
        String action(DeidentificationProfile profile) {
            boolean kept = false;
            boolean cleaned = false;
            for (ProfileOption option : profile.options()) {
                char letter = option.column() == ProfileOption.NO_COLUMN ? '-' : columns.charAt(option.column());
                // Beside shifted dates, one that another option keeps as it is would tell by how much.
                if (letter == 'C' && option == ProfileOption.RETAIN_MODIFIED_DATES) {
                    return "C";
                }
                kept |= letter == 'K';
                cleaned |= letter == 'C';
            }
            return kept ? "K" : cleaned ? "C" : basic;
        }
    }

    private final Map<Integer, Row> rows = new HashMap<>();

    private ConfidentialityTable(List<String> lines) {
        for (String line : lines) {
            String[] fields = line.split("\t", -1);
            // Repeating groups are treated as a whole, elsewhere.
            if (fields[0].indexOf('x') < 0) {
                rows.put(Integer.parseUnsignedInt(fields[0], 16), new Row(fields[1], fields[2]));
            }
        }
    }

    /** The row of an attribute; null where the table has none. */
    @Nullable
    Row row(Tag tag) {
        return rows.get(tag.code());
    }
}
