package org.strongroom.dicom;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A data set, PS3.5 section 7: immutable bytes and a sorted index of where each element lies. Safe to share between
 * threads; values are decoded on each access; unchanged ranges are written back byte for byte. Prints tags, VRs and
 * lengths only; {@link DataSetPrinter} prints values where a person asked for them.
 *
 * <p>Items are indexed when asked for, each time anew: keep the list while working on it.
 */
public final class DataSet {
    private static final Pattern NO_ASCII = Pattern.compile("[^\\x00-\\x7F]");
    private static final DataSet EMPTY = new DataSet(
            new Source(new byte[0], 0, 0, true, false, Limits.DEFAULT, null),
            new ElementIndex(0),
            new Inherited(SpecificCharacterSet.DEFAULT, 0),
            false,
            false,
            0);

    private final Source source;
    private final ElementIndex index;
    private final Inherited inherited;
    private final boolean undefinedLength;
    private final boolean edited;
    private final int irregularities;
    private @Nullable SpecificCharacterSet characterSet;

    /** The bytes of a data set, how they are encoded, and for a deflated one what was received. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Source(
            byte[] bytes,
            int from,
            int to,
            boolean explicit,
            boolean bigEndian,
            Limits limits,
            byte @Nullable [] deflated) {}

    /** What an item has from the data set around it where it does not say otherwise. */
    record Inherited(SpecificCharacterSet characterSet, int pixelRepresentation) {}

    private DataSet(
            Source source,
            ElementIndex index,
            Inherited inherited,
            boolean undefinedLength,
            boolean edited,
            int irregularities) {
        this.source = source;
        this.index = index;
        this.inherited = inherited;
        this.undefinedLength = undefinedLength;
        this.edited = edited;
        this.irregularities = irregularities;
    }

    /** No elements, explicit VR little endian; built up by {@link #with}, or {@link DataSetBuilder} where there are many. */
    public static DataSet empty() {
        return EMPTY;
    }

    /** No elements, to become an item of a data set in this character set: texts can be put in before it is there. */
    public static DataSet emptyItem(SpecificCharacterSet characterSet) {
        return new DataSet(EMPTY.source, EMPTY.index, new Inherited(characterSet, 0), false, false, 0);
    }

    /**
     * Reads a whole data set in one pass; no value is decoded. {@code bytes} must not be changed afterwards.
     *
     * @throws DicomFormatException when the bytes are no data set in this syntax, are cut off, or exceed {@code limits}
     */
    public static DataSet read(byte[] bytes, TransferSyntax syntax, Limits limits) {
        byte[] plain = syntax.deflated() ? Inflation.all(bytes, limits) : bytes;
        DataSetReader reader = new DataSetReader(plain, plain.length, true, limits);
        ElementIndex index = new ElementIndex(Math.clamp(plain.length / 24, 4, 128));
        reader.read(index, 0, syntax.explicitVr(), syntax.bigEndian(), false);
        Source source = new Source(
                plain,
                0,
                plain.length,
                syntax.explicitVr(),
                syntax.bigEndian(),
                limits,
                syntax.deflated() ? bytes : null);
        return new DataSet(source, index, EMPTY.inherited, false, false, reader.irregularities());
    }

    /**
     * Reads the part of a data set that stands before its bulk: top-level elements up to the first with a tag of
     * (7FE0,0008) or above, or, after group 0020, with a value longer than {@code limits.valueBytes()}. Up to group 0020
     * stands what identifies the instance: values there are read whole. All of it together may have 16 times that length;
     * so a caller who doubles what it holds needs no bound of its own.
     *
     * @param bytes the first {@code length} bytes of the data set as received (deflated ones too); must not be changed
     *     afterwards
     * @param complete whether these bytes are the whole data set
     * @return empty when more bytes are needed to say
     * @throws DicomFormatException when the bytes are no data set in this syntax, exceed {@code limits}, or are complete
     *     and cut off
     */
    public static Optional<Head> readHead(
            byte[] bytes, int length, boolean complete, TransferSyntax syntax, Limits limits) {
        return readHead(bytes, length, complete, syntax, limits, _ -> true);
    }

