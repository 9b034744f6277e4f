package org.strongroom.dicom;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Specific Character Set (0008,0005), PS3.3 section C.12.1.1.2: how the texts of a data set are decoded and encoded.
 *
 * <p>Bytes that stand for no character become U+FFFD, and {@link DataSet#textFaults} says where: nothing is guessed and the
 * bytes stay in the data set. A term that is not known leaves the default repertoire in force for everything above 0x7F
 * and is listed by {@link #unknownTerms}. So does what stands behind the first 32 terms, and a term of more than 64
 * characters: no data set has a use for these, and whoever sends one must not cost us more than its bytes.
 */
public final class SpecificCharacterSet {
    /** ISO-IR 6, what a data set without (0008,0005) is in. */
    public static final SpecificCharacterSet DEFAULT = new SpecificCharacterSet(List.of());

    /** ISO_IR 192. */
    public static final SpecificCharacterSet UTF_8 = new SpecificCharacterSet(List.of("ISO_IR 192"));

    /** What most data sets have, taken apart once. */
    private static final Map<List<String>, SpecificCharacterSet> USUAL = Stream.of(
                    List.of("ISO_IR 100"), List.of("", "ISO 2022 IR 87"), List.of("ISO_IR 6"))
            .collect(Collectors.toUnmodifiableMap(terms -> terms, SpecificCharacterSet::new));

    private static final int MOST_TERMS = 32;
    private static final int LONGEST_TERM = 64;
    private static final String CUT = "?";

    private static final char YEN = '\u00A5';
    private static final char OVERLINE = '\u203E';

    private final List<String> terms;
    private final List<String> unknownTerms;
    private final List<String> irregularTerms;
    /** Of a single set without code extensions; null where escapes switch. */
    private final @Nullable Charset charset;

    private final CodeExtensions extensions;

    private SpecificCharacterSet(List<String> terms) {
        CharacterSetTerms parsed = new CharacterSetTerms(terms);
        this.terms = terms;
        this.unknownTerms = parsed.unknown();
        this.irregularTerms = parsed.irregular();
        this.charset = parsed.whole().orElse(null);
        this.extensions = parsed.extensions();
    }

    /** The character set named by the values of (0008,0005); none or one empty value is the default repertoire. */
    public static SpecificCharacterSet of(List<String> terms) {
        if (terms.isEmpty() || terms.equals(List.of(""))) {
            return DEFAULT;
        }
        SpecificCharacterSet usual = terms.equals(UTF_8.terms) ? UTF_8 : USUAL.get(terms);
        return usual == null ? new SpecificCharacterSet(bounded(terms)) : usual;
    }

    /** What says nothing is an unknown term that stays one when it is written and read again. */
    private static List<String> bounded(List<String> terms) {
        Stream<String> few = terms.stream()
                .limit(MOST_TERMS)
                .map(term -> term.length() > LONGEST_TERM ? term.substring(0, LONGEST_TERM) + CUT : term);
        return terms.size() > MOST_TERMS ? Stream.concat(few, Stream.of(CUT)).toList() : few.toList();
    }

    /** The values as they stand in the data set; those that are too many or too long, as above, cut to a question mark. */
    public List<String> terms() {
        return terms;
    }

    /**
     * Those of the values that say nothing: that name no character set of PS3.3 C.12.1.1.2, or one that this Java lacks
     * (its module jdk.charsets), or one that can't stand beside the others.
     */
    public List<String> unknownTerms() {
        return unknownTerms;
    }

    /** Those of the values that are understood, though PS3.3 C.12.1.1.2 spells or combines them otherwise. */
    public List<String> irregularTerms() {
        return irregularTerms;
    }

    /** The text in these bytes; {@code vr} says which characters reset code extensions (PS3.5 section 6.1.2.5.3). */
    String decode(byte[] bytes, int offset, int length, VR vr) {
        if (vr.kind() != VR.Kind.TEXT) {
            return new String(bytes, offset, length, StandardCharsets.US_ASCII);
        }
        return charset == null
                ? extensions.decode(bytes, offset, offset + length, vr, _ -> {})
                : new String(bytes, offset, length, charset);
    }

    /** Whether all of these bytes stand for characters. */
    boolean decodes(byte[] bytes, int offset, int length, VR vr) {
        return !faults(bytes, offset, length, vr).contains(TextFault.Kind.NO_CHARACTER);
    }

    /** What is wrong with these bytes, padding left out, as a text of this VR. */
    Set<TextFault.Kind> faults(byte[] bytes, int offset, int length, VR vr) {
        Set<TextFault.Kind> faults = EnumSet.noneOf(TextFault.Kind.class);
        Charset single = vr.kind() == VR.Kind.TEXT ? charset : StandardCharsets.US_ASCII;
        String text;
        if (single == null) {
            text = extensions.decode(bytes, offset, offset + length, vr, faults::add);
        } else {
            text = new String(bytes, offset, length, single);
            if (text.indexOf(CharacterTable.NONE) >= 0) {
                faults.add(TextFault.Kind.NO_CHARACTER);
            }
        }
        if (text.chars().anyMatch(c -> Character.isISOControl(c) && !isAllowed(c, vr))) {
            faults.add(TextFault.Kind.CONTROL_CHARACTER);
        }
        return faults;
    }

    /** PS3.5 section 6.1.3 and table 6.2-1: what formats the long texts. */
    private static boolean isAllowed(int control, VR vr) {
        return switch (vr) {
            case ST, LT, UT -> control == '\t' || control == '\n' || control == '\f' || control == '\r';
            default -> false;
        };
    }

    /** Whether the text, as the value of a short text or a name, can be written in this character set. */
    public boolean encodes(String text) {
        return encodes(text, VR.PN);
    }

    boolean encodes(String text, VR vr) {
        return tryEncode(text, vr) != null;
    }

    /**
     * The bytes of this text, not padded.
     *
     * @throws IllegalArgumentException when it holds a character that this character set lacks
     */
    byte[] encode(String text, VR vr) {
        byte[] bytes = tryEncode(text, vr);
        if (bytes == null) {
            throw new IllegalArgumentException(
                    "text of VR " + vr + " has characters that Specific Character Set " + terms + " lacks");
        }
        return bytes;
    }

    private byte @Nullable [] tryEncode(String text, VR vr) {
        if (vr.kind() != VR.Kind.TEXT) {
            return strictly(StandardCharsets.US_ASCII, text);
        }
        boolean drawn = text.indexOf(YEN) >= 0 || text.indexOf(OVERLINE) >= 0;
        if (drawn && charset != null && charset.equals(CharacterTable.JIS_KATAKANA.whole())) {
            return null; // the JDK would write them as delimiter and tilde, see CharacterTable
        }
        return charset == null ? extensions.encode(text, vr) : strictly(charset, text);
    }

    private static byte @Nullable [] strictly(Charset charset, String text) {
        try {
            ByteBuffer out = charset.newEncoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[out.remaining()];
            out.get(bytes);
            return bytes;
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SpecificCharacterSet that && terms.equals(that.terms);
    }

    @Override
    public int hashCode() {
        return terms.hashCode();
    }

    @Override
    public String toString() {
        return terms.toString();
    }
}
