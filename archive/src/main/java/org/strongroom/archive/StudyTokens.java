package org.strongroom.archive;

import static org.strongroom.dicom.Attributes.*;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.strongroom.archive.BlindTokens.Kind;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.Tag;
import org.strongroom.dicom.Uid;
import org.strongroom.dicom.VR;

/**
 * The tokens under which a study is found, and those that the studies a query asks for must have. Both sides of one
 * scheme, so that they cannot drift apart.
 *
 * <table>
 * <caption>Tokens of a value</caption>
 * <tr><td>{@link Form#NAME}</td><td>each group whole; the first 1 to 8 letters of each of its first three components;
 * each three letters in a row, {@code ^} included; each ideograph or kana; how family and given name sound</td></tr>
 * <tr><td>{@link Form#IDENTIFIER}</td><td>whole; each three characters in a row, with marks at both ends</td></tr>
 * <tr><td>{@link Form#TEXT}</td><td>folded: whole; each three letters in a row; each ideograph or kana</td></tr>
 * <tr><td>{@link Form#DATE}</td><td>whole; the year</td></tr>
 * <tr><td>{@link Form#CODE}</td><td>whole</td></tr>
 * </table>
 *
 * <p>A query's tokens say where to look, not what matches: what is found is compared with the unsealed value.
 */
public final class StudyTokens {
    /** How the values of an attribute are taken apart. */
    enum Form {
        NAME,
        IDENTIFIER,
        TEXT,
        DATE,
        CODE
    }

    private static final Map<Tag, Form> SEARCHED = Map.ofEntries(
            Map.entry(PatientName.tag(), Form.NAME),
            Map.entry(OtherPatientNames.tag(), Form.NAME),
            Map.entry(ReferringPhysicianName.tag(), Form.NAME),
            Map.entry(NameOfPhysiciansReadingStudy.tag(), Form.NAME),
            Map.entry(PatientID.tag(), Form.IDENTIFIER),
            Map.entry(OtherPatientIDs.tag(), Form.IDENTIFIER),
            Map.entry(AccessionNumber.tag(), Form.IDENTIFIER),
            Map.entry(StudyID.tag(), Form.CODE),
            Map.entry(IssuerOfPatientID.tag(), Form.CODE),
            Map.entry(PatientBirthDate.tag(), Form.DATE),
            Map.entry(StudyDescription.tag(), Form.TEXT),
            Map.entry(StudyInstanceUID.tag(), Form.CODE));

    /** Collected while instances arrive, and not in the sealed row. */
    private static final Set<Tag> COLLECTED =
            Set.of(ModalitiesInStudy.tag(), SOPClassesInStudy.tag(), SeriesInstanceUID.tag());

    private static final int COMPONENTS = 3;
    private static final int YEAR = 4;
    private static final int MOST_YEARS = 12;
    private static final int LONGEST_PREFIX = 8;
    private static final int GRAM = 3;
    /** From here on (radicals, kana, ideographs, hangul) one letter says enough to be searched for. */
    private static final int FIRST_IDEOGRAPH = 0x2E80;
    /** More tokens than these narrow nothing that is worth the reading. */
    private static final int MOST_GRAMS = 4;

    /** Sets the token of ID and issuer together apart from that of the issuer alone. */
    private static final int OF_PATIENT = 1;

    private static final char BEGIN = '\u0001';
    private static final char END = '\u0002';

    private final BlindTokens tokens;

    public StudyTokens(BlindTokens tokens) {
        this.tokens = tokens;
    }

    /** The tokens of a study's row, in no order, each once. */
    public long[] of(DataSet study) {
        Set<Long> found = new TreeSet<>();
        SEARCHED.forEach((tag, form) -> study.text(tag).forEach(value -> add(tag, form, value, found)));
        return found.stream().mapToLong(Long::longValue).toArray();
    }