    /**
     * The same with a say in the memory that a deflated one takes.
     *
     * @param room asked before the buffer of what is inflated gets as long as that; on no, it fails
     */
    public static Optional<Head> readHead(
            byte[] bytes, int length, boolean complete, TransferSyntax syntax, Limits limits, IntPredicate room) {
        if (syntax.deflated()) {
            return Inflation.head(bytes, length, complete, syntax, limits, room);
        }
        DataSetReader reader = new DataSetReader(bytes, length, complete, limits);
        ElementIndex index = new ElementIndex(128);
        int end = reader.read(index, 0, syntax.explicitVr(), syntax.bigEndian(), true);
        if (end == DataSetReader.MORE) {
            if (length / DataSetReader.IDENTIFYING_TIMES > limits.valueBytes()) {
                throw new DicomFormatException("no end of the elements before the bulk", length, "");
            }
            return Optional.empty();
        }
        Source source = new Source(bytes, 0, end, syntax.explicitVr(), syntax.bigEndian(), limits, null);
        DataSet elements = new DataSet(source, index, EMPTY.inherited, false, false, reader.irregularities());
        return Optional.of(new Head(elements, end, reader.bulkEnd()));
    }

    /**
     * The elements before the bulk, and where (offset in bytes as received; after inflation for deflated) it begins.
     *
     * @param bulkEnd where the element that begins at {@code endOffset} ends as it declares itself, so that a body that
     *     comes to less is known to be cut off; -1 when it does not say (undefined length) or there is none
     */
    public record Head(DataSet elements, long endOffset, long bulkEnd) {}

    /** The first value; empty when absent, of zero length, or not decodable. */
    public <T> Optional<T> get(Attribute<T> attribute) {
        int at = index.find(attribute.tag().code());
        if (at < 0) {
            return Optional.empty();
        }
        if (attribute.type() == ValueType.ITEM) {
            return all(attribute).stream().findFirst();
        }
        return isValue(at) ? attribute.type().first(value(at, attribute.vr())) : Optional.empty();
    }

    /** All values in order; empty when absent or of zero length. Values that do not decode are left out. */
    @SuppressWarnings("unchecked") // an attribute of type ITEM is an Attribute<DataSet>
    public <T> List<T> all(Attribute<T> attribute) {
        int at = index.find(attribute.tag().code());
        if (at < 0) {
            return List.of();
        }
        if (attribute.type() == ValueType.ITEM) {
            return (List<T>) items(attribute.tag());
        }
        return isValue(at) ? attribute.type().decode(value(at, attribute.vr())) : List.of();
    }

    /** All values as text, whatever the VR (numbers in decimal, AT as 8 hex digits), for matching and display. */
    public List<String> text(Tag tag) {
        int at = index.find(tag.code());
        return at < 0 ? List.of() : textAt(at);
    }

    List<String> textAt(int at) {
        return isValue(at) ? Numerals.texts(value(at, dictionaryVr(new Tag(index.tags[at])))) : List.of();
    }

    /**
     * The items of a sequence; empty when absent. A UN of known length that the dictionary calls a sequence is read as
     * one (implicit VR little endian, PS3.5 section 6.2.2) where that succeeds; {@link #element} leaves it bytes.
     */
    public List<DataSet> items(Tag sequence) {
        int at = index.find(sequence.code());
        return at < 0 ? List.of() : itemsAt(at);
    }

    /** The items of a sequence; empty when absent. */
    public List<DataSet> items(Attribute<DataSet> sequence) {
        return items(sequence.tag());
    }

