package org.strongroom.dicom;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The standard's data dictionary and UID registry, PS3.6, read from generated resources.
 *
 * <p>Loading makes one string and a few tables of numbers; rows are taken apart when somebody asks for them, because
 * reading implicit VR needs the VR only and a server's start waits for this.
 */
public final class Dictionary {
    /** What {@link #vrCode} gives for a tag it does not know. */
    static final byte UNKNOWN = -1;

    /** US or SS, as Pixel Representation (0028,0103) says. */
    static final byte US_OR_SS = 64;

    private static final int SLOTS = 1 << 14;

    private final String text;
    private final int[] tags = new int[SLOTS];
    private final int[] lines = new int[SLOTS];
    private final byte[] codes = new byte[SLOTS];
    private final List<Pattern> patterns = new ArrayList<>();
    private volatile @Nullable Map<String, Integer> keywords;

    private static final class Holder {
        static final Dictionary STANDARD = new Dictionary();
    }

    /** The UID registry, read when first asked for. */
    private static final class Registry {
        static final Registry STANDARD = new Registry();

        final Map<String, String> names = new HashMap<>();
        final Set<String> retired = new HashSet<>();
        final List<Uid> storageSopClasses;
        final List<Uid> transferSyntaxes;

        private Registry() {
            List<Uid> storage = new ArrayList<>();
            List<Uid> transfer = new ArrayList<>();
            for (String line : resource("uids.txt").split("\n", -1)) {
                String[] fields = line.split("\t", 5);
                if (fields.length == 5) {
                    names.put(fields[0], fields[2]);
                    if (fields[4].equals("R")) {
                        retired.add(fields[0]);
                    }
                    switch (fields[1]) {
                        case "S" -> storage.add(new Uid(fields[0]));
                        case "T" -> transfer.add(new Uid(fields[0]));
                        default -> {}
                    }
                }
            }
            storageSopClasses = List.copyOf(storage);
            transferSyntaxes = List.copyOf(transfer);
        }
    }

    /** A tag with repeating digits, (0028,04x0): a tag matches when its masked bits are the value. */
    private record Pattern(int mask, int value, int line, byte code) {}

    /** One row of PS3.6 section 6; the first VR is the one used where several are allowed and nothing else tells. */
    public record Entry(Tag tag, List<VR> vrs, String multiplicity, String keyword, String name, boolean retired) {}

    private Dictionary() {
        text = resource("dictionary.txt");
        Arrays.fill(lines, -1);
        for (int line = 0; line < text.length(); line = text.indexOf('\n', line) + 1) {
            byte code = code(line);
            int mask = addressed(line);
            if (mask == -1) {
                put(value(line), line, code);
            } else {
                // An odd group is private whatever its other digits are, PS3.5 section 7.6.
                patterns.add(new Pattern(mask | 0x10000, value(line), line, code));
            }
        }
    }

    public static Dictionary standard() {
        return Holder.STANDARD;
    }

    /** Repeating groups (50xx, 60xx) included; empty for private and unknown tags. */
    public Optional<Entry> attribute(Tag tag) {
        int slot = slot(tag.code());
        if (lines[slot] >= 0) {
            return Optional.of(entry(tag, lines[slot]));
        }
        Pattern pattern = pattern(tag.code());
        return pattern == null ? Optional.empty() : Optional.of(entry(tag, pattern.line));
    }

    /** The attribute with this keyword; of repeating groups the first ((6000,3000) for OverlayData). */
    public Optional<Entry> keyword(String keyword) {
        Map<String, Integer> map = keywords;
        if (map == null) {
            map = linesByKeyword();
            keywords = map;
        }
        Integer line = map.get(keyword);
        return line == null ? Optional.empty() : Optional.of(entry(new Tag(value(line)), line));
    }

    /** The name of a registered UID. */
    public Optional<String> uidName(Uid uid) {
        return Optional.ofNullable(Registry.STANDARD.names.get(uid.value()));
    }

