package org.strongroom.dicom.model;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Element;
import org.strongroom.dicom.ElementCursor;
import org.strongroom.dicom.VR;

/**
 * Writes data sets in the DICOM JSON Model, PS3.18 annex F, as it walks them: nothing is held back but some kilobytes, and
 * bytes go through base64 without an array of their length.
 *
 * <p>Group lengths and group 0002 are left out. Specific Character Set (0008,0005) stays what it is in the data set, as
 * PS3.18 section F.2.2 note 3 has it since 2025: the JSON is UTF-8, and who makes a data set of it again knows in what. A DS or
 * IS is the number as it is written there where JSON has it so (1.50 stays 1.50), else a string; SV and UV from 2^53 up
 * are strings, since readers would lose digits; NaN and infinities are the strings NaN, Infinity and -Infinity, for which
 * the standard has nothing. A value that is no whole number of its VR's units is InlineBinary, and so is encapsulated data
 * without a URI: its fragments with their headers and delimiter, little endian.
 */
public final class DicomJsonWriter {
    /** How it is laid out. */
    public enum Layout {
        COMPACT,
        /** An attribute a line. */
        INDENTED
    }

    private static final long MOST_EXACT = (1L << 53) - 1;
    private static final int LONGEST_NUMERAL = 16;
    private static final byte[] NULL = ascii("null");
    private static final byte[][] GROUPS = {ascii("\"Alphabetic\""), ascii("\"Ideographic\""), ascii("\"Phonetic\"")};

    private final Utf8Out out;
    private final boolean indented;
    private final BulkReferences bulk;
    private final byte[] colon;
    private final byte[] comma;
    /** What stands between the tag and the value of an attribute, by VR. */
    private final Map<VR, byte[]> starts = new EnumMap<>(VR.class);

    private final byte[] startOfValue;
    private final ValueBytes bytes;
    private final TextValues texts = new TextValues();
    private final Numbers numbers = new Numbers();
    private final ElementPath path = new ElementPath();
    private boolean inArray;
    private boolean first = true;

    /** Compact, every value written out. */
    public DicomJsonWriter(OutputStream out) {
        this(out, Layout.COMPACT, BulkReferences.NONE);
    }

    /** @param out is never closed; gets what is written at {@link #flush} at the latest */
    public DicomJsonWriter(OutputStream out, Layout layout, BulkReferences bulk) {
        this.out = new Utf8Out(out);
        this.bulk = bulk;
        this.bytes = new ValueBytes(this.out);
        indented = layout == Layout.INDENTED;
        colon = ascii(indented ? ": " : ":");
        comma = ascii(indented ? ", " : ",");
        String separator = indented ? ": " : ":";
        for (VR vr : VR.values()) {
            starts.put(vr, ascii(separator + "{\"vr\"" + separator + "\"" + vr.name() + "\""));
        }
        startOfValue = ascii((indented ? ", " : ",") + "\"Value\"" + separator + "[");
    }

    /** Begins an array, which is how responses hold several data sets; {@link #write} puts each in. */
    public void startArray() throws IOException {
        out.write('[');
        inArray = true;
        first = true;
    }

    public void endArray() throws IOException {
        newLine(0);
        out.write(']');
        inArray = false;
    }

    /**
     * Writes one data set as an object.
     *
     * @throws IllegalStateException when an element left where it is stored has no URI
     */
    public void write(DataSet dataSet) throws IOException {
        if (inArray) {
            if (!first) {
                out.write(',');
            }
            newLine(0);
            first = false;
        }
        object(dataSet, 0);
    }

    public void flush() throws IOException {
        if (indented) {
            out.write('\n');
        }
        out.flush();
    }

    private void object(DataSet dataSet, int depth) throws IOException {
        out.write('{');
        boolean any = false;
        for (ElementCursor cursor = dataSet.cursor(); cursor.next(); ) {
            int tag = cursor.tag();
            if ((tag & 0xFFFF) == 0 || tag >>> 16 == 2) {
                continue;
            }
            if (any) {
                out.write(',');
            }
            any = true;
            newLine(depth + 1);
            out.write('"');
            out.hex(tag);
            out.write('"');
            path.enter(tag);
            attribute(dataSet, cursor, depth);
            path.leave();
        }
        if (any) {
            newLine(depth);
        }
        out.write('}');
    }