    /**
     * The items of a sequence, each indexed anew whenever it is asked for: for a sequence of very many, such as the records
     * of a DICOMDIR. Costs eight bytes an item.
     */
    public List<DataSet> itemsOneByOne(Attribute<DataSet> sequence) {
        int at = index.find(sequence.tag().code());
        if (at < 0 || index.editedItems(at) != null || !isSequence(at)) {
            return items(sequence);
        }
        Encoding encoding = encodingOfItems(at);
        int from = index.values[at];
        int end = from + index.lengths[at];
        DataSetReader reader = new DataSetReader(source.bytes, end, true, source.limits);
        ItemPlaces places = reader.itemPlaces(from, end, encoding.explicit, encoding.bigEndian);
        Inherited toItems = new Inherited(characterSet(), pixelRepresentation());
        return places.items((first, to, undefined) -> {
            DataSetReader again = new DataSetReader(source.bytes, to, true, source.limits);
            ElementIndex elements = again.item(first, to, encoding.explicit, encoding.bigEndian);
            Source lies =
                    new Source(source.bytes, first, to, encoding.explicit, encoding.bigEndian, source.limits, null);
            return new DataSet(lies, elements, toItems, undefined, false, again.irregularities());
        });
    }

    /**
     * Length in bytes of the value field as it was read, items included, at no cost; 0 where the element is absent, and for
     * items that an edit put in.
     */
    public int valueLength(Tag tag) {
        int at = index.find(tag.code());
        return at < 0 ? 0 : index.lengths[at];
    }

    public boolean contains(Tag tag) {
        return index.find(tag.code()) >= 0;
    }

    public boolean contains(Attribute<?> attribute) {
        return contains(attribute.tag());
    }

    public Optional<Element> element(Tag tag) {
        int at = index.find(tag.code());
        return at < 0 ? Optional.empty() : Optional.of(elementAt(at));
    }

    Element elementAt(int at) {
        Tag tag = new Tag(index.tags[at]);
        if (isSequence(at)) {
            return new Element.Sequence(tag, itemsAt(at));
        }
        if (index.edit(at) instanceof PassedOver elsewhere) {
            return elsewhere.element(index.values[at]);
        }
        if (index.has(at, ElementIndex.FRAGMENTS)) {
            DataSetReader reader = new DataSetReader(source.bytes, index.end(at), true, source.limits);
            int from = index.values[at];
            return new Element.Fragments(
                    tag, vr(at), reader.fragments(from, from + index.lengths[at], source.bigEndian));
        }
        return new Element.Encoded(tag, vr(at), value(at, VR.UN).segment());
    }

    /** Walks all elements where an object for each would cost too much. */
    public ElementCursor cursor() {
        return new ElementCursor(this);
    }

    /** The elements that the private creator has reserved in this odd group, PS3.5 section 7.8.1. */
    public Optional<PrivateBlock> block(int group, String creator) {
        return PrivateBlock.find(this, group, creator);
    }

    /** The bytes of a fragment, see {@link Element.Fragments}; read only. */
    public MemorySegment bytes(ByteRange range) {
        return MemorySegment.ofArray(source.bytes)
                .asSlice(range.offset(), range.length())
                .asReadOnly();
    }

    /** Fragments with the table before them; empty where the element is none of them. */
    Optional<FragmentList> fragmentList(Tag tag) {
        int at = index.find(tag.code());
        if (at < 0 || !index.has(at, ElementIndex.FRAGMENTS)) {
            return Optional.empty();
        }
        FragmentList list = new FragmentList();
        list.delimited = index.has(at, ElementIndex.DELIMITED);
        DataSetReader reader = new DataSetReader(source.bytes, index.end(at), true, source.limits);
        int from = index.values[at];
        List<ByteRange> items = reader.fragments(from, from + index.lengths[at], source.bigEndian);
        for (int i = 0; i < items.size(); i++) {
            int offset = (int) items.get(i).offset();
            int length = (int) items.get(i).length();
            if (i == 0) {
                list.basicTable = Arrays.copyOfRange(source.bytes, offset, offset + length);
            } else {
                list.add(source.bytes, offset, length);
            }
        }
        return Optional.of(list);
    }

