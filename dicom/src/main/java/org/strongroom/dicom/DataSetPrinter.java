package org.strongroom.dicom;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Prints a data set with its values, one element a line: tag, VR, value, then length, number of values and keyword, as
 * other toolkits' dumps do.
 *
 * <p>For a person who asked for this data set; never for a log. Characters that a terminal would obey (control
 * characters, direction marks) are written as escapes.
 */
public final class DataSetPrinter {
    private static final int VALUE_COLUMN = 56;

    private final Appendable out;
    private final int longest;

    /** @param longest most characters of a value that are printed; what is longer ends in "..." */
    public DataSetPrinter(Appendable out, int longest) {
        this.out = out;
        this.longest = longest;
    }

    public void print(DataSet dataSet) throws IOException {
        print(dataSet, 0);
    }

    private void print(DataSet dataSet, int depth) throws IOException {
        for (Tag tag : dataSet.tags()) {
            Optional<Element> element = dataSet.element(tag);
            if (element.isPresent()) {
                print(dataSet, element.get(), depth);
            }
        }
    }

    private void print(DataSet dataSet, Element element, int depth) throws IOException {
        String name = name(dataSet, element.tag());
        switch (element) {
            case Element.Encoded encoded -> {
                List<String> values = dataSet.text(encoded.tag());
                String value = encoded.bytes().byteSize() == 0
                        ? "(no value)"
                        : values.isEmpty() ? bytes(encoded.bytes(), encoded.vr()) : text(values, encoded.vr());
                line(
                        depth,
                        encoded.tag(),
                        encoded.vr().name(),
                        value,
                        encoded.bytes().byteSize(),
                        count(encoded, values),
                        name + faults(dataSet, encoded.tag()));
            }
            case Element.Sequence sequence -> {
                String value = "(sequence of " + counted(sequence.items().size(), "item") + ")";
                line(depth, sequence.tag(), "SQ", value, -1, sequence.items().size(), name);
                int number = 1;
                for (DataSet item : sequence.items()) {
                    indent(depth + 1)
                            .append("item ")
                            .append(String.valueOf(number++))
                            .append('\n');
                    print(item, depth + 2);
                }
            }
            case Element.Fragments encapsulated -> {
                String value = "(" + counted(encapsulated.fragments().size(), "fragment") + ", offset table first)";
                line(depth, encapsulated.tag(), encapsulated.vr().name(), value, -1, 1, name);
                int number = 0;
                for (ByteRange range : encapsulated.fragments()) {
                    String content = bytes(dataSet.bytes(range), VR.OB);
                    indent(depth + 1).append(pad("fragment " + number++ + " " + content, depth + 1));
                    out.append(" # ").append(String.valueOf(range.length())).append('\n');
                }
            }
            case Element.Bulk bulk ->
                line(
                        depth,
                        bulk.tag(),
                        bulk.vr().name(),
                        bulk.fragments() > 0
                                ? "(" + counted(bulk.fragments(), "fragment") + ", offset table first, not read)"
                                : "(not read)",
                        bulk.range().length(),
                        1,
                        name);
        }
    }

    private static String faults(DataSet dataSet, Tag tag) {
        Set<TextFault.Kind> faults = dataSet.textFaultsAt(tag);
        return faults.isEmpty()
                ? ""
                : faults.stream().map(TextFault.Kind::toString).collect(Collectors.joining(", ", " (", ")"));
    }

    private void line(int depth, Tag tag, String vr, String value, long length, int values, String name)
            throws IOException {
        indent(depth).append(pad(tag + " " + vr + " " + value, depth));
        out.append(" # ").append(length < 0 ? "-" : String.valueOf(length));
        out.append(", ").append(String.valueOf(values)).append(' ').append(name).append('\n');
    }

    private Appendable indent(int depth) throws IOException {
        return out.append("  ".repeat(depth));
    }

    private static String pad(String text, int depth) {
        int width = VALUE_COLUMN - 2 * depth;
        return text.length() >= width ? text : text + " ".repeat(width - text.length());
    }

    private static int count(Element.Encoded encoded, List<String> values) {
        boolean one = values.isEmpty() && encoded.bytes().byteSize() > 0;
        return one ? 1 : values.size();
    }

    private static String counted(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    private String text(List<String> values, VR vr) {
        if (vr == VR.UI) {
            return shortened(
                    String.join("\\", values.stream().map(DataSetPrinter::uid).toList()));
        }
        String joined = vr == VR.AT
                ? String.join("\\", values.stream().map(DataSetPrinter::tag).toList())
                : String.join("\\", values);
        return vr.isText() ? "[" + shortened(escaped(joined)) + "]" : shortened(joined);
    }

    /** The name of a registered UID, as "=CT Image Storage", else the UID in brackets. */
    private static String uid(String value) {
        return Uid.parse(value)
                .flatMap(Dictionary.standard()::uidName)
                .map(name -> "=" + name)
                .orElse("[" + escaped(value) + "]");
    }

    private static String tag(String digits) {
        return new Tag(Integer.parseUnsignedInt(digits, 16)).toString();
    }

    private String bytes(MemorySegment bytes, VR vr) {
        StringBuilder text = new StringBuilder();
        int unit = vr.unit() == 2 ? 2 : 1;
        long count = Math.min(bytes.byteSize() / unit, longest / 3 + 1L);
        for (long i = 0; i < count; i++) {
            text.append(i == 0 ? "" : "\\");
            for (int b = 0; b < unit; b++) {
                text.append(String.format(Locale.ROOT, "%02x", bytes.get(ValueLayout.JAVA_BYTE, i * unit + b)));
            }
        }
        return count * unit < bytes.byteSize() ? shortened(text + "\\...") : shortened(text.toString());
    }

    private String shortened(String text) {
        if (text.length() <= longest) {
            return text;
        }
        int end = text.offsetByCodePoints(0, Math.min(longest, text.codePointCount(0, text.length())));
        return text.substring(0, end) + "...";
    }

    private static String escaped(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            boolean obeyed = Character.isISOControl(c) || Character.getType(c) == Character.FORMAT;
            safe.append(obeyed ? String.format(Locale.ROOT, "\\x%02x", c) : Character.toString(c));
        });
        return safe.toString();
    }

    private static String name(DataSet dataSet, Tag tag) {
        if (tag.element() == 0) {
            return "GroupLength";
        }
        if (!tag.isPrivate()) {
            return Dictionary.standard()
                    .attribute(tag)
                    .map(Dictionary.Entry::keyword)
                    .orElse("?");
        }
        if (tag.element() >= 0x10 && tag.element() <= 0xFF) {
            return "PrivateCreator";
        }
        List<String> creator = dataSet.text(Tag.of(tag.group(), tag.element() >>> 8));
        return creator.isEmpty() ? "private, no creator" : "private to " + escaped(creator.getFirst());
    }
}
