package org.strongroom.dicom.validate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.strongroom.dicom.Tag;

/** Enumerated values and defined terms, PS3.5 section 6.3, and sequences of one item at most: resource values.txt. */
final class TermCheck {
    /** @param position of the value from 1; 0 for each */
    private record Terms(Rule rule, int position, List<String> values, String section) {}

    private record Key(String module, Tag tag) {}

    private static final class Holder {
        static final Map<Key, List<Terms>> TERMS = new HashMap<>();
        static final Set<Tag> SINGLE = new HashSet<>();

        static {
            for (String line : Definitions.lines("values.txt")) {
                String[] fields = line.split(" \\| ", -1);
                Tag tag = Condition.tag(fields[2]);
                if (fields[0].equals("single")) {
                    SINGLE.add(tag);
                } else {
                    Rule rule = fields[0].equals("enumerated") ? Rule.ENUMERATED_VALUE : Rule.DEFINED_TERM;
                    int position = fields[3].equals("*") ? 0 : Integer.parseInt(fields[3]);
                    TERMS.computeIfAbsent(new Key(fields[1], tag), _ -> new ArrayList<>())
                            .add(new Terms(rule, position, List.of(fields[4].split("/")), fields[5]));
                }
            }
        }
    }

    private final Findings findings;

    TermCheck(Findings findings) {
        this.findings = findings;
    }

    /** Checks the values of one element by what a module says of them, or "*" for what holds everywhere. */
    void check(Level level, Tag tag, String module) {
        for (Terms terms : Holder.TERMS.getOrDefault(new Key(module, tag), List.of())) {
            List<String> values = level.text(tag);
            for (int i = 0; i < values.size(); i++) {
                boolean meant = terms.position == 0 || terms.position == i + 1;
                if (meant && !values.get(i).isEmpty() && !terms.values.contains(values.get(i))) {
                    String message = "value " + (i + 1) + " is none of " + String.join(", ", terms.values) + " ("
                            + terms.section + ")";
                    findings.add(terms.rule, level, tag, module.equals("*") ? "" : module, message);
                }
            }
        }
    }

    void checkSingle(Level level, Tag sequence) {
        if (Holder.SINGLE.contains(sequence)) {
            int items = level.elements().items(sequence).size();
            if (items > 1) {
                findings.add(Rule.ITEM_COUNT, level, sequence, items + " items, one is allowed");
            }
        }
    }
}