    /**
     * Where its first element lies in what it was read from (after inflation, for a deflated data set): 0 but for an item,
     * whose header is the eight bytes before.
     */
    public int sourceOffset() {
        return source.from;
    }

    /** Where the value lies in what was read; empty where it is absent, no plain value, or put in by an edit. */
    public Optional<ByteRange> valueRange(Tag tag) {
        int at = index.find(tag.code());
        return at < 0 || !isValue(at) || index.edit(at) != null
                ? Optional.empty()
                : Optional.of(new ByteRange(index.values[at], index.lengths[at]));
    }

    /** Tags in order, each once. */
    public List<Tag> tags() {
        List<Tag> tags = new ArrayList<>(index.count);
        for (int i = 0; i < index.count; i++) {
            if (i == 0 || index.tags[i] != index.tags[i - 1]) {
                tags.add(new Tag(index.tags[i]));
            }
        }
        return List.copyOf(tags);
    }

    /** What in the bytes is not as PS3.5 wants it, items included. */
    public Set<Irregularity> irregularities() {
        Set<Irregularity> set = EnumSet.noneOf(Irregularity.class);
        for (Irregularity irregularity : Irregularity.values()) {
            if ((irregularities & irregularity.bit()) != 0) {
                set.add(irregularity);
            }
        }
        return Set.copyOf(set);
    }

    /** Places in the index in the order of the file; none where that is the order of the index, or edits have no order. */
    int[] fileOrder() {
        boolean sorted = (irregularities & Irregularity.OUT_OF_ORDER.bit()) == 0;
        return sorted || !PassedOver.hasOnly(index) ? new int[0] : PassedOver.inFileOrder(index);
    }

    /** What a person should hear of the element besides its value; {@code ascends} is whether its tag does in the file. */
    List<String> remarksAt(int at, boolean ascends) {
        boolean plain = irregularities == 0 && ascends;
        return plain ? List.of() : ElementRemarks.of(source, index, at, ascends);
    }

    /**
     * One element as it lies in the bytes that the data set was read from.
     *
     * @param letters the VR as two capital letters, known ones or not; empty where none is written
     * @param offset where it begins, in the outermost data set (after inflation for a deflated one), in bytes
     * @param end after its value and delimiter
     * @param valueLength in bytes, without the delimiter
     */
    public record Place(Tag tag, String letters, long offset, long end, int valueLength, boolean undefinedLength) {}

    /** Where the elements lie, in the order of the bytes, each of those with the same tag; those of an edit left out. */
    public List<Place> places() {
        return IntStream.range(0, index.count)
                .filter(at -> index.edit(at) == null)
                .boxed()
                .sorted(Comparator.comparingInt(at -> index.values[at]))
                .map(this::place)
                .toList();
    }

    private Place place(int at) {
        int start = index.start(at);
        boolean written = source.explicit
                && Character.isUpperCase(source.bytes[start + 4])
                && Character.isUpperCase(source.bytes[start + 5]);
        return new Place(
                new Tag(index.tags[at]),
                written ? new String(source.bytes, start + 4, 2, StandardCharsets.US_ASCII) : "",
                start,
                index.end(at),
                index.lengths[at],
                index.has(at, ElementIndex.UNDEFINED));
    }

    /** Whether every byte of a text stands for a character; those that do not are U+FFFD in what get returns. */
    public boolean decodes(Tag tag) {
        return !textFaultsAt(tag).contains(TextFault.Kind.NO_CHARACTER);
    }

    /** What in the texts is not as the character set and the VR have it, items included; each once for an element. */
    public List<TextFault> textFaults() {
        return TextFault.of(this);
    }

    /** The same for one element; for (0008,0005) it tells of the terms. */
    public Set<TextFault.Kind> textFaultsAt(Tag tag) {
        int at = index.find(tag.code());
        return at < 0 ? Set.of() : textFaultsAt(at);
    }

