package org.strongroom.dicom;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What in one element is not as PS3.5 section 7 has it, for a person; see {@link Irregularity} for what each means. */
final class ElementRemarks {
    private ElementRemarks() {}

    static List<String> of(DataSet.Source source, ElementIndex index, int at, boolean ascends) {
        List<String> remarks = new ArrayList<>();
        if (!ascends) {
            remarks.add("out of order");
        }
        if (at > 0 && index.tags[at - 1] == index.tags[at]) {
            remarks.add("the same tag again: the first counts");
        }
        @Nullable Object edit = index.edit(at);
        if (edit == null) {
            add(source, index, at, remarks);
        } else if (edit instanceof PassedOver passed && passed.isOdd(index.values[at])) {
            remarks.add("odd length");
        }
        return remarks;
    }

    private static void add(DataSet.Source source, ElementIndex index, int at, List<String> remarks) {
        int letters = index.start(at) + 4;
        if (source.explicit() && VR.codeOf(source.bytes()[letters], source.bytes()[letters + 1]) < 0) {
            remarks.add(
                    DataSetReader.isVrAt(source.bytes(), letters)
                            ? "VR " + new String(source.bytes(), letters, 2, StandardCharsets.US_ASCII) + " is none"
                            : "no VR");
        }
        if (index.lengths[at] % 2 != 0 && !index.has(at, ElementIndex.UNDEFINED)) {
            remarks.add("odd length");
        }
        if (index.has(at, ElementIndex.UNDEFINED) && !index.has(at, ElementIndex.DELIMITED)) {
            remarks.add("no delimiter");
        }
    }
}
