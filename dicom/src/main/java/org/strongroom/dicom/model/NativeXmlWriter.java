package org.strongroom.dicom.model;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Dictionary;
import org.strongroom.dicom.Element;
import org.strongroom.dicom.ElementCursor;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.VR;

/**
 * Writes a data set as a Native DICOM Model, PS3.19 section A.1, as it walks it.
 *
 * <p>Group lengths and group 0002 are left out; (0008,0005) stays what it is, the document is UTF-8. A private element is
 * named by its creator and the tag without its block (00090001); where an earlier block has the same creator, or the creator
 * can't be an XML attribute, by its whole tag. A text with a character that XML 1.0 has no place for (a form feed, say) is
 * InlineBinary: the whole value in UTF-8, or as it is in VRs that the character set does not apply to. What the standard
 * leaves open is as in {@link DicomJsonWriter}: NaN and infinities, encapsulated data, values that are no whole number of
 * units.
 */
public final class NativeXmlWriter {
    /** The namespace of PS3.19 section A.1.6; readers find documents without it too. */
    static final String NAMESPACE = "http://dicom.nema.org/PS3.19/models/NativeDICOM";

    static final String[] GROUPS = {"Alphabetic", "Ideographic", "Phonetic"};
    static final String[] COMPONENTS = {"FamilyName", "GivenName", "MiddleName", "NamePrefix", "NameSuffix"};

    private final Utf8Out out;
    private final XmlOut xml;
    private final BulkReferences bulk;
    private final ValueBytes bytes;
    private final TextValues texts = new TextValues();
    private final Numbers numbers = new Numbers();
    private final ElementPath path = new ElementPath();

    /** Without line breaks, every value written out. */
    public NativeXmlWriter(OutputStream out) {
        this(out, DicomJsonWriter.Layout.COMPACT, BulkReferences.NONE);
    }

    /** @param out is never closed */
    public NativeXmlWriter(OutputStream out, DicomJsonWriter.Layout layout, BulkReferences bulk) {
        this.out = new Utf8Out(out);
        this.xml = new XmlOut(this.out, layout == DicomJsonWriter.Layout.INDENTED);
        this.bulk = bulk;
        this.bytes = new ValueBytes(this.out);
    }

