package org.strongroom.dicom.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Dictionary;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.VR;

/**
 * Reads data sets from the DICOM JSON Model, PS3.18 annex F: one object, or the objects of an array one at a time, so that
 * an array of any length takes the memory of its longest data set.
 *
 * <p>Strict about JSON, lenient about what annex F leaves to taste: members in any order, unknown ones passed over, numbers
 * as strings, an attribute without {@code vr} has the dictionary's. The data set is in the character set that its (0008,0005)
 * names; where that lacks a character or isn't there, in ISO_IR 192. Group lengths and group 0002 are left out. A string with
 * a backslash is several values in the VRs that have several (PS3.18 section F.2.4); bytes of Pixel Data that are fragments up
 * to a delimiter are encapsulated; a value too long for its VR in explicit encoding becomes UN.
 */
public final class DicomJsonReader {
    private static final int BUFFER = 16384;
    private static final int LONGEST_NAME = 64;
    private static final int LONGEST_URI = 8192;
    private static final Map<String, VR> VRS = vrs();
    private static final String[] GROUPS = {"Alphabetic", "Ideographic", "Phonetic"};

    private final ReadOptions options;
    private final ElementPath path = new ElementPath();
    private final ElementEncoder encoder;
    private final ByteSink text;
    private final Base64Sink base64;
    private final Numeral numeral;
    private final NameGroups names;
    private JsonInput json;
    private State state = State.START;

    private enum State {
        START,
        IN_ARRAY,
        AFTER_OBJECT,
        END
    }

    public DicomJsonReader(InputStream in) {
        this(in, ReadOptions.DEFAULT);
    }

    /** @param in is never closed, and read ahead of what is returned by some kilobytes */
    public DicomJsonReader(InputStream in, ReadOptions options) {
        this.options = options;
        this.json = new JsonInput(in, BUFFER, this::fail);
        this.encoder = new ElementEncoder(options, this::fail);
        this.text = encoder::text;
        this.base64 = new Base64Sink(encoder, this::fail);
        this.numeral = new Numeral(encoder, this::fail);
        this.names = new NameGroups(encoder);
    }

    /**
     * The only data set of a document.
     *
     * @throws DicomFormatException as {@link #next}, and where there is none or more than one
     */
    public static DataSet read(InputStream in, ReadOptions options) throws IOException {
        DicomJsonReader reader = new DicomJsonReader(in, options);
        DataSet dataSet = reader.next().orElseThrow(() -> reader.fail("no data set"));
        if (reader.next().isPresent()) {
            throw reader.fail("more than one data set");
        }
        return dataSet;
    }

    /**
     * The next data set; empty after the last, once it is sure that nothing follows.
     *
     * @throws DicomFormatException when what comes is no JSON, no DICOM JSON Model, or exceeds the limits: offset in bytes of
     *     the document and path of tags, never the value
     */
    public Optional<DataSet> next() throws IOException {
        switch (state) {
            case START -> {
                json.skipByteOrderMark();
                if (json.peek() == '[') {
                    json.expect('[');
                    state = json.takes(']') ? State.END : State.IN_ARRAY;
                } else if (json.peek() == '{') {
                    state = State.AFTER_OBJECT;
                    return Optional.of(dataSet());
                } else {
                    throw fail(json.peek() == JsonInput.END ? "no JSON" : "neither an object nor an array");
                }
            }
            case AFTER_OBJECT -> state = State.END;
            case IN_ARRAY, END -> {}
        }
        if (state == State.IN_ARRAY) {
            DataSet dataSet = dataSet();
            state = json.more(']') ? State.IN_ARRAY : State.END;
            return Optional.of(dataSet);
        }
        if (json.peek() != JsonInput.END) {
            throw fail("something after the end of the JSON");
        }
        return Optional.empty();
    }

    private DataSet dataSet() throws IOException {
        encoder.startDataSet();
        object();
        return encoder.endDataSet();
    }

    private void object() throws IOException {
        json.expect('{');
        if (!json.takes('}')) {
            do {
                element();
            } while (json.more('}'));
        }
    }

    private void element() throws IOException {
        long code = json.eightDigits();
        element(code < 0 ? tag(json.shortString(LONGEST_NAME)) : (int) code);
    }

    private void element(int tag) throws IOException {
        json.expect(':');
        path.enter(tag);
        attribute(tag);
        path.leave();
    }

    private int tag(String name) {
        long code = code(name);
        if (code < 0) {
            throw fail("a member that is no tag of eight hexadecimal digits");
        }
        return (int) code;
    }

    /** That of a tag; else -1. */
    private static long code(String name) {
        long code = name.length() == 8 ? 0 : -1;
        for (int i = 0; i < 8 && code >= 0; i++) {
            int digit = name.charAt(i) < 0x80 ? Character.digit(name.charAt(i), 16) : -1;
            code = digit < 0 ? -1 : (code << 4) | digit;
        }
        return code;
    }