    /** The token of a UID, a modality or a SOP class that a study has. */
    public long code(Tag attribute, String value) {
        return tokens.token(attribute, Kind.EXACT, value.strip());
    }

    /** The token under which the studies of a patient are found: the same for the same ID of the same issuer. */
    public long patient(String patientId, String issuer) {
        return tokens.token(IssuerOfPatientID.tag(), Kind.EXACT, OF_PATIENT, patientId + BEGIN + issuer);
    }

    private void add(Tag tag, Form form, String value, Set<Long> found) {
        switch (form) {
            case NAME -> NameFolding.groups(value).forEach(group -> addName(tag, group, found));
            case TEXT -> {
                String folded = NameFolding.fold(value);
                found.add(tokens.token(tag, Kind.EXACT, folded));
                addGrams(tag, folded, found);
            }
            case IDENTIFIER -> {
                found.add(tokens.token(tag, Kind.EXACT, value.strip()));
                addGrams(tag, BEGIN + value.strip() + END, found);
            }
            case DATE -> {
                found.add(day(tag, value));
                year(value).ifPresent(year -> found.add(year(tag, year)));
            }
            case CODE -> found.add(tokens.token(tag, Kind.EXACT, value.strip()));
        }
    }

    private long day(Tag tag, String date) {
        return tokens.token(tag, Kind.EXACT, Integer.toString(Moment.day(date)));
    }

    private static OptionalInt year(String date) {
        return Moment.day(date) == 0
                ? OptionalInt.empty()
                : OptionalInt.of(Integer.parseInt(date.strip().substring(0, YEAR)));
    }

    private long year(Tag tag, int year) {
        return tokens.token(tag, Kind.PREFIX, Integer.toString(year));
    }

    private void addName(Tag tag, String group, Set<Long> found) {
        if (group.isEmpty()) {
            return;
        }
        found.add(tokens.token(tag, Kind.EXACT, group));
        addGrams(tag, group, found);
        String[] components = group.split("\\^", COMPONENTS + 1);
        for (int i = 0; i < Math.min(components.length, COMPONENTS); i++) {
            String component = components[i];
            int letters = component.codePointCount(0, component.length());
            for (int n = 1; n <= Math.min(letters, LONGEST_PREFIX); n++) {
                found.add(prefix(tag, i, component, n));
            }
            if (i < 2) {
                Phonetic.code(component).ifPresent(code -> found.add(tokens.token(tag, Kind.PHONETIC, code)));
            }
        }
    }

    private long prefix(Tag tag, int component, String text, int letters) {
        return tokens.token(tag, Kind.PREFIX, component, text.substring(0, text.offsetByCodePoints(0, letters)));
    }

    private void addGrams(Tag tag, String text, Set<Long> found) {
        grams(text).forEach(gram -> found.add(tokens.token(tag, Kind.GRAM, gram)));
    }

    private static List<String> grams(String text) {
        int[] letters = text.codePoints().toArray();
        List<String> grams = new ArrayList<>(letters.length);
        for (int i = 0; i < letters.length; i++) {
            if (i + GRAM <= letters.length) {
                grams.add(new String(letters, i, GRAM));
            }
            if (letters[i] >= FIRST_IDEOGRAPH) {
                grams.add(new String(letters, i, 1));
            }
        }
        return grams;
    }

    /**
     * What the studies that match have: of each array at least one token. Empty when tokens don't narrow this key.
     */
    List<long[]> of(Match match) {
        Tag tag = match.tag();
        if (Criterion.isUniversal(match) || !(SEARCHED.containsKey(tag) || COLLECTED.contains(tag))) {
            return List.of();
        }
        Form form = SEARCHED.getOrDefault(tag, Form.CODE);
        return switch (match) {
            case Match.Single single -> single(tag, form, single.value());
            case Match.UidList list ->
                List.of(list.uids().stream()
                        .map(Uid::value)
                        .mapToLong(uid -> code(tag, uid))
                        .toArray());
            case Match.Wildcard wildcard -> wildcard(tag, form, wildcard.pattern());
            case Match.Range range when form == Form.DATE -> years(tag, range);
            case Match.Range _, Match.Sequence _ -> List.of();
        };
    }