    private void newLine(int depth) throws IOException {
        if (indented) {
            out.write('\n');
            for (int i = 0; i < depth; i++) {
                out.write(' ');
                out.write(' ');
            }
        }
    }

    private void attribute(DataSet dataSet, ElementCursor cursor, int depth) throws IOException {
        VR vr = cursor.vr();
        out.write(starts.getOrDefault(vr, NULL));
        switch (cursor.form()) {
            case ITEMS -> items(cursor.items(), depth);
            case ELSEWHERE -> elsewhere(dataSet, cursor.element());
            case VALUE -> {
                if (cursor.length() > 0 && !referred(vr, cursor.position(), cursor.length(), false)) {
                    value(cursor, vr);
                }
            }
        }
        out.write('}');
    }

    private void items(List<DataSet> items, int depth) throws IOException {
        if (items.isEmpty()) {
            return;
        }
        startValue();
        for (int i = 0; i < items.size(); i++) {
            if (i > 0) {
                out.write(comma);
            }
            path.item();
            object(items.get(i), depth + 1);
        }
        out.write(']');
    }

    private void elsewhere(DataSet dataSet, Element element) throws IOException {
        switch (element) {
            case Element.Bulk kept -> {
                if (!referred(kept.vr(), kept.range().offset(), kept.range().length(), true)) {
                    throw new IllegalStateException("no URI for " + path + ", which is left where it is stored");
                }
            }
            case Element.Fragments encapsulated -> {
                long position = ValueBytes.position(encapsulated);
                if (!referred(encapsulated.vr(), position, ValueBytes.length(encapsulated), false)) {
                    startBinary();
                    bytes.fragments(dataSet, encapsulated);
                    out.write('"');
                }
            }
            case Element.Encoded _, Element.Sequence _ -> throw new IllegalStateException("a value is not elsewhere");
        }
    }

    private boolean referred(VR vr, long position, long length, boolean elsewhere) throws IOException {
        Optional<String> uri = bulk.uri(path, vr, position, length, elsewhere);
        if (uri.isEmpty()) {
            return false;
        }
        out.write(comma);
        name("BulkDataURI");
        byte[] text = uri.get().getBytes(StandardCharsets.UTF_8);
        string(text, 0, text.length);
        return true;
    }

    private void value(ElementCursor cursor, VR vr) throws IOException {
        if (vr.isText() && texts.load(cursor)) {
            if (texts.hasAny()) {
                texts(vr);
            }
        } else if (Numbers.isNumber(vr) && cursor.length() % Numbers.width(vr) == 0) {
            numbers(cursor, vr);
        } else {
            startBinary();
            bytes.value(cursor);
            out.write('"');
        }
    }

    private void texts(VR vr) throws IOException {
        startValue();
        for (int i = 0; texts.advance(); i++) {
            if (i > 0) {
                out.write(comma);
            }
            byte[] text = texts.bytes();
            int from = texts.from();
            int to = texts.to();
            if (from == to) {
                out.write(NULL);
            } else if (vr == VR.PN) {
                name(text, from, to);
            } else if ((vr == VR.DS || vr == VR.IS) && isNumeral(text, from, to)) {
                out.write(text, from, to - from);
            } else {
                string(text, from, to);
            }
        }
        out.write(']');
    }

    /** Three groups; a value of delimiters only holds no name. What stands behind a third delimiter stays in the last. */
    private void name(byte[] text, int from, int to) throws IOException {
        int at = from;
        int written = 0;
        for (int group = 0; group < GROUPS.length; group++) {
            int end = at;
            while (end < to && (text[end] != '=' || group == GROUPS.length - 1)) {
                end++;
            }
            if (end > at) {
                out.write(written == 0 ? '{' : ',');
                out.write(GROUPS[group]);
                out.write(colon);
                string(text, at, end);
                written++;
            }
            at = Math.min(end + 1, to);
        }
        if (written == 0) {
            out.write(NULL);
        } else {
            out.write('}');
        }
    }

