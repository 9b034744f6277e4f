package org.strongroom.dicom;

import java.util.ArrayList;
import java.util.List;

/**
 * A text that is not what Specific Character Set and the VR say, PS3.5 section 6.1; its bytes are kept as they are. Tells
 * where and why, never the text.
 *
 * @param path tags and item numbers from the outermost element in, as {@code (0040,0275)[1] (0040,0007)}
 * @param vr as it was read
 */
public record TextFault(String path, VR vr, Kind kind) {
    /** Why. */
    public enum Kind {
        /** Bytes that stand for no character in the set declared; U+FFFD stands in their place in what is decoded. */
        NO_CHARACTER("bytes that are no characters"),
        /** A control character that the VR does not allow, PS3.5 section 6.1.3; an escape where nothing is extended. */
        CONTROL_CHARACTER("control characters"),
        /** A value of (0008,0005) that says nothing, see {@link SpecificCharacterSet#unknownTerms}. */
        UNKNOWN_TERM("an unknown character set"),
        /** A value of (0008,0005) that is understood, see {@link SpecificCharacterSet#irregularTerms}. */
        IRREGULAR_TERM("a character set spelled or combined otherwise than PS3.3 has it");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        /** For a person. */
        @Override
        public String toString() {
            return words;
        }
    }

    /** All of a data set, items included, which nest no deeper than the limits it was read with. */
    static List<TextFault> of(DataSet dataSet) {
        List<TextFault> faults = new ArrayList<>();
        collect(dataSet, "", faults);
        return List.copyOf(faults);
    }

    private static void collect(DataSet dataSet, String around, List<TextFault> faults) {
        for (Tag tag : dataSet.tags()) {
            String path = around + tag;
            dataSet.textFaultsAt(tag).forEach(kind -> faults.add(new TextFault(path, dataSet.vrOf(tag), kind)));
            int number = 0;
            for (DataSet item : dataSet.items(tag)) {
                number++;
                collect(item, path + '[' + number + "] ", faults);
            }
        }
    }
}
