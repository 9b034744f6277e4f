package org.strongroom.dicom.validate;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.strongroom.dicom.Tag;

/** The conditions that a program can judge: resource conditions.txt. */
final class Conditions {
    /** @param otherwiseNever whether the attribute must not be there when the condition does not hold */
    record Rule(Condition condition, boolean otherwiseNever) {}

    private record Key(String module, Tag tag) {}

    private final Map<Key, Rule> attributes = new HashMap<>();
    private final Map<String, Condition> uses = new HashMap<>();

    private static final class Holder {
        static final Conditions STANDARD = new Conditions();
    }

    private Conditions() {
        for (String line : Definitions.lines("conditions.txt")) {
            String[] fields = line.split(" \\| ", -1);
            if (fields[0].equals("attr")) {
                attributes.put(
                        new Key(fields[1], Condition.tag(fields[2])),
                        new Rule(Condition.parse(fields[3]), fields[4].equals("never")));
            } else {
                uses.put(fields[1] + "/" + fields[2], Condition.parse(fields[3]));
            }
        }
    }

    static Conditions standard() {
        return Holder.STANDARD;
    }

    /** The condition of an attribute of type 1C or 2C; empty where it can't be judged. */
    Optional<Rule> of(String module, Tag tag) {
        Rule own = attributes.get(new Key(module, tag));
        return Optional.ofNullable(own == null ? attributes.get(new Key("*", tag)) : own);
    }

    /** Whether a module of usage C must be there; empty where that can't be judged. */
    Optional<Boolean> mustUse(String iod, String module, Level root, Set<String> modules) {
        Condition own = uses.get(iod + "/" + module);
        Condition condition = own == null ? uses.get("*/" + module) : own;
        return condition == null ? Optional.empty() : Optional.of(condition.holds(root, modules));
    }
}
