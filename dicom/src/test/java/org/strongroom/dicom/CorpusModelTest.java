package org.strongroom.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.strongroom.testkit.Corpus;

/** Tags, nesting, VRs and values of the corpus as another toolkit sees them (expected/json-model, made by dcm2json). */
class CorpusModelTest {
    private final List<String> differences = new ArrayList<>();
    private int compared;

    @Test
    void tags_nesting_and_values_are_those_that_another_toolkit_sees() throws IOException {
        Optional<Corpus> found = Corpus.find();
        assumeTrue(found.isPresent(), Corpus.ABSENT);
        Corpus corpus = found.orElseThrow();
        Map<String, Path> models = corpus.jsonModels();
        for (Corpus.Entry entry : corpus.entries()) {
            Path model = models.get(entry.path());
            if (model != null) {
                Part10 file = Part10.open(new ByteArrayInputStream(corpus.bytes(entry)), Limits.DEFAULT);
                DataSet dataSet = DataSet.read(file.body().readAllBytes(), file.syntax(), Limits.DEFAULT);
                compare(entry.path(), dataSet, Json.object(Files.readString(model)));
            }
        }
        assertThat(differences).as("of %s values", compared).isEmpty();
    }

    private void compare(String where, DataSet dataSet, Map<String, Object> model) {
        List<String> tags = dataSet.tags().stream()
                .filter(tag -> tag.element() != 0 && tag.group() > 2)
                .map(tag -> String.format("%08X", tag.code()))
                .toList();
        if (!tags.equals(List.copyOf(model.keySet()))) {
            differences.add(where + ": tags " + tags + " / " + model.keySet());
            return;
        }
        for (Tag tag : dataSet.tags()) {
            if (tag.element() != 0
                    && tag.group() > 2
                    && model.get(String.format("%08X", tag.code())) instanceof Map<?, ?> e) {
                compareElement(where + " " + tag, dataSet, tag, e);
            }
        }
    }

    @SuppressWarnings("unchecked")
    private void compareElement(String where, DataSet dataSet, Tag tag, Map<?, ?> expected) {
        Element element = dataSet.element(tag).orElseThrow();
        if (element.vr() == VR.UN && tag.isPrivate()) {
            return; // the other toolkit has a dictionary of private elements for implicit VR
        }
        if (!element.vr().name().equals(expected.get("vr"))) {
            differences.add(where + ": VR " + element.vr() + " / " + expected.get("vr"));
        }
        List<Object> values = expected.get("Value") instanceof List<?> list ? (List<Object>) list : List.of();
        if (element instanceof Element.Sequence sequence) {
            if (sequence.items().size() != values.size()) {
                differences.add(where + ": items " + sequence.items().size() + " / " + values.size());
                return;
            }
            for (int i = 0; i < values.size(); i++) {
                compare(where + "[" + (i + 1) + "]", sequence.items().get(i), (Map<String, Object>) values.get(i));
            }
        } else if (!expected.containsKey("bulk") && tag.code() != 0x00080005) {
            List<String> ours = dataSet.text(tag).stream()
                    .map(v -> ours(v, element.vr()))
                    .filter(v -> !v.isEmpty() || dataSet.text(tag).size() > 1) // a name of carets only
                    .toList();
            List<String> theirs =
                    values.stream().map(v -> theirs(v, element.vr())).toList();
            compared++;
            if (!ours.equals(theirs)) {
                differences.add(where + ": " + element.vr() + " " + ours + " / " + theirs);
            }
        }
    }

    private static String ours(String value, VR vr) {
        return switch (vr) {
            case DS, IS, FL, FD -> number(value);
            case PN -> PersonName.of(value).value().replaceFirst("\\^+$", "");
            default -> value;
        };
    }

    private static String theirs(@Nullable Object value, VR vr) {
        if (value == null) {
            return "";
        }
        if (value instanceof Map<?, ?> name) {
            return new PersonName(group(name, "Alphabetic"), group(name, "Ideographic"), group(name, "Phonetic"))
                    .value();
        }
        return switch (vr) {
            case DS, IS, FL, FD -> number(value.toString());
            default -> value.toString().replaceFirst(" +$", "");
        };
    }

    private static String group(Map<?, ?> name, String group) {
        Object value = name.get(group);
        return value == null ? "" : value.toString();
    }

    private static String number(String text) {
        try {
            // Single precision, printed with other digits: 0 and -0, and what is next to them, count as the same.
            float number = Float.parseFloat(text);
            return Math.abs(number) < 1e-40 ? "0" : String.format(Locale.ROOT, "%.6g", number);
        } catch (NumberFormatException e) {
            return text;
        }
    }
}
