package org.strongroom.dicom.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.MissingResourceException;
import java.util.Set;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.DicomFormatException;
import org.strongroom.dicom.Dictionary;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.VR;

/**
 * Reads a data set from a Native DICOM Model, PS3.19 section A.1, with or without its namespace, as it comes.
 *
 * <p>A document type, entities of its own and processing instructions have no place in it and are refused. A private element
 * named by its creator goes to the creator's block, which is reserved where the document has not done so. Values and items
 * stand in the order of their elements; {@code number} must count them. Beyond that as {@link DicomJsonReader}.
 */
public final class NativeXmlReader {
    private static final int LONGEST_ATTRIBUTE = 8192;
    private static final int LONGEST_NUMBER = 64;
    private static final int MOST_FOREIGN = 1000;
    private static final Set<String> ATTRIBUTES =
            Set.of("tag", "vr", "keyword", "privateCreator", "number", "uri", "uuid");

    private final ReadOptions options;
    private final ElementPath path = new ElementPath();
    private final ElementEncoder encoder;
    private final Base64Sink base64;
    private final Numeral numeral;
    private final NameGroups names;
    private final XMLStreamReader xml;
    private final XmlBytes bytes;
    /** Of attributes and namespaces that this model lacks: the parser keeps each for good. */
    private final Set<String> foreign = new HashSet<>();

    private byte[] piece = new byte[1024];

    private NativeXmlReader(XMLStreamReader xml, XmlBytes bytes, ReadOptions options) {
        this.xml = xml;
        this.bytes = bytes;
        this.options = options;
        this.encoder = new ElementEncoder(options, this::fail);
        this.base64 = new Base64Sink(encoder, this::fail);
        this.numeral = new Numeral(encoder, this::fail);
        this.names = new NameGroups(encoder);
    }

    /**
     * Reads one document.
     *
     * @param in is not closed
     * @throws DicomFormatException when what comes is no XML, no Native DICOM Model, or exceeds the limits: where in
     *     characters of the document and the path of tags, never the value
     */
    public static DataSet read(InputStream in, ReadOptions options) throws IOException {
        XmlBytes bytes = new XmlBytes(in, options.dataSetBytes());
        try {
            XMLStreamReader xml = factory(options.limits().nesting()).createXMLStreamReader(bytes);
            return new NativeXmlReader(xml, bytes, options).document();
        } catch (XMLStreamException e) {
            IOException failed = bytes.failed();
            if (failed != null) {
                throw failed;
            }
            if (bytes.isEventTooLong()) {
                throw new DicomFormatException("an XML comment or tag too long to be held");
            }
            if (bytes.isTooLong()) {
                throw new DicomFormatException("an XML document too long for the data set it may hold");
            }
            // Its message may quote what stands there.
            int at = e.getLocation() == null ? -1 : e.getLocation().getCharacterOffset();
            throw new DicomFormatException("no well-formed XML", at, "");
        } catch (MissingResourceException e) {
            // The JDK's parser lacks the words for some of its complaints about document types.
            throw new DicomFormatException("no well-formed XML: a document type that can't be");
        }
    }

