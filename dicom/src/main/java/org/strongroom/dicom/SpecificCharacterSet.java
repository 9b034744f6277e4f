package org.strongroom.dicom;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Specific Character Set (0008,0005), PS3.3 section C.12.1.1.2: how the texts of a data set are decoded and encoded.
 *
 * <p>Bytes that stand for no character become U+FFFD, one for each run, and {@link #decodes} says so: nothing is guessed
 * and the bytes stay in the data set. A defined term that is not known leaves the default repertoire in force for
 * everything above 0x7F and is listed by {@link #unknownTerms}.
 */
public final class SpecificCharacterSet {
    /** ISO-IR 6, what a data set without (0008,0005) is in. */
    public static final SpecificCharacterSet DEFAULT = new SpecificCharacterSet(List.of());

    /** ISO_IR 192. */
    public static final SpecificCharacterSet UTF_8 = new SpecificCharacterSet(List.of("ISO_IR 192"));

    private static final int ESC = 0x1B;
    private static final char REPLACEMENT = '\uFFFD';

    private final List<String> terms;
    private final List<String> unknownTerms;
    /** Of a single set without code extensions; null where escapes switch. */
    private final @Nullable Charset charset;
    /** Those that escapes may switch between, the initial ones first. */
    private final List<CharacterTable> tables;

    private SpecificCharacterSet(List<String> terms) {
        this.terms = List.copyOf(terms);
        List<String> unknown = new ArrayList<>();
        List<CharacterTable> known = new ArrayList<>();
        boolean extensions = terms.size() > 1;
        Charset whole = StandardCharsets.US_ASCII;
        for (String term : terms) {
            String name = normalised(term);
            Optional<Charset> unicode = withoutExtensions(name);
            CharacterTable table =
                    CharacterTable.ofTerm(name.isEmpty() ? "ISO 2022 IR 6" : name.replace("ISO IR ", "ISO 2022 IR "));
            extensions |= name.startsWith("ISO 2022");
            if (unicode.isPresent() && known.isEmpty()) {
                // These admit no code extensions (PS3.3 C.12.1.1.2): further terms have no meaning beside them.
                known.clear();
                whole = unicode.get();
                extensions = false;
                break;
            }
            if (table == null) {
                unknown.add(term);
            } else {
                known.add(table);
                whole = known.size() == 1 ? table.whole() : whole;
            }
        }
        this.unknownTerms = List.copyOf(unknown);
        this.tables = withLeftHalf(known);
        this.charset = extensions ? null : whole;
    }

    /** The character set named by the values of (0008,0005); none or one empty value is the default repertoire. */
    public static SpecificCharacterSet of(List<String> terms) {
        return terms.isEmpty() || terms.equals(List.of("")) ? DEFAULT : new SpecificCharacterSet(terms);
    }

    /** The values as they stand in the data set. */
    public List<String> terms() {
        return terms;
    }

    /** Those of the values that name no character set of PS3.3 C.12.1.1.2. */
    public List<String> unknownTerms() {
        return unknownTerms;
    }

    /** The text in these bytes; {@code vr} says which characters reset code extensions (PS3.5 section 6.1.2.5.3). */
    String decode(byte[] bytes, int offset, int length, VR vr) {
        if (vr.kind() != VR.Kind.TEXT) {
            return new String(bytes, offset, length, StandardCharsets.US_ASCII);
        }
        if (charset == null) {
            return decodeExtensions(bytes, offset, offset + length, vr);
        }
        String text = new String(bytes, offset, length, charset);
        return tables.getFirst() == CharacterTable.JIS_ROMAN ? CharacterTable.withBackslash(text) : text;
    }

    /** Whether all of these bytes stand for characters. */
    boolean decodes(byte[] bytes, int offset, int length, VR vr) {
        return decode(bytes, offset, length, vr).indexOf(REPLACEMENT) < 0;
    }

    /** Whether the text can be written in this character set. */
    public boolean encodes(String text) {
        return tryEncode(text, VR.PN) != null;
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
        return charset == null ? encodeExtensions(text, vr) : strictly(charset, text);
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

    private String decodeExtensions(byte[] bytes, int from, int end, VR vr) {
        StringBuilder text = new StringBuilder(end - from);
        CharacterTable left = initial(false);
        CharacterTable right = initial(true);
        int at = from;
        while (at < end) {
            int b = bytes[at] & 0xFF;
            CharacterTable invoked = b == ESC ? CharacterTable.ofEscape(bytes, at + 1, end) : null;
            if (invoked != null) {
                left = invoked.right ? left : invoked;
                right = invoked.right ? invoked : right;
                at += 1 + invoked.escape.length();
            } else if (b <= 0x20 || (left != null && left.width == 1 && resets((char) b, vr))) {
                text.append(b == ESC ? REPLACEMENT : (char) b);
                left = resets((char) b, vr) ? initial(false) : left;
                right = resets((char) b, vr) ? initial(true) : right;
                at++;
            } else {
                int stop = runEnd(bytes, at, end, b < 0x80 && left != null && left.width > 1, vr);
                CharacterTable table = b < 0x80 ? left : right;
                text.append(table == null ? String.valueOf(REPLACEMENT) : table.decode(bytes, at, stop - at));
                at = stop;
            }
        }
        return text.toString();
    }

    /** Where bytes of the other half, a control character, an escape or a delimiter end the run that begins here. */
    private static int runEnd(byte[] bytes, int from, int end, boolean wide, VR vr) {
        boolean high = bytes[from] < 0;
        int at = from + 1;
        while (at < end && bytes[at] < 0 == high && (high || bytes[at] > 0x20)) {
            if (!high && !wide && resets((char) bytes[at], vr)) {
                break;
            }
            at++;
        }
        return at;
    }

    private byte @Nullable [] encodeExtensions(String text, VR vr) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(text.length() * 2);
        CharacterTable left = initial(false);
        CharacterTable right = initial(true);
        for (int at = 0; at < text.length(); at = text.offsetByCodePoints(at, 1)) {
            String character = text.substring(at, text.offsetByCodePoints(at, 1));
            char c = character.charAt(0);
            if (c < 0x20 || resets(c, vr)) {
                // Before a control character or delimiter the initial left half is invoked again.
                left = invoke(out, left, initial(false));
                out.write(c);
                right = resets(c, vr) ? initial(true) : right;
                continue;
            }
            CharacterTable table = tableFor(character, left, right);
            byte[] bytes = table == null ? null : table.encode(character);
            if (table == null || bytes == null) {
                return null;
            }
            if (table.right) {
                right = invoke(out, right, table);
            } else {
                left = invoke(out, left, table);
            }
            out.writeBytes(bytes);
        }
        invoke(out, left, initial(false));
        return out.toByteArray();
    }

    /** The table in force where it has the character, else the first in the order of the terms. */
    private @Nullable CharacterTable tableFor(
            String character, @Nullable CharacterTable left, @Nullable CharacterTable right) {
        if (left != null && left.encode(character) != null) {
            return left;
        }
        if (right != null && right.encode(character) != null) {
            return right;
        }
        for (CharacterTable table : tables) {
            if (table.encode(character) != null) {
                return table;
            }
        }
        return null;
    }

    private static @Nullable CharacterTable invoke(
            ByteArrayOutputStream out, @Nullable CharacterTable current, @Nullable CharacterTable wanted) {
        if (wanted != null && current != wanted) {
            out.write(ESC);
            out.writeBytes(wanted.escape.getBytes(StandardCharsets.US_ASCII));
        }
        return wanted == null ? current : wanted;
    }

    /** PS3.5 section 6.1.2.5.3: what stands between values, components and lines. */
    private static boolean resets(char c, VR vr) {
        return switch (c) {
            case '\t', '\n', '\f', '\r' -> true;
            case '\\' -> vr.isMultiple();
            case '^', '=' -> vr == VR.PN;
            default -> false;
        };
    }

    /** What is invoked at the beginning of a value: the first term. */
    private @Nullable CharacterTable initial(boolean right) {
        if (!right) {
            return tables.getFirst();
        }
        return tables.size() > 1 && tables.get(1).right && tables.get(1).width == 1 && firstHasRight()
                ? tables.get(1)
                : null;
    }

    private boolean firstHasRight() {
        return !normalised(terms.getFirst()).isEmpty()
                && !normalised(terms.getFirst()).equals("ISO 2022 IR 6");
    }

    /** The left half of the first term, then the terms in order: (JIS X 0201 of IR 13 has its own left half.) */
    private static List<CharacterTable> withLeftHalf(List<CharacterTable> known) {
        List<CharacterTable> tables = new ArrayList<>();
        tables.add(
                !known.isEmpty() && known.getFirst() == CharacterTable.JIS_KATAKANA
                        ? CharacterTable.JIS_ROMAN
                        : CharacterTable.ASCII);
        known.stream().filter(table -> !tables.contains(table)).forEach(tables::add);
        if (!tables.contains(CharacterTable.ASCII)) {
            tables.add(CharacterTable.ASCII);
        }
        return List.copyOf(tables);
    }

    private static Optional<Charset> withoutExtensions(String name) {
        return switch (name) {
            case "ISO IR 192" -> Optional.of(StandardCharsets.UTF_8);
            case "GB18030", "GBK" -> Charset.isSupported(name) ? Optional.of(Charset.forName(name)) : Optional.empty();
            default -> Optional.empty();
        };
    }

    /** Devices write ISO-IR 100, ISO IR 100 and ISO_IR_100 too: spelling, not another set. */
    private static String normalised(String term) {
        return term.strip().toUpperCase(Locale.ROOT).replace('_', ' ').replace('-', ' ');
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
