package org.strongroom.dicom;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * How values of one Java type are decoded from and encoded to the bytes of an element. What does not decode is left out,
 * never an exception: what devices write into IS and DS is not always a number.
 *
 * <p>Decoding follows the VR that stands in the data set, so an attribute that a device wrote as another VR of the same
 * kind is still found (numbers as text, UL for US). Encoding follows the attribute's.
 */
public final class ValueType<T> {
    /** Text of any kind, trimmed; numbers of the decimal text kinds (DS) as they were written; DA, TM, DT likewise. */
    static final ValueType<String> TEXT = ofTexts(Optional::of, Function.identity());

    static final ValueType<Uid> UID = ofTexts(Uid::parse, Uid::value);

    static final ValueType<PersonName> PERSON_NAME =
            ofTexts(text -> Optional.of(PersonName.of(text)), PersonName::value);

    /** US, SS, SL, IS. */
    static final ValueType<Integer> INTEGER = new ValueType<>(
            value -> map(
                    Numerals.integers(value), n -> n == n.intValue() ? Optional.of(n.intValue()) : Optional.empty()),
            (values, target) -> target.encode(texts(values, String::valueOf)));

    /** UL, SV, UV; those of UV from 2^63 up as negative numbers, see {@link Long#toUnsignedString(long)}. */
    static final ValueType<Long> LONG = new ValueType<>(
            Numerals::integers,
            (values, target) ->
                    target.encode(texts(values, target.vr == VR.UV ? Long::toUnsignedString : String::valueOf)));

    static final ValueType<Float> FLOAT = new ValueType<>(
            value -> map(Numerals.reals(value), n -> Optional.of(n.floatValue())),
            (values, target) -> target.encode(texts(values, String::valueOf)));

    /**
     * FD and DS. A DS has at most 16 characters: a double that needs more loses digits in writing. {@link DataSet#text}
     * gives a DS as it was written.
     */
    static final ValueType<Double> DOUBLE = new ValueType<>(
            Numerals::reals,
            (values, target) -> target.encode(
                    texts(values, n -> target.vr == VR.DS ? Numerals.decimalString(n) : String.valueOf(n))));

    static final ValueType<Tag> TAG = new ValueType<>(
            value -> value.vr() == VR.AT
                    ? IntStream.range(0, value.numberCount())
                            .mapToObj(value::tagAt)
                            .toList()
                    : List.of(),
            (values, target) -> target.encode(texts(values, tag -> String.format("%08X", tag.code()))));

    /** The whole value, read only, in the byte order of the data set. */
    static final ValueType<MemorySegment> BYTES = new ValueType<>(
            value -> List.of(value.segment()), (values, target) -> ValueType.padded(joined(values), target.vr));

    /** Items: the data set reads and writes them itself, since they inherit from it. */
    static final ValueType<DataSet> ITEM = new ValueType<>(value -> List.of(), (values, target) -> {
        throw new IllegalStateException("items are no bytes");
    });

    /** Where values are to stand. */
    record Target(VR vr, boolean bigEndian, SpecificCharacterSet characterSet) {
        /** Bytes of even length for values given as text, see {@link DataSet#withText}. */
        byte[] encode(List<String> values) {
            return vr.isText() ? encodeText(values) : Numerals.encode(values, vr, bigEndian);
        }

        private byte[] encodeText(List<String> values) {
            for (String value : values) {
                if (vr.isMultiple() ? value.indexOf('\\') >= 0 : values.size() > 1) {
                    throw new IllegalArgumentException(
                            vr.isMultiple()
                                    ? "a value of VR " + vr + " cannot hold a backslash"
                                    : "VR " + vr + " has one value");
                }
            }
            return padded(characterSet.encode(String.join("\\", values), vr), vr);
        }
    }

    /** Writes values to where they stand. */
    private interface Encoder<T> {
        byte[] encode(List<T> values, Target target);
    }

    private final Function<Value, List<T>> decoder;
    private final Encoder<T> encoder;

    private ValueType(Function<Value, List<T>> decoder, Encoder<T> encoder) {
        this.decoder = decoder;
        this.encoder = encoder;
    }

    List<T> decode(Value value) {
        return decoder.apply(value);
    }

    Optional<T> first(Value value) {
        List<T> values = decode(value);
        return values.isEmpty() ? Optional.empty() : Optional.of(values.getFirst());
    }

    byte[] encode(List<T> values, Target target) {
        return encoder.encode(values, target);
    }

    static byte[] padded(byte[] bytes, VR vr) {
        if (bytes.length % 2 == 0) {
            return bytes;
        }
        byte[] even = new byte[bytes.length + 1];
        System.arraycopy(bytes, 0, even, 0, bytes.length);
        even[bytes.length] = vr.padding();
        return even;
    }

    private static <T> ValueType<T> ofTexts(Function<String, Optional<T>> read, Function<T, String> write) {
        return new ValueType<>(
                value -> map(Numerals.texts(value), read), (values, target) -> target.encode(texts(values, write)));
    }

    private static <S, T> List<T> map(List<S> from, Function<S, Optional<T>> read) {
        List<T> to = new ArrayList<>(from.size());
        from.forEach(value -> read.apply(value).ifPresent(to::add));
        return List.copyOf(to);
    }

    private static <T> List<String> texts(List<T> values, Function<T, String> write) {
        return values.stream().map(write).toList();
    }

    private static byte[] joined(List<MemorySegment> segments) {
        if (segments.size() != 1) {
            throw new IllegalArgumentException("one range of bytes is one value");
        }
        return segments.getFirst().toArray(ValueLayout.JAVA_BYTE);
    }
}
