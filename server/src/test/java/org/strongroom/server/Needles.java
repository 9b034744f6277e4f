package org.strongroom.server;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Values that must not lie anywhere, in every form one may lie in: ASCII, Latin-1, UTF-8, UTF-16 of both byte orders, as
 * base64 (at each of its three alignments) and as hexadecimal digits, whatever the case of its letters.
 *
 * <p>All are looked for in one pass: the four bytes at each position, letters made small, are looked up among the first four
 * bytes of all forms.
 */
final class Needles {
    /** Shorter ones stand in random bytes by chance: 100 MB hold a given six letters in any case once in 40,000 times. */
    static final int SHORTEST = 6;

    private static final int BUFFER = 1 << 16;

    @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
    private record Form(String value, String how, byte[] bytes) {}

    private final Map<Integer, List<Form>> byStart = new HashMap<>();
    private final BitSet starts = new BitSet(1 << 20);
    private final Set<String> values = new LinkedHashSet<>();
    private int longest;

    /** Adds a value; one that is too short to be looked for is left out. */
    void add(String value) {
        String trimmed = value.strip();
        if (trimmed.length() >= SHORTEST && values.add(trimmed)) {
            for (Charset charset : List.of(StandardCharsets.ISO_8859_1, StandardCharsets.UTF_8)) {
                if (charset.newEncoder().canEncode(trimmed)) {
                    encoded(trimmed, charset.name(), trimmed.getBytes(charset));
                }
            }
            form(trimmed, "UTF-16LE", trimmed.getBytes(StandardCharsets.UTF_16LE));
            form(trimmed, "UTF-16BE", trimmed.getBytes(StandardCharsets.UTF_16BE));
        }
    }

    /** Adds a value as the bytes it stands in, and in base64 and hexadecimal digits. */
    void add(String name, byte[] bytes) {
        if (bytes.length >= SHORTEST && values.add(name)) {
            encoded(name, "bytes", bytes);
        }
    }

    private void encoded(String value, String how, byte[] bytes) {
        form(value, how, bytes);
        form(value, "hex of " + how, HexFormat.of().formatHex(bytes).getBytes(StandardCharsets.US_ASCII));
        for (int shift = 0; shift < 3; shift++) {
            byte[] shifted = new byte[shift + bytes.length];
            System.arraycopy(bytes, 0, shifted, shift, bytes.length);
            String base64 = Base64.getEncoder().withoutPadding().encodeToString(shifted);
            // Digits that depend on what stands before or behind are left out.
            int from = (shift * 8 + 5) / 6;
            int to = shifted.length * 8 / 6;
            form(value, "base64 of " + how, base64.substring(from, to).getBytes(StandardCharsets.US_ASCII));
        }
    }

    private void form(String value, String how, byte[] bytes) {
        byte[] folded = bytes.clone();
        for (int i = 0; i < folded.length; i++) {
            folded[i] = fold(folded[i]);
        }
        longest = Math.max(longest, folded.length);
        int start = start(folded, 0);
        List<Form> same = byStart.computeIfAbsent(start, _ -> new ArrayList<>());
        if (same.stream().noneMatch(form -> Arrays.equals(form.bytes(), folded))) {
            same.add(new Form(value, how, folded));
            starts.set(hash(start));
        }
    }

    int size() {
        return values.size();
    }

    Set<String> values() {
        return values;
    }

    /** What of all values is found, each with the form it has; empty = nothing. */
    Set<String> in(byte[] bytes) {
        byte[] copy = bytes.clone();
        Set<String> found = new HashSet<>();
        scan(copy, 0, copy.length, found);
        return found;
    }

    Set<String> in(String text) {
        return in(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The same for a file of any length. */
    Set<String> in(Path file) throws IOException {
        Set<String> found = new HashSet<>();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            byte[] window = new byte[longest + BUFFER];
            int kept = 0;
            for (int n = in.read(window, 0, window.length); n >= 0; n = in.read(window, kept, window.length - kept)) {
                int end = kept + n;
                scan(window, kept, end, found);
                // What begins here may go on in the next piece.
                int keep = Math.min(longest, end);
                System.arraycopy(window, end - keep, window, 0, keep);
                kept = keep;
            }
        }
        return found;
    }

    /** Folds {@code bytes} from {@code fresh} on, and looks at all of it. */
    private void scan(byte[] bytes, int fresh, int end, Set<String> found) {
        for (int i = fresh; i < end; i++) {
            bytes[i] = fold(bytes[i]);
        }
        int start = 0;
        for (int i = 0; i < end; i++) {
            start = (start << 8) | (bytes[i] & 0xFF);
            if (i >= 3 && starts.get(hash(start))) {
                for (Form form : byStart.getOrDefault(start, List.of())) {
                    int from = i - 3;
                    int to = from + form.bytes().length;
                    if (to <= end && Arrays.equals(bytes, from, to, form.bytes(), 0, form.bytes().length)) {
                        found.add(form.value() + " as " + form.how());
                    }
                }
            }
        }
    }

    private static int start(byte[] bytes, int at) {
        return (bytes[at] << 24)
                | ((bytes[at + 1] & 0xFF) << 16)
                | ((bytes[at + 2] & 0xFF) << 8)
                | (bytes[at + 3] & 0xFF);
    }

    private static int hash(int start) {
        return (start * 0x9E3779B1) >>> 12;
    }

    private static byte fold(byte b) {
        return b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b;
    }
}