    /** Whether a registered UID is retired, PS3.6 annex A. */
    public boolean isRetired(Uid uid) {
        return Registry.STANDARD.retired.contains(uid.value());
    }

    /** All Storage SOP Classes of PS3.4 annex B and of PS3.6, retired ones included. */
    public List<Uid> storageSopClasses() {
        return Registry.STANDARD.storageSopClasses;
    }

    /** All transfer syntaxes of PS3.6, retired ones included. */
    public List<Uid> transferSyntaxes() {
        return Registry.STANDARD.transferSyntaxes;
    }

    /** The VR used where the data set does not say: a VR's code, {@link #US_OR_SS} or {@link #UNKNOWN}. */
    byte vrCode(int tag) {
        int slot = slot(tag);
        if (lines[slot] >= 0) {
            return codes[slot];
        }
        Pattern pattern = pattern(tag);
        return pattern == null ? UNKNOWN : pattern.code;
    }

    private static String resource(String name) {
        try (InputStream in = Dictionary.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("resource " + name + " is missing from the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new IllegalStateException("resource " + name + " cannot be read", e);
        }
    }

    /** One VR: itself. Several: as PS3.5 annex A.1 has them in implicit VR, OW (curves OB), else US or SS. */
    private byte code(int line) {
        int vrs = line + 9;
        int end = text.indexOf('\t', vrs);
        if (end - vrs == 2) {
            return (byte) VR.codeOf(text.charAt(vrs), text.charAt(vrs + 1));
        }
        if (text.indexOf("OW", vrs, end) < 0) {
            return US_OR_SS;
        }
        return (byte) (text.startsWith("50xx", line) ? VR.OB : VR.OW).code();
    }

    private void put(int tag, int line, byte code) {
        int slot = slot(tag);
        tags[slot] = tag;
        lines[slot] = line;
        codes[slot] = code;
    }

    /** Where the tag stands, or the free place where it would. */
    private int slot(int tag) {
        int slot = (tag * 0x9E3779B1) >>> (32 - 14);
        while (lines[slot] >= 0 && tags[slot] != tag) {
            slot = (slot + 1) & (SLOTS - 1);
        }
        return slot;
    }

    /** The bits of the tag at {@code line} that its digits fix; those of an x are open. */
    private int addressed(int line) {
        int mask = 0;
        for (int i = line; i < line + 8; i++) {
            mask = (mask << 4) | (text.charAt(i) == 'x' ? 0 : 0xF);
        }
        return mask;
    }

    /** The tag at {@code line}, with 0 for x. */
    private int value(int line) {
        int value = 0;
        for (int i = line; i < line + 8; i++) {
            char c = text.charAt(i);
            value = (value << 4) | (c == 'x' ? 0 : c <= '9' ? c - '0' : c - 'A' + 10);
        }
        return value;
    }

    private @Nullable Pattern pattern(int tag) {
        if ((tag & 0x10000) != 0) {
            return null;
        }
        for (Pattern pattern : patterns) {
            if ((tag & pattern.mask) == pattern.value) {
                return pattern;
            }
        }
        return null;
    }

    private Entry entry(Tag tag, int line) {
        String[] fields = text.substring(line, text.indexOf('\n', line)).split("\t", -1);
        List<VR> vrs = Arrays.stream(fields[1].split("\\|")).map(VR::valueOf).toList();
        return new Entry(tag, vrs, fields[2], fields[3], fields[4], fields[5].equals("R"));
    }

    private Map<String, Integer> linesByKeyword() {
        Map<String, Integer> map = new HashMap<>(8192);
        for (int line = 0; line < text.length(); line = text.indexOf('\n', line) + 1) {
            int start = text.indexOf('\t', text.indexOf('\t', line + 9) + 1) + 1;
            String keyword = text.substring(start, text.indexOf('\t', start));
            if (!keyword.isEmpty()) {
                map.putIfAbsent(keyword, line);
            }
        }
        return map;
    }
}