    /** What {@code attribute} has met. */
    private static final class Attribute {
        @Nullable
        VR vr;

        /** What values that came first have shown it to be. */
        @Nullable
        VR shown;

        boolean started;

        @Nullable
        String valueName;

        /** Values that came first and are empty whatever the VR: nulls and objects without members. */
        int empties;

        /** Whether an object was among these. */
        boolean object;

        JsonInput.@Nullable Captured captured;
    }

    private void attribute(int tag) throws IOException {
        Attribute attribute = new Attribute();
        json.expect('{');
        if (!json.takes('}')) {
            do {
                String name = json.shortString(LONGEST_NAME);
                json.expect(':');
                member(tag, attribute, name);
            } while (json.more('}'));
        }
        if (!attribute.started) {
            late(tag, attribute);
        } else if (attribute.shown != null && attribute.shown != known(tag, attribute)) {
            throw fail("items where values must stand");
        }
        if ((tag & 0xFFFF) == 0 || tag >>> 16 == 2) {
            encoder.dropElement();
        }
    }

    private void member(int tag, Attribute attribute, String name) throws IOException {
        switch (name) {
            case "vr" -> {
                if (attribute.vr != null) {
                    throw fail("vr twice");
                }
                attribute.vr = VRS.get(json.shortString(LONGEST_NAME));
                if (attribute.vr == null) {
                    throw fail("a vr that is none of PS3.5 section 6.2");
                }
            }
            case "Value", "InlineBinary", "BulkDataURI" -> {
                if (attribute.valueName != null) {
                    throw fail("more than one of Value, InlineBinary and BulkDataURI");
                }
                attribute.valueName = name;
                VR vr = attribute.vr;
                if (vr != null) {
                    attribute.started = true;
                    value(tag, vr, name);
                } else if (name.equals("Value")) {
                    early(tag, attribute);
                } else {
                    attribute.captured = json.capture(mostCaptured(), mostDepth());
                }
            }
            default -> json.skip(mostDepth());
        }
    }

    /**
     * Values that come before their VR. Objects tell by their first member what they are and are read as they come: held back,
     * as the rest is, each level of items would hold all that is in it once more.
     */
    private void early(int tag, Attribute attribute) throws IOException {
        if (!opensArray()) {
            return;
        }
        do {
            if (json.peek() == 'n') {
                json.word("null");
            } else if (!json.takes('{')) {
                attribute.captured = json.captureRest(mostCaptured(), mostDepth());
                return;
            } else if (json.takes('}')) {
                attribute.object = true;
            } else {
                objects(tag, attribute);
                return;
            }
            attribute.empties++;
        } while (json.more(']'));
    }

    /** Items or names, from within the first that has a member. */
    private void objects(int tag, Attribute attribute) throws IOException {
        long code = json.eightDigits();
        String name = code < 0 ? json.shortString(LONGEST_NAME) : "";
        code = code < 0 ? code(name) : code;
        VR vr = code < 0 ? VR.PN : VR.SQ;
        attribute.shown = vr;
        attribute.started = true;
        start(tag, vr);
        empties(vr, attribute);
        if (vr == VR.SQ) {
            encoder.startItem();
            path.item();
            element((int) code);
            while (json.more('}')) {
                element();
            }
            encoder.endItem();
        } else {
            separate(attribute.empties);
            names.start();
            group(name);
            while (json.more('}')) {
                group(json.shortString(LONGEST_NAME));
            }
            names.end();
        }
        if (json.more(']')) {
            rest(vr, attribute.empties + 1, false);
        }
        encoder.endElement();
    }

    /** Puts those that came first; says what {@link #one} says of the last. */
    private boolean empties(VR vr, Attribute attribute) throws IOException {
        byte[] each = (attribute.object ? "{}" : "null").getBytes(StandardCharsets.US_ASCII);
        boolean nothing = false;
        JsonInput outer = json;
        for (int i = 0; i < attribute.empties; i++) {
            json = JsonInput.again(new JsonInput.Captured(each, each.length, outer.offset()), this::fail);
            nothing = one(vr, i, nothing);
        }
        json = outer;
        return nothing;
    }

    /** An attribute whose value came before its VR, or that has no value, or no VR. */
    private void late(int tag, Attribute attribute) throws IOException {
        VR vr = known(tag, attribute);
        JsonInput.Captured captured = attribute.captured;
        String name = attribute.valueName;
        if (captured != null && name != null && !name.equals("Value")) {
            JsonInput outer = json;
            json = JsonInput.again(captured, this::fail);
            value(tag, vr, name);
            json = outer;
            return;
        }
        start(tag, vr);
        boolean nothing = empties(vr, attribute);
        if (captured != null) {
            JsonInput outer = json;
            json = JsonInput.again(captured, this::fail);
            rest(vr, attribute.empties, nothing);
            json = outer;
        }
        encoder.endElement();
    }

