package org.strongroom.dicom;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Prints a data set with its values, one element a line: tag, VR, value, then length, number of values and keyword, as
 * other toolkits' dumps do; in the order of the file, each of those with the same tag, with remarks on what PS3.5 does not allow.
 *
 * <p>For a person who asked for this data set; never for a log. Characters that a terminal would obey (control
 * characters, direction marks) are written as escapes.
 */
public final class DataSetPrinter {
    private static final int VALUE_COLUMN = 56;
    private static final int UNDEFINED = -1;
    private static final HexFormat HEX = HexFormat.of();
    private static final ValueLayout.OfInt OFFSET = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final Tag CODE_VALUE = new Tag(0x00080100);
    private static final Tag CODING_SCHEME = new Tag(0x00080102);
    private static final Tag CODE_MEANING = new Tag(0x00080104);
    private static final Tag LONG_CODE_VALUE = new Tag(0x00080119);
    private static final Tag URN_CODE_VALUE = new Tag(0x00080120);
    private static final Tag RELATIONSHIP = new Tag(0x0040A010);
    private static final Tag VALUE_TYPE = new Tag(0x0040A040);
    private static final Tag CONCEPT_NAME = new Tag(0x0040A043);

    private static final Tag DIRECTORY_RECORDS = Attributes.DirectoryRecordSequence.tag();
    private static final int LONGEST_UID = 64;
    private static final int ITEM_HEADER = 8;

    private final Appendable out;
    private final int longest;
    private final long dataSetAt;
    /** The private creator asked for last: a long one would cost much for each of many elements. */
    private @Nullable DataSet creatorIn;

    private @Nullable Tag creatorAt;
    private String creatorName = "";

    /** @param longest most characters of a value that are printed; what is longer ends in "..." */
    public DataSetPrinter(Appendable out, int longest) {
        this(out, longest, UNDEFINED);
    }

    /**
     * One that tells the offsets of directory records, to which others point.
     *
     * @param longest most characters of a value that are printed; what is longer ends in "..."
     * @param dataSetAt where in its file the data set begins, in bytes; negative where there is no such place
     */
    public DataSetPrinter(Appendable out, int longest, long dataSetAt) {
        this.out = out;
        this.longest = longest;
        this.dataSetAt = dataSetAt;
    }

    public void print(DataSet dataSet) throws IOException {
        print(dataSet, 0);
    }

    /** Only the elements of the outermost level that have one of these tags, with their items; says whether there are any. */
    public boolean print(DataSet dataSet, Set<Tag> tags) throws IOException {
        return print(dataSet, 0, tag -> tags.contains(new Tag(tag)));
    }

    private void print(DataSet dataSet, int depth) throws IOException {
        print(dataSet, depth, _ -> true);
    }

    /** All of the same tag, in the order of the file. */
    private boolean print(DataSet dataSet, int depth, IntPredicate wanted) throws IOException {
        boolean any = false;
        int[] order = dataSet.fileOrder();
        int[] tags = dataSet.index().tags;
        int greatest = 0;
        for (int i = 0; i < dataSet.index().count; i++) {
            int at = order.length == 0 ? i : order[i];
            boolean ascends = Integer.compareUnsigned(tags[at], greatest) >= 0;
            greatest = ascends ? tags[at] : greatest;
            if (wanted.test(tags[at])) {
                print(dataSet, at, depth, dataSet.remarksAt(at, ascends));
                any = true;
            }
        }
        return any;
    }

