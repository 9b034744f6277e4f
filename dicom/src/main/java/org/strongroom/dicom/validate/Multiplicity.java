package org.strongroom.dicom.validate;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Value Multiplicity as PS3.5 section 6.4 and PS3.6 write it: "1", "1-3", "2-n", "2-2n", "3-3n".
 *
 * @param most Integer.MAX_VALUE for n
 * @param step values come in groups of so many
 */
record Multiplicity(int least, int most, int step) {
    private static final Map<String, Multiplicity> KNOWN = new ConcurrentHashMap<>();

    static Multiplicity of(String text) {
        return KNOWN.computeIfAbsent(text, Multiplicity::parse);
    }

    private static Multiplicity parse(String text) {
        String[] ends = text.split("-", 2);
        int least = Integer.parseInt(ends[0]);
        if (ends.length == 1) {
            return new Multiplicity(least, least, 1);
        }
        if (!ends[1].endsWith("n")) {
            return new Multiplicity(least, Integer.parseInt(ends[1]), 1);
        }
        String factor = ends[1].substring(0, ends[1].length() - 1);
        return new Multiplicity(least, Integer.MAX_VALUE, factor.isEmpty() ? 1 : Integer.parseInt(factor));
    }

    boolean allows(int count) {
        return count >= least && count <= most && count % step == 0;
    }
}
