package org.strongroom.survey;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** TCP ports as a list of ranges, written {@code 104,2762,11112-11120}; in ascending order, joined where they touch. */
record Ports(List<Range> ranges) {
    private static final Pattern PART = Pattern.compile("([0-9]{1,5})(?:-([0-9]{1,5}))?");

    record Range(int first, int last) {
        @Override
        public String toString() {
            return first == last ? Integer.toString(first) : first + "-" + last;
        }
    }

    /** @throws ScopeRefusedException when it is no such list, or names a port outside 1 to 65535 */
    static Ports parse(String text) {
        List<Range> parts = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            Matcher matcher = PART.matcher(part.strip());
            if (!matcher.matches()) {
                throw refused(text);
            }
            int first = Integer.parseInt(matcher.group(1));
            int last = matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2));
            if (first < 1 || last > 65535 || last < first) {
                throw refused(text);
            }
            parts.add(new Range(first, last));
        }
        parts.sort((a, b) -> Integer.compare(a.first(), b.first()));
        List<Range> joined = new ArrayList<>();
        for (Range part : parts) {
            if (!joined.isEmpty() && part.first() <= joined.getLast().last() + 1) {
                Range before = joined.removeLast();
                joined.add(new Range(before.first(), Math.max(before.last(), part.last())));
            } else {
                joined.add(part);
            }
        }
        return new Ports(List.copyOf(joined));
    }

    private static ScopeRefusedException refused(String text) {
        return new ScopeRefusedException("ports \"" + Network.shown(text)
                + "\": write numbers from 1 to 65535 and ranges, for example 104,2762,11112-11120");
    }

    IntStream stream() {
        return ranges.stream().flatMapToInt(r -> IntStream.rangeClosed(r.first(), r.last()));
    }

    boolean contains(int port) {
        return ranges.stream().anyMatch(r -> r.first() <= port && port <= r.last());
    }

    int count() {
        return ranges.stream().mapToInt(r -> r.last() - r.first() + 1).sum();
    }

    @Override
    public String toString() {
        return String.join(",", ranges.stream().map(Range::toString).toList());
    }
}