    private void print(DataSet dataSet, int at, int depth, List<String> remarks) throws IOException {
        Element element = dataSet.elementAt(at);
        String name = name(dataSet, element.tag()) + inBrackets(remarks);
        switch (element) {
            case Element.Encoded encoded -> {
                List<String> values = dataSet.textAt(at);
                line(
                        depth,
                        encoded.tag(),
                        encoded.vr().name(),
                        value(encoded, values),
                        encoded.bytes().byteSize(),
                        count(encoded, values),
                        name + faults(dataSet, at));
            }
            case Element.Sequence sequence -> {
                String value = "(sequence of " + counted(sequence.items().size(), "item") + ")";
                line(depth, sequence.tag(), "SQ", value, length(dataSet, at), 1, name);
                int number = 1;
                for (DataSet item : sequence.items()) {
                    String place = sequence.tag().equals(DIRECTORY_RECORDS) ? place(item) : "";
                    withLength("item " + number++ + place + summary(item), depth + 1, item.itemLength());
                    print(item, depth + 2);
                }
            }
            case Element.Fragments encapsulated -> {
                String value = "(" + counted(encapsulated.fragments().size(), "fragment") + ", offset table first)";
                line(depth, encapsulated.tag(), encapsulated.vr().name(), value, UNDEFINED, 1, name);
                int number = 0;
                for (ByteRange range : encapsulated.fragments()) {
                    MemorySegment bytes = dataSet.bytes(range);
                    String content = number == 0
                            ? "offset table " + offsets(bytes)
                            : "fragment " + number + " " + bytes(bytes, VR.OB);
                    withLength(content, depth + 1, OptionalLong.of(range.length()));
                    number++;
                }
            }
            case Element.Bulk bulk ->
                line(
                        depth,
                        bulk.tag(),
                        bulk.vr().name(),
                        bulk.fragments() > 0
                                ? "(" + counted(bulk.fragments(), "fragment") + ", offset table first, "
                                        + bulk.range().length() + " bytes, not read)"
                                : "(not read)",
                        bulk.fragments() > 0 ? UNDEFINED : bulk.range().length(),
                        1,
                        name);
        }
    }

    private String value(Element.Encoded encoded, List<String> values) {
        MemorySegment bytes = encoded.bytes();
        if (bytes.byteSize() == 0) {
            return "(no value)";
        } else if (!values.isEmpty()) {
            return text(values, encoded.vr());
        } else if (encoded.vr().isText() && isAll(bytes, ' ', ' ')) {
            return "(spaces only)";
        } else if (encoded.vr() == VR.UN && isAll(bytes, ' ', '~')) {
            return "\"" + shortened(new String(start(bytes), StandardCharsets.US_ASCII)) + "\"";
        }
        return bytes(bytes, encoded.vr());
    }

    private static boolean isAll(MemorySegment bytes, int least, int greatest) {
        for (long i = 0; i < bytes.byteSize(); i++) {
            byte b = bytes.get(ValueLayout.JAVA_BYTE, i);
            if (b < least || b > greatest) {
                return false;
            }
        }
        return true;
    }

    /** As many bytes as can be printed and one. */
    private byte[] start(MemorySegment bytes) {
        return bytes.asSlice(0, Math.min(bytes.byteSize(), longest + 1L)).toArray(ValueLayout.JAVA_BYTE);
    }

    private String place(DataSet record) {
        return dataSetAt < 0 || record.itemLength().isEmpty()
                ? ""
                : " at " + (dataSetAt + record.sourceOffset() - ITEM_HEADER);
    }

    private void withLength(String text, int depth, OptionalLong length) throws IOException {
        if (length.isEmpty()) {
            indent(depth).append(text).append('\n');
            return;
        }
        indent(depth).append(pad(text, depth)).append(" # ");
        out.append(length.getAsLong() < 0 ? "undefined" : String.valueOf(length.getAsLong()))
                .append('\n');
    }

    private static String faults(DataSet dataSet, int at) {
        Set<TextFault.Kind> faults = dataSet.textFaultsAt(at);
        return faults.isEmpty()
                ? ""
                : inBrackets(faults.stream().map(TextFault.Kind::toString).toList());
    }

    private static String inBrackets(List<String> remarks) {
        return remarks.isEmpty() ? "" : " (" + String.join(", ", remarks) + ")";
    }

    private void line(int depth, Tag tag, String vr, String value, long length, int values, String name)
            throws IOException {
        indent(depth).append(pad(tag + " " + vr + " " + value, depth));
        out.append(" # ").append(length < 0 ? "undefined" : String.valueOf(length));
        out.append(", ").append(String.valueOf(values)).append(' ').append(name).append('\n');
    }

    private Appendable indent(int depth) throws IOException {
        return out.append("  ".repeat(depth));
    }

    private static String pad(String text, int depth) {
        return TerminalText.padded(text, VALUE_COLUMN - 2 * depth);
    }

    /** Bytes of a sequence's value as it was read; undefined also where it was put together. */
    private static long length(DataSet dataSet, int at) {
        ElementIndex index = dataSet.index();
        boolean known = index.edit(at) == null && !index.has(at, ElementIndex.UNDEFINED);
        return known ? index.lengths[at] : UNDEFINED;
    }