    private static XMLInputFactory factory(int nesting) {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, false);
        factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, true);
        // Two levels an item, those of a value; the JDK's own bound of 100 is less than 64 items.
        factory.setProperty("jdk.xml.maxElementDepth", Integer.toString(2 * nesting + 16));
        // As other text, it comes in pieces.
        factory.setProperty("jdk.xml.cdataChunkSize", LONGEST_ATTRIBUTE);
        factory.setXMLResolver((publicId, systemId, base, namespace) -> {
            throw new XMLStreamException("nothing is looked up");
        });
        return factory;
    }

    private DataSet document() throws IOException, XMLStreamException {
        if (!nextElement() || !xml.getLocalName().equals("NativeDicomModel")) {
            throw fail("no NativeDicomModel");
        }
        encoder.startDataSet();
        elements();
        while (xml.hasNext()) {
            refused(next());
        }
        return encoder.endDataSet();
    }

    private void elements() throws IOException, XMLStreamException {
        PrivateCreators creators = new PrivateCreators();
        while (nextElement()) {
            if (!xml.getLocalName().equals("DicomAttribute")) {
                throw fail("an element where a DicomAttribute must stand");
            }
            element(creators);
        }
        creators.reserve((tag, creator) -> {
            encoder.startElement(tag, VR.LO);
            byte[] text = creator.getBytes(StandardCharsets.UTF_8);
            encoder.text(text, 0, text.length);
            encoder.endElement();
        });
    }

    private void element(PrivateCreators creators) throws IOException, XMLStreamException {
        int tag = tag(creators);
        VR vr = vr(tag);
        path.enter(tag);
        encoder.startElement(tag, vr);
        if (vr == VR.SQ) {
            items();
            encoder.endElement();
        } else {
            values(vr);
        }
        if (PrivateCreators.isCreator(tag)) {
            creators.met(tag, encoder.lastText(), this::fail);
        }
        if ((tag & 0xFFFF) == 0 || tag >>> 16 == 2) {
            encoder.dropElement();
        }
        path.leave();
    }

    private int tag(PrivateCreators creators) {
        String text = attribute("tag");
        long code = text == null || text.length() != 8 ? -1 : 0;
        for (int i = 0; i < 8 && code >= 0 && text != null; i++) {
            int digit = text.charAt(i) < 0x80 ? Character.digit(text.charAt(i), 16) : -1;
            code = digit < 0 ? -1 : (code << 4) | digit;
        }
        if (code < 0) {
            throw fail("a DicomAttribute without a tag of eight hexadecimal digits");
        }
        int tag = (int) code;
        String creator = attribute("privateCreator");
        boolean blockless = (tag & 0xFF00) == 0;
        return creator == null || creator.isEmpty() || !new Tag(tag).isPrivate() || !blockless
                ? tag
                : creators.tag(tag, creator.strip(), this::fail);
    }

    private VR vr(int tag) {
        String name = attribute("vr");
        if (name == null) {
            return Dictionary.standard()
                    .attribute(new Tag(tag))
                    .map(entry -> entry.vrs().getFirst())
                    .orElseThrow(() -> fail("no vr, and the dictionary has none"));
        }
        return Arrays.stream(VR.values())
                .filter(vr -> vr.name().equals(name))
                .findFirst()
                .orElseThrow(() -> fail("a vr that is none of PS3.5 section 6.2"));
    }

    private @Nullable String attribute(String name) {
        String value = xml.getAttributeValue(null, name);
        if (value != null && value.length() > LONGEST_ATTRIBUTE) {
            throw fail("an attribute of more than " + LONGEST_ATTRIBUTE + " characters");
        }
        return value;
    }

    private void items() throws IOException, XMLStreamException {
        for (int number = 1; nextElement(); number++) {
            if (!xml.getLocalName().equals("Item")) {
                throw fail("an element where an Item must stand");
            }
            numbered(number);
            encoder.startItem();
            path.item();
            elements();
            encoder.endItem();
        }
    }

    private void numbered(int number) {
        String text = attribute("number");
        if (text != null && !text.strip().equals(Integer.toString(number))) {
            throw fail("values or items not numbered in order");
        }
    }

    private void values(VR vr) throws IOException, XMLStreamException {
        String before = "";
        int number = 0;
        boolean binary = false;
        while (nextElement()) {
            String name = xml.getLocalName();
            if (!before.isEmpty()
                    && (!before.equals(name) || !List.of("Value", "PersonName").contains(name))) {
                throw fail("more than one of Value, PersonName, InlineBinary and BulkData");
            }
            before = name;
            number++;
            switch (name) {
                case "Value" -> value(vr, number);
                case "PersonName" -> personName(vr, number);
                case "InlineBinary" -> {
                    inlineBinary(vr);
                    binary = true;
                }
                case "BulkData" -> {
                    bulk(vr);
                    binary = true;
                }
                default -> throw fail("an element where a value must stand");
            }
        }
        if (!binary) {
            encoder.endElement();
        }
    }

    private void value(VR vr, int number) throws XMLStreamException {
        numbered(number);
        if (vr.isText()) {
            if (number > 1) {
                encoder.put('\\');
            }
            text(encoder::text);
            return;
        }
        if (!Numbers.isNumber(vr)) {
            throw fail("VR " + vr + " has InlineBinary or BulkData, not Value");
        }
        StringBuilder text = new StringBuilder();
        text((bytes, from, length) -> {
            if (text.length() + length > LONGEST_NUMBER) {
                throw fail("a number of more than " + LONGEST_NUMBER + " characters");
            }
            text.append(new String(bytes, from, length, StandardCharsets.UTF_8));
        });
        String numberText = text.toString().strip();
        numeral.put(vr, vr == VR.AT ? numberText.toUpperCase(Locale.ROOT) : numberText);
    }

    private void personName(VR vr, int number) throws XMLStreamException {
        if (vr != VR.PN) {
            throw fail("a PersonName in VR " + vr);
        }
        numbered(number);
        if (number > 1) {
            encoder.put('\\');
        }
        names.start();
        while (nextElement()) {
            int group = Arrays.asList(NativeXmlWriter.GROUPS).indexOf(xml.getLocalName());
            if (group < 0 || !names.open(group)) {
                throw fail("no group of a name, or twice the same");
            }
            components(group);
        }
        names.end();
    }

    /**
     * Each puts as many delimiters as lie between it and the one before. One that holds a delimiter would be several; the
     * last component, and the last group, may hold what stands behind them in a name that has more.
     */
    private void components(int group) throws XMLStreamException {
        byte[] delimiter = {'^'};
        boolean lastGroup = group == NativeXmlWriter.GROUPS.length - 1;
        int at = 0;
        int last = -1;
        while (nextElement()) {
            int component = Arrays.asList(NativeXmlWriter.COMPONENTS).indexOf(xml.getLocalName());
            if (component <= last) {
                throw fail("no component of a name, or not in order");
            }
            last = component;
            for (; at < component; at++) {
                names.put(delimiter, 0, 1);
            }
            boolean lastComponent = component == NativeXmlWriter.COMPONENTS.length - 1;
            text((bytes, from, length) -> {
                for (int i = from; i < from + length; i++) {
                    if ((bytes[i] == '=' && !lastGroup) || (bytes[i] == '^' && !lastComponent)) {
                        throw fail("a delimiter within a component of a name");
                    }
                }
                names.put(bytes, from, length);
            });
        }
    }

    private void inlineBinary(VR vr) throws XMLStreamException {
        base64.start();
        text(base64);
        base64.end();
        encoder.sawText(vr);
        encoder.endBinary();
    }

    private void bulk(VR vr) throws IOException, XMLStreamException {
        String uri = attribute("uri");
        String uuid = attribute("uuid");
        if (uri == null && uuid == null) {
            throw fail("BulkData without uri or uuid");
        }
        text((bytes, from, length) -> {});
        Bulk.read(path, vr, uri == null ? "urn:uuid:" + uuid : uri, options, encoder, this::fail);
    }

    /** Moves to the next element inside the one that is open; false at its end. White space between them is passed over. */
    private boolean nextElement() throws XMLStreamException {
        while (xml.hasNext()) {
            int event = next();
            switch (event) {
                case XMLStreamConstants.START_ELEMENT -> {
                    return true;
                }
                case XMLStreamConstants.END_ELEMENT, XMLStreamConstants.END_DOCUMENT -> {
                    return false;
                }
                default -> {
                    refused(event);
                    if (event == XMLStreamConstants.CHARACTERS && !xml.isWhiteSpace()) {
                        throw fail("text where an element must stand");
                    }
                }
            }
        }
        return false;
    }

    private int next() throws XMLStreamException {
        int event = xml.next();
        bytes.event();
        if (event == XMLStreamConstants.START_ELEMENT) {
            for (int i = 0; i < xml.getAttributeCount(); i++) {
                meet(xml.getAttributeLocalName(i));
            }
            for (int i = 0; i < xml.getNamespaceCount(); i++) {
                meet(xml.getNamespacePrefix(i));
                meet(xml.getNamespaceURI(i));
            }
        }
        return event;
    }

    private void meet(@Nullable String name) {
        if (name != null && !ATTRIBUTES.contains(name) && foreign.add(name) && foreign.size() > MOST_FOREIGN) {
            throw fail("more than " + MOST_FOREIGN + " names of attributes and namespaces that this model has not");
        }
    }

    /** The text of the element that is open, in pieces, to its end. */
    private void text(ByteSink sink) throws XMLStreamException {
        char high = 0;
        for (int event = next(); event != XMLStreamConstants.END_ELEMENT; event = next()) {
            refused(event);
            if (event == XMLStreamConstants.START_ELEMENT) {
                throw fail("an element where text must stand");
            }
            if (event == XMLStreamConstants.CHARACTERS
                    || event == XMLStreamConstants.CDATA
                    || event == XMLStreamConstants.SPACE) {
                high = encode(xml.getTextCharacters(), xml.getTextStart(), xml.getTextLength(), high, sink);
            }
        }
        if (high != 0) {
            throw fail("half of a surrogate pair");
        }
    }

    /** Hands on characters as UTF-8; returns the first half of a pair that a piece may end with, else 0. */
    private char encode(char[] characters, int from, int length, char before, ByteSink sink) {
        char high = before;
        int count = 0;
        for (int i = from; i < from + length; i++) {
            if (count + 4 > piece.length) {
                sink.put(piece, 0, count);
                count = 0;
            }
            char c = characters[i];
            if (Character.isHighSurrogate(c) && high == 0) {
                high = c;
            } else if (high != 0 || Character.isSurrogate(c)) {
                if (high == 0 || !Character.isLowSurrogate(c)) {
                    throw fail("half of a surrogate pair");
                }
                count = put(Character.toCodePoint(high, c), count);
                high = 0;
            } else {
                count = put(c, count);
            }
        }
        sink.put(piece, 0, count);
        return high;
    }

    private int put(int code, int at) {
        int length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
        int rest = code;
        for (int i = length - 1; i > 0; i--) {
            piece[at + i] = (byte) (0x80 | (rest & 0x3F));
            rest >>>= 6;
        }
        piece[at] = (byte) (length == 1 ? code : (0xF00 >> length) | rest);
        return at + length;
    }

    private void refused(int event) {
        switch (event) {
            case XMLStreamConstants.DTD -> throw fail("a document type, which this model has not");
            case XMLStreamConstants.ENTITY_REFERENCE -> throw fail("an entity that XML does not have itself");
            case XMLStreamConstants.PROCESSING_INSTRUCTION -> throw fail("a processing instruction");
            default -> {}
        }
    }

    private DicomFormatException fail(String what) {
        return new DicomFormatException(what, xml.getLocation().getCharacterOffset(), path.toString());
    }
}
