package org.strongroom.dicom;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The values of Specific Character Set (0008,0005) taken apart, PS3.3 section C.12.1.1.2. Read as they are meant where
 * devices spell or combine them otherwise; {@link #irregular} tells which those are.
 */
final class CharacterSetTerms {
    private static final Pattern REGISTERED = Pattern.compile("(?:ISO)?(?:2022)?IR(\\d{1,3})");
    private static final Pattern BETWEEN = Pattern.compile("[ _.-]");
    private static final int UNICODE = 192;
    private static final int ASCII = 6;

    /** Names of the same sets that are none of the standard's. */
    private static final Map<String, Integer> OTHER_NAMES = Map.ofEntries(
            Map.entry("UTF8", UNICODE),
            Map.entry("ISO88591", 100),
            Map.entry("ISO88592", 101),
            Map.entry("ISO88593", 109),
            Map.entry("ISO88594", 110),
            Map.entry("ISO88595", 144),
            Map.entry("ISO88596", 127),
            Map.entry("ISO88597", 126),
            Map.entry("ISO88598", 138),
            Map.entry("ISO88599", 148),
            Map.entry("ISO885915", 203));

    private final List<String> unknown = new ArrayList<>();
    private final List<String> irregular = new ArrayList<>();
    private final Set<CharacterTable> tables = new LinkedHashSet<>();
    private final boolean several;
    private @Nullable Charset whole;
    private @Nullable CharacterTable first;

    CharacterSetTerms(List<String> terms) {
        several = terms.size() > 1;
        List<String> wholes = new ArrayList<>();
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < terms.size(); i++) {
            String term = terms.get(i).strip();
            Optional<Charset> alone = withoutExtensions(term);
            if (alone.isPresent()) {
                wholes.add(term);
                whole = whole == null && mayBeAlone(i) ? alone.get() : whole;
            } else if (add(term, i == 0) != CharacterTable.ASCII) {
                parts.add(term);
            }
        }
        boolean isWhole = whole != null;
        // What can't stand beside the others says nothing.
        for (String meaningless : isWhole ? parts : wholes) {
            irregular.remove(meaningless);
            unknown.remove(meaningless);
            unknown.add(meaningless);
        }
        wholes.stream().filter(term -> isWhole && (several || !isSpelled(term))).forEach(irregular::add);
    }

    /** These admit no code extensions: they hold alone, or where the others bring nothing but ASCII. */
    private boolean mayBeAlone(int index) {
        return index == 0 || tables.stream().noneMatch(table -> table.right || table.width > 1);
    }

    private @Nullable CharacterTable add(String term, boolean isFirst) {
        int number = term.isEmpty() ? ASCII : registration(term);
        CharacterTable table = CharacterTable.ofRegistration(number);
        if (table == null || !table.isAvailable()) {
            unknown.add(term);
            return null;
        }
        boolean regular = term.isEmpty() ? isFirst && several : isSpelled(term) && (!isFirst || table.width == 1);
        if (!regular) {
            irregular.add(term);
        }
        tables.add(table);
        first = isFirst ? table : first;
        return table;
    }

    /** Whether it stands so in PS3.3 tables C.12-2 to C.12-5, for as many values as there are. */
    private boolean isSpelled(String term) {
        if (term.equals("ISO_IR 192") || term.equals("GB18030") || term.equals("GBK")) {
            return true;
        }
        int number = registration(term);
        CharacterTable table = CharacterTable.ofRegistration(number);
        if (table == null || table == CharacterTable.JIS_ROMAN) {
            return false;
        }
        boolean alone = !several && table.width == 1 && term.equals("ISO_IR " + number);
        return alone || term.equals("ISO 2022 IR " + number);
    }

    /** The number in ISO's register that a term names, whatever its case and what stands between; -1 for none. */
    private static int registration(String term) {
        String name = bare(term);
        Matcher matcher = REGISTERED.matcher(name);
        return matcher.matches() ? Integer.parseInt(matcher.group(1)) : OTHER_NAMES.getOrDefault(name, -1);
    }

    private static String bare(String term) {
        return BETWEEN.matcher(term.toUpperCase(Locale.ROOT)).replaceAll("");
    }

    private static Optional<Charset> withoutExtensions(String term) {
        String name = bare(term);
        if (name.equals("GB18030") || name.equals("GBK")) {
            return Charset.isSupported(name) ? Optional.of(Charset.forName(name)) : Optional.empty();
        }
        return registration(term) == UNICODE ? Optional.of(StandardCharsets.UTF_8) : Optional.empty();
    }

    /** Those that name no set, or one that this Java lacks, or one that can't stand beside the others. */
    List<String> unknown() {
        return List.copyOf(unknown);
    }

    /** Those that are understood, though the standard has them otherwise. */
    List<String> irregular() {
        return List.copyOf(irregular);
    }

    /** The one set that all bytes are in, where no escapes switch between several. */
    Optional<Charset> whole() {
        if (whole != null) {
            return Optional.of(whole);
        }
        if (tables.isEmpty()) {
            return Optional.of(StandardCharsets.US_ASCII);
        }
        CharacterTable only = tables.iterator().next();
        return several || only.width > 1 ? Optional.empty() : Optional.ofNullable(only.whole());
    }

    /** What escapes switch between, and what holds before any: both halves of the first term. */
    CodeExtensions extensions() {
        CharacterTable named = first;
        CharacterTable left = named == CharacterTable.JIS_KATAKANA ? CharacterTable.JIS_ROMAN : CharacterTable.ASCII;
        CharacterTable right = named != null && named.right ? named : null;
        List<CharacterTable> all = new ArrayList<>(List.of(left));
        tables.stream().filter(table -> table != left).forEach(all::add);
        return new CodeExtensions(all, left, right == null || right.width > 1 ? null : right, right);
    }
}