    Set<TextFault.Kind> textFaultsAt(int at) {
        if (!isValue(at)) {
            return Set.of();
        }
        Tag tag = new Tag(index.tags[at]);
        Value value = value(at, dictionaryVr(tag));
        Set<TextFault.Kind> faults = value.faults();
        if (tag.equals(Attributes.SpecificCharacterSet.tag())) {
            faults = faults.isEmpty() ? EnumSet.noneOf(TextFault.Kind.class) : EnumSet.copyOf(faults);
            if (!characterSet().unknownTerms().isEmpty()) {
                faults.add(TextFault.Kind.UNKNOWN_TERM);
            }
            if (!characterSet().irregularTerms().isEmpty()) {
                faults.add(TextFault.Kind.IRREGULAR_TERM);
            }
        }
        return faults;
    }

    /** Of an element that is there. */
    VR vrOf(Tag tag) {
        return vr(index.find(tag.code()));
    }

    /**
     * One value in place of whatever stands at the attribute.
     *
     * @throws IllegalArgumentException when the value does not fit the VR or the data set's character set lacks one of
     *     its characters. Changing (0008,0005) says anew what the bytes of the texts mean; {@link #recoded} rewrites them
     */
    public <T> DataSet with(Attribute<T> attribute, T value) {
        return withAll(attribute, List.of(value));
    }

    /** As {@link #with}; no values make an element of zero length. */
    @SuppressWarnings("unchecked") // an attribute of type ITEM is an Attribute<DataSet>
    public <T> DataSet withAll(Attribute<T> attribute, List<T> values) {
        if (attribute.type() == ValueType.ITEM) {
            return withItems(attribute.tag(), (List<DataSet>) values);
        }
        VR vr = attribute.vr();
        return withBytes(
                attribute.tag(),
                vr,
                values.isEmpty() ? new byte[0] : attribute.type().encode(values, target(vr)));
    }

    /** An element of zero length. */
    public DataSet withEmpty(Tag tag, VR vr) {
        return vr == VR.SQ ? withItems(tag, List.of()) : withBytes(tag, vr, new byte[0]);
    }

    /**
     * Text values in the data set's character set, for any VR that is text, a number in decimal, or a UID.
     *
     * @throws IllegalArgumentException as {@link #with}
     */
    public DataSet withText(Tag tag, VR vr, List<String> values) {
        return withBytes(tag, vr, values.isEmpty() ? new byte[0] : target(vr).encode(values));
    }

    /** Items; texts in them are rewritten where they are in another character set and do not say so themselves. */
    public DataSet withItems(Tag sequence, List<DataSet> items) {
        Inherited toItems = new Inherited(characterSet(), pixelRepresentation());
        List<DataSet> own = items.stream().map(item -> item.adopted(toItems)).toList();
        return edited(sequence, index.with(sequence.code(), VR.SQ.code(), 0, own));
    }

    /** Items; texts in them are rewritten where they are in another character set and do not say so themselves. */
    public DataSet withItems(Attribute<DataSet> sequence, List<DataSet> items) {
        return withItems(sequence.tag(), items);
    }

    /** The same with what {@code change} makes of each item of its sequences, texts as by {@link #withItems}. */
    public DataSet withEachItem(UnaryOperator<DataSet> change) {
        Inherited toItems = new Inherited(characterSet(), pixelRepresentation());
        @Nullable Object[] changed = new @Nullable Object[index.count];
        boolean any = false;
        for (int at = 0; at < index.count; at++) {
            if (isSequence(at)) {
                List<DataSet> items = itemsAt(at);
                List<DataSet> own = items.stream()
                        .map(item -> change.apply(item).adopted(toItems))
                        .toList();
                // Equal are those that are the same: data sets are not compared.
                changed[at] = own.equals(items) ? null : own;
                any |= changed[at] != null;
            }
        }
        return any ? with(index.replaced(changed)) : this;
    }

