package org.strongroom.dicom.deidentify;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What is left of a text that a person may have typed. A program can't know what a sentence says of whom, so the text is
 * not searched for what must go: only words of a fixed list stay (parts of the body, techniques, planes), and of those
 * none that is part of this patient's name. Codes stay where they have the form of a public coding scheme.
 */
final class CleanText {
    static final String NOTHING_LEFT = "REMOVED";

    private static final Set<String> WORDS = words();
    private static final Pattern SEPARATORS = Pattern.compile("[ \\t\\r\\n\\f,;:/()\\[\\]_+*=<>|^&.-]+");
    private static final Pattern SNOMED_STYLE = Pattern.compile("[A-Z][0-9A-F]?-[0-9A-F]{4,5}");
    private static final Pattern LOINC = Pattern.compile("\\d{1,7}-\\d");
    private static final Pattern DCM = Pattern.compile("1[0-3]\\d{4}");
    private static final Pattern SCT = Pattern.compile("[1-9]\\d{5,17}");
    private static final Set<String> UNITS = Set.of(
            "1",
            "%",
            "mm",
            "cm",
            "m",
            "um",
            "mm2",
            "cm2",
            "mm3",
            "cm3",
            "ml",
            "l",
            "s",
            "ms",
            "min",
            "h",
            "d",
            "wk",
            "mo",
            "a",
            "deg",
            "Hz",
            "kg",
            "g",
            "mg",
            "ug",
            "Bq",
            "MBq",
            "Bq/ml",
            "kV",
            "mA",
            "mAs",
            "mGy",
            "Gy",
            "mGy.cm",
            "dGy.cm2",
            "Gy.m2",
            "mm/s",
            "cm/s",
            "m/s",
            "mm[Hg]",
            "{H.B.}/min",
            "[hnsf'U]",
            "ml/s",
            "g/ml",
            "{ratio}",
            "no units",
            "{0:1}",
            "cd/m2",
            "Cel",
            "um2/s",
            "mm2/s");
    private static final Set<String> SCHEMES = Set.of(
            "DCM",
            "SCT",
            "SRT",
            "SNM3",
            "99SDM",
            "LN",
            "UCUM",
            "I10",
            "I10P",
            "I9",
            "I9C",
            "RADLEX",
            "FMA",
            "BI",
            "MSH",
            "UMLS",
            "UBERON",
            "NCIt",
            "ACR",
            "PUBCHEM_CID",
            "RFC5646",
            "ISO3166_1",
            "MDC",
            "CPT4",
            "C4",
            "C5");

    private static final int SHORTEST_NAME = 3;

    private final Set<String> forbidden;
    private final String identifier;

    /**
     * @param names words that are known to identify this patient
     * @param identifier the Patient ID; may be empty
     */
    CleanText(Collection<String> names, String identifier) {
        this.identifier = identifier;
        forbidden = new HashSet<>();
        for (String name : names) {
            for (String word : SEPARATORS.split(name, -1)) {
                forbidden.add(word.toLowerCase(Locale.ROOT));
            }
        }
    }

    private static Set<String> words() {
        Set<String> words = new HashSet<>();
        Resources.lines("clean-words.txt").forEach(line -> words.addAll(List.of(line.split(" ", -1))));
        return Set.copyOf(words);
    }

    /**
     * Whether a text has a word of three letters or more that is part of this patient's name, or an identifier.
     *
     * @param usual whether words of the fixed list don't count: a term for the part of a body that a name has too
     */
    boolean names(String text, boolean usual) {
        for (String word : SEPARATORS.split(text.replace('\\', ' '), -1)) {
            String lower = word.toLowerCase(Locale.ROOT);
            if (lower.length() >= SHORTEST_NAME && forbidden.contains(lower) && !(usual && WORDS.contains(lower))) {
                return true;
            }
        }
        return identifier.length() > SHORTEST_NAME && text.contains(identifier);
    }

    /** The words that stay, in their order, joined by spaces; empty where none does. */
    String words(byte[] value) {
        // Bytes above 0x7F, and escape sequences, are part of words that are on no list.
        String text = new String(value, StandardCharsets.ISO_8859_1);
        StringBuilder kept = new StringBuilder();
        for (String word : SEPARATORS.split(text, -1)) {
            String lower = word.toLowerCase(Locale.ROOT);
            boolean number = word.length() == 1 && Character.isDigit(word.charAt(0)) && word.charAt(0) < 0x80;
            if ((WORDS.contains(lower) || number) && !forbidden.contains(lower)) {
                kept.append(kept.isEmpty() ? "" : " ").append(word);
            }
        }
        return kept.toString();
    }

    /** Whether a code value can be one of a public scheme; SNOMED CT and LOINC have check digits. */
    static boolean isCode(String code) {
        return UNITS.contains(code)
                || SNOMED_STYLE.matcher(code).matches()
                || DCM.matcher(code).matches()
                || (LOINC.matcher(code).matches() && isLoinc(code))
                || (SCT.matcher(code).matches() && isVerhoeff(code));
    }

    static boolean isScheme(String designator) {
        return SCHEMES.contains(designator);
    }

    /** Luhn's check digit, which LOINC calls mod 10. */
    private static boolean isLoinc(String code) {
        int sum = 0;
        boolean doubled = true;
        for (int i = code.length() - 3; i >= 0; i--) {
            int digit = code.charAt(i) - '0';
            sum += doubled ? digit * 2 / 10 + digit * 2 % 10 : digit;
            doubled = !doubled;
        }
        return (10 - sum % 10) % 10 == code.charAt(code.length() - 1) - '0';
    }

    private static final String[] MULTIPLIED = {
        "0123456789",
        "1234067895",
        "2340178956",
        "3401289567",
        "4012395678",
        "5987604321",
        "6598710432",
        "7659821043",
        "8765932104",
        "9876543210"
    };
    private static final String[] PERMUTED = {
        "0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258"
    };

    /** Verhoeff's check digit over the dihedral group of ten elements, as SNOMED CT has it. */
    private static boolean isVerhoeff(String code) {
        int check = 0;
        for (int i = 0; i < code.length(); i++) {
            int digit = code.charAt(code.length() - 1 - i) - '0';
            int permuted = PERMUTED[i % 8].charAt(digit) - '0';
            check = MULTIPLIED[check].charAt(permuted) - '0';
        }
        return check == 0;
    }
}
