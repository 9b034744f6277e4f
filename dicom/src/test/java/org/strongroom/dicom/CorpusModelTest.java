package org.strongroom.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.strongroom.dicom.model.DicomJsonWriter;
import org.strongroom.testkit.Corpus;

/**
 * The JSON that is written of 40 files, element by element beside what dcm2json wrote of them (expected/json-model). What may
 * differ is named here, each kind is used, and where json-model.tsv names a difference is where one is found.
 */
class CorpusModelTest {
    /** Why a value may differ from dcm2json's. */
    private enum Difference {
        /** dcm2json says ISO_IR 192; the standard since 2025 keeps what the data set says (PS3.18 F.2.2 note 3). */
        CHARACTER_SET,
        /** dcm2json drops carets at the end of a name. */
        NAME_DELIMITERS,
        /** dcm2json knows the VRs of some private elements. */
        PRIVATE_DICTIONARY,
        /** dcm2json drops what comes of an empty element. */
        NULLS
    }

    private final List<String> unexpected = new ArrayList<>();
    private final Map<Difference, Integer> used = new TreeMap<>();
    private final Set<String> namedOtherwise = new TreeSet<>();
    private int compared;
    private String file = "";

    @Test
    void the_json_of_40_files_is_that_of_another_toolkit_but_for_the_differences_listed() throws IOException {
        Optional<Corpus> found = Corpus.find();
        assumeTrue(found.isPresent(), Corpus.ABSENT);
        Corpus corpus = found.orElseThrow();
        Map<String, Path> models = corpus.jsonModels();
        int files = 0;
        for (Corpus.Entry entry : corpus.entries()) {
            Path model = models.get(entry.path());
            if (model != null) {
                file = entry.path();
                compare("", Json.object(ours(corpus.bytes(entry))), Json.object(Files.readString(model)));
                files++;
            }
        }
        assertThat(unexpected).as("of %s values", compared).isEmpty();
        assertThat(files).isEqualTo(40);
        assertThat(compared).isGreaterThan(5000);
        assertThat(used.keySet()).containsExactlyInAnyOrder(Difference.values());
        assertThat(namedOtherwise).isEqualTo(listedWithOtherCharacterSet(corpus));
    }

    private static Set<String> listedWithOtherCharacterSet(Corpus corpus) throws IOException {
        Set<String> files = new TreeSet<>();
        for (String line : Files.readAllLines(corpus.expected().resolve("json-model.tsv"))) {
            String[] fields = line.split("\t", -1);
            if (fields[6].startsWith("00080005")) {
                files.add(fields[0]);
            }
        }
        return files;
    }

    private static String ours(byte[] bytes) throws IOException {
        Part10 part10 = Part10.open(new ByteArrayInputStream(bytes), Limits.DEFAULT);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DicomJsonWriter writer = new DicomJsonWriter(out);
        writer.write(DataSet.read(part10.body().readAllBytes(), part10.syntax(), Limits.DEFAULT));
        writer.flush();
        return out.toString(StandardCharsets.UTF_8);
    }

    private void compare(String where, Map<String, Object> ours, Map<String, Object> theirs) {
        assertThat(ours.keySet()).as(file + where).containsExactlyElementsOf(theirs.keySet());
        theirs.forEach((tag, expected) -> element(where + "/" + tag, tag, object(ours.get(tag)), object(expected)));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return (Map<String, Object>) map;
        }
        throw new AssertionError("no object");
    }

    @SuppressWarnings("unchecked")
    private static List<@Nullable Object> values(Map<String, Object> element) {
        return element.get("Value") instanceof List<?> list ? (List<@Nullable Object>) list : List.of();
    }

    private void element(String where, String tag, Map<String, Object> ours, Map<String, Object> theirs) {
        compared++;
        String vr = String.valueOf(ours.get("vr"));
        if (!vr.equals(theirs.get("vr"))) {
            boolean isPrivate = Integer.parseUnsignedInt(tag, 16) << 15 < 0;
            differs(where, vr.equals("UN") && isPrivate ? Difference.PRIVATE_DICTIONARY : null, ours, theirs);
            return;
        }
        if (theirs.containsKey("bulk")) {
            assertThat(ours.keySet()).as(file + where).isEqualTo(Set.of("vr", "InlineBinary"));
            return;
        }
        assertThat(ours).as(file + where).doesNotContainKey("InlineBinary");
        List<@Nullable Object> mine = values(ours);
        List<@Nullable Object> other = values(theirs);
        if (mine.size() != other.size()) {
            differs(where, other.isEmpty() ? Difference.NULLS : null, ours, theirs);
            return;
        }
        for (int i = 0; i < mine.size(); i++) {
            if (vr.equals("SQ")) {
                compare(where + "[" + (i + 1) + "]", object(mine.get(i)), object(other.get(i)));
            } else {
                value(where, tag, vr, mine.get(i), other.get(i));
            }
        }
    }

    private void value(String where, String tag, String vr, @Nullable Object ours, @Nullable Object theirs) {
        if (ours == null || theirs == null) {
            if (ours != null || theirs != null) {
                differs(where, null, ours, theirs);
            }
        } else if (tag.equals("00080005") && !ours.equals(theirs)) {
            differs(where, theirs.equals("ISO_IR 192") ? Difference.CHARACTER_SET : null, ours, theirs);
        } else if (ours instanceof Map<?, ?> name) {
            Map<String, Object> trimmed = new HashMap<>();
            name.forEach((group, text) ->
                    trimmed.put(group.toString(), text.toString().replaceFirst("\\^+$", "")));
            if (!name.equals(theirs)) {
                differs(where, trimmed.equals(theirs) ? Difference.NAME_DELIMITERS : null, ours, theirs);
            }
        } else if (vr.equals("FL") || vr.equals("FD")) {
            double mine = Double.parseDouble(ours.toString());
            double other = Double.parseDouble(theirs.toString());
            boolean near = vr.equals("FL") ? (float) mine == (float) other : mine == other;
            if (!near) {
                differs(where, null, ours, theirs);
            }
        } else if (Set.of("DS", "IS", "SL", "SS", "UL", "US", "SV", "UV").contains(vr)
                && isNumber(ours)
                && isNumber(theirs)) {
            if (new BigDecimal(ours.toString()).compareTo(new BigDecimal(theirs.toString())) != 0) {
                differs(where, null, ours, theirs);
            }
        } else if (!ours.equals(theirs)) {
            differs(where, null, ours, theirs);
        }
    }

    private static boolean isNumber(Object text) {
        return text.toString().matches("[-+]?[0-9]+(\\.[0-9]*)?([eE][-+]?[0-9]+)?");
    }

    private void differs(String where, @Nullable Difference why, @Nullable Object ours, @Nullable Object theirs) {
        if (why == null) {
            unexpected.add(file + where + " " + ours + " / " + theirs);
        } else {
            used.merge(why, 1, Integer::sum);
            if (why == Difference.CHARACTER_SET) {
                namedOtherwise.add(file);
            }
        }
    }
}