    /**
     * A copy of one element of another data set, as it stands there (its character set is honoured: a text is rewritten
     * where it differs from this one's, with {@code ?} for characters that this one lacks). Nothing where the other has
     * no such element; encapsulated pixel data is not copied. A value too long for the header of its VR is written as UN.
     */
    public DataSet withElementOf(DataSet other, Tag tag) {
        int at = other.index.find(tag.code());
        if (at < 0 || other.index.has(at, ElementIndex.FRAGMENTS)) {
            return this;
        }
        if (other.isSequence(at)) {
            return withItems(tag, other.itemsAt(at));
        }
        VR vr = other.vr(at);
        Value value = other.value(at, VR.UN);
        byte[] bytes = DataSetWriter.transcoded(value, source.bigEndian, characterSet());
        return edited(tag, index.with(tag.code(), vr.code(), 0, bytes));
    }

    /**
     * These elements alone, where they are there: how a few of a large data set are kept, at the cost of an index, the
     * bytes shared. Texts mean what they meant; (0008,0005) stays only if it is among the tags.
     */
    public DataSet only(Collection<Tag> tags) {
        Inherited same = new Inherited(characterSet(), pixelRepresentation());
        return new DataSet(source, index.only(tags), same, undefinedLength, true, irregularities);
    }

    public DataSet without(Tag tag) {
        return contains(tag) ? edited(tag, index.without(tag.code())) : this;
    }

    public DataSet without(Attribute<?> attribute) {
        return without(attribute.tag());
    }

    /**
     * The same in another character set: every text is rewritten, items included, with {@code ?} for characters that it
     * lacks, and (0008,0005) names it. One that gets too long for the header of its VR is written as UN.
     */
    public DataSet recoded(SpecificCharacterSet to) {
        Attribute<String> attribute = Attributes.SpecificCharacterSet;
        DataSet bare = without(attribute);
        Inherited from = new Inherited(characterSet(), inherited.pixelRepresentation);
        DataSet undeclared = new DataSet(source, bare.index, from, undefinedLength, bare.edited, irregularities);
        DataSet result = undeclared.adopted(new Inherited(to, inherited.pixelRepresentation));
        // A term that is no ASCII was read from bytes that were none; it names no set, and must not come to name one.
        List<String> terms = to.terms().stream()
                .map(term -> NO_ASCII.matcher(term).replaceAll("?"))
                .toList();
        return terms.isEmpty() ? result.without(attribute) : result.withAll(attribute, terms);
    }

    /** Whether {@link #recoded} would lose no character, bytes that stand for none apart. */
    public boolean fits(SpecificCharacterSet set) {
        return Recoding.fits(this, set);
    }

    /**
     * The same, with this character set taken for the texts where (0008,0005) is absent or has no value; else as it is. The
     * bytes stay and (0008,0005) is not put in.
     */
    public DataSet assuming(SpecificCharacterSet set) {
        Attribute<String> attribute = Attributes.SpecificCharacterSet;
        if (!all(attribute).isEmpty()) {
            return this;
        }
        Inherited assumed = new Inherited(set, inherited.pixelRepresentation);
        DataSet undeclared = without(attribute);
        return new DataSet(
                source, undeclared.index, assumed, undefinedLength, undeclared.edited, undeclared.irregularities);
    }

    /** The character set of this data set, inherited by items. */
    public SpecificCharacterSet characterSet() {
        SpecificCharacterSet known = characterSet;
        if (known == null) {
            int at = index.find(Attributes.SpecificCharacterSet.tag().code());
            known = at < 0 ? inherited.characterSet : SpecificCharacterSet.of(termsAt(at));
            characterSet = known;
        }
        return known;
    }

    /**
     * Writes in this syntax; ranges that need no change are copied. Pixel data is not transcoded: native stays native
     * and encapsulated stays encapsulated, whatever the syntax calls for.
     */
    public void writeTo(OutputStream out, TransferSyntax syntax) throws IOException {
        byte[] deflated = source.deflated;
        if (!syntax.deflated()) {
            new DataSetWriter(out, syntax.explicitVr(), syntax.bigEndian()).write(this);
        } else if (deflated != null && !edited) {
            out.write(deflated);
        } else {
            Inflation.deflate(this, out);
        }
    }