    /** What an item is, where that can be said in a line: a code, or a content item of a structured report. */
    private String summary(DataSet item) {
        String code = code(item);
        if (!code.isEmpty()) {
            return ": " + code;
        }
        String record = first(item, Attributes.DirectoryRecordType.tag());
        if (!record.isEmpty()) {
            String file = String.join("\\", item.text(Attributes.ReferencedFileID.tag()));
            return ": " + record + (file.isEmpty() ? "" : " " + shortened(TerminalText.escaped(file)));
        }
        String type = first(item, VALUE_TYPE);
        String relationship = first(item, RELATIONSHIP);
        String concept =
                item.items(CONCEPT_NAME).stream().findFirst().map(this::code).orElse("");
        String words = String.join(
                " ",
                Stream.of(relationship, type, concept)
                        .filter(word -> !word.isEmpty())
                        .toList());
        return type.isEmpty() ? "" : ": " + words;
    }

    /** As PS3.16 writes codes: (value, scheme, "meaning"). */
    private String code(DataSet item) {
        String value = Stream.of(CODE_VALUE, LONG_CODE_VALUE, URN_CODE_VALUE)
                .map(tag -> first(item, tag))
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse("");
        String meaning = first(item, CODE_MEANING);
        return value.isEmpty() || meaning.isEmpty()
                ? ""
                : "(" + value + ", " + first(item, CODING_SCHEME) + ", \"" + meaning + "\")";
    }

    private String first(DataSet item, Tag tag) {
        List<String> values = item.text(tag);
        return values.isEmpty() ? "" : shortened(TerminalText.escaped(values.getFirst()));
    }

    /** Entries of a Basic Offset Table, PS3.5 section A.4. */
    private String offsets(MemorySegment table) {
        if (table.byteSize() == 0) {
            return "(empty)";
        }
        StringBuilder text = new StringBuilder();
        long entries = table.byteSize() / 4;
        for (long i = 0; i < entries && text.length() <= longest; i++) {
            int offset = table.get(OFFSET, 4 * i);
            text.append(i == 0 ? "" : "\\").append(Integer.toUnsignedString(offset));
        }
        return "of " + entries + ": " + shortened(text.toString());
    }

    private static int count(Element.Encoded encoded, List<String> values) {
        boolean one = values.isEmpty()
                && encoded.bytes().byteSize() > 0
                && !encoded.vr().isText();
        return one ? 1 : values.size();
    }

    private static String counted(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    private String text(List<String> values, VR vr) {
        if (vr == VR.UI) {
            String uids =
                    String.join("\\", values.stream().map(DataSetPrinter::uid).toList());
            return values.size() == 1 && uids.length() <= LONGEST_UID + 2 ? uids : shortened(uids);
        } else if (vr == VR.FD || vr == VR.FL || vr == VR.OD || vr == VR.OF) {
            return shortened(String.join(
                    "\\",
                    values.stream()
                            .map(text -> text.endsWith(".0") ? text.substring(0, text.length() - 2) : text)
                            .toList()));
        }
        String joined = vr == VR.AT
                ? String.join("\\", values.stream().map(DataSetPrinter::tag).toList())
                : String.join("\\", values);
        return vr.isText() ? "[" + shortened(TerminalText.escaped(joined)) + "]" : shortened(joined);
    }

    /** The name of a registered UID, as "=CT Image Storage", else the UID in brackets. */
    private static String uid(String value) {
        return Uid.parse(value)
                .flatMap(Dictionary.standard()::uidName)
                .map(name -> "=" + name)
                .orElse("[" + TerminalText.escaped(value) + "]");
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
                HEX.toHexDigits(text, bytes.get(ValueLayout.JAVA_BYTE, i * unit + b));
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

    private String name(DataSet dataSet, Tag tag) {
        if (!tag.isPrivate() || tag.element() == 0) {
            String unknown = tag.element() == 0 ? "GroupLength" : "?";
            return Dictionary.standard()
                    .attribute(tag)
                    .map(Dictionary.Entry::keyword)
                    .orElse(unknown);
        }
        if (tag.element() >= 0x10 && tag.element() <= 0xFF) {
            return "PrivateCreator";
        }
        Tag creator = Tag.of(tag.group(), tag.element() >>> 8);
        if (dataSet != creatorIn || !creator.equals(creatorAt)) {
            List<String> text = dataSet.text(creator);
            creatorName =
                    text.isEmpty() ? "private, no creator" : "private to " + TerminalText.escaped(text.getFirst());
            creatorIn = dataSet;
            creatorAt = creator;
        }
        return creatorName;
    }
}