    /**
     * Writes one document.
     *
     * @throws IllegalStateException when an element left where it is stored has no URI
     */
    public void write(DataSet dataSet) throws IOException {
        out.ascii("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        xml.start("NativeDicomModel");
        xml.attribute("xmlns", NAMESPACE);
        xml.attribute("xml:space", "preserve");
        xml.startEnd();
        elements(dataSet, 1);
        xml.line(0);
        xml.end("NativeDicomModel");
        out.write('\n');
        out.flush();
    }

    private void elements(DataSet dataSet, int depth) throws IOException {
        CreatorNames creators = new CreatorNames(dataSet);
        for (ElementCursor cursor = dataSet.cursor(); cursor.next(); ) {
            int tag = cursor.tag();
            if ((tag & 0xFFFF) != 0 && tag >>> 16 != 2) {
                path.enter(tag);
                xml.line(depth);
                element(dataSet, creators, cursor, new Tag(tag), depth);
                path.leave();
            }
        }
    }

    private void element(DataSet dataSet, CreatorNames creators, ElementCursor cursor, Tag tag, int depth)
            throws IOException {
        String creator = tag.isPrivate() ? creators.of(tag) : "";
        xml.start("DicomAttribute");
        xml.startAttribute("tag");
        out.hex(creator.isEmpty() ? tag.code() : tag.code() & 0xFFFF00FF);
        out.write('"');
        xml.attribute("vr", cursor.vr().name());
        if (!creator.isEmpty()) {
            xml.attribute("privateCreator", creator);
        } else if (!tag.isPrivate()) {
            Optional<Dictionary.Entry> entry = Dictionary.standard().attribute(tag);
            if (entry.isPresent() && !entry.get().keyword().isEmpty()) {
                xml.attribute("keyword", entry.get().keyword());
            }
        }
        xml.startEnd();
        switch (cursor.form()) {
            case ITEMS -> items(cursor.items(), depth);
            case ELSEWHERE -> elsewhere(dataSet, cursor.element(), depth);
            case VALUE -> {
                if (cursor.length() > 0 && !referred(cursor.vr(), cursor.position(), cursor.length(), false, depth)) {
                    value(cursor, depth);
                }
            }
        }
        xml.line(depth);
        xml.end("DicomAttribute");
    }

    private void items(List<DataSet> items, int depth) throws IOException {
        for (int i = 0; i < items.size(); i++) {
            path.item();
            xml.line(depth + 1);
            xml.start("Item");
            xml.attribute("number", i + 1);
            xml.startEnd();
            elements(items.get(i), depth + 2);
            xml.line(depth + 1);
            xml.end("Item");
        }
    }

    private void elsewhere(DataSet dataSet, Element element, int depth) throws IOException {
        switch (element) {
            case Element.Bulk kept -> {
                if (!referred(kept.vr(), kept.range().offset(), kept.range().length(), true, depth)) {
                    throw new IllegalStateException("no URI for " + path + ", which is left where it is stored");
                }
            }
            case Element.Fragments encapsulated -> {
                long position = ValueBytes.position(encapsulated);
                if (!referred(encapsulated.vr(), position, ValueBytes.length(encapsulated), false, depth)) {
                    startBinary(depth);
                    bytes.fragments(dataSet, encapsulated);
                    xml.end("InlineBinary");
                }
            }
            case Element.Encoded _, Element.Sequence _ -> throw new IllegalStateException("a value is not elsewhere");
        }
    }

    private boolean referred(VR vr, long position, long length, boolean elsewhere, int depth) throws IOException {
        Optional<String> uri = bulk.uri(path, vr, position, length, elsewhere);
        if (uri.isEmpty()) {
            return false;
        }
        xml.line(depth + 1);
        xml.start("BulkData");
        xml.attribute("uri", uri.get());
        xml.emptyEnd();
        return true;
    }

    private void value(ElementCursor cursor, int depth) throws IOException {
        VR vr = cursor.vr();
        if (vr.isText() && texts.load(cursor)) {
            if (!XmlOut.fits(texts.bytes(), 0, texts.end())) {
                startBinary(depth);
                out.base64(texts.bytes(), 0, texts.end());
                out.endBase64();
                xml.end("InlineBinary");
            } else if (texts.hasAny()) {
                texts(vr, depth);
            }
        } else if (Numbers.isNumber(vr) && cursor.length() % Numbers.width(vr) == 0) {
            numbers(cursor, vr, depth);
        } else {
            startBinary(depth);
            bytes.value(cursor);
            xml.end("InlineBinary");
        }
    }

    private void startBinary(int depth) throws IOException {
        xml.line(depth + 1);
        xml.start("InlineBinary");
        xml.startEnd();
    }

    private void texts(VR vr, int depth) throws IOException {
        for (int number = 1; texts.advance(); number++) {
            xml.line(depth + 1);
            String name = vr == VR.PN ? "PersonName" : "Value";
            xml.start(name);
            xml.attribute("number", number);
            if (texts.from() == texts.to()) {
                xml.emptyEnd();
                continue;
            }
            xml.startEnd();
            if (vr == VR.PN) {
                name(texts.bytes(), texts.from(), texts.to());
            } else {
                xml.text(texts.bytes(), texts.from(), texts.to());
            }
            xml.end(name);
        }
    }

    /** Up to three groups of up to five components; what is more stays in the last. */
    private void name(byte[] text, int from, int to) throws IOException {
        int at = from;
        for (int group = 0; group < GROUPS.length && at <= to; group++) {
            int end = group == GROUPS.length - 1 ? to : next(text, at, to, '=');
            if (end > at) {
                xml.start(GROUPS[group]);
                xml.startEnd();
                components(text, at, end);
                xml.end(GROUPS[group]);
            }
            at = end + 1;
        }
    }

    private void components(byte[] text, int from, int to) throws IOException {
        int at = from;
        for (int component = 0; component < COMPONENTS.length && at <= to; component++) {
            int end = component == COMPONENTS.length - 1 ? to : next(text, at, to, '^');
            xml.start(COMPONENTS[component]);
            if (end > at) {
                xml.startEnd();
                xml.text(text, at, end);
                xml.end(COMPONENTS[component]);
            } else {
                xml.emptyEnd();
            }
            at = end + 1;
        }
    }

    private static int next(byte[] text, int from, int to, char delimiter) {
        int at = from;
        while (at < to && text[at] != delimiter) {
            at++;
        }
        return at;
    }

    private void numbers(ElementCursor cursor, VR vr, int depth) throws IOException {
        numbers.load(cursor);
        for (int number = 1; numbers.advance(cursor); number++) {
            xml.line(depth + 1);
            xml.start("Value");
            xml.attribute("number", number);
            xml.startEnd();
            switch (vr) {
                case AT -> out.hex(numbers.tag());
                case FL -> out.ascii(Float.toString(numbers.real()));
                case FD -> out.ascii(Double.toString(numbers.longReal()));
                case UV -> out.ascii(Long.toUnsignedString(numbers.integer()));
                default -> out.decimal(numbers.integer());
            }
            xml.end("Value");
        }
    }
}