    public byte[] toBytes(TransferSyntax syntax) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(source.to - source.from + 64);
        try {
            writeTo(out, syntax);
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        return out.toByteArray();
    }

    Source source() {
        return source;
    }

    ElementIndex index() {
        return index;
    }

    boolean isEdited() {
        return edited;
    }

    /**
     * Whether, in what this was read from, where something ends was told by the bytes around it: it lacks a delimiter, or has
     * a header that is none of PS3.5. A copy among other bytes might end elsewhere.
     */
    boolean endsAreGuessed() {
        int guessed = Irregularity.MISSING_DELIMITER.bit()
                | Irregularity.UNKNOWN_VR.bit()
                | Irregularity.IMPLICIT_ELEMENT.bit();
        return (irregularities & guessed) != 0;
    }

    /** For an item: whether its length was undefined where it was read. */
    boolean undefinedLength() {
        return undefinedLength;
    }

    /** Length that an item's header gave, in bytes; -1 where that is undefined, empty where the item was put together. */
    OptionalLong itemLength() {
        return source.from == 0 || edited
                ? OptionalLong.empty()
                : OptionalLong.of(undefinedLength ? -1 : source.to - source.from);
    }

    VR vr(int at) {
        int code = index.vrs[at];
        return code == Dictionary.US_OR_SS ? (pixelRepresentation() == 1 ? VR.SS : VR.US) : VR.at(code);
    }

    boolean isSequence(int at) {
        return index.vrs[at] == VR.SQ.code() || index.has(at, ElementIndex.IMPLICIT_ITEMS) || isUnknownSequence(at);
    }

    /** In implicit VR an element that the dictionary lacks is a sequence if its length is undefined. */
    private boolean isUnknownSequence(int at) {
        return index.has(at, ElementIndex.UNDEFINED) && !index.has(at, ElementIndex.FRAGMENTS);
    }

    boolean isValue(int at) {
        return !isSequence(at) && !index.has(at, ElementIndex.FRAGMENTS);
    }

    /** The value; one of VR UN is taken for {@code known}, and is little endian wherever it stands. */
    Value value(int at, VR known) {
        VR vr = vr(at);
        boolean big = source.bigEndian;
        if (vr == VR.UN && known != VR.UN) {
            vr = known;
            big = false;
        }
        SpecificCharacterSet set = vr.kind() == VR.Kind.TEXT ? characterSet() : SpecificCharacterSet.DEFAULT;
        return valueOf(at, vr, big, set);
    }

    private Value valueOf(int at, VR vr, boolean big, SpecificCharacterSet set) {
        return index.edit(at) instanceof byte[] bytes
                ? new Value(bytes, 0, bytes.length, vr, big, set)
                : new Value(source.bytes, index.values[at], index.lengths[at], vr, big, set);
    }

    List<DataSet> itemsAt(int at) {
        List<DataSet> items = index.editedItems(at);
        if (items != null) {
            return items;
        }
        if (isSequence(at)) {
            Encoding encoding = encodingOfItems(at);
            return read(index.values[at], index.lengths[at], encoding.explicit, encoding.bigEndian);
        }
        return itemsOfUnknown(at);
    }

    private record Encoding(boolean explicit, boolean bigEndian) {}

    private Encoding encodingOfItems(int at) {
        boolean implicit = index.has(at, ElementIndex.IMPLICIT_ITEMS) || !source.explicit;
        return new Encoding(!implicit, implicit != source.explicit && source.bigEndian);
    }