    private void numbers(ElementCursor cursor, VR vr) throws IOException {
        startValue();
        numbers.load(cursor);
        for (int i = 0; numbers.advance(cursor); i++) {
            if (i > 0) {
                out.write(comma);
            }
            switch (vr) {
                case AT -> {
                    out.write('"');
                    out.hex(numbers.tag());
                    out.write('"');
                }
                case FL -> real(Float.toString(numbers.real()), Float.isFinite(numbers.real()));
                case FD -> real(Double.toString(numbers.longReal()), Double.isFinite(numbers.longReal()));
                case SV -> exact(numbers.integer(), Math.absExact(numbers.integer() | 1) <= MOST_EXACT, false);
                case UV -> exact(numbers.integer(), numbers.integer() >>> 53 == 0, true);
                default -> out.decimal(numbers.integer());
            }
        }
        out.write(']');
    }

    private void real(String numeral, boolean finite) throws IOException {
        if (!finite) {
            out.write('"');
        }
        out.ascii(numeral);
        if (!finite) {
            out.write('"');
        }
    }

    private void exact(long value, boolean asNumber, boolean unsigned) throws IOException {
        if (asNumber) {
            out.decimal(value);
            return;
        }
        out.write('"');
        out.ascii(unsigned ? Long.toUnsignedString(value) : Long.toString(value));
        out.write('"');
    }

    private void startValue() throws IOException {
        out.write(startOfValue);
    }

    private void startBinary() throws IOException {
        out.write(comma);
        name("InlineBinary");
        out.write('"');
    }

    private void name(String name) throws IOException {
        out.write('"');
        out.ascii(name);
        out.write('"');
        out.write(colon);
    }

    private void string(byte[] text, int from, int to) throws IOException {
        out.write('"');
        int copied = from;
        for (int at = from; at < to; at++) {
            byte b = text[at];
            if ((b >= 0 && b < 0x20) || b == '"' || b == '\\') {
                out.write(text, copied, at - copied);
                escape(b);
                copied = at + 1;
            }
        }
        out.write(text, copied, to - copied);
        out.write('"');
    }

    private void escape(byte b) throws IOException {
        out.write('\\');
        switch (b) {
            case '"', '\\' -> out.write(b);
            case '\n' -> out.write('n');
            case '\r' -> out.write('r');
            case '\t' -> out.write('t');
            case '\f' -> out.write('f');
            default -> {
                out.ascii("u00");
                out.write(Utf8Out.digit(b >> 4));
                out.write(Utf8Out.digit(b));
            }
        }
    }

    /**
     * Whether this is a number as RFC 8259 section 6 writes it and readers can hold: of at most 16 characters, its exponent
     * of at most two digits.
     */
    static boolean isNumeral(byte[] text, int from, int to) {
        int at = from < to && text[from] == '-' ? from + 1 : from;
        int digits = digits(text, at, to);
        if (digits == 0 || (digits > 1 && text[at] == '0') || to - from > LONGEST_NUMERAL) {
            return false;
        }
        at += digits;
        if (at < to && text[at] == '.') {
            int decimals = digits(text, at + 1, to);
            if (decimals == 0) {
                return false;
            }
            at += 1 + decimals;
        }
        if (at < to && (text[at] == 'e' || text[at] == 'E')) {
            at++;
            at += at < to && (text[at] == '+' || text[at] == '-') ? 1 : 0;
            int exponent = digits(text, at, to);
            if (exponent == 0 || exponent > 2) {
                return false;
            }
            at += exponent;
        }
        return at == to;
    }

    private static int digits(byte[] text, int from, int to) {
        int at = from;
        while (at < to && text[at] >= '0' && text[at] <= '9') {
            at++;
        }
        return at - from;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