    private VR known(int tag, Attribute attribute) {
        return attribute.vr == null ? ofDictionary(tag) : attribute.vr;
    }

    private VR ofDictionary(int tag) {
        return Dictionary.standard()
                .attribute(new Tag(tag))
                .map(entry -> entry.vrs().getFirst())
                .orElseThrow(() -> fail("no vr, and the dictionary has none"));
    }

    private int mostCaptured() {
        return (int) Math.min(2L * options.dataSetBytes() + 65536, ReadOptions.MOST_BYTES);
    }

    /** An item is three levels of JSON. */
    private int mostDepth() {
        return 3 * options.limits().nesting() + 8;
    }

    private void start(int tag, VR vr) {
        encoder.startElement(tag, vr);
    }

    private void value(int tag, VR vr, String name) throws IOException {
        start(tag, vr);
        switch (name) {
            case "Value" -> {
                values(vr);
                encoder.endElement();
            }
            case "InlineBinary" -> {
                notItems(vr);
                base64.start();
                json.string(base64);
                base64.end();
                encoder.sawText(vr);
                encoder.endBinary();
            }
            default -> {
                notItems(vr);
                Bulk.read(path, vr, json.shortString(LONGEST_URI), options, encoder, this::fail);
            }
        }
    }

    private void notItems(VR vr) {
        if (vr == VR.SQ) {
            throw fail("a sequence has items as Value only");
        }
    }

    private void values(VR vr) throws IOException {
        if (opensArray()) {
            rest(vr, 0, false);
        }
    }

    /** Whether there are values: an array with something in it. */
    private boolean opensArray() throws IOException {
        if (json.peek() == 'n') {
            json.word("null");
            return false;
        }
        json.expect('[');
        return !json.takes(']');
    }

    /**
     * The values to the end of the array.
     *
     * @param before how many have been read
     * @param nothing what {@link #one} said of the last of them
     */
    private void rest(VR vr, int before, boolean nothing) throws IOException {
        int count = before;
        boolean last = nothing;
        do {
            last = one(vr, count, last);
            count++;
        } while (json.more(']'));
    }

    /** Reads a value; says whether it was a null where a number must stand, which nothing may follow. */
    private boolean one(VR vr, int count, boolean nothing) throws IOException {
        if (nothing) {
            throw fail("null among numbers");
        }
        if (vr == VR.SQ) {
            item();
        } else if (vr.isText()) {
            separate(count);
            text(vr);
        } else if (Numbers.isNumber(vr)) {
            return number(vr, count);
        } else {
            throw fail("VR " + vr + " has InlineBinary or BulkDataURI, not Value");
        }
        return false;
    }

    private void separate(int count) {
        if (count > 0) {
            encoder.put('\\');
        }
    }

    private void item() throws IOException {
        encoder.startItem();
        path.item();
        if (json.peek() == 'n') {
            json.word("null");
        } else {
            object();
        }
        encoder.endItem();
    }

    private void text(VR vr) throws IOException {
        switch (json.peek()) {
            case '"' -> json.string(text);
            case 'n' -> json.word("null");
            case '{' -> {
                if (vr != VR.PN) {
                    throw fail("an object where a value of VR " + vr + " must stand");
                }
                personName();
            }
            default -> encoder.ascii(json.number());
        }
    }

    private void personName() throws IOException {
        names.start();
        json.expect('{');
        if (!json.takes('}')) {
            do {
                group(json.shortString(LONGEST_NAME));
            } while (json.more('}'));
        }
        names.end();
    }

    private void group(String name) throws IOException {
        json.expect(':');
        int group = Arrays.asList(GROUPS).indexOf(name);
        if (group < 0) {
            json.skip(mostDepth());
        } else if (!names.open(group)) {
            throw fail("a group of a name twice");
        } else if (json.peek() == 'n') {
            json.word("null");
        } else {
            json.string(names);
        }
    }

    /** Says whether it was a null that stands for no value at all: the only one of its element, of a VR without NaN. */
    private boolean number(VR vr, int count) throws IOException {
        if (json.peek() == '"') {
            numeral.put(vr, json.shortString(LONGEST_NAME));
            return false;
        }
        if (json.peek() != 'n') {
            numeral.put(vr, json.number());
            return false;
        }
        json.word("null");
        if (vr == VR.FL || vr == VR.FD) {
            numeral.put(vr, "NaN");
            return false;
        }
        if (count > 0) {
            throw fail("null among numbers");
        }
        return true;
    }

    private DicomFormatException fail(String what) {
        return new DicomFormatException(what, json.offset(), path.toString());
    }

    private static Map<String, VR> vrs() {
        Map<String, VR> map = new HashMap<>();
        for (VR vr : VR.values()) {
            map.put(vr.name(), vr);
        }
        return map;
    }
}