    private List<DataSet> itemsOfUnknown(int at) {
        boolean sequence = vr(at) == VR.UN && DataSetReader.implicitVr(index.tags[at]) == VR.SQ.code();
        if (!sequence || index.edit(at) != null) {
            return List.of();
        }
        try {
            return read(index.values[at], index.lengths[at], false, false);
        } catch (DicomFormatException e) {
            return List.of();
        }
    }

    private List<DataSet> read(int from, int length, boolean explicit, boolean big) {
        DataSetReader reader = new DataSetReader(source.bytes, from + length, true, source.limits);
        Inherited toItems = new Inherited(characterSet(), pixelRepresentation());
        List<DataSet> items = new ArrayList<>();
        for (DataSetReader.ItemRange item : reader.items(from, from + length, explicit, big)) {
            Source lies = new Source(source.bytes, item.from(), item.to(), explicit, big, source.limits, null);
            items.add(new DataSet(lies, item.index(), toItems, item.undefinedLength(), false, reader.irregularities()));
        }
        return List.copyOf(items);
    }

    /** Specific Character Set itself, as the CS that it is, whatever VR it was given: its own set can't tell what it says. */
    private List<String> termsAt(int at) {
        return isValue(at)
                ? valueOf(at, VR.CS, false, SpecificCharacterSet.DEFAULT).texts()
                : List.of();
    }

    private static VR dictionaryVr(Tag tag) {
        int code = DataSetReader.implicitVr(tag.code());
        return code == Dictionary.US_OR_SS ? VR.US : VR.at(code);
    }

    private int pixelRepresentation() {
        int at = index.find(Attributes.PixelRepresentation.tag().code());
        return at >= 0 && isValue(at) && index.vrs[at] != Dictionary.US_OR_SS
                ? Attributes.PixelRepresentation.type().first(value(at, VR.US)).orElse(0)
                : inherited.pixelRepresentation;
    }

    private ValueType.Target target(VR vr) {
        return new ValueType.Target(vr, source.bigEndian, characterSet());
    }

    DataSet withBytes(Tag tag, VR vr, byte[] value) {
        if (source.explicit && !vr.longLength() && value.length > 0xFFFE) {
            throw new IllegalArgumentException("a value of VR " + vr + " has at most 65534 bytes");
        }
        return edited(tag, index.with(tag.code(), vr.code(), 0, value));
    }

    /** This with these elements instead of its own. */
    DataSet with(ElementIndex elements) {
        return with(elements, 0);
    }

    /** The same, and what else of {@link Irregularity} was seen, as bits. */
    DataSet with(ElementIndex elements, int seen) {
        return new DataSet(source, elements, inherited, undefinedLength, true, irregularities | seen);
    }

    /** Group lengths (retired above group 0002) would be wrong after an edit in their group and are left out. */
    private DataSet edited(Tag tag, ElementIndex changed) {
        int groupLength = tag.code() & 0xFFFF0000;
        ElementIndex kept = tag.group() > 2 && tag.code() != groupLength && changed.find(groupLength) >= 0
                ? changed.without(groupLength)
                : changed;
        return new DataSet(source, kept, inherited, undefinedLength, true, irregularities);
    }

    /** This as an item of a data set that hands down {@code from}. */
    DataSet adopted(Inherited from) {
        if (inherited.equals(from)) {
            return this;
        }
        DataSet adopted = new DataSet(source, index, from, undefinedLength, edited, irregularities);
        if (contains(Attributes.SpecificCharacterSet) || characterSet().equals(from.characterSet)) {
            return adopted;
        }
        Inherited toItems = new Inherited(from.characterSet, adopted.pixelRepresentation());
        ElementIndex own = Recoding.rewritten(this, toItems);
        return own == index ? adopted : adopted.with(own);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("DataSet[");
        for (int at = 0; at < index.count; at++) {
            text.append(at == 0 ? "" : ", ")
                    .append(new Tag(index.tags[at]))
                    .append(' ')
                    .append(vr(at));
            text.append(isSequence(at) ? " items" : " #" + index.lengths[at]);
        }
        return text.append(']').toString();
    }
}