    private List<long[]> single(Tag tag, Form form, String value) {
        return switch (form) {
            case NAME ->
                NameFolding.groups(value).stream()
                        .filter(group -> !group.isEmpty())
                        .map(group -> one(tokens.token(tag, Kind.EXACT, group)))
                        .toList();
            case TEXT -> List.of(one(tokens.token(tag, Kind.EXACT, NameFolding.fold(value))));
            case IDENTIFIER -> List.of(one(code(tag, value)));
            case DATE -> List.of(one(day(tag, value)));
            case CODE -> List.of(codes(tag, value));
        };
    }

    private List<long[]> years(Tag tag, Match.Range range) {
        OptionalInt first = year(range.from().orElse(""));
        OptionalInt last = year(range.to().orElse(""));
        return first.isEmpty() || last.isEmpty() || last.getAsInt() - first.getAsInt() >= MOST_YEARS
                ? List.of()
                : List.of(IntStream.rangeClosed(first.getAsInt(), last.getAsInt())
                        .mapToLong(year -> year(tag, year))
                        .toArray());
    }

    private long[] codes(Tag tag, String value) {
        String[] codes = Criterion.vr(tag) == VR.CS ? value.split("\\\\", -1) : new String[] {value};
        long[] any = new long[codes.length];
        for (int i = 0; i < codes.length; i++) {
            any[i] = code(tag, codes[i]);
        }
        return any;
    }

    private List<long[]> wildcard(Tag tag, Form form, String pattern) {
        List<long[]> all = new ArrayList<>();
        switch (form) {
            case NAME -> NameFolding.groups(pattern).forEach(group -> addNamePattern(tag, group, all));
            case TEXT -> addGramsOf(tag, NameFolding.fold(pattern), all);
            case IDENTIFIER -> addGramsOf(tag, BEGIN + pattern.strip() + END, all);
            case DATE, CODE -> {}
        }
        return all;
    }

    private void addNamePattern(Tag tag, String group, List<long[]> all) {
        int wild = 0;
        while (wild < group.length() && group.charAt(wild) != '*' && group.charAt(wild) != '?') {
            wild++;
        }
        String[] components = group.substring(0, wild).split("\\^", COMPONENTS + 1);
        for (int i = 0; i < Math.min(components.length, COMPONENTS); i++) {
            String component = components[i].strip();
            int letters = component.codePointCount(0, component.length());
            if (letters > 0) {
                all.add(one(prefix(tag, i, component, Math.min(letters, LONGEST_PREFIX))));
            }
        }
        // Delimiters before a wild card may stand for components that are left out.
        addGramsOf(tag, group.substring(wild).replaceAll("\\^+(?=[*?])", "*"), all);
    }

    /** Grams of what stands between the wild cards, spread over the pattern where there are many. */
    private void addGramsOf(Tag tag, String pattern, List<long[]> all) {
        Set<String> found = new LinkedHashSet<>();
        for (String literal : Glob.literals(pattern)) {
            List<String> grams = grams(literal);
            boolean hasTriples = grams.stream().anyMatch(gram -> gram.codePointCount(0, gram.length()) == GRAM);
            grams.stream()
                    .filter(gram -> !hasTriples || gram.codePointCount(0, gram.length()) == GRAM)
                    .forEach(found::add);
        }
        List<String> list = List.copyOf(found);
        int taken = Math.min(list.size(), MOST_GRAMS);
        for (int i = 0; i < taken; i++) {
            String gram = list.get(taken == 1 ? 0 : i * (list.size() - 1) / (taken - 1));
            all.add(one(tokens.token(tag, Kind.GRAM, gram)));
        }
    }

    private static long[] one(long token) {
        return new long[] {token};
    }
}
