package org.strongroom.dicom;

import java.util.List;

/**
 * A person's name, PS3.5 section 6.2.1: up to three groups (alphabetic, ideographic, phonetic) of up to five components
 * (family, given, middle, prefix, suffix). Prints its length only.
 *
 * @param alphabetic first group as it stands, components joined by {@code ^}; empty if absent
 * @param ideographic second group, likewise
 * @param phonetic third group, likewise
 */
public record PersonName(String alphabetic, String ideographic, String phonetic) {
    private static final int GROUPS = 3;

    /** Takes a value apart at {@code =}; what stands after a third group, which none should, stays with that. */
    public static PersonName of(String value) {
        String[] groups = value.split("=", GROUPS);
        return new PersonName(
                trimmed(groups[0]),
                groups.length > 1 ? trimmed(groups[1]) : "",
                groups.length > 2 ? trimmed(groups[2]) : "");
    }

    /** The whole value, groups joined by {@code =}, empty ones at the end left out. */
    public String value() {
        if (!phonetic.isEmpty()) {
            return alphabetic + "=" + ideographic + "=" + phonetic;
        }
        return ideographic.isEmpty() ? alphabetic : alphabetic + "=" + ideographic;
    }

    public String family() {
        return component(alphabetic, 0);
    }

    public String given() {
        return component(alphabetic, 1);
    }

    public String middle() {
        return component(alphabetic, 2);
    }

    public String prefix() {
        return component(alphabetic, 3);
    }

    public String suffix() {
        return component(alphabetic, 4);
    }

    /**
     * The same name without what PS3.5 section 6.2.1.1 lets a writer leave out: empty components at the end, spaces around
     * components. Two names that are equal so mean the same.
     */
    public PersonName normal() {
        return new PersonName(normal(alphabetic), normal(ideographic), normal(phonetic));
    }

    private static String normal(String group) {
        String joined = String.join("^", components(group));
        int end = joined.length();
        while (end > 0 && joined.charAt(end - 1) == '^') {
            end--;
        }
        return joined.substring(0, end);
    }

    /** The components of one group in order, spaces around them dropped. */
    public static List<String> components(String group) {
        return List.of(group.split("\\^", -1)).stream().map(String::strip).toList();
    }

    private static String component(String group, int index) {
        List<String> components = components(group);
        return index < components.size() ? components.get(index) : "";
    }

    private static String trimmed(String group) {
        int end = group.length();
        while (end > 0 && (group.charAt(end - 1) == ' ' || group.charAt(end - 1) == 0)) {
            end--;
        }
        return group.substring(0, end);
    }

    @Override
    public String toString() {
        return "PersonName #" + value().length();
    }
}
