package org.strongroom.dicom.validate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.strongroom.dicom.Dictionary;
import org.strongroom.dicom.Tag;

/**
 * A condition of PS3.3 that a program can judge, as the resource conditions.txt writes it: terms joined by " and ", and
 * those by " or ". A term is {@code Keyword} (has a value), {@code !Keyword} (has none), {@code Keyword=A/B} (some value
 * is one of these), {@code Keyword!=A/B} (has values and none is), {@code Keyword>1}, {@code @module} (the module is in
 * use), {@code !@module}. Attributes are looked for in the item, then in what stands around it.
 */
record Condition(List<List<Term>> alternatives) {
    /** One term; {@code tag} is that of a module where the name begins with @. */
    record Term(String module, Tag tag, char test, boolean negated, List<String> values) {}

    static Condition parse(String text) {
        List<List<Term>> alternatives = new ArrayList<>();
        for (String alternative : text.split(" or ", -1)) {
            alternatives.add(Arrays.stream(alternative.split(" and ", -1))
                    .map(String::strip)
                    .map(Condition::term)
                    .toList());
        }
        return new Condition(List.copyOf(alternatives));
    }

    private static Term term(String text) {
        boolean negated = text.startsWith("!");
        String rest = negated ? text.substring(1) : text;
        if (rest.startsWith("@")) {
            return new Term(rest.substring(1), new Tag(0), '@', negated, List.of());
        }
        int at = 0;
        while (at < rest.length() && Character.isLetterOrDigit(rest.charAt(at))) {
            at++;
        }
        Tag tag = tag(rest.substring(0, at));
        String test = rest.substring(at);
        if (test.isEmpty()) {
            return new Term("", tag, 'v', negated, List.of());
        }
        boolean unequal = test.startsWith("!=");
        List<String> values = List.of(test.substring(unequal ? 2 : 1).split("/"));
        return new Term("", tag, test.charAt(0) == '>' ? '>' : '=', unequal, values);
    }

    static Tag tag(String keyword) {
        return Dictionary.standard()
                .keyword(keyword)
                .map(Dictionary.Entry::tag)
                .orElseThrow(() -> new IllegalStateException("no attribute has the keyword " + keyword));
    }

    boolean holds(Level level, Set<String> modules) {
        return alternatives.stream().anyMatch(all -> all.stream().allMatch(term -> holds(term, level, modules)));
    }

    private static boolean holds(Term term, Level level, Set<String> modules) {
        return switch (term.test) {
            case '@' -> modules.contains(term.module) != term.negated;
            case 'v' -> hasValue(term.tag, level) != term.negated;
            case '>' -> {
                List<String> values = level.inherited(term.tag);
                yield !values.isEmpty() && isGreater(values.getFirst(), term.values.getFirst());
            }
            default -> {
                List<String> values = level.inherited(term.tag);
                yield !values.isEmpty() && values.stream().anyMatch(term.values::contains) != term.negated;
            }
        };
    }

    private static boolean hasValue(Tag tag, Level level) {
        for (Level at = level; at != null; at = at.parent()) {
            if (at.has(tag)) {
                return at.hasValue(tag);
            }
        }
        return false;
    }

    private static boolean isGreater(String value, String bound) {
        String number = value.strip();
        return number.matches("[0-9]{1,9}") && Integer.parseInt(number) > Integer.parseInt(bound);
    }
}
